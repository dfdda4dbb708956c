"""Terms of the loss, as parts that are handed in: each maps one forward pass of a dictionary to a number.

Everything is measured in scaled units, in which the written activations have a mean squared norm of 1 about their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError

_TINY = 1e-12


@dataclass(frozen=True)
class ForwardPass:
    """One batch through a dictionary that is being trained.

    Attributes:
        target: what the written sites hold.
        pre: pre-activations.
        latents: what fires.
        reconstruction: what the latents and the bias add up to.
        dead: features that have not fired for long.
    """

    target: Float[Tensor, "token write d_model"]
    pre: Float[Tensor, "token feature"]
    latents: Float[Tensor, "token feature"]
    reconstruction: Float[Tensor, "token write d_model"]
    dead: Bool[Tensor, " feature"]

    @property
    def residual(self) -> Float[Tensor, "token write d_model"]:
        """What is not reconstructed."""
        return self.target - self.reconstruction


class Loss(Protocol):
    """A term of the loss: a frozen dataclass with a `kind` and a `coefficient`."""

    kind: ClassVar[str]

    def __call__(self, dictionary: Dictionary, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        ...


@dataclass(frozen=True)
class Reconstruction:
    """Squared error of each token, averaged.

    Args:
        coefficient: factor of the term.
        equalise: 0 counts every token's squared error as it is, so that tokens with large activations rule; 1 divides
            it by the token's squared distance from the mean, so that every token counts alike; values between
            interpolate. Weights are scaled to a mean of 1.
    """

    kind: ClassVar[str] = "reconstruction"
    coefficient: float = 1.0
    equalise: float = 0.0

    def __post_init__(self) -> None:
        _refuse_negative(self.kind, coefficient=self.coefficient, equalise=self.equalise)

    def __call__(self, dictionary: Dictionary, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        errors = forward.residual.pow(2).flatten(1).sum(1)
        if self.equalise == 0:
            return self.coefficient * errors.mean()
        with torch.no_grad():
            size = (forward.target - forward.target.mean(0)).pow(2).flatten(1).sum(1)
            weight = (size + _FLOOR * size.mean()).pow(-self.equalise)
        return self.coefficient * (weight * errors).sum() / weight.sum()


_FLOOR = 1e-2
"""Share of the mean size that is added to each token's, so that a token at the mean does not weigh without limit."""


@dataclass(frozen=True)
class AuxK:
    """Dead features learn to reconstruct what the living ones leave (Gao et al. 2024, arXiv 2406.04093, A.2).

    For each token the `k` largest positive pre-activations among the dead features reconstruct the residual, which is
    held; the squared error is divided by the residual's variance. A feature whose pre-activations are never positive
    gets no gradient from it: see `revival.Resample` for those.

    Args:
        coefficient: factor of the term.
        k: dead features for one token.
        share: part of the batch that the term is worked out on; it costs more than the reconstruction does.
    """

    kind: ClassVar[str] = "auxk"
    coefficient: float = 1 / 32
    k: int = 64
    share: float = 0.5

    def __post_init__(self) -> None:
        _refuse_negative(self.kind, coefficient=self.coefficient)
        if self.k < 1 or not 0 < self.share <= 1:
            raise InputError(f"AuxK takes a positive k and a share in (0, 1], not {self.k} and {self.share}.")

    def __call__(self, dictionary: Dictionary, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included; zero where nothing is dead."""
        dead = forward.dead.nonzero()[:, 0]
        if len(dead) == 0:
            return forward.pre.new_zeros(())
        tokens = max(2, int(self.share * len(forward.pre)))
        residual = forward.residual[:tokens].detach().flatten(1)
        pre = forward.pre[:tokens, dead]
        values, indices = pre.topk(min(self.k, len(dead)), dim=-1)
        latents = torch.zeros_like(pre).scatter(-1, indices, values.relu())
        rest = residual - latents @ dictionary.W_dec[dead].flatten(1)
        variance = (residual - residual.mean(0)).pow(2).sum(1).mean()
        return self.coefficient * rest.pow(2).sum(1).mean() / variance.clamp_min(_TINY)


LOSSES: dict[str, Any] = {loss.kind: loss for loss in (Reconstruction, AuxK)}
"""The terms by the name that recipes use."""


def _refuse_negative(kind: str, **values: float) -> None:
    for name, value in values.items():
        if not value >= 0:
            raise InputError(f"The {name} of {kind} is {value}.", "Give a number of 0 or more.")
