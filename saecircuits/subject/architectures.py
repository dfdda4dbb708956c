"""The one table of architectures: where the parts of each model family lie, and how they differ.

A row says everything that the rest of the package needs to know about a family: the paths of its modules, which norm
it uses, how its attention projections are laid out, and the names of the config fields that switch something on. No
other file holds a module path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.errors import UnsupportedModelError

from .architecture import Architecture
from .projections import (
    FUSED_BY_HEAD,
    FUSED_BY_PART,
    FUSED_GROUPED,
    SEPARATE,
    SEPARATE_DENSE,
    SEPARATE_OUT,
    Rotary,
)


def _own_window(attention: Any) -> int | None:
    return attention.sliding_window


def _window_of_all(attention: nn.Module) -> int | None:
    config: Any = attention.config
    return config.sliding_window


def _rotary_at(path: str) -> Callable[[nn.Module, nn.Module], Rotary]:
    """One rotary embedding for all layers."""
    return lambda model, _: model.get_submodule(path)


def _rotary_by_layer_type(path: str) -> Callable[[nn.Module, nn.Module], Rotary]:
    """One that turns local and global layers at different speeds."""
    return lambda model, attention: partial(model.get_submodule(path), layer_type=attention.layer_type)


def _rotary_of_some_layers(model: nn.Module, attention: Any) -> Rotary | None:
    """SmolLM 3: every fourth layer knows no positions."""
    return model.get_submodule("model.rotary_emb") if attention.use_rope else None


def _rotary_by_attention_type(model: nn.Module, attention: Any) -> Rotary:
    """OLMo 3: as Gemma 3, under another name."""
    return partial(model.get_submodule("model.rotary_emb"), layer_type=attention.attention_type)


def _window_of_layer_type(attention: Any) -> int | None:
    """Qwen 2 MoE: the config alone says which layers have one."""
    sees_window = attention.config.layer_types[attention.layer_idx] == "sliding_attention"
    return attention.config.sliding_window if sees_window else None


def _local_window(attention: Any) -> int | None:
    """GPT-Neo: layers of one type see a window."""
    return attention.config.window_size if attention.attention_type == "local" else None


def _tabulated(_: nn.Module, attention: Any) -> Rotary:
    """GPT-J: sines and cosines stand in a table of the attention module."""

    def turn(x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        sin, cos = attention.embed_positions.to(x.device)[positions].to(x.dtype).chunk(2, -1)
        return torch.cat([cos, cos], -1), torch.cat([sin, sin], -1)

    return turn


def _opt_350m(config: Any) -> str | None:
    if not config.do_layer_norm_before:
        return "its norms come after attention and MLP"
    return None if config.word_embed_proj_dim == config.hidden_size else "its embeddings are narrower than its blocks"


def _seeing_ahead(config: Any) -> str | None:
    return "its tokens see those after them" if config.use_bidirectional_attention else None


def _clipped(config: Any) -> str | None:
    return None if config.clip_qkv is None else "it clips queries, keys and values"


def _head_normed(config: Any) -> str | None:
    return "it norms queries and keys, with biases" if config.qk_layernorm else None


def _stablelm_parallel(config: Any) -> str | None:
    return "its attention and MLP run in parallel" if config.use_parallel_residual else _head_normed(config)


LLAMA = Architecture(
    model_types=("llama",),
    blocks="model.layers",
    token_embedding="model.embed_tokens",
    rotary=_rotary_at("model.rotary_emb"),
    final_norm="model.norm",
    attention_norm="input_layernorm",
    mlp_norm="post_attention_layernorm",
    attention="self_attn",
    norm="rms",
    epsilon="variance_epsilon",
    projections=SEPARATE,
    mlp_down="mlp.down_proj",
)
GEMMA = replace(
    LLAMA,
    model_types=("gemma",),
    epsilon="eps",
    gain_offset=1.0,
    embedding_scale="embed_scale",
    unlike=_seeing_ahead,
)
GEMMA2 = replace(
    GEMMA,
    model_types=("gemma2",),
    mlp_norm="pre_feedforward_layernorm",
    attention_post_norm="post_attention_layernorm",
    mlp_post_norm="post_feedforward_layernorm",
    logit_cap="final_logit_softcapping",
    attention_cap="attn_logit_softcapping",
    window=_own_window,
)
GEMMA3 = replace(
    GEMMA2,
    model_types=("gemma3_text",),
    rotary=_rotary_by_layer_type("model.rotary_emb"),
    query_norm="q_norm",
    key_norm="k_norm",
)
QWEN2 = replace(LLAMA, model_types=("qwen2",), window=_own_window)
QWEN3 = replace(QWEN2, model_types=("qwen3",), query_norm="q_norm", key_norm="k_norm")
OLMO2 = replace(
    LLAMA,
    model_types=("olmo2",),
    attention_norm=None,
    mlp_norm=None,
    attention_post_norm="post_attention_layernorm",
    mlp_post_norm="post_feedforward_layernorm",
    query_norm="q_norm",
    key_norm="k_norm",
)
GPT2 = Architecture(
    model_types=("gpt2",),
    blocks="transformer.h",
    token_embedding="transformer.wte",
    position_embedding="transformer.wpe",
    final_norm="transformer.ln_f",
    attention_norm="ln_1",
    mlp_norm="ln_2",
    attention="attn",
    norm="layer",
    epsilon="eps",
    projections=FUSED_BY_PART,
    mlp_down="mlp.c_proj",
)

ARCHITECTURES = (
    LLAMA,
    GPT2,
    Architecture(
        model_types=("gpt_neox",),
        blocks="gpt_neox.layers",
        token_embedding="gpt_neox.embed_in",
        rotary=_rotary_at("gpt_neox.rotary_emb"),
        final_norm="gpt_neox.final_layer_norm",
        attention_norm="input_layernorm",
        mlp_norm="post_attention_layernorm",
        attention="attention",
        norm="layer",
        epsilon="eps",
        projections=FUSED_BY_HEAD,
        mlp_down="mlp.dense_4h_to_h",
        parallel_field="use_parallel_residual",
    ),
    Architecture(
        model_types=("gptj",),
        blocks="transformer.h",
        token_embedding="transformer.wte",
        rotary=_tabulated,
        neighbours_turn=lambda attention: attention.rotary_dim or attention.embed_dim,
        score_scale=lambda attention: 1 / float(attention.scale_attn),
        final_norm="transformer.ln_f",
        attention_norm="ln_1",
        mlp_norm="ln_1",
        attention="attn",
        norm="layer",
        epsilon="eps",
        projections=SEPARATE_OUT,
        mlp_down="mlp.fc_out",
        attend="_attn",
        always_parallel=True,
    ),
    Architecture(
        model_types=("opt",),
        blocks="model.decoder.layers",
        token_embedding="model.decoder.embed_tokens",
        position_embedding="model.decoder.embed_positions",
        first_position=2,
        final_norm="model.decoder.final_layer_norm",
        attention_norm="self_attn_layer_norm",
        mlp_norm="final_layer_norm",
        attention="self_attn",
        norm="layer",
        epsilon="eps",
        projections=SEPARATE_OUT,
        mlp="fc2",
        mlp_first="fc1",
        mlp_down="fc2",
        mlp_flat=True,
        unlike=_opt_350m,
    ),
    GEMMA,
    GEMMA2,
    GEMMA3,
    replace(  # with a tower for images, which text does not enter; it caps no logits, whatever its config says
        GEMMA3,
        model_types=("gemma3",),
        blocks="model.language_model.layers",
        token_embedding="model.language_model.embed_tokens",
        rotary=_rotary_by_layer_type("model.language_model.rotary_emb"),
        final_norm="model.language_model.norm",
        logit_cap=None,
    ),
    replace(LLAMA, model_types=("mistral",), window=_window_of_all),
    replace(LLAMA, model_types=("mixtral",), window=_window_of_all, mlp_down=None),
    replace(LLAMA, model_types=("phi3",), window=_window_of_all, projections=FUSED_GROUPED),
    QWEN2,
    replace(LLAMA, model_types=("qwen2_moe",), window=_window_of_layer_type, mlp_down=None),
    QWEN3,
    replace(QWEN3, model_types=("qwen3_moe",), mlp_down=None),
    replace(LLAMA, model_types=("smollm3",), rotary=_rotary_of_some_layers, window=_own_window),
    replace(LLAMA, model_types=("olmo",), norm="layer", epsilon=1e-5, unlike=_clipped),
    OLMO2,
    replace(OLMO2, model_types=("olmo3",), rotary=_rotary_by_attention_type, window=_own_window),
    replace(LLAMA, model_types=("stablelm",), norm="layer", epsilon="eps", unlike=_stablelm_parallel),
    replace(
        LLAMA,
        model_types=("phi",),
        norm="layer",
        epsilon="eps",
        final_norm="model.final_layernorm",
        mlp_norm="input_layernorm",
        projections=SEPARATE_DENSE,
        mlp_down="mlp.fc2",
        always_parallel=True,
        unlike=_head_normed,
    ),
    replace(
        GPT2,
        model_types=("gpt_neo",),
        attention="attn.attention",
        score_scale=lambda _: 1.0,
        projections=SEPARATE_OUT,
        attend="_attn",
        window=_local_window,
    ),
)


registered: list[Architecture] = []
"""Rows that were added while the program runs; see `register_architecture`."""


def architecture_of(model_type: str) -> Architecture:
    """The row of the table for the `model_type` of a Hugging Face config.

    Raises:
        UnsupportedModelError: for a model type that no row covers.
    """
    rows = (*ARCHITECTURES, *registered)
    for row in rows:
        if model_type in row.model_types:
            return row
    known = ", ".join(name for row in rows for name in row.model_types)
    raise UnsupportedModelError(
        f"Models of type {model_type!r} are not in the table of architectures (known: {known}).",
        "Add a row with sc.register_architecture, or choose a model of a known type.",
    )
