"""Choosing the part of a circuit that carries a share of the influence.

1. Keep the nodes whose influence, in falling order, adds up to `node_share`; tokens and targets always stay.
2. On what is left, score each edge by its share of its target's input times the target's influence, and keep the
   edges that add up to `edge_share`.
3. Drop features, errors and biases that lead nowhere, and features that come from nowhere, until none is left.

Source: circuit-tracer's `graph.py` (Ameisen et al. 2025), on the kept rows only.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool
from scipy import sparse

from saecircuits.errors import InputError

from .influence import Vector, influence, normalise, scale_rows, threshold_for

Mask = Bool[np.ndarray, " node"]

_ROUNDING = 1e-9
"""Relative; along a chain influences are equal but for rounding, and stay or go together."""


def prune(
    adjacency: sparse.csr_array,
    weights: Vector,
    is_fixed: Mask,
    is_feature: Mask,
    node_share: float,
    edge_share: float,
) -> tuple[np.ndarray, sparse.csr_array]:
    """The rows to keep, and the pruned adjacency among them.

    Args:
        adjacency: signed direct effects `[target, source]`.
        weights: weight of each target, 0 for other nodes.
        is_fixed: rows that always stay (tokens and targets).
        is_feature: rows that need an input to stay.
        node_share, edge_share: shares of influence to keep, above 0 up to 1.

    Raises:
        InputError: for a share outside (0, 1].
    """
    for name, share in (("node_share", node_share), ("edge_share", edge_share)):
        if not 0 < share <= 1:
            raise InputError(
                f"{name} is {share}; it is a share above 0, up to 1.", "Try 0.8 for nodes, 0.98 for edges."
            )
    through = influence(normalise(adjacency), weights)
    rows = np.flatnonzero(is_fixed | (through >= max(_threshold(through, node_share), 1e-30)))
    kept = adjacency[rows][:, rows].tocsr()
    kept = _strong_edges(kept, weights[rows], edge_share)
    alive = _alive(kept, is_fixed[rows], is_feature[rows])
    return rows[alive], kept[alive][:, alive].tocsr()


def _strong_edges(adjacency: sparse.csr_array, weights: Vector, share: float) -> sparse.csr_array:
    normalised = normalise(adjacency)
    mass = influence(normalised, weights) + weights
    scored = scale_rows(normalised, mass).data  # in the order of the adjacency's own data
    strong = np.where(scored >= _threshold(scored, share), adjacency.data, 0)
    pruned = sparse.csr_array((strong, adjacency.indices, adjacency.indptr), shape=adjacency.shape, copy=True)
    pruned.eliminate_zeros()
    return pruned


def _threshold(values: Vector, share: float) -> float:
    return threshold_for(values, share) * (1 - _ROUNDING)


def _alive(adjacency: sparse.csr_array, is_fixed: Mask, is_feature: Mask) -> np.ndarray:
    alive = np.ones(len(is_fixed), dtype=bool)
    ones = np.ones(adjacency.nnz, dtype=np.int64)
    pattern = sparse.csr_array((ones, adjacency.indices, adjacency.indptr), shape=adjacency.shape)
    while True:
        outgoing = alive @ pattern > 0
        incoming = pattern @ alive > 0
        still = alive & (is_fixed | (outgoing & (incoming | ~is_feature)))
        if (still == alive).all():
            return np.flatnonzero(alive)
        alive = still
