"""Influence and scores: by hand, and against two slow ways of working them out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import sparse

from saecircuits.circuit import Circuit, Scores, influence, normalise, scores, threshold_for
from tests.circuit.graphs import hand_circuit, random_circuit

# float64 sums of at most a few hundred terms of like size: rounding stays far below this
TIGHT = 1e-9


def scores_of(adjacency: sparse.csr_array, weights: np.ndarray, *rest: np.ndarray) -> Scores:
    normalised = normalise(adjacency)
    return scores(adjacency, normalised, influence(normalised, weights), weights, *rest)


def test_cycles_are_summed_to_their_end() -> None:
    """Two nodes that feed each other and a target: the sum over ever longer paths, added up one by one."""
    adjacency = sparse.csr_array(np.array([[0, 0.5, 0, 0.5], [0.25, 0, 0, 0.75], [0.6, 0.4, 0, 0], [0, 0, 0, 0]]))
    weights = np.array([0, 0, 1.0, 0])
    total, step = np.zeros(4), weights
    for _ in range(200):
        step = step @ normalise(adjacency)
        total += step
    np.testing.assert_allclose(influence(normalise(adjacency), weights), total, rtol=1e-12)
    assert total[3] == pytest.approx(1)  # all that flows ends in the one node without inputs


def test_scores_worked_out_by_hand() -> None:
    circuit = hand_circuit()
    # Â: feature ← token 3/4, error 1/4; target ← token 2/8, error 2/8, feature 4/8.
    normalised = normalise(circuit.adjacency).toarray()
    np.testing.assert_allclose(normalised[2], [0.75, 0.25, 0, 0], atol=TIGHT)
    np.testing.assert_allclose(normalised[3], [0.25, 0.25, 0.5, 0], atol=TIGHT)
    # token 1/4 + 1/2 · 3/4, error 1/4 + 1/2 · 1/4, feature 1/2, the target's own weight is not counted
    np.testing.assert_allclose(circuit.influence, [0.625, 0.375, 0.5, 0], atol=TIGHT)
    # 0.625 / (0.625 + 0.375)
    assert circuit.scores.replacement == pytest.approx(0.625, abs=TIGHT)
    # (0.625 · 1 + 0.375 · 1 + 0.5 · (1 − 1/4) + 1 · (1 − 1/4)) / 2.5
    assert circuit.scores.completeness == pytest.approx(0.85, abs=TIGHT)
    # the error adds −2 to a target of 4
    assert circuit.scores.error_share == pytest.approx(0.5, abs=TIGHT)


def test_scores_without_errors_are_perfect() -> None:
    circuit = hand_circuit(error_to_target=0.0)
    adjacency = circuit.adjacency.toarray()
    adjacency[2, 1] = 0
    nodes = circuit.nodes
    is_token, is_error = nodes.kind == 2, nodes.kind == 1
    graded = scores_of(sparse.csr_array(adjacency), circuit.weights, nodes.value, is_token, is_error)
    assert (graded.replacement, graded.completeness, graded.error_share) == (1, 1, 0)


def test_scores_weigh_the_targets() -> None:
    """Two targets, one wholly from the token, one wholly from the error: the scores are their weights."""
    adjacency = sparse.csr_array(np.array([[0, 0, 0, 0], [0, 0, 0, 0], [5.0, 0, 0, 0], [0, -3.0, 0, 0]]))
    weights = np.array([0, 0, 0.3, 0.1])
    is_token, is_error = np.array([1, 0, 0, 0], bool), np.array([0, 1, 0, 0], bool)
    graded = scores_of(adjacency, weights, np.array([1, 1, 5.0, -3.0]), is_token, is_error)
    assert graded.replacement == pytest.approx(0.75, abs=TIGHT)
    # token 0.3 · 1, error 0.1 · 1, first target 0.3 · 1, second 0.1 · 0, out of 0.8
    assert graded.completeness == pytest.approx(0.7 / 0.8, abs=TIGHT)
    assert graded.error_share == pytest.approx(0.25, abs=TIGHT)


@given(st.integers(0, 10**6), st.floats(0.2, 1))
@settings(max_examples=40, deadline=None)
def test_influence_solves_the_linear_equation(seed: int, density: float) -> None:
    """`I = (I + w) Â` has one solution, found here by dense elimination."""
    circuit = random_circuit(seed, n_layers=3, n_positions=3, per_layer=4, density=density)
    dense = normalise(circuit.adjacency).toarray()
    solved = np.linalg.solve(np.eye(len(dense)) - dense.T, dense.T @ circuit.weights)
    np.testing.assert_allclose(circuit.influence, solved, atol=TIGHT)


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_influence_sums_over_all_paths(seed: int) -> None:
    circuit = random_circuit(seed, n_layers=2, n_positions=2, per_layer=2)
    np.testing.assert_allclose(circuit.influence, _by_paths(circuit), atol=TIGHT)


def _by_paths(circuit: Circuit) -> np.ndarray:
    """Walk every path down from every target, multiplying shares of absolute input."""
    edges = np.abs(circuit.adjacency.toarray().astype(np.float64))
    total = np.zeros(len(edges))

    def walk(row: int, carried: float) -> None:
        whole = edges[row].sum()
        for source in np.flatnonzero(edges[row]):
            share = carried * edges[row, source] / whole
            total[source] += share
            walk(int(source), share)

    for target in circuit.target_rows:
        walk(int(target), float(circuit.weights[target]))
    return total


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_scores_are_shares(seed: int) -> None:
    circuit = random_circuit(seed)
    graded = circuit.scores
    assert 0 <= graded.replacement <= 1
    assert 0 <= graded.completeness <= 1
    assert graded.error_share >= 0


def test_influence_stays_below_the_weights() -> None:
    """What flows through one level of nodes is at most what the targets weigh."""
    circuit = random_circuit(3, n_layers=3)
    for layer in range(-1, 3):
        # a path meets a layer at most twice: a feature of it, and that feature's own bias
        assert circuit.influence[circuit.nodes.layer == layer].sum() <= 2 * circuit.weights.sum() + TIGHT
    sources = np.asarray(circuit.adjacency.sum(axis=1) == 0)
    reached = circuit.influence[sources & (circuit.influence > 0)].sum()
    assert reached == pytest.approx(circuit.weights[~sources].sum(), abs=1e-6)  # float32 weights of the edges


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.1, 5.0), (0.5, 5.0), (0.51, 3.0), (0.8, 3.0), (0.81, 1.0), (0.9, 1.0), (0.95, 0.6), (1.0, 0.4)],
)
def test_threshold_is_the_value_at_which_the_share_is_first_reached(share: float, expected: float) -> None:
    assert threshold_for(np.array([1, 0.4, 5, 0.6, 3, 0]), share) == expected


def test_threshold_of_nothing_keeps_everything() -> None:
    assert threshold_for(np.zeros(3), 0.8) == 0


def test_a_row_without_inputs_stays_zero() -> None:
    empty = sparse.csr_array((3, 3))
    assert normalise(empty).nnz == 0
    assert not influence(normalise(empty), np.array([0, 0, 1.0])).any()
