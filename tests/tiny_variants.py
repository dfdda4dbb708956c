"""What real checkpoints set in their configs and the defaults leave out, on tiny models."""

from __future__ import annotations

from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    OlmoConfig,
    OPTConfig,
    Phi3Config,
    PreTrainedConfig,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
    StableLmConfig,
)

VOCABULARY = 60
COMMON: dict[str, Any] = dict(vocab_size=VOCABULARY, pad_token_id=1, bos_token_id=2, eos_token_id=3)
SIZES: dict[str, Any] = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=64
)
GROUPED: dict[str, Any] = SIZES | {"num_key_value_heads": 2}
_FIRST = 8
"""Positions that stretched models began with; the prompts are longer."""


def _turned(kind: str, **fields: Any) -> dict[str, Any]:
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 10000.0, **fields}}


def _stretched(kind: str, **fields: Any) -> dict[str, Any]:
    return _turned(kind, factor=4.0, original_max_position_embeddings=_FIRST, **fields)


_LONG: dict[str, Any] = GROUPED | COMMON | {"max_position_embeddings": 4 * _FIRST}
_SHORT: dict[str, Any] = GROUPED | COMMON | {"max_position_embeddings": _FIRST}
_LONGROPE: dict[str, Any] = _turned(
    "longrope",
    short_factor=[1.0, 1.1, 1.2],
    long_factor=[1.5, 2.0, 4.0],
    original_max_position_embeddings=_FIRST,
    partial_rotary_factor=0.75,
)
_LLAMA3: dict[str, Any] = _stretched("llama3", low_freq_factor=1.0, high_freq_factor=4.0)
_OPT: dict[str, Any] = dict(num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=64)
_GPT2: dict[str, Any] = dict(n_layer=3, n_head=4, n_embd=32, n_positions=64)
_GLOBAL: dict[str, Any] = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6}

VARIANT_CONFIGS: dict[str, PreTrainedConfig] = {
    "llama 3.2": LlamaConfig(**_LLAMA3, tie_word_embeddings=True, **_LONG),
    "llama linear": LlamaConfig(**_turned("linear", factor=4.0), **GROUPED, **COMMON),
    "llama dynamic": LlamaConfig(**_turned("dynamic", factor=4.0), **_SHORT),
    "llama yarn": LlamaConfig(mlp_bias=True, **_stretched("yarn"), **_LONG),
    "qwen2.5": Qwen2Config(use_sliding_window=False, sliding_window=4, max_window_layers=2, **GROUPED, **COMMON),
    "qwen2.5 yarn": Qwen2Config(**_stretched("yarn"), **_SHORT),
    "qwen3 windows": Qwen3Config(
        head_dim=16, use_sliding_window=True, sliding_window=4, max_window_layers=1, **GROUPED, **COMMON
    ),
    "phi3 128k": Phi3Config(**_LONGROPE, original_max_position_embeddings=_FIRST, **GROUPED, **COMMON),
    "mistral 0.3": MistralConfig(sliding_window=None, head_dim=16, **GROUPED, **COMMON),
    "pythia": GPTNeoXConfig(**_turned("default", partial_rotary_factor=0.25), **SIZES, **COMMON),
    "gpt2 by layer": GPT2Config(scale_attn_by_inverse_layer_idx=True, **_GPT2, **COMMON),
    "gpt2 unscaled": GPT2Config(scale_attn_weights=False, **_GPT2, **COMMON),
    "opt without biases": OPTConfig(
        hidden_size=32, word_embed_proj_dim=32, ffn_dim=64, enable_bias=False, **_OPT, **COMMON
    ),
    "opt with bare norms": OPTConfig(
        hidden_size=32, word_embed_proj_dim=32, ffn_dim=64, layer_norm_elementwise_affine=False, **_OPT, **COMMON
    ),
    "gemma2 uncapped": Gemma2Config(
        head_dim=16,
        attn_logit_softcapping=None,
        final_logit_softcapping=None,
        sliding_window=5,
        **GROUPED,
        **COMMON,
    ),
    "gemma3 4b": Gemma3TextConfig(
        head_dim=16,
        query_pre_attn_scalar=12,
        sliding_window=3,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={"sliding_attention": _turned("default")["rope_parameters"], "full_attention": _GLOBAL},
        **GROUPED,
        **COMMON,
    ),
    "smollm3 windows": SmolLM3Config(
        no_rope_layers=[1, 0, 1],
        use_sliding_window=True,
        sliding_window=4,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        **GROUPED,
        **COMMON,
    ),
}

UNLIKE_CONFIGS: dict[str, tuple[PreTrainedConfig, str]] = {
    "embedding gemma": (Gemma3TextConfig(use_bidirectional_attention=True, **GROUPED, **COMMON), "those after them"),
    "olmo twin": (OlmoConfig(clip_qkv=8.0, **GROUPED, **COMMON), "clips queries"),
    "stablelm 12b": (StableLmConfig(use_parallel_residual=True, **GROUPED, **COMMON), "run in parallel"),
    "stablelm head norms": (StableLmConfig(qk_layernorm=True, **GROUPED, **COMMON), "norms queries and keys"),
    "opt 350m": (OPTConfig(do_layer_norm_before=False, hidden_size=32, **_OPT, **COMMON), "norms come after"),
}
"""Models whose family's row does not hold for them, and what is said of each."""


def random_model(config: PreTrainedConfig, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    """A random model whose biases and norms are random too, so that a forgotten one shows."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config).to(dtype).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(6)
    return model
