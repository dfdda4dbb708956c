"""At which tokens features fire, weighted by how strongly: sparse sums over (feature, token) pairs.

Activations are squared: what a feature is about is where it fires strongly, and not the many tokens at which it fires a
little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

_MERGE_AT_LEAST = 1_000_000


@dataclass(frozen=True)
class FiringTokens:
    """The tokens at which each feature fires most.

    Attributes:
        ids: strongest first.
        shares: of the sum of the feature's squared activations; 0 where there is no such token.
        breadth: how many tokens the activations are spread over, `1 / Σ share²`; 0 for a feature that never fires.
    """

    ids: Int[np.ndarray, "feature rank"]
    shares: Float[np.ndarray, "feature rank"]
    breadth: Float[np.ndarray, " feature"]


class FiringTokenCounter:
    """Adds up activations by feature and token; memory grows with the pairs that occur.

    Args:
        n_features: number of features.
        vocabulary: number of tokens.
    """

    def __init__(self, n_features: int, vocabulary: int) -> None:
        self._n_features, self._vocabulary = n_features, vocabulary
        self._pairs, self._sums = torch.empty(0, dtype=torch.long), torch.empty(0, dtype=torch.double)
        self._waiting: list[tuple[Tensor, Tensor]] = []
        self._waiting_size = 0

    def update(
        self, feature: Int[Tensor, " firing"], token: Int[Tensor, " firing"], value: Float[Tensor, " firing"]
    ) -> None:
        """Add squared activations."""
        self._waiting.append((feature * self._vocabulary + token, value.double().square()))
        self._waiting_size += len(value)
        if self._waiting_size > max(_MERGE_AT_LEAST, len(self._pairs)):
            self._merge()

    def freeze(self, ranks: int) -> FiringTokens:
        """The `ranks` strongest tokens of each feature."""
        self._merge()
        pairs, sums = self._pairs.numpy(), self._sums.numpy()
        feature, token = np.divmod(pairs, self._vocabulary)
        totals = np.bincount(feature, sums, self._n_features)
        share = sums / totals[feature]
        order = np.lexsort((token, -share, feature))
        starts = np.searchsorted(feature[order], np.arange(self._n_features))
        rank = np.arange(len(order)) - starts[feature[order]]
        best = order[rank < ranks]
        ids = np.zeros((self._n_features, ranks), np.int64)
        shares = np.zeros((self._n_features, ranks), np.float32)
        ids[feature[best], rank[rank < ranks]] = token[best]
        shares[feature[best], rank[rank < ranks]] = share[best]
        concentration = np.bincount(feature, share**2, self._n_features)
        breadth = np.divide(1, concentration, out=np.zeros_like(concentration), where=concentration > 0)
        return FiringTokens(ids, shares, breadth.astype(np.float32))

    def _merge(self) -> None:
        pairs = torch.cat([self._pairs, *(pair for pair, _ in self._waiting)])
        values = torch.cat([self._sums, *(value for _, value in self._waiting)])
        self._waiting, self._waiting_size = [], 0
        self._pairs, place = pairs.unique(return_inverse=True)
        self._sums = torch.zeros(len(self._pairs), dtype=torch.double).index_add_(0, place, values)
