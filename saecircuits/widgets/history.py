"""The curves of a run, as they travel to the browser.

Every row that came is kept here; the browser gets two arrays. `recent` holds the last few rows as they are, and is all
that is sent again when a row is added; `past` holds everything before, thinned to a number of rows that a screen can
show, and is sent again only when `recent` is full and joins it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray


class History:
    """Rows of numbers in the order of their first column.

    Args:
        columns: numbers of a row; the first is what the rows are ordered by.
        most: rows of `past`, at the most.
        fresh: rows of `recent`, at the most.
    """

    def __init__(self, columns: int, most: int = 400, fresh: int = 64) -> None:
        self._columns, self._most, self._fresh = columns, most, fresh
        self._rows: list[Float[ndarray, "column"]] = []
        self._folded = 0
        self.past = self._array([])

    def add(self, row: Sequence[float]) -> None:
        """Add a row. Rows from its place on are forgotten first: a run that goes on from a checkpoint repeats them."""
        while self._rows and self._rows[-1][0] >= row[0]:
            self._rows.pop()
        self._rows.append(np.array(row, "<f4"))
        if len(self._rows) - self._folded > self._fresh or len(self._rows) <= self._folded:
            self._folded = len(self._rows) - 1
            self.past = thinned(self._array(self._rows[:-1]), self._most)

    @property
    def recent(self) -> Float[ndarray, "row column"]:
        """The rows after `past`, as they are."""
        return self._array(self._rows[self._folded :])

    def _array(self, rows: Sequence[Float[ndarray, "column"]]) -> Float[ndarray, "row column"]:
        return np.array(rows, "<f4").reshape(len(rows), self._columns)


def thinned(rows: Float[ndarray, "row column"], most: int) -> Float[ndarray, "fewer column"]:
    """At most `most` rows: neighbours in groups of one size become their mean, at the place where the group ends.

    Numbers that are missing (NaN) are left out of a mean.
    """
    size = -(-len(rows) // most)
    if size <= 1:
        return rows
    starts = range(0, len(rows), size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of numbers that are all missing is missing
        means = np.stack([np.nanmean(rows[start : start + size], axis=0) for start in starts])
    means[:, 0] = rows[[min(start + size, len(rows)) - 1 for start in starts], 0]
    return means
