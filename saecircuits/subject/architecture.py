"""What the package needs to know about a family of models: a row of the table of architectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import Site

from .projections import Projections, Rotary


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
        rotary: the rotary embedding of an attention module, given the model and that module; None if there is none, or
            none in that layer.
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
        epsilon: the attribute of a norm's module that holds its epsilon, or the epsilon itself.
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
    epsilon: str | float
    projections: Projections = field(repr=False)
    mlp_down: str | None
    mlp: str = "mlp"
    mlp_first: str | None = None
    mlp_flat: bool = False
    position_embedding: str | None = None
    first_position: int = 0
    rotary: Callable[[nn.Module, nn.Module], Rotary | None] | None = field(default=None, repr=False)
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

    def check_config(self, config: Any, name: str) -> None:
        """Refuse a model for which the row does not hold.

        Raises:
            UnsupportedModelError: saying what sets it apart.
        """
        if (difference := self.unlike(config)) is not None:
            raise UnsupportedModelError(
                f"{name} is unlike other {config.model_type} models: {difference}.", "Choose another model."
            )

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
