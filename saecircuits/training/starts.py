"""First weights of a dictionary, in scaled units, as parts that are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary

from .checks import refuse_negative, refuse_not_positive

_TINY = 1e-12
_FEATURES_AT_ONCE = 1024


@dataclass(frozen=True)
class Rows:
    """Weights of some features.

    Attributes:
        encoder, bias, decoder: rows of `W_enc`, `b_enc` and `W_dec`.
    """

    encoder: Float[Tensor, "row read d_model"]
    bias: Float[Tensor, " row"]
    decoder: Float[Tensor, "row write d_model"]

    @torch.no_grad()
    def put(self, dictionary: Dictionary, features: Tensor) -> None:
        """Write them into a dictionary at some features, an index a row."""
        dictionary.W_enc[features] = self.encoder
        dictionary.b_enc[features] = self.bias
        dictionary.W_dec[features] = self.decoder


def rows_of_tokens(x: Float[Tensor, "row read d_model"], y: Float[Tensor, "row write d_model"], margin: float) -> Rows:
    """A feature for each of some tokens: it reads the direction of `x`, writes that of `y`, and gives `y` its length.

    Args:
        x: what is read, centred.
        y: what is to be written at that token.
        margin: a feature fires where the projection on its `x` is more than `margin / (1 + margin)` of its own.
    """
    size = y.flatten(1).norm(dim=1)
    direction = x / x.flatten(1).pow(2).sum(1).clamp_min(_TINY)[:, None, None]
    decoder = y / size.clamp_min(_TINY)[:, None, None]
    return Rows((1 + margin) * size[:, None, None] * direction, -margin * size, decoder)


class Start(Protocol):
    """First weights: a frozen dataclass with a `kind`."""

    kind: ClassVar[str]

    def __call__(
        self,
        dictionary: Dictionary,
        x: Float[Tensor, "token read d_model"],
        y: Float[Tensor, "token write d_model"],
        generator: torch.Generator,
    ) -> None:
        """Set the weights of a new dictionary, given centred and scaled activations."""
        ...


@dataclass(frozen=True)
class RandomRows:
    """Random directions; unit decoder rows, and encoder rows of a given norm, tied where reads equal writes.

    Args:
        norm: of the encoder rows.
        fires: if given, the bias of each feature is set such that it can fire on so many tokens in `n_features`: about
            that many features fire on a token from the start, and none is born dead (Conerly et al. 2025, "Circuits
            Updates, January 2025").
    """

    kind: ClassVar[str] = "random"
    norm: float = 1.0
    fires: float | None = None

    def __post_init__(self) -> None:
        refuse_not_positive("The start", norm=self.norm, **({} if self.fires is None else {"fires": self.fires}))

    def __call__(self, dictionary: Dictionary, x: Tensor, y: Tensor, generator: torch.Generator) -> None:
        """Set the weights."""
        dictionary.initialise(generator, self.norm)
        if self.fires is not None:
            fit_bias(dictionary, x, self.fires)


@dataclass(frozen=True)
class TokenRows:
    """Each feature starts as the memory of one token of the data, drawn at random (`rows_of_tokens`).

    What a transcoder reads and writes at a token goes together from the start, and no feature points where there is no
    data: fewer features die, and the loss falls sooner.
    """

    kind: ClassVar[str] = "tokens"
    margin: float = 0.5

    def __post_init__(self) -> None:
        refuse_negative("first rows", margin=self.margin)

    def __call__(self, dictionary: Dictionary, x: Tensor, y: Tensor, generator: torch.Generator) -> None:
        """Set the weights; features beyond the number of tokens stay random."""
        dictionary.initialise(generator)
        drawn = torch.randperm(len(x), generator=generator)[: dictionary.n_features].to(x.device)
        drawn = drawn[y[drawn].flatten(1).norm(dim=1) > _TINY]
        features = torch.arange(len(drawn), device=x.device)
        rows_of_tokens(x[drawn], y[drawn], self.margin).put(dictionary, features)


def fit_bias(dictionary: Dictionary, x: Float[Tensor, "token read d_model"], fires: float) -> None:
    """Set `b_enc` such that, of these tokens, each feature can fire on `fires / n_features` (but at least on one)."""
    share = max(min(fires / dictionary.n_features, 1.0), 1 / len(x))
    rank = max(1, round(share * len(x)))
    weights = dictionary.W_enc.flatten(1)
    for first in range(0, dictionary.n_features, _FEATURES_AT_ONCE):
        pre = weights[first : first + _FEATURES_AT_ONCE] @ x.flatten(1).T
        dictionary.b_enc[first : first + len(pre)] = -pre.topk(rank, dim=1).values[:, -1]
    dictionary.b_enc.add_(dictionary.activation.level())


STARTS: dict[str, Any] = {start.kind: start for start in (RandomRows, TokenRows)}
"""First weights by the name that recipes use."""
