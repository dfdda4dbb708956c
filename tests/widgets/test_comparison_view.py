"""The ComparisonView: what it shows is what `sc.compare` says, and its selection is shared."""

from __future__ import annotations

import json

import numpy as np
import pytest

import saecircuits as sc
from saecircuits.widgets.comparison_view import ComparisonView


@pytest.fixture(scope="module")
def circuits():
    lab = sc.load("world")
    ask = lambda prompt: lab.attribute(prompt, target="is", against="are").prune(0.8)  # noqa: E731
    return ask("the dog near the cats"), ask("the dogs near the cats")


@pytest.fixture
def view(circuits):
    view = ComparisonView(*circuits)
    yield view
    view.close()


def test_every_feature_stands_in_the_list_with_its_influence_in_both(view, circuits):
    a, b = circuits
    rows = {row["node"]: row for row in view.rows}
    features = lambda c: {i for i, row in zip(c.nodes.ids, range(len(c)), strict=True) if c.node(row).feature}  # noqa: E731
    assert features(a) | features(b) <= set(rows)
    for identifier, row in rows.items():
        before = a.influence[a.row(identifier)] if identifier in a.nodes.ids else 0
        after = b.influence[b.row(identifier)] if identifier in b.nodes.ids else 0
        assert (row["before"], row["after"]) == pytest.approx((before, after))
        status = "shared" if identifier in a.nodes.ids and identifier in b.nodes.ids else None
        assert row["status"] == (status or ("lost" if identifier in a.nodes.ids else "gained"))
    assert {row["status"] for row in rows.values()} == {"shared", "lost", "gained"}


def test_the_difference_is_drawn_from_the_same_comparison(view, circuits):
    compared = sc.compare(*circuits)
    weights = np.frombuffer(view.graphs[2]["edges"]["weight"], "<f4")
    assert sorted(weights) == pytest.approx(sorted(compared.difference.adjacency.tocoo().data))
    assert view.scores == pytest.approx({"nodes": compared.node_jaccard, "edges": compared.edge_jaccard})
    json.dumps([view.rows, view.scores], allow_nan=False)


def test_a_selected_node_selects_its_feature_and_the_other_way_round(view):
    node = next(row["node"] for row in view.rows if row["status"] == "shared" and "error" not in row["node"])
    view.selected = node
    assert node.startswith(f"{view.feature}@")
    view.selected = None
    assert view.feature is None
    view.feature = node.split("@")[0]
    assert view.selected.startswith(f"{view.feature}@")
    view.feature = "transcoder.0/999999"
    assert view.selected is None


def test_a_selection_from_elsewhere_that_no_circuit_has_selects_nothing(view):
    view.selected = "no such node"
    assert view.feature is None


def test_whole_circuits_are_pruned_first():
    lab = sc.load("world")
    whole = lab.attribute("the dog near the cats", target="is", against="are")
    view = ComparisonView(whole, whole)
    assert all(circuit.pruned and len(circuit) < len(whole) for circuit in view.circuits)
    assert view.comparison.node_jaccard == 1
    assert {row["status"] for row in view.rows} == {"shared"}


def test_an_unknown_mode_is_refused(circuits):
    with pytest.raises(sc.InputError, match="There is no mode 'sideways'"):
        ComparisonView(*circuits, mode="sideways")


def test_its_page_works_without_a_kernel(view):
    page = view.html("two circuits")
    assert "<title>two circuits</title>" in page
    assert "default-src 'none'" in page
