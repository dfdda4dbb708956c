"""Groups of features: by clustering, by hand, by saved names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from saecircuits.circuit import Circuit, Feature, NodeKind, NodeTableBuilder
from saecircuits.circuit.supernodes import (
    METHODS,
    Nearness,
    feature_rows,
    group,
    group_automatically,
    label_similarity,
    load_names,
    propose_name,
    save_names,
    ungroup,
)
from saecircuits.errors import FileFormatError, InputError
from tests.circuit.graphs import provenance

NAMES = ["plural noun", "plural animals", "noun plural", "city of France", "French city", "city"]


def two_families(noise: float = 0.0, spread: int = 0) -> Circuit:
    """Six features between two tokens and two targets: 0 to 2 carry token 0 to the first target, 3 to 5 token 1 to the
    second; all at position 1, or at other ones with `spread`."""
    random = np.random.default_rng(0)
    n_tokens = 2 + spread
    builder = NodeTableBuilder(("d",))
    builder.add(NodeKind.TOKEN, -1, np.array([0, 1]))
    for index in range(6):
        where = np.array([1 + index % (1 + spread)])
        builder.add(NodeKind.FEATURE, 0, where, dictionary=0, index=index, value=1.0)
    for label in ("x", "y"):
        builder.add_target(label, 1, n_tokens - 1, value=1.0)
    nodes, _ = builder.build()
    adjacency = np.zeros((10, 10), dtype=np.float32)
    for row in range(2, 8):
        family = int(nodes.index[row]) // 3
        adjacency[row, :2] = noise * random.random(2)
        adjacency[row, family] = 2 + random.random()
        adjacency[8:, row] = noise * random.random(2)
        adjacency[8 + family, row] = 1 + random.random()
    weights = np.zeros(10)
    weights[8:] = 0.5
    labels = {Feature("d", index): name for index, name in enumerate(NAMES)}
    origin = provenance(n_tokens, 1, n_targets=2)
    return Circuit.build(nodes, sparse.csr_array(adjacency), weights, origin, labels=labels)


def members(circuit: Circuit) -> set[frozenset[str]]:
    return {frozenset(own) for own in circuit.supernodes.values()}


FAMILIES = {frozenset(f"d/{i}@1" for i in (0, 1, 2)), frozenset(f"d/{i}@1" for i in (3, 4, 5))}


@pytest.mark.parametrize("method", METHODS)
def test_connections_find_the_families(method: str) -> None:
    grouped = group_automatically(two_families(noise=0.2), 2, method=method)
    assert members(grouped) == FAMILIES
    assert {name.split(",")[0] for name in grouped.supernodes} == {"plural", "city"}  # what all their labels share


@pytest.mark.parametrize("method", METHODS)
def test_a_given_similarity_overrules(method: str) -> None:
    """Evens and odds, where only the similarity counts."""
    parity = np.arange(6) % 2
    similarity = (parity[:, None] == parity[None]).astype(float)
    nearness = Nearness(connections=0, evidence=1, position=0)
    grouped = group_automatically(two_families(), 2, similarity, nearness, method)
    assert members(grouped) == {frozenset(f"d/{i}@1" for i in range(6) if i % 2 == odd) for odd in (0, 1)}


def test_positions_alone() -> None:
    circuit = two_families(spread=2)
    grouped = group_automatically(circuit, 3, nearness=Nearness(0, 0, 1))
    assert members(grouped) == {frozenset(f"d/{i}@{1 + i % 3}" for i in range(6) if i % 3 == p) for p in range(3)}


def test_labels_are_a_similarity() -> None:
    similarity = label_similarity(two_families())
    assert similarity[0, 2] == pytest.approx(1)  # the same words
    assert similarity[0, 1] == pytest.approx(0.5)
    assert similarity[0, 3] == 0
    grouped = group_automatically(two_families(), 2, similarity, Nearness(0, 1, 0))
    assert members(grouped) == FAMILIES


def test_one_group_and_a_group_each() -> None:
    (name,) = group_automatically(two_families(), 1).supernodes
    assert set(name.split(", ")) == {"plural", "city", "noun"}
    assert group_automatically(two_families(), 6).supernodes == {}  # nobody is alone in a group
    assert len(members(group_automatically(two_families()))) == 2  # the root of six


def test_old_groups_are_gone_and_the_circuit_is_as_it_was() -> None:
    circuit = group(two_families(), "mine", ["d/0@1", "d/5@1"])
    assert members(group_automatically(circuit, 2)) == FAMILIES
    assert circuit.supernodes == {"mine": ("d/0@1", "d/5@1")}


def test_by_hand() -> None:
    circuit = group(two_families(), "a", ["d/0@1", "d/1@1", "d/0@1"])
    assert circuit.supernodes == {"a": ("d/0@1", "d/1@1")}
    circuit = group(circuit, "b", ["d/1@1", "token@0"])  # a node is in one group at the most
    assert circuit.supernodes == {"a": ("d/0@1",), "b": ("d/1@1", "token@0")}
    circuit = group(circuit, "c", ["d/0@1"])  # an empty group is none
    assert set(circuit.supernodes) == {"b", "c"}
    assert set(ungroup(circuit, "b").supernodes) == {"c"}
    assert group(circuit, "b", ["d/2@1"]).supernodes["b"] == ("d/2@1",)


def test_names_are_unique_and_follow_influence() -> None:
    circuit = two_families()
    assert propose_name(circuit, ["d/5@1"]) == "city"
    circuit = group(circuit, "city", ["d/5@1"])
    assert propose_name(circuit, ["d/5@1"]) == "city (2)"
    influence = circuit.influence.copy()
    influence[circuit.row("d/1@1")] = 100
    loud = replace(circuit, influence=influence)
    assert propose_name(loud, ["d/0@1", "d/1@1", "d/2@1"]).startswith("plural, animals")
    assert propose_name(replace(circuit, labels={}), ["d/0@1"]) == "t1"  # without labels: the token


def test_names_carry_over_to_another_circuit(tmp_path) -> None:
    circuit = group(group(two_families(), "nouns", ["d/0@1", "d/1@1", "token@0"]), "places é", ["d/3@1"])
    path = save_names(circuit, tmp_path / "names.json")
    assert load_names(two_families(), path).supernodes == {"nouns": ("d/0@1", "d/1@1"), "places é": ("d/3@1",)}
    other = two_families(spread=1)  # three tokens; feature 0 stands at 1, feature 1 at 2, feature 3 at 2
    assert load_names(other, path).supernodes == {"nouns": ("d/0@1", "d/1@2"), "places é": ("d/3@2",)}
    # the saved ones stood at the last token
    assert load_names(other, path, positions=True).supernodes == {"nouns": ("d/1@2",), "places é": ("d/3@2",)}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "saecircuits.supernodes", "version": 9, "supernodes": {}}', "nothing",
             '{"format": "saecircuits.supernodes", "version": 1, "supernodes": {"a": [{"feature": "x"}]}}']
)  # fmt: skip
def test_damaged_names_are_refused(tmp_path, text: str) -> None:
    path = tmp_path / "names.json"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=r"holds no groups.*save_names"):
        load_names(two_families(), path)


def test_what_cannot_be(tmp_path) -> None:
    circuit = two_families()
    assert len(feature_rows(circuit)) == 6
    with pytest.raises(InputError, match="6 features cannot be in 7 groups"):
        group_automatically(circuit, 7)
    with pytest.raises(InputError, match="method is 'kmeans'"):
        group_automatically(circuit, 2, method="kmeans")
    with pytest.raises(InputError, match=r"shape \(2, 2\)"):
        group_automatically(circuit, 2, np.eye(2))
    with pytest.raises(InputError, match="none came"):
        group_automatically(circuit, 2, nearness=Nearness(0, 1, 0))
    with pytest.raises(InputError, match="Weights"):
        Nearness(-1)
    with pytest.raises(InputError, match="no node 'd/9@1'"):
        group(circuit, "a", ["d/9@1"])
    with pytest.raises(InputError, match="of 0 nodes"):
        group(circuit, "a", [])
    with pytest.raises(InputError, match=r"no group 'b'.*none"):
        ungroup(circuit, "b")
    with pytest.raises(InputError, match="no file"):
        load_names(circuit, tmp_path / "missing.json")
