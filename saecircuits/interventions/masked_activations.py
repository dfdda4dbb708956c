"""The controls for masked features: activations of the model itself, each number a node, all but some of them ablated.

*Neurons* are the hidden units of the MLPs, place `neurons.3`. *Coordinates* are the standard basis of the sites that
dictionaries write, place `coordinates.mlp_out.3`: the same vectors as the features and errors make up, cut along the
axes (what Marks et al. 2025, arXiv 2403.19647, call neurons). Neither leaves an error. Masks, means and alignment are
those of `masked`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.replacement import Replacement
from saecircuits.subject import Subject, Tokens

from .masked import Masked, Masks, Means, check_places, means_of

NEURONS = "neurons."
"""What the places of MLP neurons begin with."""


@dataclass(frozen=True)
class Spot:
    """Activations that can be read and written inside a run.

    Attributes:
        place: their name.
        width: how many there are at a token.
        get: reads them, `[batch, position, width]`.
        set: writes them.
    """

    place: str
    width: int
    get: Callable[[], Tensor]
    set: Callable[[Tensor], None]


def neurons(subject: Subject) -> list[Spot]:
    """The MLP neurons of every layer, in the order of the forward pass."""
    return [_layer(subject, layer) for layer in range(subject.n_layers)]


def coordinates(replacement: Replacement) -> list[Spot]:
    """The coordinates of every site that a dictionary writes, in the order of the forward pass."""
    written = sorted({site.bare for d in replacement.dictionaries.values() for site in d.writes})
    subject = replacement.subject
    return [
        Spot(f"coordinates.{site}", subject.d_model, partial(subject.get, site), partial(subject.set, site))
        for site in written
    ]


@torch.no_grad()
def run_activations_masked(
    subject: Subject, spots: Sequence[Spot], tokens: Tokens, keep: Masks, means: Means | None = None
) -> Float[Tensor, "batch vocabulary"]:
    """Logits of the next token with only some activations in place; see `run_masked`."""
    check_places(keep, [spot.place for spot in spots])
    replaced, masked = Replacement.replaced(tokens)[..., None], Masked(keep, means, "kept", tokens.ids.shape[1])

    def body() -> Tensor:
        for spot in spots:
            own = spot.get()
            spot.set(torch.where(replaced, masked.values(spot.place, own), own))
        return subject.logits()[:, -1]

    return subject.run(tokens, body)


@torch.no_grad()
def mean_activations(subject: Subject, spots: Sequence[Spot], tokens: Tokens, aligned: bool = True) -> Means:
    """Means over reference prompts, in the unablated model; see `mean_latents_and_errors`."""

    def values(part: Tokens) -> dict[str, Tensor]:
        return subject.run(part, lambda: {spot.place: spot.get() for spot in spots})

    return means_of(values, tokens, aligned)


def _layer(subject: Subject, layer: int) -> Spot:
    width = len(subject.weights.mlp_down(layer))
    return Spot(f"{NEURONS}{layer}", width, partial(subject.mlp_hidden, layer), partial(subject.set_mlp_hidden, layer))
