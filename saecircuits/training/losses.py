"""Terms of the loss, as parts that are handed in: each maps one forward pass of a plan to a number.

Everything is measured in scaled units, in which what is written has a mean squared norm of 1 about its centre. Terms
about single dictionaries are summed over the dictionaries of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import JumpReLU
from saecircuits.errors import InputError

from .checks import refuse_negative, refuse_not_positive
from .forward import ForwardPass, Part

TINY = 1e-12
_FLOOR = 1e-2
"""Share of the mean size that is added to each token's, so that a token at the mean does not weigh without limit."""


class Loss(Protocol):
    """A term of the loss: a frozen dataclass with a `kind`."""

    kind: ClassVar[str]

    needs: ClassVar[tuple[str, ...]]
    """The kinds of activation function that it goes with; empty for all."""

    @property
    def prefixes(self) -> tuple[float, ...]:
        """Shares of the features whose reconstructions it looks at beside the whole one."""
        ...

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        ...


class Term:
    """What most terms have in common: any activation function, one reconstruction."""

    needs: ClassVar[tuple[str, ...]] = ()

    @property
    def prefixes(self) -> tuple[float, ...]:
        """The whole reconstruction is all that is looked at."""
        return ()


@dataclass(frozen=True)
class Reconstruction(Term):
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
        refuse_negative(self.kind, coefficient=self.coefficient, equalise=self.equalise)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        errors = forward.residual.pow(2).flatten(1).sum(1)
        return self.coefficient * _mean(errors, forward.target, self.equalise)


@dataclass(frozen=True)
class Matryoshka(Term):
    """Squared error of nested reconstructions, from the first features alone, averaged over the prefixes (Bussmann et
    al. 2025, "Learning Multi-Level Features with Matryoshka Sparse Autoencoders", arXiv 2503.17547). It stands in the
    place of `Reconstruction`.

    Args:
        shares: of the features, ascending; the last is 1.
        coefficient: factor of the term.
        equalise: as in `Reconstruction`.
    """

    kind: ClassVar[str] = "matryoshka"
    shares: tuple[float, ...] = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
    coefficient: float = 1.0
    equalise: float = 0.0

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient, equalise=self.equalise)
        ascending = all(a < b for a, b in zip((0.0, *self.shares), self.shares, strict=False))
        if not self.shares or not ascending or self.shares[-1] != 1:
            raise InputError(f"The shares {self.shares} are not nested prefixes.", "Give ascending shares up to 1.")

    @property
    def prefixes(self) -> tuple[float, ...]:
        """The nested shares."""
        return self.shares

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        errors = [(forward.target - level).pow(2).flatten(1).sum(1) for level in forward.levels]
        return self.coefficient * _mean(torch.stack(errors).mean(0), forward.target, self.equalise)


@dataclass(frozen=True)
class L1(Term):
    """Sum of a token's latents, each weighted by the norm of its decoder row, averaged over tokens (Conerly et al.
    2024, "Update on how we train SAEs"). For several written sites the norms are summed, as crosscoders do it.

    Args:
        coefficient: factor of the term once sparsity has warmed up.
    """

    kind: ClassVar[str] = "l1"
    coefficient: float = 0.1

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        sums = [(part.latents * part.norms[part.firing.feature]).sum() for part in forward.parts]
        return self.coefficient * forward.penalty * torch.stack(sums).sum() / len(forward.target)


@dataclass(frozen=True)
class L0(Term):
    """Number of a token's features that fire, averaged over tokens; its gradient reaches the thresholds of a JumpReLU
    through the straight-through estimator (Rajamanoharan et al. 2024, arXiv 2407.14435).

    Args:
        coefficient: factor of the term once sparsity has warmed up.
        target: if given, the term is `(L0 / target - 1)^2` instead, so that L0 comes to lie there; of each dictionary,
            as `k` is.
    """

    kind: ClassVar[str] = "l0"
    needs: ClassVar[tuple[str, ...]] = ("jumprelu",)
    coefficient: float = 1e-3
    target: float | None = None

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient)
        if self.target is not None:
            refuse_not_positive(f"The term {self.kind!r}", target=self.target)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        fired = torch.stack([self._fired(part) for part in forward.parts]).sum() / len(forward.target)
        if self.target is not None:
            fired = (fired / (self.target * len(forward.parts)) - 1).pow(2)
        return self.coefficient * forward.penalty * fired

    @staticmethod
    def _fired(part: Part) -> Tensor:
        jump: Any = part.dictionary.activation
        return JumpReLU.fires(jump, part.values, part.firing.feature).sum()


@dataclass(frozen=True)
class Tanh(Term):
    """Sum of `tanh(slope * latent * decoder norm)` of a token, averaged: an L0 that has a gradient, and does not shrink
    what fires strongly (Conerly et al. 2025, "Circuits Updates, January 2025").

    Args:
        coefficient: factor of the term once sparsity has warmed up.
        slope: how soon a latent counts in full.
    """

    kind: ClassVar[str] = "tanh"
    coefficient: float = 1e-3
    slope: float = 4.0

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient, slope=self.slope)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        sums = [(self.slope * part.latents * part.norms[part.firing.feature]).tanh().sum() for part in forward.parts]
        return self.coefficient * forward.penalty * torch.stack(sums).sum() / len(forward.target)


@dataclass(frozen=True)
class PreActivation(Term):
    """How far pre-activations lie below the thresholds, weighted by decoder norms: a weak pull on all features that do
    not fire, so that none stays dead (Conerly et al. 2025, "Circuits Updates, January 2025").

    The sum over all pairs that do not fire is the sum over all pairs, which needs only the sum of the tokens, less that
    over the pairs that do.

    Args:
        coefficient: factor of the term.
    """

    kind: ClassVar[str] = "preactivation"
    needs: ClassVar[tuple[str, ...]] = ("jumprelu",)
    coefficient: float = 3e-6

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included."""
        return self.coefficient * torch.stack([self._below(part) for part in forward.parts]).sum() / len(forward.target)

    @staticmethod
    def _below(part: Part) -> Tensor:
        dictionary, jump = part.dictionary, part.dictionary.activation
        assert isinstance(jump, JumpReLU)
        tokens, weights = len(part.x), dictionary.W_enc.flatten(1)
        everywhere = tokens * (jump.threshold.clamp_min(0) - dictionary.b_enc) - weights @ part.x.sum(0)
        above = (part.values - jump.thresholds(part.firing.feature)).relu() * part.norms[part.firing.feature]
        return (everywhere * part.norms).sum() + above.sum()


@dataclass(frozen=True)
class GateLoss(Term):
    """Trains the gates of a gated dictionary: an L1 penalty on what they let through, and the reconstruction from the
    gates' own pre-activations, for which the decoder is held (Rajamanoharan et al. 2024, arXiv 2404.16014).

    Args:
        coefficient: of the L1 penalty once sparsity has warmed up.
        auxiliary: of the reconstruction.
    """

    kind: ClassVar[str] = "gate"
    needs: ClassVar[tuple[str, ...]] = ("gated",)
    coefficient: float = 0.1
    auxiliary: float = 1.0

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient, auxiliary=self.auxiliary)

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficients included."""
        rest, through = forward.target.clone(), []
        for part in forward.parts:
            gates = part.values.relu()
            through.append((gates * part.norms[part.firing.feature]).sum())
            rest[:, part.columns] = (
                rest[:, part.columns] - part.write(gates, part.firing, held=True) - part.past().detach()
            )
        penalty = forward.penalty * torch.stack(through).sum() / len(forward.target)
        return self.coefficient * penalty + self.auxiliary * rest.pow(2).flatten(1).sum(1).mean()


def _mean(errors: Tensor, target: Tensor, equalise: float) -> Tensor:
    """Mean over tokens; see `Reconstruction` for `equalise`."""
    if equalise == 0:
        return errors.mean()
    with torch.no_grad():
        size = (target - target.mean(0)).pow(2).flatten(1).sum(1)
        weight = (size + _FLOOR * size.mean()).pow(-equalise)
    return (weight * errors).sum() / weight.sum()
