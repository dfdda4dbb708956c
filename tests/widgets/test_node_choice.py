"""A selected node and its feature go together, here and in other widgets."""

from __future__ import annotations

import pytest

import saecircuits as sc


@pytest.fixture(scope="module")
def lab():
    return sc.load("world")


@pytest.fixture
def explorer(lab):
    explorer = lab.explore("the farmers near the cat", target="are", against="is")
    yield explorer
    explorer.close()


def test_a_node_brings_its_feature_and_a_token_none(explorer):
    node = explorer.circuit.top(1)[0]
    explorer.selected = node.id
    assert explorer.feature == str(node.feature)
    explorer.selected = next(i for i in explorer.circuit.nodes.ids if i.startswith("token@"))
    assert explorer.feature is None


def test_a_feature_selects_its_most_influential_node_and_leaves_another_of_its_nodes_alone(explorer):
    circuit = explorer.circuit
    names = [i.split("@")[0] for i in circuit.nodes.ids if i.startswith("transcoder")]
    name = next(name for name in names if names.count(name) > 1)
    nodes = sorted(
        (i for i in circuit.nodes.ids if i.split("@")[0] == name), key=lambda i: -circuit.influence[circuit.row(i)]
    )
    explorer.feature = name
    assert explorer.selected == nodes[0]
    explorer.selected = nodes[1]
    assert (explorer.feature, explorer.selected) == (name, nodes[1])


@pytest.mark.parametrize("name", ["transcoder.0/99999", "nothing/3", "no name at all", ""])
def test_what_the_circuit_lacks_selects_nothing(explorer, name):
    explorer.selected = explorer.circuit.top(1)[0].id
    explorer.feature = name
    assert explorer.selected is None


def test_an_id_of_another_circuit_has_no_feature(explorer):
    explorer.feature = str(explorer.circuit.top(1)[0].feature)
    explorer.selected = "transcoder.9/1@1"
    assert explorer.feature is None


def test_another_circuit_starts_without(explorer, lab):
    explorer.selected = explorer.circuit.top(1)[0].id
    explorer.show(lab.attribute("the farmers near the cat", target="is", against="are"))
    assert (explorer.selected, explorer.feature) == (None, None)


def test_an_explorer_and_a_card_share_their_selection(explorer, lab):
    card = lab.feature_card()
    sc.share_selection(explorer, card)
    node = explorer.circuit.top(1)[0]
    explorer.selected = node.id
    assert card.feature == str(node.feature)
    assert card.card["dictionary"] == node.feature.dictionary
    other = explorer.circuit.top(2)[1]
    card.feature = str(other.feature)
    assert explorer.selected_node.feature == other.feature
