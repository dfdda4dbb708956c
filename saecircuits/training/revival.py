"""Giving dead features a second life, as a part that is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError

from .losses import ForwardPass
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
        dictionary: Dictionary,
        x: Float[Tensor, "token read d_model"],
        forward: ForwardPass,
        generator: torch.Generator,
    ) -> Tensor:
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
    def __call__(self, dictionary: Dictionary, x: Tensor, forward: ForwardPass, generator: torch.Generator) -> Tensor:
        """Change the weights of dead features; returns their indices."""
        residual = forward.residual
        error = residual.flatten(1).pow(2).sum(1)
        size = (forward.target - forward.target.mean(0)).flatten(1).pow(2).sum(1)
        weight = (error / (size + size.mean() / 100).pow(self.equalise)).cpu().double()
        dead = forward.dead.nonzero()[:, 0]
        count = min(len(dead), int(self.most * len(x)), int((weight > 0).sum()))
        if count == 0:
            return dead[:0]
        dead = dead[torch.randperm(len(dead), generator=generator)[:count].to(dead.device)]
        tokens = torch.multinomial(weight, count, generator=generator).to(x.device)
        rows_of_tokens(x[tokens] - dictionary.b_in, residual[tokens], self.margin).put(dictionary, dead)
        return dead


REVIVALS: dict[str, Any] = {Resample.kind: Resample}
"""Ways of reviving by the name that recipes use."""
