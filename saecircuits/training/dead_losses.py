"""Terms of the loss that bring dead features back, for dictionaries of any kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.errors import InputError

from .checks import refuse_negative
from .forward import ForwardPass, Part
from .losses import TINY, Term


@dataclass(frozen=True)
class AuxK(Term):
    """Dead features learn to reconstruct what the living ones leave (Gao et al. 2024, arXiv 2406.04093, A.2).

    For each token the `k` largest positive pre-activations among the dead features reconstruct the residual, which is
    held; the squared error is divided by the residual's variance. A feature whose pre-activations are never positive
    gets no gradient from it: see `GhostGradients` and `revival.Resample` for those.

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
        refuse_negative(self.kind, coefficient=self.coefficient)
        if self.k < 1 or not 0 < self.share <= 1:
            raise InputError(f"AuxK takes a positive k and a share in (0, 1], not {self.k} and {self.share}.")

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included; zero where nothing is dead."""
        tokens = _first(forward, self.share)
        return self.coefficient * torch.stack([self._of(forward, part, tokens) for part in forward.parts]).sum()

    def _of(self, forward: ForwardPass, part: Part, tokens: int) -> Tensor:
        dead = part.dead.nonzero()[:, 0]
        if len(dead) == 0:
            return forward.target.new_zeros(())
        residual = forward.residual[:tokens, part.columns].detach()
        chosen = part.pre.largest(self.k, dead, tokens)
        written = part.write(part.pick(chosen).relu(), chosen.firing)
        variance = (residual - residual.mean(0)).pow(2).flatten(1).sum(1).mean()
        error = (residual - written).pow(2).flatten(1).sum(1).mean()
        return torch.where(variance > TINY, error / variance.clamp_min(TINY), 0 * error)


@dataclass(frozen=True)
class GhostGradients(Term):
    """Dead features get a gradient as if they fired by `exp(pre-activation)`, even where it is negative (Jermyn and
    Templeton 2024, "Ghost Grads: An improvement on resampling", Circuits Updates January 2024). A feature comes back if
    the residuals hold a direction again and again that lies near its own.

    What they would write is scaled to half the residual's norm at every token; the squared distance from the residual,
    which is held, is scaled to the size of the squared residual.

    Args:
        coefficient: factor of the term.
        share: part of the batch that the term is worked out on.
    """

    kind: ClassVar[str] = "ghost"
    coefficient: float = 1.0
    share: float = 0.25

    def __post_init__(self) -> None:
        refuse_negative(self.kind, coefficient=self.coefficient)
        if not 0 < self.share <= 1:
            raise InputError(f"Ghost gradients take a share in (0, 1], not {self.share}.")

    def __call__(self, forward: ForwardPass) -> Float[Tensor, ""]:
        """The term, coefficient included; zero where nothing is dead."""
        tokens = _first(forward, self.share)
        return self.coefficient * torch.stack([self._of(forward, part, tokens) for part in forward.parts]).sum()

    @staticmethod
    def _of(forward: ForwardPass, part: Part, tokens: int) -> Tensor:
        dead = part.dead.nonzero()[:, 0]
        if len(dead) == 0:
            return forward.target.new_zeros(())
        residual = forward.residual[:tokens, part.columns].detach().flatten(1)
        dictionary = part.dictionary
        pre = part.x[:tokens] @ dictionary.W_enc.flatten(1)[dead].T + dictionary.b_enc[dead]
        # A token's latents are scaled below, so a shift of all its exponents changes nothing but their range.
        ghost = (pre - pre.amax(1, keepdim=True).detach()).exp() @ dictionary.W_dec.flatten(1)[dead]
        scale = residual.norm(dim=1) / (2 * ghost.detach().norm(dim=1)).clamp_min(TINY)
        error = (ghost * scale[:, None] - residual).pow(2).sum(1).mean()
        return error * (residual.pow(2).sum(1).mean() / error.detach().clamp_min(TINY))


def _first(forward: ForwardPass, share: float) -> int:
    return max(2, int(share * len(forward.target)))
