"""The one table of architectures: where the parts of each model family lie, and how they differ.

A row says everything that the rest of the package needs to know about a family: the paths of its modules, which norm
it uses, how its attention projections are laid out, and the names of the config fields that switch something on. No
other file holds a module path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from torch import nn

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import Site

from .projections import FUSED_BY_HEAD, FUSED_BY_PART, SEPARATE, Projections


@dataclass(frozen=True)
class Access:
    """How to reach a place inside a block: a module path ('' is the block), its input or output, an item of a tuple."""

    path: str
    end: str
    item: int | None = None


def _no_window(_: Any) -> None:
    return None


@dataclass(frozen=True)
class Architecture:
    """One family of language models.

    Attributes:
        model_types: the `config.model_type` values that it covers.
        blocks: path of the list of blocks.
        token_embedding, position_embedding: paths of the embeddings; no position embedding for rotary models.
        rotary: path of the rotary embedding, if there is one.
        final_norm: path of the last norm.
        attention_norm, mlp_norm, attention, mlp, mlp_down: paths within a block; `mlp_down` is the MLP's last matrix.
        attention_post_norm, mlp_post_norm: paths within a block of norms between a sublayer and the residual stream.
        query_norm, key_norm: paths within the attention module of norms of each head's query and key.
        norm: `"rms"` or `"layer"`, see `Norm`.
        epsilon: the attribute of a norm's module that holds its epsilon.
        gain_offset: what is added to a norm's weight to make its gain.
        projections: how the matrices of attention are laid out.
        embedding_scale: the attribute of the token embedding that holds the factor it multiplies its rows with.
        logit_cap, attention_cap: the config fields that hold the soft-caps of logits and attention scores.
        parallel_field: the config field that is true if attention and MLP both read the block's input.
        window: the sliding window of an attention module, in tokens, or None.
    """

    model_types: tuple[str, ...]
    blocks: str
    token_embedding: str
    final_norm: str
    attention_norm: str
    mlp_norm: str
    attention: str
    norm: str
    epsilon: str
    projections: Projections = field(repr=False)
    mlp_down: str
    mlp: str = "mlp"
    position_embedding: str | None = None
    rotary: str | None = None
    attention_post_norm: str | None = None
    mlp_post_norm: str | None = None
    query_norm: str | None = None
    key_norm: str | None = None
    gain_offset: float = 0.0
    embedding_scale: str | None = None
    logit_cap: str | None = None
    attention_cap: str | None = None
    parallel_field: str | None = None
    window: Callable[[Any], int | None] = field(default=_no_window, repr=False)

    def parallel(self, config: Any) -> bool:
        """Whether attention and MLP both read the block's input, so that the MLP does not see its own attention."""
        return bool(option(config, self.parallel_field))

    def access(self, site: Site) -> Access:
        """Where `site` is read and written inside its block; `resid_mid` of a parallel model lies nowhere."""
        match site.kind:
            case "resid_pre":
                return Access("", "input")
            case "attn_out":
                return Access(self.attention_post_norm, "output") if self.attention_post_norm else self.attention_raw
            case "resid_mid":
                return Access(self.mlp_norm, "input")
            case "mlp_in":
                return Access(self.mlp, "input")
            case "mlp_out":
                return Access(self.mlp_post_norm or self.mlp, "output")
            case _:
                return Access("", "output")

    @property
    def attention_raw(self) -> Access:
        """What attention puts out, before a post-norm."""
        return Access(self.attention, "output", 0)

    @property
    def mlp_raw(self) -> Access:
        """What the MLP puts out, before a post-norm."""
        return Access(self.mlp, "output")

    @property
    def mlp_hidden(self) -> Access:
        """The neurons of the MLP."""
        return Access(self.mlp_down, "input")


def option(owner: Any, name: str | None) -> Any:
    """An attribute that a row names; None if it names none."""
    return None if name is None else getattr(owner, name)


def _own_window(attention: Any) -> int | None:
    return attention.sliding_window


def _window_of_all(attention: nn.Module) -> int | None:
    config: Any = attention.config
    return config.sliding_window


LLAMA = Architecture(
    model_types=("llama",),
    blocks="model.layers",
    token_embedding="model.embed_tokens",
    rotary="model.rotary_emb",
    final_norm="model.norm",
    attention_norm="input_layernorm",
    mlp_norm="post_attention_layernorm",
    attention="self_attn",
    norm="rms",
    epsilon="variance_epsilon",
    projections=SEPARATE,
    mlp_down="mlp.down_proj",
)
GEMMA = replace(LLAMA, model_types=("gemma",), epsilon="eps", gain_offset=1.0, embedding_scale="embed_scale")

ARCHITECTURES = (
    LLAMA,
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
        epsilon="eps",
        projections=FUSED_BY_PART,
        mlp_down="mlp.c_proj",
    ),
    Architecture(
        model_types=("gpt_neox",),
        blocks="gpt_neox.layers",
        token_embedding="gpt_neox.embed_in",
        rotary="gpt_neox.rotary_emb",
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
    GEMMA,
    replace(
        GEMMA,
        model_types=("gemma2",),
        mlp_norm="pre_feedforward_layernorm",
        attention_post_norm="post_attention_layernorm",
        mlp_post_norm="post_feedforward_layernorm",
        logit_cap="final_logit_softcapping",
        attention_cap="attn_logit_softcapping",
        window=_own_window,
    ),
    replace(LLAMA, model_types=("mistral",), window=_window_of_all),
    replace(LLAMA, model_types=("qwen2",), window=_own_window),
    replace(LLAMA, model_types=("qwen3",), window=_own_window, query_norm="q_norm", key_norm="k_norm"),
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
