"""Comparing circuits by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saecircuits.circuit.compare import compare
from saecircuits.errors import InputError
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.circuit.test_merge import edges, small, values


def test_a_circuit_with_itself() -> None:
    circuit = random_circuit(5)
    found = compare(circuit, circuit)
    assert found.node_jaccard == found.edge_jaccard == 1
    assert len(found.shared) == len(circuit)
    assert not found.lost and not found.gained
    assert found.difference.adjacency.toarray().any() == False  # noqa: E712
    assert {(row.source, row.target) for row in found.edges} == set(edges(circuit))


def test_shared_lost_and_gained_by_hand() -> None:
    a, b = small(("a", "b"), 1, 7, 4.0), small(("a", "c"), 1, 8, 2.0)
    found = compare(a, b)
    assert {row.node for row in found.shared} == {"token@1", "target.y"}
    assert {row.node for row in found.lost} == {"d/7@1"}
    assert {row.node for row in found.gained} == {"d/8@1"}
    assert found.node_jaccard == 0  # features and errors only
    assert found.edge_jaccard == 0
    assert values(found.difference) == {"token@1": 0, "d/7@1": -4, "d/8@1": 2, "target.y": -4}
    assert edges(found.difference)["d/7@1", "target.y"] == -8
    assert edges(found.difference)["d/8@1", "target.y"] == 4
    assert found.difference.effect[found.difference.row("d/7@1")] == -8
    assert found.difference.effect[found.difference.row("d/8@1")] == 4
    assert found.difference.influence[found.difference.row("d/7@1")] == 1  # by how much it moved
    assert found.difference.provenance.tokens == ("a", "b | c")
    assert found.difference.label(found.difference.row("d/7@1")) == "number 7"
    (row,) = found.lost
    assert (row.before, row.after, row.label) == (1.0, 0.0, "number 7")


def test_weights_of_shared_edges() -> None:
    found = compare(hand_circuit(-2.0), hand_circuit(1.0))
    changed = {(row.source, row.target): (row.before, row.after) for row in found.edges if row.before != row.after}
    assert changed == {("error.mlp_out.0@0", "target.y"): (-2.0, 1.0)}
    assert found.edges[0].status == "shared"  # what moved most comes first
    assert (found.edges[0].before, found.edges[0].after) == (-2.0, 1.0)
    assert found.node_jaccard == found.edge_jaccard == 1


def test_without_positions_a_moved_feature_is_the_same() -> None:
    a, b = small(("a", "b", "c"), 0, 7, 4.0), small(("a", "b"), 1, 7, 4.0)
    assert {row.node for row in compare(a, b).lost} == {"token@0", "d/7@0"}
    found = compare(a, b, positions=False)
    assert found.node_jaccard == found.edge_jaccard == 1
    assert {row.node for row in found.shared} == {"token@0", "d/7@0", "target.y"}


def test_targets_at_other_positions_are_one_node() -> None:
    """Prompts of different lengths end at different positions."""
    found = compare(small(("a", "b", "c"), 0, 7, 4.0), small(("a", "b"), 0, 7, 4.0))
    assert len(found.lost) == len(found.gained) == 0


def test_other_targets_are_other_nodes() -> None:
    found = compare(small(("a",), 0, 7, 1.0, "x"), small(("a",), 0, 7, 1.0, "y"))
    assert {row.node for row in found.lost} == {"target.x"}
    assert {row.node for row in found.gained} == {"target.y"}


@pytest.mark.parametrize("seed", range(3))
def test_the_difference_is_the_second_less_the_first(seed: int) -> None:
    a, b = random_circuit(seed), random_circuit(seed + 10)
    before, after, change = edges(a), edges(b), edges(compare(a, b).difference)
    for pair in before | after:
        assert change.get(pair, 0) == pytest.approx(after.get(pair, 0) - before.get(pair, 0), abs=1e-6)


def test_it_can_be_drawn_and_handed_on() -> None:
    found = compare(small(("a", "b"), 1, 7, 4.0), small(("a", "b"), 1, 8, 2.0))
    graph = found.to_networkx()
    assert graph.nodes["d/7@1"]["status"] == "lost"
    assert graph.edges["d/8@1", "target.y"] == {"weight": 4.0, "status": "gained", "before": 0.0, "after": 4.0}
    assert "1 lost, 1 gained" in repr(found)
    assert "<table>" in found._repr_html_()
    assert found.difference.prune(0.9, 0.9) is not None  # a circuit like others
    assert np.isclose(found.difference.weights.sum(), 1)


def test_circuits_of_other_depths_are_refused() -> None:
    deeper = hand_circuit()
    deeper = replace(deeper, provenance=replace(deeper.provenance, n_layers=5))
    with pytest.raises(InputError, match="2 and 5 layers"):
        compare(hand_circuit(), deeper)
