"""Centring and scaling: training sees activations about a centre, with a mean squared norm of 1 over all that is read,
and over all that is written. Learning rates and coefficients then mean the same at every site of every model. Both are
folded into the weights in the end."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.errors import InputError

CENTRES = ("mean", "geometric median", "none")
"""What may be subtracted."""
_MEDIAN_STEPS = 32
_TINY = 1e-12


@dataclass(frozen=True)
class Scaling:
    """Raw activations and scaled ones: `scaled = (raw - centre) / scale`.

    Attributes:
        centre: one a site.
        size: root of the mean squared norm about the centre, one a site.
    """

    centre: Float[Tensor, "site d_model"]
    size: Float[Tensor, " site"]

    @classmethod
    def of(cls, sample: Float[Tensor, "token site d_model"], centre: str, name: str) -> Scaling:
        """From a sample of activations.

        Args:
            sample: raw.
            centre: one of `CENTRES`.
            name: of the plan, for messages.

        Raises:
            InputError: if a site is the same at every token.
        """
        middle = _centre(sample, centre)
        size = (sample - middle).pow(2).sum(2).mean(0).sqrt()
        if bool((size <= _TINY).any()) or bool((sample.std(0) <= 0).all(-1).any()):
            raise InputError(
                f"The activations for {name!r} are the same at every token.", "Choose other sites or a larger corpus."
            )
        return cls(middle, size)

    def scales(self, columns: list[int]) -> Float[Tensor, " column"]:
        """Scales of some sites, such that together they have a mean squared norm of 1."""
        return self.size[columns] * len(columns) ** 0.5

    def apply(
        self, raw: Float[Tensor, "token site d_model"], columns: list[int], scales: Float[Tensor, " column"]
    ) -> Float[Tensor, "token column d_model"]:
        """Some sites of a batch, scaled."""
        chosen = raw if columns == list(range(raw.shape[1])) else raw[:, columns]
        return (chosen - self.centre[columns]) / scales[:, None]


def _centre(sample: Tensor, centre: str) -> Tensor:
    match centre:
        case "mean":
            return sample.mean(0)
        case "geometric median":
            return geometric_median(sample)
        case _:
            return torch.zeros_like(sample[0])


def geometric_median(points: Float[Tensor, "token site d_model"]) -> Float[Tensor, "site d_model"]:
    """The point with the smallest sum of distances to all others, for each site (Weiszfeld's algorithm): unlike the
    mean it is not moved by a few tokens with huge activations."""
    median = points.mean(0)
    for _ in range(_MEDIAN_STEPS):
        nearness = 1 / (points - median).norm(dim=2, keepdim=True).clamp_min(_TINY)
        median = (points * nearness).sum(0) / nearness.sum(0)
    return median
