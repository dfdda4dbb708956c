"""Where nodes lie, and one forward pass over those places.

Beside the sites there are two places more: the embeddings, where tokens come in, and the hidden activations of an MLP,
its neurons. `walk` goes over any set of places in the order of the forward pass; at each, a visitor sees what the model
computed and says what goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar, overload

from jaxtyping import Float
from torch import Tensor

from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject, Tokens

_AFTER_MLP_IN = SITE_KINDS.index("mlp_in") + 0.5


@dataclass(frozen=True)
class Hidden:
    """The neurons of one MLP: what its last matrix reads."""

    layer: int

    def __str__(self) -> str:
        return f"neurons.{self.layer}"


@dataclass(frozen=True)
class Embedding:
    """What the first block reads, before any dictionary."""

    layer: int = -1

    def __str__(self) -> str:
        return "embedding"


T = TypeVar("T")
Place = Site | Hidden | Embedding
Value = Float[Tensor, "batch position width"]
Visitor = Callable[[Place, Tensor], Tensor]
"""What goes on from a place, given the place and the value that the model computed there."""

EMBEDDING = Embedding()


@dataclass(frozen=True)
class Walked:
    """One forward pass.

    Attributes:
        computed: by place, what the model computed there, `[batch, position, width]`.
        passed: by place, what went on from there.
        scores: logits before a soft cap, `[batch, position, vocabulary]`.
        logits: the same after it.
    """

    computed: Mapping[Place, Value]
    passed: Mapping[Place, Value]
    scores: Float[Tensor, "batch position vocabulary"]
    logits: Float[Tensor, "batch position vocabulary"]


def order(place: Place) -> tuple[int, float]:
    """The key that sorts places as a forward pass meets them."""
    match place:
        case Site():
            return place.layer, SITE_KINDS.index(place.kind)
        case Hidden():
            return place.layer, _AFTER_MLP_IN
        case Embedding():
            return -1, 0


def unchanged(_: Place, computed: Tensor) -> Tensor:
    """The visitor that only looks."""
    return computed


@overload
def walk(
    subject: Subject, tokens: Tokens, places: Collection[Place], visit: Visitor = ..., grad: bool = ...
) -> Walked: ...


@overload
def walk(
    subject: Subject,
    tokens: Tokens,
    places: Collection[Place],
    visit: Visitor = ...,
    grad: bool = ...,
    *,
    then: Callable[[Walked], T],
) -> T: ...


def walk(
    subject: Subject,
    tokens: Tokens,
    places: Collection[Place],
    visit: Visitor = unchanged,
    grad: bool = False,
    *,
    then: Callable[[Walked], Any] | None = None,
) -> Any:
    """One forward pass over some places.

    Nothing reads `resid_mid` alone (the residual stream runs past it), so a value that is passed on there is written
    by way of `attn_out`, as the difference to what the block read.

    Args:
        subject: the model.
        tokens: a batch without padding.
        places: where to stop.
        visit: called at each, in order.
        grad: build an autograd graph.
        then: what to make of the pass; what needs the graph has to go in here.
    """
    middles = {place.layer for place in places if _is_middle(place)}
    stops = sorted({*places, *(Site("resid_pre", layer) for layer in middles)}, key=order)

    def body() -> Walked:
        computed: dict[Place, Tensor] = {}
        passed: dict[Place, Tensor] = {}
        for where, group in groupby(stops, key=_location):
            value = before = _get(subject, where)
            for place in group:
                entered = passed[Site("resid_pre", place.layer)] if _is_middle(place) else None
                computed[place] = value if entered is None else value + entered
                passed[place] = visit(place, computed[place]) if place in places else value
                value = passed[place] if entered is None else passed[place] - entered
            if value is not before:
                _set(subject, where, value)
        return Walked(computed, passed, subject.unembedded(), subject.logits())

    if then is None:
        return subject.run(tokens, body, grad=grad)
    return subject.run(tokens, body, grad=grad, then=then)


def _is_middle(place: Place) -> bool:
    return isinstance(place, Site) and place.kind == "resid_mid"


def _location(place: Place) -> Place:
    """The place in whose stead a place is read and written."""
    if isinstance(place, Embedding):
        return Site("resid_pre", 0)
    return Site("attn_out", place.layer) if _is_middle(place) else place


def _get(subject: Subject, where: Place) -> Tensor:
    return subject.mlp_hidden(where.layer) if isinstance(where, Hidden) else subject.get(_site(where))


def _set(subject: Subject, where: Place, value: Tensor) -> None:
    if isinstance(where, Hidden):
        subject.set_mlp_hidden(where.layer, value)
    else:
        subject.set(_site(where), value)


def _site(where: Place) -> Site:
    assert isinstance(where, Site)
    return where
