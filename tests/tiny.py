"""Tiny random models of every supported architecture."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GemmaConfig,
    GPT2Config,
    GPTJConfig,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    MixtralConfig,
    Olmo2Config,
    OPTConfig,
    Phi3Config,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
    Qwen3MoeConfig,
)

from saecircuits.subject import Subject

VOCABULARY = 60


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Words `w0`, `w1`, …, with a beginning-of-text token that is added by itself."""
    words = ["<unk>", "<pad>", "<bos>", "<eos>"] + [f"w{i}" for i in range(VOCABULARY - 4)]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


_COMMON: dict[str, Any] = dict(vocab_size=VOCABULARY, pad_token_id=1, bos_token_id=2, eos_token_id=3)
_SIZES: dict[str, Any] = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=64
)
_GROUPED = _SIZES | {"num_key_value_heads": 2}
TINY_CONFIGS = {
    "gpt2": GPT2Config(n_layer=3, n_head=4, n_embd=32, n_positions=64, **_COMMON),
    "llama": LlamaConfig(attention_bias=True, **_GROUPED, **_COMMON),
    "gpt_neox": GPTNeoXConfig(rotary_pct=0.5, **_SIZES, **_COMMON),
    # caps low enough to bend scores and logits, windows shorter than the prompts, heads of an uncommon width
    "gemma2": Gemma2Config(
        head_dim=16,
        query_pre_attn_scalar=12,
        attn_logit_softcapping=2.0,
        final_logit_softcapping=5.0,
        sliding_window=3,
        attention_bias=True,
        **_GROUPED,
        **_COMMON,
    ),
    "qwen2": Qwen2Config(use_sliding_window=True, sliding_window=4, max_window_layers=1, **_GROUPED, **_COMMON),
    "qwen3": Qwen3Config(head_dim=16, attention_bias=True, **_GROUPED, **_COMMON),
    "gemma3_text": Gemma3TextConfig(
        head_dim=16,
        query_pre_attn_scalar=12,
        final_logit_softcapping=5.0,
        sliding_window=3,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        attention_bias=True,
        **_GROUPED,
        **_COMMON,
    ),
    "olmo2": Olmo2Config(attention_bias=True, **_GROUPED, **_COMMON),
    "phi3": Phi3Config(sliding_window=4, partial_rotary_factor=0.5, **_GROUPED, **_COMMON),
    "gptj": GPTJConfig(n_layer=3, n_head=4, n_embd=32, n_positions=64, rotary_dim=4, **_COMMON),
    "opt": OPTConfig(
        hidden_size=32,
        ffn_dim=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=64,
        word_embed_proj_dim=32,
        **_COMMON,
    ),
    "mixtral": MixtralConfig(num_local_experts=4, num_experts_per_tok=2, sliding_window=4, **_GROUPED, **_COMMON),
    "qwen3_moe": Qwen3MoeConfig(
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        head_dim=16,
        mlp_only_layers=[1],
        **_GROUPED,
        **_COMMON,
    ),
}
"""One a family that differs in kind."""

NEAR_CONFIGS = {
    "gpt_neox serial": GPTNeoXConfig(use_parallel_residual=False, **_SIZES, **_COMMON),
    "gemma": GemmaConfig(head_dim=16, **_GROUPED, **_COMMON),
    "mistral": MistralConfig(sliding_window=3, **_GROUPED, **_COMMON),
}
"""Close relatives of those: the tests of sites and weights go over them too."""

MIXTURES = ("mixtral", "qwen3_moe")
"""Whose MLPs are mixtures of experts."""


def tiny_model(name: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    """A random model whose biases and norms are random too, so that a forgotten one shows."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config((TINY_CONFIGS | NEAR_CONFIGS)[name]).to(dtype).eval()
    if name in MIXTURES:
        model.set_experts_implementation("eager")  # the default has no float64
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(6)
    return model


def tiny_subject(name: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> Subject:
    """The same, opened for study."""
    return Subject(tiny_model(name, seed, dtype), tiny_tokenizer(), f"tiny {name}")
