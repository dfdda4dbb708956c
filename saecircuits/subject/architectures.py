"""The one table of architectures: where the parts of each model family lie, and how they differ.

A row says everything that the rest of the package needs to know about a family: the paths of its modules, which norm
it uses, how its attention projections are laid out, and the names of the config fields that switch something on. No
other file holds a module path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import Site

from .projections import FUSED_BY_HEAD, FUSED_BY_PART, FUSED_GROUPED, SEPARATE, SEPARATE_OUT, Projections, Rotary


@dataclass(frozen=True)
class Access:
    """How to reach a place inside a block.

    Attributes:
        path: of a module; `""` is the block.
        end: `"input"` or `"output"`.
        item: of a tuple.
        flat: batch and position are one axis there.
    """

    path: str
    end: str
    item: int | None = None
    flat: bool = False


def _none(_: Any) -> None:
    return None


def _own_scaling(attention: Any) -> float:
    return attention.scaling


@dataclass(frozen=True)
class Architecture:
    """One family of language models.

    Attributes:
        model_types: the `config.model_type` values that it covers.
        blocks: path of the list of blocks.
        token_embedding, position_embedding: paths of the embeddings; no position embedding for rotary models.
        first_position: the row of the position embedding that the first token takes.
        rotary: the rotary embedding of an attention module, given the model and that module; None if there is none.
        neighbours_turn: how many columns of queries and keys turn with their neighbour, given an attention module; None
            where columns turn with the one half of the turned ones away.
        score_scale: what an attention module multiplies products of queries and keys with.
        final_norm: path of the last norm.
        attention_norm, mlp_norm: paths within a block of the norms that attention and the MLP read through, or None.
        attention, mlp, mlp_down: paths within a block; `mlp_down` is the MLP's last matrix, None for mixtures of
            experts.
        mlp_first: path of the MLP's first matrix, where the MLP is no module of its own, and `mlp` is its last.
        mlp_flat: batch and position are one axis around the MLP.
        attention_post_norm, mlp_post_norm: paths within a block of norms between a sublayer and the residual stream.
        query_norm, key_norm: paths within the attention module of norms of each head's query and key.
        norm: `"rms"` or `"layer"`, see `Norm`.
        epsilon: the attribute of a norm's module that holds its epsilon.
        gain_offset: what is added to a norm's weight to make its gain.
        projections: how the matrices of attention are laid out.
        embedding_scale: the attribute of the token embedding that holds the factor it multiplies its rows with.
        logit_cap, attention_cap: the config fields that hold the soft-caps of logits and attention scores.
        attend: the method of an attention module that attends, where it does not ask transformers for one.
        parallel_field: the config field that is true if attention and MLP both read the block's input.
        always_parallel: they do in every model of the family.
        window: the sliding window of an attention module, in tokens, or None.
        unlike: what sets a model apart so far that its family's row does not hold for it, given its config; or None.
    """

    model_types: tuple[str, ...]
    blocks: str
    token_embedding: str
    final_norm: str
    attention_norm: str | None
    mlp_norm: str | None
    attention: str
    norm: str
    epsilon: str
    projections: Projections = field(repr=False)
    mlp_down: str | None
    mlp: str = "mlp"
    mlp_first: str | None = None
    mlp_flat: bool = False
    position_embedding: str | None = None
    first_position: int = 0
    rotary: Callable[[nn.Module, nn.Module], Rotary] | None = field(default=None, repr=False)
    neighbours_turn: Callable[[Any], int] | None = field(default=None, repr=False)
    score_scale: Callable[[Any], float] = field(default=_own_scaling, repr=False)
    attention_post_norm: str | None = None
    mlp_post_norm: str | None = None
    query_norm: str | None = None
    key_norm: str | None = None
    gain_offset: float = 0.0
    embedding_scale: str | None = None
    logit_cap: str | None = None
    attention_cap: str | None = None
    attend: str | None = None
    parallel_field: str | None = None
    always_parallel: bool = False
    window: Callable[[Any], int | None] = field(default=_none, repr=False)
    unlike: Callable[[Any], str | None] = field(default=_none, repr=False)

    def parallel(self, config: Any) -> bool:
        """Whether attention and MLP both read the block's input, so that the MLP does not see its own attention."""
        return self.always_parallel or bool(option(config, self.parallel_field))

    def access(self, site: Site) -> Access:
        """Where `site` is read and written inside its block; `resid_mid` of a parallel model lies nowhere."""
        match site.kind:
            case "resid_pre":
                return Access("", "input")
            case "attn_out":
                return Access(self.attention_post_norm, "output") if self.attention_post_norm else self.attention_raw
            case "resid_mid":
                return Access(self.mlp_norm or self.mlp, "input", flat=self.mlp_flat)
            case "mlp_in":
                return Access(self.mlp_first or self.mlp, "input", flat=self.mlp_flat)
            case "mlp_out":
                return Access(self.mlp_post_norm, "output") if self.mlp_post_norm else self.mlp_raw
            case _:
                return Access("", "output", 0)

    @property
    def attention_raw(self) -> Access:
        """What attention puts out, before a post-norm."""
        return Access(self.attention, "output", 0)

    @property
    def mlp_raw(self) -> Access:
        """What the MLP puts out, before a post-norm."""
        return Access(self.mlp, "output", flat=self.mlp_flat)

    @property
    def has_neurons(self) -> bool:
        """Whether an MLP is one list of neurons; a mixture of experts is not."""
        return self.mlp_down is not None

    @property
    def mlp_hidden(self) -> Access:
        """The neurons of the MLP.

        Raises:
            UnsupportedModelError: for mixtures of experts, which have no one list of neurons.
        """
        if self.mlp_down is None:
            raise UnsupportedModelError(
                f"The MLPs of {self.model_types[0]} models are mixtures of experts, which have no one list of neurons.",
                "Take sites, or dictionaries of the MLPs as a whole.",
            )
        return Access(self.mlp_down, "input", flat=self.mlp_flat)


def option(owner: Any, name: str | None) -> Any:
    """An attribute that a row names; None if it names none."""
    return None if name is None else getattr(owner, name)


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
GEMMA = replace(LLAMA, model_types=("gemma",), epsilon="eps", gain_offset=1.0, embedding_scale="embed_scale")
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
QWEN3 = replace(LLAMA, model_types=("qwen3",), window=_own_window, query_norm="q_norm", key_norm="k_norm")

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
    replace(
        GEMMA2,
        model_types=("gemma3_text",),
        rotary=_rotary_by_layer_type("model.rotary_emb"),
        query_norm="q_norm",
        key_norm="k_norm",
    ),
    replace(LLAMA, model_types=("mistral",), window=_window_of_all),
    replace(LLAMA, model_types=("mixtral",), window=_window_of_all, mlp_down=None),
    replace(LLAMA, model_types=("phi3",), window=_window_of_all, projections=FUSED_GROUPED),
    replace(LLAMA, model_types=("qwen2",), window=_own_window),
    QWEN3,
    replace(QWEN3, model_types=("qwen3_moe",), mlp_down=None),
    replace(
        LLAMA,
        model_types=("olmo2",),
        attention_norm=None,
        mlp_norm=None,
        attention_post_norm="post_attention_layernorm",
        mlp_post_norm="post_feedforward_layernorm",
        query_norm="q_norm",
        key_norm="k_norm",
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
