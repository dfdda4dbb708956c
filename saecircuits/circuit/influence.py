"""Influence of nodes on the targets, and the scores of a graph: pure functions of the adjacency matrix.

With `Â[t, s] = |A[t, s]| / Σ_s |A[t, s]|` and `w` the weights of the targets, the influence of all nodes is
`I = wÂ + wÂ² + …`. Without cycles the sum ends after as many terms as the graph has levels; dictionaries that read
ahead of what they write make cycles, and then `I (1 − Â) = wÂ` is solved.

Source: Ameisen et al. 2025, "Circuit Tracing", and the formulas of circuit-tracer's `graph.py`. Bias nodes, which it
does not have, count as sources in `Â`; they are neither explained inputs nor errors, so the scores leave them out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse
from scipy.sparse import linalg as splinalg

Vector = Float[np.ndarray, " node"]
_ROWS = 1024


@dataclass(frozen=True)
class Scores:
    """How much of a circuit runs over features rather than over what the dictionaries leave out; NaN for what nobody
    knows, as of a graph of another tool that holds only a part of it.

    Attributes:
        replacement: share of end-to-end influence that starts at token embeddings rather than at errors, 0 to 1.
        completeness: share of inputs, weighted by influence, that are not errors, 0 to 1.
        error_share: what errors add directly to the targets, as a share of the targets' value (weighted mean of
            absolute shares); 0 is best, and it can exceed 1.
    """

    replacement: float
    completeness: float
    error_share: float

    def known(self) -> dict[str, float]:
        """Those that are numbers, by name."""
        return {name: value for name, value in asdict(self).items() if not isnan(value)}


def normalise(adjacency: sparse.csr_array) -> sparse.csr_array:
    """`Â`: absolute values, each row divided by its sum."""
    size = np.abs(adjacency.data).astype(np.float64)
    absolute = sparse.csr_array((size, adjacency.indices, adjacency.indptr), shape=adjacency.shape)
    factors = 1 / np.maximum(absolute.sum(axis=1), 1e-10)
    for first in range(0, len(factors), _ROWS):  # in pieces: no second array of the size of all edges
        ends = adjacency.indptr[first : first + _ROWS + 1]
        size[ends[0] : ends[-1]] *= np.repeat(factors[first : first + _ROWS], np.diff(ends))
    return absolute


def scale_rows(matrix: sparse.csr_array, factors: Vector) -> sparse.csr_array:
    """Each row of a sparse matrix times its factor."""
    scaled = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_array((scaled, matrix.indices, matrix.indptr), shape=matrix.shape)


def influence(normalised: sparse.csr_array, weights: Vector) -> Vector:
    """Influence of every node on the weighted targets, targets' own weight not counted."""
    return spread(normalised.T, weights @ normalised)


def spread(matrix: Any, start: np.ndarray) -> np.ndarray:
    """`x = start + matrix · x`: what start leads to, directly and through all paths; `[node]` or `[node, column]`."""
    if _is_acyclic(matrix):
        total, step = start.copy(), start
        while step.any():
            step = matrix @ step
            total += step
        return total
    solved: Any = splinalg.spsolve((sparse.eye_array(len(start)) - matrix).tocsc(), start)
    return solved


def _is_acyclic(matrix: sparse.csr_array | sparse.csc_array) -> bool:
    """Whether all sources of a node have lower rows; its sources lie together, in rows or in columns."""
    targets = np.flatnonzero(np.diff(matrix.indptr))
    return bool((np.maximum.reduceat(matrix.indices, matrix.indptr[targets]) < targets).all()) if len(targets) else True


def scores(
    adjacency: sparse.csr_array,
    normalised: sparse.csr_array,
    through: Vector,
    weights: Vector,
    value: Vector,
    is_token: Bool[np.ndarray, " node"],
    is_error: Bool[np.ndarray, " node"],
) -> Scores:
    """Scores of a graph that has not been pruned.

    Args:
        adjacency: signed direct effects `[target, source]`.
        normalised, through: its `Â`, and the influence of each node.
        weights: weight of each target, 0 for other nodes.
        value: value of each node; only targets' values are used.
        is_token, is_error: kinds of the rows.
    """
    from_tokens, from_errors = through[is_token].sum(), through[is_error].sum()
    mass = through + weights
    explained = 1 - normalised[:, is_error].sum(axis=1)
    targets = weights > 0
    carried = np.abs(adjacency[targets][:, is_error].sum(axis=1)) / np.maximum(np.abs(value[targets]), 1e-10)
    return Scores(
        replacement=float(from_tokens / max(from_tokens + from_errors, 1e-30)),
        completeness=float((explained * mass).sum() / max(mass.sum(), 1e-30)),
        error_share=float((carried * weights[targets]).sum() / weights[targets].sum()),
    )


def threshold_for(values: Vector, share: float) -> float:
    """The value at which the largest values, added up in falling order, first reach `share` of the sum."""
    ordered = np.sort(values)[::-1]
    total = ordered.sum()
    if total <= 0:
        return 0.0
    reached = np.searchsorted(np.cumsum(ordered) / total, share - 1e-12)
    return float(ordered[min(reached, len(ordered) - 1)])
