"""Nodes: their order, their ids, and the choice of some of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from saecircuits.circuit import COLUMNS, Feature, NodeKind, NodeTableBuilder
from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS
from tests.circuit.graphs import random_circuit


def small_table():
    builder = NodeTableBuilder(("a", "b"))
    builder.add_target("second", 2, 1, value=-1.0, probability=0.1)
    builder.add(NodeKind.ERROR, 0, np.array([1, 0]), site=SITE_KINDS.index("mlp_out"), value=np.array([0.1, 0.2]))
    builder.add(NodeKind.FEATURE, 1, np.array([1]), dictionary=1, index=3, value=2.0)
    where = {"dictionary": 0, "index": np.array([9, 4, 5]), "value": np.array([1.0, 2.0, 3.0])}
    builder.add(NodeKind.FEATURE, 0, np.array([1, 1, 0]), **where)
    builder.add(NodeKind.BIAS, 0, np.array([1]))
    builder.add(NodeKind.BIAS, -1, np.array([0]))
    builder.add(NodeKind.TOKEN, -1, np.array([1, 0]))
    builder.add_target("first", 2, 1, value=4.0, probability=0.5)
    return builder.build()


def test_rows_have_one_order_whatever_the_order_of_adding() -> None:
    table, added_at = small_table()
    assert table.ids == (
        "token@0",
        "token@1",
        "position@0",
        "bias.0@1",
        "a/5@0",
        "a/4@1",
        "a/9@1",
        "error.mlp_out.0@0",
        "error.mlp_out.0@1",
        "b/3@1",
        "target.second",
        "target.first",
    )  # targets last, in the order in which they came
    assert added_at.tolist() == [10, 9, 8, 7, 6, 5, 4, 2, 1, 3, 0, 11]
    assert table.value[table.rows["error.mlp_out.0@0"]] == np.float32(0.2)
    assert table.value[table.rows["a/4@1"]] == 2


def test_columns_have_fixed_types_and_say_none() -> None:
    table, _ = small_table()
    assert [getattr(table, name).dtype.name for name in COLUMNS] == [
        "uint8",
        "int16",
        "int32",
        "int16",
        "int32",
        "uint8",
        "float32",
        "float32",
    ]
    token = table.rows["token@0"]
    assert (table.dictionary[token], table.index[token], table.site[token], table.value[token]) == (-1, -1, 255, 1)
    assert np.isnan(table.probability[token])
    assert table.feature(token) is None
    assert table.feature(table.rows["b/3@1"]) == Feature("b", 3)


@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_ids_are_unique_and_sources_lie_below(seed: int, n_layers: int, n_positions: int) -> None:
    circuit = random_circuit(seed, n_layers, n_positions, per_layer=6, n_targets=3)
    assert len(set(circuit.nodes.ids)) == len(circuit) == len(circuit.nodes.rows)
    edges = circuit.adjacency.tocoo()
    assert (edges.row > edges.col).all()


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=40, deadline=None)
def test_taking_rows_keeps_ids(seed: int, data: st.DataObject) -> None:
    nodes = random_circuit(seed, n_targets=3).nodes
    chosen = data.draw(st.sets(st.integers(0, len(nodes) - 1)).map(sorted))
    taken = nodes.take(np.array(chosen, dtype=int))
    assert taken.ids == tuple(nodes.ids[row] for row in chosen)
    np.testing.assert_array_equal(taken.value, nodes.value[chosen])


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(InputError, match="colour"):
        NodeTableBuilder(()).add(NodeKind.TOKEN, -1, np.array([0]), colour=3.0)


@pytest.mark.parametrize("text", ["transcoder.0/12", "with/slash/0", "ü/7"])
def test_features_are_read_from_what_they_print(text: str) -> None:
    feature = Feature.parse(text)
    assert str(feature) == text
    assert Feature.parse(feature) is feature


def test_a_features_repr_is_the_python_that_makes_it() -> None:
    assert repr(Feature("transcoder.0", 12)) == 'sc.Feature("transcoder.0", 12)'


@pytest.mark.parametrize("text", ["transcoder.0", "/", "transcoder.0/", "transcoder.0/-1", "transcoder.0/1.5", "a/x"])
def test_text_that_is_no_feature_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="slash and index"):
        Feature.parse(text)


@pytest.mark.parametrize("index", [-1, 1.5, True, "3", None])
def test_an_index_is_a_whole_number_from_zero(index: object) -> None:
    with pytest.raises(InputError, match="whole number from 0"):
        Feature("d", index)  # type: ignore[arg-type]
