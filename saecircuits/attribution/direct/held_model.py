"""A captured prompt as a linear model: what the sweep multiplies with, worked out once if memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary

from .held_attention import HeldAttention
from .sources import Decoded, Group, Sources

T = TypeVar("T")
KEPT_VALUES = 2**27
"""Numbers that are kept between sweeps, 512 MiB in float32; beyond that they are worked out again at every use."""
PUSHED_VALUES = 2**24
"""Numbers that embeddings may become on their way through the first attention."""


class HeldModel:
    """Attention, decoder rows and constants of a captured prompt.

    Args:
        sources: the columns, with model and prompt.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._kept: dict[Any, Any] = {}
        self._left = KEPT_VALUES

    def attention(self, layer: int) -> HeldAttention:
        """Attention of a layer."""
        weights, captured = self.sources.replacement.subject.weights, self.sources.captured
        d_model = captured.embedding.shape[1]
        return self._keep(("attention", layer), 2 * d_model**2, lambda: HeldAttention.of(weights, captured, layer))

    def decoded(self, dictionary: Dictionary, write: int) -> Decoded | None:
        """What the active features of a dictionary add to a site that it writes."""
        size = len(self.sources.captured.active[dictionary.name]) * dictionary.d_model
        return self._keep((dictionary.name, write), size, lambda: self.sources.decoded(dictionary, write))

    def constants(self, layer: int) -> tuple[tuple[Group, Group], Float[Tensor, "position two d_model"]]:
        """What is added in place of an MLP's output beside features."""
        size = 2 * self.sources.captured.embedding.numel()
        return self._keep(("constants", layer), size, lambda: self.sources.constants(layer))

    def forget(self) -> None:
        """Give up what is kept; it is worked out again if it is asked for."""
        self._kept.clear()
        self._left = KEPT_VALUES

    @property
    def pushes_embeddings(self) -> bool:
        """Whether embeddings are carried up through the first attention, rather than all readings down through it: few
        vectors in place of many, but as many as there are pairs of positions."""
        captured = self.sources.captured
        return captured.length * captured.embedding.numel() <= PUSHED_VALUES

    def embedded(self, pushed: bool) -> list[tuple[Group, Tensor]]:
        """What enters at the bottom; if it is pushed, `[query, key, d_model]`, what it adds before the first MLP."""
        return self._keep(("embedded", pushed), 0, self._pushed if pushed else self.sources.embedded)

    def _pushed(self) -> list[tuple[Group, Tensor]]:
        pushed = []
        for group, vectors in self.sources.embedded():
            moved = self.attention(0).push(vectors)
            moved.diagonal().add_(vectors.T)
            pushed.append((group, moved))
        return pushed

    def _keep(self, key: Any, size: int, make: Callable[[], T]) -> T:
        if key in self._kept:
            return self._kept[key]
        made = make()
        if size <= self._left:
            self._left -= size
            self._kept[key] = made
        return made
