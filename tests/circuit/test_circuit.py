"""What a circuit answers: nodes, neighbours, books, labels, networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from saecircuits.circuit import Feature, NodeKind
from saecircuits.errors import InputError, NotAttachedError
from tests.circuit.graphs import hand_circuit, random_circuit


def test_a_node_says_everything_about_itself() -> None:
    circuit = hand_circuit()
    node = circuit.node("d/7@0")
    assert (node.kind, node.layer, node.position, node.token) == (NodeKind.FEATURE, 1, 0, "t0")
    assert (node.feature, node.value, node.influence, node.label) == (Feature("d", 7), 4.0, 0.5, "seven")
    assert circuit.node(2) == node
    assert circuit.node("token@0").feature is None


def test_labels_follow_the_kind() -> None:
    circuit = random_circuit(0, n_targets=2)
    labels = {node: circuit.node(node).label for node in circuit.nodes.ids}
    assert labels["token@1"] == "t1"
    assert labels["error.mlp_out.1@0"] == "not reconstructed, layer 1"
    assert labels["bias.0@1"] == "biases, layer 0"
    assert labels["target.y0"] == "y0"
    assert labels["target.y1"] == "y1"
    unlabelled = next(node for node in circuit.top(100) if node.feature not in circuit.labels)
    assert unlabelled.label == str(unlabelled.feature)


def test_inputs_and_outputs_come_strongest_first() -> None:
    circuit = hand_circuit()
    assert [(node.id, weight) for node, weight in circuit.inputs("target.y")] == [
        ("d/7@0", 4.0),
        ("token@0", 2.0),
        ("error.mlp_out.0@0", -2.0),
    ]
    assert [(node.id, weight) for node, weight in circuit.outputs("token@0")] == [("d/7@0", 3.0), ("target.y", 2.0)]
    assert circuit.inputs("token@0") == circuit.outputs("target.y") == []


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_the_rows_and_columns_of_the_matrix(seed: int) -> None:
    circuit = random_circuit(seed, n_layers=3)
    dense, ids = circuit.adjacency.toarray(), circuit.nodes.ids
    for row, identifier in enumerate(ids):
        inputs = {node.id: weight for node, weight in circuit.inputs(identifier)}
        outputs = {node.id: weight for node, weight in circuit.outputs(row)}
        assert inputs == {ids[s]: dense[row, s] for s in np.flatnonzero(dense[row])}
        assert outputs == {ids[t]: dense[t, row] for t in np.flatnonzero(dense[:, row])}


def test_top_orders_by_influence_and_chooses_kinds() -> None:
    circuit = random_circuit(1, n_layers=3, per_layer=5)
    top = circuit.top(4)
    features = [circuit.node(i) for i in circuit.nodes.ids if circuit.node(i).kind is NodeKind.FEATURE]
    assert [node.influence for node in top] == sorted((node.influence for node in features), reverse=True)[:4]
    assert {node.kind for node in circuit.top(50, [NodeKind.TOKEN, NodeKind.ERROR])} == {NodeKind.TOKEN, NodeKind.ERROR}
    assert list(circuit.top(0)) == []
    assert top[0].id in repr(top)


def test_books_are_the_gap_between_value_and_inputs() -> None:
    """Feature: 3 + 1 against 4, no gap. Target: 2 − 2 + 4 against 4; with a value of 3 the gap is 1 of 8."""
    circuit = hand_circuit()
    np.testing.assert_allclose(circuit.books(), [np.nan, np.nan, 0, 0])
    circuit.nodes.value[3] = 3
    np.testing.assert_allclose(circuit.books()[3], 1 / 8)


@pytest.mark.parametrize("key", ["nowhere@0", "", "d/8@0", 99, -1])
def test_nodes_that_do_not_exist_are_refused(key: str | int) -> None:
    with pytest.raises(InputError, match="There is no"):
        hand_circuit().node(key)


def test_a_loose_circuit_says_how_to_attach_it() -> None:
    with pytest.raises(NotAttachedError, match=r"circuit\.attach\(lab\)"):
        hand_circuit().check()


def test_an_attached_circuit_asks_its_host() -> None:
    class Host:
        def check(self, circuit, **options):
            return circuit, options

        def view(self, circuit):
            class View:
                def _repr_mimebundle_(self, **_):
                    return {"text/html": repr(circuit)}

            return View()

        def cards(self, _):
            return {}

    loose = hand_circuit()
    attached = loose.attach(Host())
    assert attached.check(n=3) == (attached, {"n": 3})
    assert attached._repr_mimebundle_() == {"text/html": repr(loose)}
    assert loose._repr_mimebundle_() == {"text/plain": repr(loose)}
    assert attached.prune(0.5, 0.5).host is attached.host


def test_repr_says_prompt_target_size_and_scores() -> None:
    assert repr(hand_circuit()) == "Circuit('t0' → y: 4 nodes, 5 edges, replacement 0.62, completeness 0.85)"


def test_networkx_holds_everything() -> None:
    circuit = random_circuit(2, n_layers=3)
    graph = circuit.to_networkx()
    assert isinstance(graph, nx.DiGraph)
    assert list(graph.nodes) == list(circuit.nodes.ids)
    assert nx.is_directed_acyclic_graph(graph)
    edges, ids = circuit.adjacency.tocoo(), circuit.nodes.ids
    expected = {(ids[s], ids[t]): float(w) for t, s, w in zip(edges.row, edges.col, edges.data, strict=True)}
    assert {(s, t): w for s, t, w in graph.edges(data="weight")} == expected
    for identifier in ids:
        node, attributes = circuit.node(identifier), graph.nodes[identifier]
        assert attributes == {
            "kind": node.kind.name.lower(),
            "layer": node.layer,
            "position": node.position,
            "token": node.token,
            "feature": "" if node.feature is None else str(node.feature),
            "value": node.value,
            "influence": node.influence,
            "label": node.label,
        }
    assert graph.graph == {"prompt": "t0 t1", "target": "y", "model": "a model", "method": "direct"}
