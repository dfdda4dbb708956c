"""Where features fire most: for each, the windows of text around its highest activations, found in one pass.

1. In each row a feature has one candidate: the window around its highest activation.
2. The best `n` windows are kept, and merged with the candidates of the next batch. Of windows with the same tokens the
   strongest counts, so that one sentence does not fill the list.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

BEFORE, AFTER = 10, 5
WINDOW = BEFORE + 1 + AFTER
"""Tokens of a window: those before the peak, the peak, those after it; shifted at the ends of a row."""


@dataclass(frozen=True)
class Contexts:
    """The best windows of many features, strongest first; a peak of 0 means that there is none.

    Attributes:
        value: activation at the peak.
        tokens: token ids.
        activations: at each token.
        peak: place of the peak in the window.
        length: tokens in the window; what lies beyond is 0.
        key: equal for windows with equal tokens.
    """

    value: Float[Tensor, "context feature"]
    tokens: Int[Tensor, "context feature window"]
    activations: Float[Tensor, "context feature window"]
    peak: Int[Tensor, "context feature"]
    length: Int[Tensor, "context feature"]
    key: Int[Tensor, "context feature"]

    @classmethod
    def none(cls, n_contexts: int, n_features: int) -> Contexts:
        """No window yet."""
        size, window = (n_contexts, n_features), (n_contexts, n_features, WINDOW)
        whole = torch.long
        return cls(
            torch.zeros(size),
            torch.zeros(window, dtype=whole),
            torch.zeros(window),
            torch.zeros(size, dtype=whole),
            torch.zeros(size, dtype=whole),
            torch.zeros(size, dtype=whole),
        )

    def reordered(self, order: Int[Tensor, "context feature"], value: Float[Tensor, "context feature"]) -> Contexts:
        """New columns, made of the windows at `order`; their values are given."""
        window = order[..., None].expand(-1, -1, WINDOW)
        return Contexts(
            value,
            self.tokens.gather(0, window),
            self.activations.gather(0, window),
            self.peak.gather(0, order),
            self.length.gather(0, order),
            self.key.gather(0, order),
        )


class TopContexts:
    """Keeps the best windows.

    Args:
        n_contexts: windows of each feature.
        n_features: number of features.
    """

    def __init__(self, n_contexts: int, n_features: int) -> None:
        self.best = Contexts.none(n_contexts, n_features)

    def update(
        self,
        latents: Float[Tensor, "batch position feature"],
        ids: Int[Tensor, "batch position"],
        first: Int[Tensor, " batch"],
    ) -> None:
        """Take in a batch.

        Args:
            latents: zero where a feature does not fire or is not to be counted.
            ids: the tokens, padded on the left.
            first: where each row begins.
        """
        windows = _Windows(ids, first)
        value, position = latents.max(1)
        keys = windows.key.gather(1, position)
        known, size = self.best, len(self.best.value)
        chosen, strength = _strongest(torch.cat([known.value, value]), torch.cat([known.key, keys]), size)
        merged = known.reordered(chosen.clamp(max=size - 1), strength)
        context, feature = (chosen >= size).nonzero(as_tuple=True)
        row = chosen[context, feature] - size
        peak = position[row, feature]
        covered = windows.places(row, peak)
        merged.key[context, feature] = keys[row, feature]
        inside = torch.arange(WINDOW) < windows.length[row, None]
        merged.tokens[context, feature] = ids[row[:, None], covered] * inside
        merged.activations[context, feature] = latents[row[:, None], covered, feature[:, None]] * inside
        merged.peak[context, feature] = peak - windows.start[row, peak]
        merged.length[context, feature] = windows.length[row]
        self.best = merged


class _Windows:
    """The window around every position of a batch."""

    def __init__(self, ids: Int[Tensor, "batch position"], first: Int[Tensor, " batch"]) -> None:
        rows, self._positions = ids.shape
        self.length = (self._positions - first).clamp(max=WINDOW)
        centred = torch.arange(self._positions).expand(rows, -1) - BEFORE
        last_start = self._positions - self.length
        self.start = centred.clamp(first[:, None], last_start[:, None])
        every_row = torch.arange(rows)[:, None].expand(-1, self._positions)
        tokens = ids[every_row[..., None], self.places(every_row, torch.arange(self._positions).expand(rows, -1))]
        inside = torch.arange(WINDOW) < self.length[:, None, None]
        self.key = ((tokens + 1) * _multipliers() * inside).sum(-1)  # wraps around: a hash of 64 bits

    def places(self, batch: Tensor, position: Tensor) -> Tensor:
        """The positions that a window covers; the last one repeated where a row is shorter than a window."""
        places = self.start[batch, position][..., None] + torch.arange(WINDOW)
        return places.clamp(max=self._positions - 1)


def _strongest(
    value: Float[Tensor, "candidate feature"], key: Int[Tensor, "candidate feature"], n: int
) -> tuple[Int[Tensor, "context feature"], Float[Tensor, "context feature"]]:
    """Places and values of the `n` largest of each column; of equal keys the largest counts, the others as 0.

    Where values tie, the earliest comes first.
    """
    order = value.argsort(dim=0, descending=True, stable=True)
    ordered = key.gather(0, order)
    earlier = torch.ones(len(value), len(value), dtype=torch.bool).tril(-1)
    repeated = ((ordered[:, None] == ordered[None]) & earlier[..., None]).any(1)
    kept, again = value.gather(0, order).masked_fill(repeated, 0).sort(dim=0, descending=True, stable=True)
    return order.gather(0, again[:n]), kept[:n]


def _multipliers() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(-(2**62), 2**62, (WINDOW,), generator=generator) * 2 + 1
