"""One of the two matrices of a dictionary, `[feature, site, d_model]`, wherever it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn


class Matrix(ABC):
    """What is asked of an encoder or a decoder; a row is a feature."""

    @abstractmethod
    def whole(self) -> Float[Tensor, "feature site d_model"]:
        """All of it."""

    @abstractmethod
    def rows(self, features: Int[Tensor, "..."] | int, site: int | None = None) -> Float[Tensor, "..."]:
        """What some features have at one site, or at all of them, in their order."""

    @abstractmethod
    def products(
        self, x: Float[Tensor, "... width"], bias: Float[Tensor, " feature"] | None = None
    ) -> Float[Tensor, "... feature"]:
        """Products of vectors at all sites, side by side, with every row."""

    @abstractmethod
    def combined(self, z: Float[Tensor, "... feature"], site: int | None = None) -> Float[Tensor, "..."]:
        """Sums of rows, weighted by latents, at one site (`[..., d_model]`) or at all of them side by side."""


class Held(Matrix):
    """A matrix in memory.

    Args:
        weight: the parameter itself: gradients reach it.
    """

    def __init__(self, weight: nn.Parameter) -> None:
        self._weight = weight

    def whole(self) -> Float[Tensor, "feature site d_model"]:
        """The parameter."""
        return self._weight

    def rows(self, features: Int[Tensor, "..."] | int, site: int | None = None) -> Float[Tensor, "..."]:
        """By indexing."""
        return self._weight[features] if site is None else self._weight[features, site]

    def products(
        self, x: Float[Tensor, "... width"], bias: Float[Tensor, " feature"] | None = None
    ) -> Float[Tensor, "... feature"]:
        """In one multiplication."""
        return nn.functional.linear(x, self._weight.flatten(1), bias)

    def combined(self, z: Float[Tensor, "... feature"], site: int | None = None) -> Float[Tensor, "..."]:
        """In one multiplication."""
        return z @ (self._weight.flatten(1) if site is None else self._weight[:, site])
