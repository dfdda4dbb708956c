"""Giving dead features a second life, as a part that is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.errors import InputError

from .forward import Part
from .starts import rows_of_tokens


class Revival(Protocol):
    """A way of reviving: a frozen dataclass with a `kind`, and `every` how many tokens it is done."""

    kind: ClassVar[str]

    @property
    def every(self) -> int:
        """Tokens between two revivals."""
        ...

    def __call__(
        self,
        part: Part,
        residual: Float[Tensor, "token write d_model"],
        target: Float[Tensor, "token write d_model"],
        generator: torch.Generator,
    ) -> Int[Tensor, " revived"]:
        """Change the weights of dead features; returns their indices."""
        ...


@dataclass(frozen=True)
class Resample:
    """Dead features start again from tokens that are badly reconstructed (after Bricken et al. 2023, "Towards
    Monosemanticity", appendix).

    Each takes a token of the batch, drawn with a probability that grows with its squared error, reads the direction
    of what the token reads, and writes that of its residual.

    Args:
        every: tokens between two resamplings.
        most: features that are resampled at once, as a share of the batch's tokens.
        margin: as in `starts.rows_of_tokens`.
        equalise: 0 draws by squared error; 1 by squared error relative to the token's squared size.
    """

    kind: ClassVar[str] = "resample"
    every: int = 50_000
    most: float = 0.1
    margin: float = 0.5
    equalise: float = 0.5

    def __post_init__(self) -> None:
        if self.every < 1 or not 0 < self.most <= 1 or not self.margin >= 0 or not self.equalise >= 0:
            raise InputError(
                f"{self} cannot be used.", "Give a positive `every`, a share `most` in (0, 1], and no negative number."
            )

    @torch.no_grad()
    def __call__(self, part: Part, residual: Tensor, target: Tensor, generator: torch.Generator) -> Tensor:
        """Change the weights of dead features; returns their indices."""
        error = residual.flatten(1).pow(2).sum(1)
        size = (target - target.mean(0)).flatten(1).pow(2).sum(1)
        weight = (error / (size + size.mean() / 100).pow(self.equalise)).cpu().double()
        dead = part.dead.nonzero()[:, 0]
        count = min(len(dead), max(1, int(self.most * len(residual))), int((weight > 0).sum()))
        if count == 0:
            return dead[:0]
        dead = dead[torch.randperm(len(dead), generator=generator)[:count].to(dead.device)]
        tokens = torch.multinomial(weight, count, generator=generator).to(residual.device)
        x = part.x[tokens].unflatten(1, part.dictionary.b_in.shape)
        rows_of_tokens(x, residual[tokens], self.margin).put(part.dictionary, dead)
        return dead


REVIVALS: dict[str, Any] = {Resample.kind: Resample}
"""Ways of reviving by the name that recipes use."""
