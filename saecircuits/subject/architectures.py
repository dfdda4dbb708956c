"""The one table of architectures: where the parts of each model family lie, and how to read their weights.

A row says everything that the rest of the package needs to know about a family: the paths of its modules, which norm
it uses, and a function that brings the attention projections of one block into one layout. No other file holds a
module path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import Site


@dataclass(frozen=True)
class Access:
    """How to reach a site inside a block: a module path ('' is the block), its input or output, an item of a tuple."""

    path: str
    end: str
    item: int | None = None


@dataclass(frozen=True)
class AttentionWeights:
    """The value and output projections of one attention layer, one slice a query head.

    Attributes:
        value: `[head, d_model, d_head]`, grouped key-value heads repeated to the query heads.
        value_bias: `[head, d_head]`.
        output: `[head, d_head, d_model]`.
        output_bias: `[d_model]`.
    """

    value: Tensor
    value_bias: Tensor
    output: Tensor
    output_bias: Tensor


def _llama_attention(attention: Any, config: Any) -> AttentionWeights:
    heads, groups = config.num_attention_heads, config.num_key_value_heads
    value = attention.v_proj.weight.unflatten(0, (groups, -1)).transpose(1, 2)
    bias = attention.v_proj.bias
    value_bias = value.new_zeros(groups, value.shape[-1]) if bias is None else bias.unflatten(0, (groups, -1))
    output = attention.o_proj.weight.T.unflatten(0, (heads, -1))
    output_bias = attention.o_proj.bias
    return AttentionWeights(
        value.repeat_interleave(heads // groups, 0),
        value_bias.repeat_interleave(heads // groups, 0),
        output,
        output.new_zeros(output.shape[-1]) if output_bias is None else output_bias,
    )


def _gpt2_attention(attention: Any, config: Any) -> AttentionWeights:
    heads = config.num_attention_heads
    value = attention.c_attn.weight.chunk(3, 1)[2]  # Conv1D keeps its weight as [in, out]
    return AttentionWeights(
        value.unflatten(1, (heads, -1)).transpose(0, 1),
        attention.c_attn.bias.chunk(3)[2].unflatten(0, (heads, -1)),
        attention.c_proj.weight.unflatten(0, (heads, -1)),
        attention.c_proj.bias,
    )


@dataclass(frozen=True)
class Architecture:
    """One family of language models.

    Attributes:
        model_types: the `config.model_type` values that it covers.
        blocks: path of the list of blocks.
        token_embedding, position_embedding: paths of the embeddings; no position embedding for rotary models.
        final_norm, unembed: paths of the last norm and of the unembedding.
        attention_norm, mlp_norm, attention, mlp: paths within a block.
        norm: `"rms"` (divides by the root mean square) or `"layer"` (subtracts the mean, divides by the deviation).
        attention_weights: reads the projections of one attention module.
    """

    model_types: tuple[str, ...]
    blocks: str
    token_embedding: str
    final_norm: str
    attention_norm: str
    mlp_norm: str
    attention: str
    norm: str
    attention_weights: Callable[[Any, Any], AttentionWeights] = field(repr=False)
    mlp: str = "mlp"
    unembed: str = "lm_head"
    position_embedding: str | None = None

    def access(self, site: Site) -> Access:
        """Where `site` is read and written inside its block."""
        match site.kind:
            case "resid_pre":
                return Access("", "input")
            case "attn_out":
                return Access(self.attention, "output", 0)
            case "resid_mid":
                return Access(self.mlp_norm, "input")
            case "mlp_in":
                return Access(self.mlp, "input")
            case "mlp_out":
                return Access(self.mlp, "output")
            case _:
                return Access("", "output")


ARCHITECTURES = (
    Architecture(
        model_types=("llama",),
        blocks="model.layers",
        token_embedding="model.embed_tokens",
        final_norm="model.norm",
        attention_norm="input_layernorm",
        mlp_norm="post_attention_layernorm",
        attention="self_attn",
        norm="rms",
        attention_weights=_llama_attention,
    ),
    Architecture(
        model_types=("gpt2",),
        blocks="transformer.h",
        token_embedding="transformer.wte",
        position_embedding="transformer.wpe",
        final_norm="transformer.ln_f",
        attention_norm="ln_1",
        mlp_norm="ln_2",
        attention="attn",
        norm="layer",
        attention_weights=_gpt2_attention,
    ),
)


def architecture_of(model_type: str) -> Architecture:
    """The row of the table for the `model_type` of a Hugging Face config.

    Raises:
        UnsupportedModelError: for a model type that no row covers.
    """
    for row in ARCHITECTURES:
        if model_type in row.model_types:
            return row
    known = ", ".join(name for row in ARCHITECTURES for name in row.model_types)
    raise UnsupportedModelError(
        f"Models of type {model_type!r} are not in the table of architectures (known: {known}).",
        "Add a row to saecircuits/subject/architectures.py, or choose a model of a known type.",
    )


def norm_scale(norm: str, module: nn.Module, x: Tensor) -> Tensor:
    """The factor by which a norm multiplies its (centred) input, `1 / denominator`, shape `[..., 1]`."""
    # transformers' RMS norms call it one name, LayerNorm the other
    epsilon: Any = getattr(module, "variance_epsilon", None) or getattr(module, "eps", None)
    centred = centre(norm, x.float())
    return torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + epsilon)


def centre(norm: str, x: Tensor) -> Tensor:
    """What a norm does to its input before it divides: a layer norm subtracts the mean, an RMS norm nothing."""
    return x - x.mean(-1, keepdim=True) if norm == "layer" else x
