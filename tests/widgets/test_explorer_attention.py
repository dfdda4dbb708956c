"""Heads on an edge and pairs behind a score, as the Explorer answers: every list adds up to its whole."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.attribution import Difference, IntegratedGradients, RelP, edge_heads
from saecircuits.circuit import Circuit, Feature, NodeKind, merge
from saecircuits.lab import ReplacementModel
from saecircuits.widgets import attention_state
from saecircuits.widgets.attention_state import edge_record, score_record
from saecircuits.widgets.explorer import Explorer
from tests.attribution.models import PROMPT, wired
from tests.lab.labs import lab

from .browser import Browser

TARGET = Difference("w3", "w5")


@cache
def circuit() -> Circuit:
    return lab().attribute(PROMPT, TARGET)


@pytest.fixture
def browser() -> Browser:
    return Browser(Explorer(circuit(), lab()))


def edges_of(shown: Circuit, n: int = 40) -> list[tuple[str, str, float]]:
    """The largest edges, and of them those between two positions."""
    edges, ids = shown.adjacency.tocoo(), shown.nodes.ids
    order = np.argsort(-np.abs(edges.data))
    far = [at for at in order if shown.nodes.position[edges.row[at]] != shown.nodes.position[edges.col[at]]]
    return [(ids[edges.col[at]], ids[edges.row[at]], float(edges.data[at])) for at in [*order[:n], *far[:n]]]


def total(record: dict[str, Any], way: str) -> float:
    return sum(row["value"] for row in record[way]) + record[f"{way}_rest"]["value"]


@pytest.mark.parametrize("wiring", ["transcoders", "transcoders, skip", "cross-layer"])
def test_the_shares_of_an_edge_add_up_to_it(wiring: str) -> None:
    model = wired("llama", wiring, torch.float64)
    whole = ReplacementModel(model.subject, list(model.dictionaries.values())).attribute(PROMPT, TARGET)
    for source, target, weight in edges_of(whole, 15):
        record = edge_record(edge_heads(model, whole, source, target))
        assert record["weight"] == pytest.approx(weight, rel=1e-5)  # edges are float32
        for way in ("arriving", "leaving"):
            assert total(record, way) == pytest.approx(weight, rel=1e-5)
            assert [row["value"] for row in record[way] if row["layer"] < 0] == [record["straight"]]
        assert sum(share["value"] for share in record["layers"]) == pytest.approx(weight, rel=1e-5)


def test_an_edge_is_answered(browser: Browser) -> None:
    for source, target, weight in edges_of(browser.explorer.circuit, 6):
        reply, buffers = browser.ask({"id": 1, "type": "edge_heads", "source": source, "target": target})
        record = reply["edge"]
        assert buffers == []
        assert (record["source"], record["target"]) == (source, target)
        assert record["weight"] == pytest.approx(weight, rel=1e-5, abs=1e-6)  # of a float32 model, other sums
        strongest = [abs(row["value"]) for row in record["arriving"]]
        assert strongest == sorted(strongest, reverse=True)
        for row in record["arriving"]:
            if row["layer"] >= 0:
                assert row["query"] == browser.explorer.circuit.node(target).position


def test_the_weakest_heads_are_added_up(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_state, "HEADS", 2)
    source, target, weight = edges_of(browser.explorer.circuit)[-1]
    reply, _ = browser.ask({"id": 1, "type": "edge_heads", "source": source, "target": target})
    assert len(reply["edge"]["arriving"]) == 2
    assert reply["edge"]["arriving_rest"]["count"] > 0
    assert total(reply["edge"], "arriving") == pytest.approx(weight, rel=1e-5, abs=1e-6)


def floats(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<f4")


@pytest.mark.parametrize("against", [False, True])
@pytest.mark.parametrize("traced", [False, True])
def test_the_pairs_behind_a_score_add_up(browser: Browser, against: bool, traced: bool) -> None:
    message = {"id": 1, "type": "explain_head", "layer": 2, "head": 1, "query": 5}
    reply, (pattern, scores, parts) = browser.ask({**message, "key": 3, "against": against, "traced": traced})
    record, parts = reply["score"], floats(parts)
    parts = parts.reshape(len(record["query_sources"]) + 1, len(record["key_sources"]) + 1)
    explained = lab().explain_head(PROMPT, 2, 1, 5, against="mean" if against else None, traced=traced)
    truth = explained.at(3)
    assert record["score"] == pytest.approx(truth.score, rel=1e-6)
    assert record["total"] == pytest.approx(record["score"], rel=1e-4)  # a sum of some hundred float32 products
    assert parts.sum() == pytest.approx(record["score"], rel=1e-4)
    matrix = truth.matrix()
    where = [
        {node.id: row for row, node in enumerate(nodes)} for nodes in (truth.query_nodes[:-1], truth.key_nodes[:-1])
    ]
    for side, axis in (("query", 1), ("key", 0)):
        sources, rest = record[f"{side}_sources"], record[f"{side}_rest"]
        values = [source["value"] for source in sources]
        np.testing.assert_allclose(parts.sum(axis)[:-1], values, rtol=1e-4, atol=1e-5)
        assert parts.sum(axis)[-1] == pytest.approx(rest["value"], rel=1e-3, abs=1e-4)
        assert sum(values) + rest["value"] == pytest.approx(record["score"], rel=1e-4)
        assert rest["count"] + len(sources) == matrix.shape[1 - axis]
    for pair in record["pairs"]:
        row, column = where[0].get(pair["query"]["id"]), where[1].get(pair["key"]["id"])
        if row is not None and column is not None and "bias" not in (pair["query"]["kind"], pair["key"]["kind"]):
            assert pair["value"] == pytest.approx(float(matrix[row, column]), rel=1e-4)
    assert abs(record["pairs"][0]["value"]) == pytest.approx(np.abs(matrix).max(), rel=1e-5)
    seen = floats(pattern)
    assert seen[:6].sum() == pytest.approx(1, abs=1e-5)
    assert np.isnan(seen[6:]).all()
    assert floats(scores)[3] == pytest.approx(record["score"], rel=1e-5)
    assert seen[3] == pytest.approx(record["weight"])


def test_without_a_key_the_highest_is_explained_and_nothing_is_worked_out_twice(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    explain = lab().explain_head
    monkeypatch.setattr(lab(), "explain_head", lambda *a, **o: calls.append(a) or explain(*a, **o), raising=False)
    message = {"id": 1, "type": "explain_head", "layer": 0, "head": 0, "query": -1}
    reply, (_, scores, _) = browser.ask(message)
    assert reply["score"]["key"] == int(np.nanargmax(floats(scores)))
    browser.ask({**message, "key": 1})
    browser.ask({**message, "key": -1})
    assert len(calls) == 1
    for query in range(1, 40):
        browser.ask({**message, "query": query % 6 + 1, "layer": query % 3, "head": query % 2})
    browser.ask(message)
    assert len(calls) > 1


def test_sources_carry_what_the_widget_shows(browser: Browser) -> None:
    reply, _ = browser.ask({"id": 1, "type": "explain_head", "layer": 2, "head": 0, "query": 4})
    sources = [*reply["score"]["query_sources"], *reply["score"]["key_sources"]]
    assert {source["kind"] for source in sources} & {"feature", "bias", "attention"}
    for source in sources:
        if source["kind"] == "feature":
            assert source["id"] == f"{source['feature']}@{source['position']}"
            assert source["label"] == lab().label(Feature.parse(source["feature"]))
        else:
            assert source["feature"] is None


def test_a_feature_that_the_circuit_does_not_have_shows_its_card(browser: Browser) -> None:
    reply, _ = browser.ask({"id": 1, "type": "feature_card", "feature": "transcoder.1/7"})
    assert reply["card"] == lab().card(Feature("transcoder.1", 7))
    for name, reason in (("transcoder.1/9999", "9999"), ("nobody/1", "nobody"), ("x", "not a feature"), (7, "no text")):
        reply, _ = browser.ask({"id": 2, "type": "feature_card", "feature": name})
        assert reason in reply["error"]["message"]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "edge_heads", "source": "nobody", "target": "target.w3 − w5"}, "no node 'nobody'"),
        ({"type": "edge_heads", "source": 3, "target": "target.w3 − w5"}, "no text 'source'"),
        ({"type": "edge_heads", "source": "target.w3 − w5", "target": "target.w3 − w5"}, "writes nothing"),
        ({"type": "edge_heads", "source": "token@1", "target": "token@2"}, "reads nothing"),
        ({"type": "explain_head", "layer": 99, "head": 0, "query": 1}, "no layer 99"),
        ({"type": "explain_head", "layer": 0, "head": 10**30, "query": 1}, "no head"),
        ({"type": "explain_head", "layer": 0, "head": True, "query": 1}, "no whole number 'head'"),
        ({"type": "explain_head", "layer": 0, "head": 0, "query": 99}, "no position 99"),
        ({"type": "explain_head", "layer": 0, "head": 0, "query": 2, "key": 5}, "position 5 was not explained"),
        ({"type": "explain_head", "layer": 0, "head": 0, "query": 2, "key": "x"}, "no whole number 'key'"),
    ],
)
def test_what_cannot_be_answered_says_why(browser: Browser, message: dict[str, Any], reason: str) -> None:
    reply, _ = browser.ask({"id": 1, **message})
    assert reason in reply["error"]["message"]


def test_circuits_that_have_no_heads_say_why(browser: Browser) -> None:
    first, second = (lab().attribute(prompt, TARGET) for prompt in ("w1 w20 w3", "w7 w20 w30"))
    feature = next(i for i, kind in zip(first.nodes.ids, first.nodes.kind, strict=True) if kind == NodeKind.FEATURE)
    message = {"id": 1, "type": "edge_heads", "source": feature, "target": first.nodes.ids[-1]}
    cases = {
        "the mean of 2 prompts": Explorer(merge([first, second]), lab()),
        "There is no model": Explorer(Circuit.build(first.nodes, first.adjacency, first.weights, first.provenance)),
        "are neurons": Explorer(lab().attribute("w1 w20 w3", TARGET, method=RelP(nodes="neurons")), lab()),
        "only in circuits by the direct method": Explorer(
            lab().attribute("w1 w20 w3", TARGET, method=IntegratedGradients()), lab()
        ),
    }
    reasons = {**dict.fromkeys(cases, ""), "only in circuits by the direct method": "whose edges pass attention"}
    for reason, explorer in cases.items():
        reply, _ = Browser(explorer).ask(message)
        assert (reasons[reason] or reason) in reply["error"]["message"]
        assert reply["error"]["cure"]


def test_another_circuit_starts_anew(browser: Browser) -> None:
    message = {"id": 1, "type": "explain_head", "layer": 0, "head": 0, "query": -1}
    before = browser.ask(message)[0]["score"]
    browser.explorer.show(lab().attribute("w9 w8", TARGET))
    after, (pattern, _, _) = browser.ask(message)
    assert after["score"]["query"] != before["query"]
    assert len(floats(pattern)) == 3


def test_matrices_are_those_of_the_named_rows() -> None:
    explanation = lab().explain_head(PROMPT, 1, 0, 3).explanations[0]
    record, parts = score_record(explanation)
    rows = [node.id for node in explanation.query_nodes[:-1]]
    columns = [node.id for node in explanation.key_nodes[:-1]]
    matrix = explanation.matrix()
    for i, query in enumerate(record["query_sources"]):
        for j, key in enumerate(record["key_sources"]):
            if query["kind"] != "bias" and key["kind"] != "bias":  # a layer's own biases share an id with no source
                assert parts[i, j] == pytest.approx(
                    float(matrix[rows.index(query["id"]), columns.index(key["id"])]), abs=1e-5
                )
