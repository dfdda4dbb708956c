"""Histograms of activations in one pass, though nobody knows beforehand how large activations get.

Each feature has equally wide bins from 0 to a power of two. When an activation exceeds it the range doubles, and pairs
of bins are merged: the counts are those that the final bins would have given from the start.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

BINS = 20
"""Bins of each histogram; even, so that pairs can be merged. At least half of them lie below the maximum."""


class Histograms:
    """Counts positive activations of many features.

    Args:
        n_features: number of features.
    """

    def __init__(self, n_features: int) -> None:
        self.counts = torch.zeros(n_features, BINS, dtype=torch.long)
        self.maximum = torch.zeros(n_features)
        self._exponent = torch.zeros(n_features, dtype=torch.long)
        self._seen = torch.zeros(n_features, dtype=torch.bool)

    def update(self, feature: Int[Tensor, " firing"], value: Float[Tensor, " firing"]) -> None:
        """Count positive activations, each of one feature."""
        self.maximum.scatter_reduce_(0, feature, value, "amax")
        self._widen()
        top = torch.ldexp(torch.ones_like(value), self._exponent[feature])
        place = (value * BINS / top).long()  # below BINS, since every value is below its feature's top
        self.counts.view(-1).index_add_(0, feature * BINS + place, torch.ones_like(feature))

    def tops(self) -> Float[Tensor, " feature"]:
        """The upper edge of each feature's last bin; 0 where nothing was counted."""
        return torch.where(self._seen, torch.ldexp(torch.ones_like(self.maximum), self._exponent), 0.0)

    def _widen(self) -> None:
        needed = torch.frexp(self.maximum).exponent.long()  # the smallest power of two above the maximum
        fresh = ~self._seen & (self.maximum > 0)
        self._exponent[fresh] = needed[fresh]
        self._seen |= fresh
        while (short := self._seen & (self._exponent < needed)).any():
            merged = self.counts[short].unflatten(1, (-1, 2)).sum(-1)
            self.counts[short] = torch.cat([merged, torch.zeros_like(merged)], 1)
            self._exponent[short] += 1
