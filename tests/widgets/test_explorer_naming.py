"""Features named in the Explorer: kept by the laboratory, told to every widget, and written into files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saecircuits.attribution import Difference, RelP
from saecircuits.circuit import Circuit, Feature
from saecircuits.lab import ReplacementModel
from saecircuits.widgets.explorer import Explorer
from tests.attribution.models import PROMPT
from tests.exports.pages import Page
from tests.lab.labs import lab

from .browser import Browser

TARGET = Difference("w3", "w5")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReplacementModel:
    """A laboratory of its own, whose names lie in a folder of its own."""
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path))
    shared = lab()
    return ReplacementModel(shared.subject, list(shared.dictionaries.values()), shared.evidence)


@pytest.fixture
def browser(own: ReplacementModel) -> Browser:
    return Browser(Explorer(own.attribute(PROMPT, TARGET), own))


def strongest(circuit: Circuit) -> Feature:
    feature = circuit.top(1)[0].feature
    assert feature is not None
    return feature


def test_a_name_is_kept_and_shown(browser: Browser, own: ReplacementModel) -> None:
    explorer = browser.explorer
    feature, graph = strongest(explorer.circuit), explorer.graph
    reply, _ = browser.ask({"id": 1, "type": "label", "feature": str(feature), "label": "  kings \n and queens "})
    assert reply == {"id": 1, "feature": str(feature), "label": "kings and queens"}
    assert explorer.names == {str(feature): "kings and queens"}
    assert own.label(feature) == "kings and queens"
    assert explorer.graph is graph
    explorer.show(own.attribute(PROMPT, TARGET))
    assert explorer.names == {}
    assert explorer.circuit.top(1)[0].label == "kings and queens"


def test_an_empty_name_brings_the_automatic_label_back(browser: Browser, own: ReplacementModel) -> None:
    feature = strongest(browser.explorer.circuit)
    automatic = own.label(feature)
    for label in ("x", ""):
        browser.ask({"id": 1, "type": "label", "feature": str(feature), "label": label})
    assert browser.explorer.names == {str(feature): automatic}


def test_names_given_elsewhere_are_heard(browser: Browser, own: ReplacementModel) -> None:
    explorer, feature = browser.explorer, strongest(browser.explorer.circuit)
    own.set_label(feature, "by Python")
    assert explorer.names == {str(feature): "by Python"}
    present = {str(node.feature) for node in map(explorer.circuit.node, range(len(explorer.circuit)))}
    absent = next(Feature("transcoder.0", i) for i in range(40) if f"transcoder.0/{i}" not in present)
    own.set_label(absent, "of no node")
    assert explorer.names == {str(feature): "by Python"}


def test_files_hold_the_names(browser: Browser) -> None:
    explorer, feature = browser.explorer, strongest(browser.explorer.circuit)
    before = explorer.circuit.label(explorer.circuit.row(explorer.circuit.top(1)[0].id))
    browser.ask({"id": 1, "type": "label", "feature": str(feature), "label": "kings"})
    _, (data,) = browser.ask({"id": 2, "type": "export", "format": "json"})
    labels = {node["label"] for node in json.loads(data)["nodes"]}
    assert "kings" in labels
    assert before not in labels
    assert explorer.named(explorer.circuit).labels[feature] == "kings"
    assert Page(explorer.html()).state["names"] == {str(feature): "kings"}


def test_what_cannot_be_named_says_why(browser: Browser, own: ReplacementModel) -> None:
    feature = strongest(browser.explorer.circuit)
    for fields, reason in (
        ({"feature": "nobody/1", "label": "x"}, "nobody"),
        ({"feature": str(feature), "label": "x" * 300}, "300 characters"),
        ({"feature": str(feature), "label": 3}, "no text 'label'"),
        ({"label": "x"}, "no text 'feature'"),
    ):
        reply, _ = browser.ask({"id": 1, "type": "label", **fields})
        assert reason in reply["error"]["message"]
    assert browser.explorer.names == {}
    circuit = own.attribute(PROMPT, TARGET)
    alone = Browser(Explorer(Circuit.build(circuit.nodes, circuit.adjacency, circuit.weights, circuit.provenance)))
    reply, _ = alone.ask({"id": 1, "type": "label", "feature": str(feature), "label": "x"})
    assert "There is no model" in reply["error"]["message"]
    neurons = Browser(Explorer(own.attribute(PROMPT, TARGET, method=RelP(nodes="neurons")), own))
    name = str(strongest(neurons.explorer.circuit))
    reply, _ = neurons.ask({"id": 1, "type": "label", "feature": name, "label": "x"})
    assert reply["error"]["cure"]
