"""Tiny random models of every supported architecture."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    Gemma2Config,
    Gemma3Config,
    Gemma3TextConfig,
    GemmaConfig,
    GPT2Config,
    GPTJConfig,
    GPTNeoConfig,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    MixtralConfig,
    Olmo2Config,
    Olmo3Config,
    OlmoConfig,
    OPTConfig,
    Phi3Config,
    PhiConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2MoeConfig,
    Qwen3Config,
    Qwen3MoeConfig,
    SmolLM3Config,
    StableLmConfig,
)

from saecircuits.subject import Subject
from tests.tiny_variants import COMMON, GROUPED, SIZES, VARIANT_CONFIGS, VOCABULARY, random_model


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Words `w0`, `w1`, …, with a beginning-of-text token that is added by itself."""
    words = ["<unk>", "<pad>", "<bos>", "<eos>"] + [f"w{i}" for i in range(VOCABULARY - 4)]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


TINY_CONFIGS = {
    "gpt2": GPT2Config(n_layer=3, n_head=4, n_embd=32, n_positions=64, **COMMON),
    "llama": LlamaConfig(attention_bias=True, **GROUPED, **COMMON),
    "gpt_neox": GPTNeoXConfig(rotary_pct=0.5, **SIZES, **COMMON),
    # caps low enough to bend scores and logits, windows shorter than the prompts, heads of an uncommon width
    "gemma2": Gemma2Config(
        head_dim=16,
        query_pre_attn_scalar=12,
        attn_logit_softcapping=2.0,
        final_logit_softcapping=5.0,
        sliding_window=3,
        attention_bias=True,
        **GROUPED,
        **COMMON,
    ),
    "qwen2": Qwen2Config(use_sliding_window=True, sliding_window=4, max_window_layers=1, **GROUPED, **COMMON),
    "qwen3": Qwen3Config(head_dim=16, attention_bias=True, **GROUPED, **COMMON),
    "gemma3_text": Gemma3TextConfig(
        head_dim=16,
        query_pre_attn_scalar=12,
        final_logit_softcapping=5.0,
        sliding_window=3,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        attention_bias=True,
        **GROUPED,
        **COMMON,
    ),
    "olmo2": Olmo2Config(attention_bias=True, **GROUPED, **COMMON),
    "phi3": Phi3Config(sliding_window=4, partial_rotary_factor=0.5, **GROUPED, **COMMON),
    "gptj": GPTJConfig(n_layer=3, n_head=4, n_embd=32, n_positions=64, rotary_dim=4, **COMMON),
    "opt": OPTConfig(
        hidden_size=32,
        ffn_dim=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=64,
        word_embed_proj_dim=32,
        **COMMON,
    ),
    "mixtral": MixtralConfig(num_local_experts=4, num_experts_per_tok=2, sliding_window=4, **GROUPED, **COMMON),
    "qwen3_moe": Qwen3MoeConfig(
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        head_dim=16,
        mlp_only_layers=[1],
        **GROUPED,
        **COMMON,
    ),
}
"""One a family that differs in kind."""

NEAR_CONFIGS = {
    "gpt_neox serial": GPTNeoXConfig(use_parallel_residual=False, **SIZES, **COMMON),
    "gemma": GemmaConfig(head_dim=16, **GROUPED, **COMMON),
    "mistral": MistralConfig(sliding_window=3, **GROUPED, **COMMON),
    "gemma3": Gemma3Config(
        text_config=TINY_CONFIGS["gemma3_text"].to_dict(),
        vision_config=dict(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=28,
            patch_size=14,
        ),
        image_token_id=59,
        mm_tokens_per_image=4,
        eos_token_id=3,
    ),
    "qwen2_moe": Qwen2MoeConfig(
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        shared_expert_intermediate_size=24,
        use_sliding_window=True,
        sliding_window=4,
        max_window_layers=2,
        **GROUPED,
        **COMMON,
    ),
    "phi": PhiConfig(partial_rotary_factor=0.5, **GROUPED, **COMMON),
    "olmo": OlmoConfig(attention_bias=True, **GROUPED, **COMMON),
    "olmo3": Olmo3Config(
        sliding_window=4,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        attention_bias=True,
        **GROUPED,
        **COMMON,
    ),
    "smollm3": SmolLM3Config(no_rope_layers=[1, 0, 1], attention_bias=True, **GROUPED, **COMMON),
    "stablelm": StableLmConfig(use_qkv_bias=True, **GROUPED, **COMMON),
    "gpt_neo": GPTNeoConfig(
        hidden_size=32,
        num_layers=3,
        num_heads=4,
        intermediate_size=64,
        attention_types=[[["global", "local"], 1], [["local"], 1]],
        window_size=4,
        max_position_embeddings=64,
        **COMMON,
    ),
}
"""Close relatives of those: the tests of sites and weights go over them too."""

MIXTURES = ("mixtral", "qwen3_moe", "qwen2_moe")
"""Whose MLPs are mixtures of experts."""


def tiny_model(name: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    """A random model, see `random_model`."""
    model: Any = random_model((TINY_CONFIGS | NEAR_CONFIGS | VARIANT_CONFIGS)[name], seed, dtype)
    if name in MIXTURES:
        model.set_experts_implementation("eager")  # the default has no float64
    return model


def tiny_subject(name: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> Subject:
    """The same, opened for study."""
    return Subject(tiny_model(name, seed, dtype), tiny_tokenizer(), f"tiny {name}")
