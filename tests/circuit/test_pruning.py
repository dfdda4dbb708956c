"""Pruning: properties of what is kept, and circuit-tracer's dense algorithm as an oracle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings, strategies as st

from saecircuits.circuit import Circuit, NodeKind
from saecircuits.errors import InputError
from tests.circuit.graphs import hand_circuit, random_circuit

seeds = st.integers(0, 10**6)
shares = st.floats(0.05, 1)


def edges_of(circuit: Circuit) -> dict[tuple[str, str], float]:
    found, ids = circuit.adjacency.tocoo(), circuit.nodes.ids
    return {(ids[s], ids[t]): float(w) for t, s, w in zip(found.row, found.col, found.data, strict=True)}


@given(seeds, shares, shares)
@settings(max_examples=60, deadline=None)
def test_what_is_kept_hangs_together(seed: int, node_share: float, edge_share: float) -> None:
    whole = random_circuit(seed, n_layers=3, per_layer=4)
    kept = whole.prune(node_share, edge_share)
    fixed = {i for i, kind in zip(whole.nodes.ids, whole.nodes.kind, strict=True) if kind in (2, 4)}
    assert fixed <= set(kept.nodes.ids) <= set(whole.nodes.ids)
    assert edges_of(kept).items() <= edges_of(whole).items()  # weights are left as they are
    pattern = kept.adjacency.toarray() != 0
    has_input, has_output = pattern.any(axis=1), pattern.any(axis=0)
    features = kept.nodes.is_kind(NodeKind.FEATURE)
    assert (has_input & has_output)[features].all()
    assert has_output[kept.nodes.is_kind(NodeKind.ERROR, NodeKind.BIAS)].all()


@given(seeds, shares, shares)
@settings(max_examples=60, deadline=None)
def test_more_share_keeps_more(seed: int, one: float, other: float) -> None:
    whole = random_circuit(seed, n_layers=3, per_layer=4)
    low, high = sorted((one, other))
    assert set(whole.prune(low, 1.0).nodes.ids) <= set(whole.prune(high, 1.0).nodes.ids)
    assert edges_of(whole.prune(0.9, low)).items() <= edges_of(whole.prune(0.9, high)).items()


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_everything_with_influence_stays_at_full_shares(seed: int) -> None:
    whole = random_circuit(seed, n_layers=3, density=0.4)
    kept = set(whole.prune(1.0, 1.0).nodes.ids)
    for row, identifier in enumerate(whole.nodes.ids):
        fixed = whole.nodes.kind[row] in (NodeKind.TOKEN, NodeKind.TARGET)
        assert (identifier in kept) == (fixed or whole.influence[row] > 0), identifier


@given(seeds, st.floats(0.3, 0.97), st.floats(0.3, 0.97))
@example(208279, 0.5, 0.375)  # scores that are equal but for rounding
@settings(max_examples=60, deadline=None)
def test_equals_the_dense_algorithm(seed: int, node_share: float, edge_share: float) -> None:
    whole = random_circuit(seed, n_layers=3, per_layer=4)
    kept = whole.prune(node_share, edge_share)
    nodes, edges = _prune_densely(whole, node_share, edge_share)
    assert set(kept.nodes.ids) == nodes
    assert set(edges_of(kept)) == edges


def _prune_densely(circuit: Circuit, node_share: float, edge_share: float) -> tuple[set[str], set[tuple[str, str]]]:
    """circuit-tracer's `prune_graph`, written from its description: N × N arrays, masks, power iteration."""
    kind, ids = circuit.nodes.kind, circuit.nodes.ids
    fixed = (kind == NodeKind.TOKEN) | (kind == NodeKind.TARGET)
    matrix = circuit.adjacency.toarray().astype(np.float64)
    through = _influence(_normalised(matrix), circuit.weights)
    keep = fixed | (through >= _threshold(through, node_share))
    masked = matrix * keep[:, None] * keep[None, :]
    shares = _normalised(masked)
    graded = shares * (_influence(shares, circuit.weights) + circuit.weights)[:, None]
    mask = (graded >= _threshold(graded.ravel(), edge_share)) & (masked != 0)
    while True:
        dead = ~fixed & (~mask.any(axis=0) | ((kind == NodeKind.FEATURE) & ~mask.any(axis=1)))
        smaller = mask & ~dead[:, None] & ~dead[None, :]
        keep = keep & ~dead
        if (smaller == mask).all():
            break
        mask = smaller
    edges = {(ids[s], ids[t]) for t, s in zip(*np.nonzero(mask), strict=True)}
    return {ids[row] for row in np.flatnonzero(keep)}, edges


def _normalised(matrix: np.ndarray) -> np.ndarray:
    return np.abs(matrix) / np.maximum(np.abs(matrix).sum(axis=1, keepdims=True), 1e-10)


def _influence(shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    total, step = np.zeros(len(weights)), weights
    while step.any():
        step = step @ shares
        total = total + step
    return total


def _threshold(values: np.ndarray, share: float) -> float:
    """Values that are equal but for rounding stay or go together; where rounding decides the share, nobody is right."""
    ordered = np.sort(values)[::-1]
    added = np.cumsum(ordered) / ordered.sum()
    assume((np.abs(added - share) > 1e-9).all())
    return ordered[np.argmax(added >= share)] * (1 - 1e-9)


def test_by_hand() -> None:
    """Influences 0.625, 0.5, 0.375 of 1.5: half of it takes the token and the feature, and drops the error."""
    kept = hand_circuit().prune(node_share=0.5, edge_share=1.0)
    assert kept.nodes.ids == ("token@0", "d/7@0", "target.y")
    assert edges_of(kept) == {("token@0", "d/7@0"): 3, ("token@0", "target.y"): 2, ("d/7@0", "target.y"): 4}
    # On these nodes the edges score 2/3 (feature → target), 2/3 (token → feature) and 1/3.
    fewer = hand_circuit().prune(node_share=0.5, edge_share=0.81)  # two of them are 4/5 of the sum
    assert len(edges_of(fewer)) == 3
    fewest = hand_circuit().prune(node_share=0.5, edge_share=0.79)
    assert edges_of(fewest) == {("token@0", "d/7@0"): 3, ("d/7@0", "target.y"): 4}


def test_scores_and_influences_are_those_of_the_whole_graph() -> None:
    whole = random_circuit(5, n_layers=3)
    kept = whole.prune(0.5, 0.5)
    assert kept.scores == whole.scores
    for identifier in kept.nodes.ids:
        assert kept.node(identifier).influence == whole.node(identifier).influence
    assert len(kept) < len(whole)


def test_supernodes_keep_only_members_that_are_left() -> None:
    whole = random_circuit(5, n_layers=3)
    features = [node.id for node in whole.top(100)]
    grouped = replace(whole, supernodes={"all": tuple(features), "weakest": (features[-1],)})
    kept = grouped.prune(0.4, 0.9)
    left = set(kept.nodes.ids)
    assert features[-1] not in left
    assert kept.supernodes == {"all": tuple(f for f in features if f in left)}


@pytest.mark.parametrize("shares", [(0, 0.5), (0.5, 0), (1.01, 0.5), (0.5, -1), (float("nan"), 0.5)])
def test_shares_out_of_range_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="share above 0"):
        hand_circuit().prune(*shares)
