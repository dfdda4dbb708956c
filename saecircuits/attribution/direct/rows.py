"""Rows of a growing graph: the direct effects on what has been explained so far, kept sparse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse


@dataclass(frozen=True)
class _Piece:
    """Some rows that enter at one place.

    Attributes:
        rows: their numbers.
        effects: `[row, source]`.
        totals: sum of each row's absolute effects, of all of them, kept or not.
    """

    rows: Int[np.ndarray, " row"]
    effects: sparse.csr_array
    totals: Float[np.ndarray, " row"]


class Rows:
    """Collects rows and says what they lead to. A feature's row has the number of its column, targets count on.

    Args:
        width: number of sources.
        n_targets: number of targets.
        edge_share: what is kept of each row: its largest effects, up to this share of their absolute sum.
    """

    def __init__(self, width: int, n_targets: int, edge_share: float) -> None:
        self._width = width
        self._n_targets = n_targets
        self._share = edge_share
        self._pieces: dict[int, list[_Piece]] = defaultdict(list)

    def add(
        self,
        rows: Int[np.ndarray, " row"],
        places: Int[np.ndarray, " row"],
        effects: Float[np.ndarray, "row source"],
    ) -> None:
        """Keep some rows, given the place at which each enters."""
        totals = np.abs(effects).sum(1, dtype=np.float64)
        if self._share < 1:
            effects = _largest(effects, totals * self._share)
        for place in np.unique(places):
            here = np.flatnonzero(places == place)
            chosen = effects if len(here) == len(effects) else effects[here]
            self._pieces[int(place)].append(_Piece(rows[here], sparse.csr_array(chosen), totals[here]))

    def influence(self, weights: Float[np.ndarray, " target"]) -> Float[np.ndarray, " source"]:
        """Influence of every source on the weighted targets through the rows so far: one pass from top to bottom."""
        through = np.concatenate([np.zeros(self._width), weights])
        for place in sorted(self._pieces, reverse=True):
            for piece in self._pieces[place]:
                shares = through[piece.rows] / np.maximum(piece.totals, 1e-30)
                through[: self._width] += shares @ abs(piece.effects)
        return through[: self._width]

    def assemble(self, row_of: Int[np.ndarray, " number"], size: int) -> sparse.csr_array:
        """All rows as one matrix; the pieces are given up.

        Args:
            row_of: row and column of the matrix for each row number, -1 for sources that are left out.
            size: of the matrix.
        """
        pieces = [piece for place in sorted(self._pieces) for piece in self._pieces[place]]
        self._pieces.clear()
        counts = np.zeros(size + 1, dtype=np.int64)
        for piece in pieces:
            counts[row_of[piece.rows] + 1] = _kept(piece, row_of)[1]
        starts = counts.cumsum()
        data, columns = np.empty(starts[-1], dtype=np.float32), np.empty(starts[-1], dtype=np.int32)
        while pieces:
            piece = pieces.pop()
            kept, lengths = _kept(piece, row_of)
            first = starts[row_of[piece.rows]]
            place = np.arange(kept.sum()) + np.repeat(first - (lengths.cumsum() - lengths), lengths)
            data[place] = piece.effects.data[kept]
            columns[place] = row_of[piece.effects.indices[kept]]
        index = np.int32 if starts[-1] < np.iinfo(np.int32).max else np.int64
        return sparse.csr_array((data, columns.astype(index, copy=False), starts.astype(index)), shape=(size, size))


def _kept(piece: _Piece, row_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of a piece's effects come from sources that stay, and how many of each row."""
    kept = row_of[piece.effects.indices] >= 0
    before = np.concatenate([[0], kept.cumsum()])
    return kept, np.diff(before[piece.effects.indptr])


def _largest(effects: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The largest absolute effects of each row, up to the wanted sums; the others are zero."""
    size = np.abs(effects)
    order = np.argsort(-size, axis=1)
    before = np.cumsum(np.take_along_axis(size, order, 1), axis=1) - np.take_along_axis(size, order, 1)
    drop = np.zeros_like(effects, dtype=bool)
    np.put_along_axis(drop, order, before >= wanted[:, None], 1)
    return np.where(drop, 0, effects)
