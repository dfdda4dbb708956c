"""Circuits that are not of one prompt, of transcoders, by the direct method: they open, and say what cannot be done."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.attribution import Ablation, Difference, IntegratedGradients, RelP
from saecircuits.circuit import Circuit, compare, merge
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.exports import TEXT_FORMATS, graph_state
from saecircuits.interventions import Ablate
from saecircuits.lab import ReplacementModel
from saecircuits.sites import Site
from saecircuits.widgets import Explorer
from saecircuits.widgets.edit_records import records_of_edits
from tests.exports.pages import Page
from tests.lab.labs import PROMPT, lab

from .browser import Browser

OTHER = "w7 w20 w30 w4 w2"
TARGET = Difference("w3", "w5")


@cache
def one(prompt: str = PROMPT) -> Circuit:
    return lab().attribute(prompt, TARGET)


@cache
def two() -> tuple[Circuit, Circuit]:
    """Circuits of two prompts of one length."""
    return one("w1 w20 w3 w4 w1"), one(OTHER)


MADE: dict[str, Any] = {
    "merged": lambda: merge(two()),
    "summed": lambda: merge(two(), "summed"),
    "difference": lambda: compare(*two()).difference,
    "neurons": lambda: lab().attribute(PROMPT, TARGET, method=RelP(nodes="neurons")),
    "of another tool": lambda: replace(one(), provenance=replace(one().provenance, settings={})),
}
REASON = {
    "merged": "the mean of 2 prompts",
    "summed": "the mean of 2 prompts",
    "difference": "the difference of two others",
    "neurons": "are neurons",
    "of another tool": "does not say where its targets are read",
}


@pytest.fixture(params=MADE)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def browser(kind: str) -> Browser:
    return Browser(Explorer(MADE[kind](), lab()))


def ablation(circuit: Circuit) -> dict[str, Any]:
    node = circuit.top(1)[0]
    assert node.feature is not None
    return records_of_edits([Ablate(node.feature, positions=max(1, node.position))])[0]


def test_it_opens_and_is_exported(browser: Browser, kind: str) -> None:
    explorer = browser.explorer
    assert (explorer.graph["live"], explorer.graph["kernel"]) == (True, True)
    assert REASON[kind] in explorer.graph["refusal"]["message"]
    assert explorer.graph["refusal"]["cure"]
    for name in TEXT_FORMATS:
        reply, (data,) = browser.ask({"id": 1, "type": "export", "format": name})
        assert reply["id"] == 1
        assert len(data) > 100
    json.dumps({k: v for k, v in explorer.graph.items() if k not in ("nodes", "edges")}, allow_nan=False)


def test_it_can_be_neither_edited_nor_checked(browser: Browser, kind: str) -> None:
    explorer = browser.explorer
    before = explorer.effect
    record = ablation(explorer.circuit)
    for message in ({"type": "edit", "edits": [record]}, {"type": "edit", "edits": []}, {"type": "check"}):
        reply, _ = browser.ask({"id": 2, **message})
        assert REASON[kind] in reply["error"]["message"]
        assert reply["error"]["cure"] == explorer.graph["refusal"]["cure"]
    for change in (explorer.check, lambda: explorer.apply([])):
        with pytest.raises(InputError, match=REASON[kind]):
            change()
    explorer.edits = [record]
    assert explorer.error is not None
    assert REASON[kind] in explorer.error["message"]
    assert explorer.edits == []
    assert (explorer.effect, explorer.report, explorer.busy) == (before, None, "")


def test_another_prompt_can_be_asked_about_from_it(browser: Browser) -> None:
    reply, _ = browser.ask({"id": 1, "type": "attribute", "prompt": PROMPT, "target": "w3", "against": "w5"})
    assert reply == {"id": 1}
    assert browser.explorer.graph["refusal"] is None
    assert browser.explorer.effect is not None
    assert "error" not in browser.ask({"id": 2, "type": "edit", "edits": [ablation(browser.explorer.circuit)]})[0]


def test_only_circuits_of_one_prompt_have_an_output() -> None:
    assert Explorer(MADE["merged"](), lab()).effect is None
    neurons = Explorer(MADE["neurons"]())
    assert neurons.effect is not None
    assert neurons.effect["top_before"] == lab().predict(PROMPT).answer
    values = np.frombuffer(neurons.effect["node_value"], "<f4")
    assert np.isnan(np.delete(values, neurons.circuit.target_rows)).all()
    assert neurons.effect["target_before"] == pytest.approx(neurons.circuit.target_value, abs=1e-4)  # float32 logits


def test_what_they_were_made_of() -> None:
    prompts = [circuit.prompt for circuit in two()]
    for name, made in (("merged", "merged"), ("summed", "merged"), ("difference", "difference")):
        assert graph_state(MADE[name](), live=True)["origin"] == {
            "kind": made,
            "prompts": prompts,
            "method": "",
            "nodes": "features",
        }
    assert graph_state(one(), live=True)["origin"] == {
        "kind": "prompt",
        "prompts": [],
        "method": "",
        "nodes": "features",
    }
    assert graph_state(MADE["neurons"](), live=True)["origin"]["nodes"] == "neurons"
    assert graph_state(merge([one()]), live=True)["origin"]["kind"] == "prompt"
    settled = {RelP(nodes="neurons", max_nodes=None): "sc.RelP(nodes='neurons', max_nodes=None)"}
    settled |= {IntegratedGradients(): "sc.IntegratedGradients()", Ablation(batch=7): "sc.Ablation(batch=7)"}
    for method, text in settled.items():
        assert graph_state(lab().attribute("w1 w2", TARGET, method=method), live=True)["origin"]["method"] == text


def test_one_circuit_merged_with_nothing_is_edited_as_before() -> None:
    explorer = Explorer(merge([one()]), lab())
    assert explorer.graph["refusal"] is None
    assert explorer.check().rows[0].node == one().top(1)[0].id


def test_neurons_have_no_cards() -> None:
    explorer = Explorer(MADE["neurons"]())
    reply, _ = Browser(explorer).ask({"id": 1, "type": "card", "node": explorer.circuit.top(1)[0].id})
    assert "none of the model's dictionaries" in reply["error"]["message"]


def test_a_model_without_the_dictionaries_says_so() -> None:
    """Features of dictionaries that the model was not loaded with."""
    bare = ReplacementModel(lab().subject, [lab().dictionaries["transcoder.0"]])
    explorer = Explorer(one(), bare)
    assert "no dictionary 'transcoder.1'" in explorer.graph["refusal"]["message"]
    assert "transcoder.1, transcoder.2" in explorer.graph["refusal"]["cure"]
    assert explorer.effect is not None


@cache
def residual(name: str) -> ReplacementModel:
    """The tiny model with dictionaries of the residual stream."""
    subject = lab().subject
    sites = [Site("resid_post", layer) for layer in range(2)]
    groups = {"sae": [[site] for site in sites], "crosscoder": [sites]}[name]
    made = [Dictionary(f"{name}.{n}", each, each, 48, subject.d_model, TopK(6)) for n, each in enumerate(groups)]
    generator = torch.Generator().manual_seed(0)
    return ReplacementModel(subject, [d.initialise(generator).requires_grad_(False) for d in made])


@pytest.mark.parametrize("name", ["sae", "crosscoder"])
def test_features_of_the_residual_stream_are_edited_live_and_refused_frozen(name: str) -> None:
    explorer = residual(name).explore(PROMPT, TARGET)
    browser, record = Browser(explorer), ablation(explorer.circuit)
    strongest = explorer.circuit.top(1)[0]
    assert strongest.feature is not None
    assert explorer.graph["refusal"] is None
    reply, (_, _, values, _) = browser.ask({"id": 1, "type": "edit", "edits": [record]})
    effect = residual(name).intervene(PROMPT, [Ablate(strongest.feature, positions=strongest.position)])
    assert reply["effect"]["top_after"] == effect.after.answer
    moved = np.frombuffer(values, "<f4")
    assert moved[explorer.circuit.row(strongest.id)] == 0
    assert reply["effect"]["target_after"] != reply["effect"]["target_before"]
    refused, _ = browser.ask({"id": 2, "type": "edit", "edits": [record], "frozen": True})
    assert "cannot be edited in the frozen model" in refused["error"]["message"]
    assert "Leave frozen out" in refused["error"]["cure"]
    assert (explorer.frozen, explorer.edits) == (False, [record])
    card, _ = browser.ask({"id": 3, "type": "card", "node": strongest.id})
    assert "no evidence" in card["error"]["message"]
    assert explorer.check().rows


def test_total_effects_travel_where_there_are_any() -> None:
    circuit = residual("sae").attribute(PROMPT, TARGET)
    sent = graph_state(circuit, live=True)["nodes"]
    np.testing.assert_array_equal(np.frombuffer(sent["effect"], "<f4"), np.asarray(circuit.effect, "<f4"))
    assert "effect" not in graph_state(one(), live=True)["nodes"]


def test_a_page_holds_the_report() -> None:
    explorer = Explorer(one())
    explorer.check()
    _, (page,) = Browser(explorer).ask({"id": 1, "type": "export", "format": "html"})
    assert explorer.report is not None
    assert Page(page.decode()).state["report"] == explorer.report
