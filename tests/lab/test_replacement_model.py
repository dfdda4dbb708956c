"""The laboratory: what it is built from, asking it, attributing, and its cards."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.attribution import CheckReport, Difference, FeatureAt, NextTokens, TopTokens
from saecircuits.circuit import Circuit, Feature
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Set
from saecircuits.lab import ReplacementModel
from saecircuits.sites import Site
from tests.attribution.models import replacement
from tests.interventions.plain import latents_of
from tests.lab.labs import PROMPT, bare_lab, lab


def transcoder(name: str, layer: int = 0, d_model: int = 32, n_features: int = 8) -> Dictionary:
    made = Dictionary(name, [Site("mlp_in", layer)], [Site("mlp_out", layer)], n_features, d_model, TopK(2))
    return made.initialise(torch.Generator().manual_seed(0))


def broken(name: str) -> Dictionary:
    dictionary = transcoder(name)
    with torch.no_grad():
        dictionary.W_enc[3, 0, 5] = float("nan")
    return dictionary


@pytest.mark.parametrize(
    ("dictionaries", "reason"),
    [
        ([transcoder("t", d_model=64)], "'t' is 64 wide, tiny llama is 32 wide"),
        ([transcoder("t"), transcoder("t", 1)], "share a name"),
        ([transcoder("a"), transcoder("b")], r"both write mlp_out\.0"),
        ([broken("t")], "weights that are not finite"),
        ([transcoder("t", 3)], "layers 0 to 2"),
    ],
    ids=["width", "name", "site", "nan", "layer"],
)
def test_what_does_not_belong_together_is_refused(dictionaries: list[Dictionary], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        ReplacementModel(replacement("llama").subject, dictionaries)


def test_evidence_has_to_fit_its_dictionary() -> None:
    known = lab().evidence["transcoder.0"]
    with pytest.raises(InputError, match=r"describes 40 features, the dictionary has 8.*Collect it again"):
        ReplacementModel(lab().subject, [transcoder("transcoder.0")], {"transcoder.0": known})
    with pytest.raises(InputError, match=r"no dictionary 'transcoder\.0'"):
        ReplacementModel(lab().subject, [transcoder("other")], {"transcoder.0": known})


def test_it_says_what_it_is_made_of() -> None:
    names = "transcoder.0 (40), transcoder.1 (40), transcoder.2 (40)"
    assert repr(lab()) == f"ReplacementModel(tiny llama, 3 layers, dictionaries: {names})"
    assert list(lab().dictionaries) == ["transcoder.0", "transcoder.1", "transcoder.2"]


def test_the_prediction_is_the_models() -> None:
    outcome = lab().predict(PROMPT)
    with torch.no_grad():
        logits = lab().subject.module(input_ids=lab().subject.tokenize(PROMPT).ids).logits[0, -1]
    torch.testing.assert_close(outcome.logits, logits, atol=1e-4, rtol=1e-4)  # float32
    assert outcome.answer == lab().subject.token_texts([int(logits.argmax())])[0]
    with pytest.raises(InputError, match="2 prompts came"):
        lab().predict(["w1", "w2"])  # type: ignore[arg-type]


def fires() -> dict[tuple[Feature, int], float]:
    return {
        (Feature(name, index), position): float(z[position, index])
        for name, z in latents_of(lab().replacement, PROMPT).items()
        for position, index in z.nonzero().tolist()
        if position > 0
    }


@pytest.mark.parametrize("made", [lab, bare_lab])
def test_features_of_a_prompt(made: Any) -> None:
    table = made().features(PROMPT)
    tokens = ["<bos>", *PROMPT.split()]
    found = {(row.feature, row.position): row.activation for row in table}
    assert found == pytest.approx(fires(), abs=1e-5)  # float32
    assert all(row.token == tokens[row.position] for row in table)
    assert [row.feature for row in made().features(PROMPT, 3)] == [row.feature for row in table[:3]]
    assert "fires on" in repr(table)


def test_features_stand_by_their_share_of_the_most() -> None:
    """Those without a known maximum stand last, by activation."""
    rows = list(lab().features(PROMPT))
    known = [row for row in rows if row.feature.dictionary != "transcoder.2"]
    assert rows[: len(known)] == known
    shares = [row.share_of_max for row in known]
    assert shares == sorted(shares, reverse=True)
    for row in known:
        most = lab().evidence[row.feature.dictionary].maximum(row.feature.index)
        assert row.share_of_max == pytest.approx(row.activation / most)
    rest = rows[len(known) :]
    assert rest
    assert all(np.isnan(row.share_of_max) for row in rest)
    assert [row.activation for row in rest] == sorted((row.activation for row in rest), reverse=True)
    assert {row.label for row in rest} == {str(row.feature) for row in rest}


FIRING = max((key for key in fires() if key[0].dictionary == "transcoder.1"), key=fires().__getitem__)


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ({}, TopTokens()),
        ({"target": "w3"}, NextTokens(("w3",))),
        ({"target": ["w3", "w5"]}, NextTokens(("w3", "w5"))),
        ({"target": ("w3", "w5")}, NextTokens(("w3", "w5"))),
        ({"target": "w3", "against": "w5"}, Difference("w3", "w5")),
        ({"target": FIRING[0], "position": FIRING[1]}, FeatureAt(*FIRING)),
        ({"target": TopTokens(most=1)}, TopTokens(most=1)),
        ({"target": NextTokens(("w3",))}, NextTokens(("w3",))),
        ({"target": Difference("w3", "w5")}, Difference("w3", "w5")),
        ({"target": FeatureAt(*FIRING)}, FeatureAt(*FIRING)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_targets_may_be_said_in_short(arguments: dict[str, Any], target: Any) -> None:
    short, long = lab().attribute(PROMPT, **arguments), lab().attribute(PROMPT, target)
    assert short.nodes.ids == long.nodes.ids
    assert short.provenance == long.provenance
    assert short.provenance.settings["target"] == type(target).__name__


@pytest.mark.parametrize(
    "arguments",
    [
        {"against": "w5"},
        {"target": ["w3"], "against": "w5"},
        {"target": FIRING[0], "against": "w5"},
        {"target": TopTokens(), "against": "w5"},
        {"target": Difference("w3", "w5"), "against": "w7"},
        {"target": 5},
        {"target": {"w3": 1}},
        {"target": object},
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_target_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"is no target.*With against, name one token"):
        lab().attribute(PROMPT, **arguments)


@pytest.mark.parametrize("target", ["", "w1 w2", "Warsaw", [], ["w3", "w3"], ["w3", 5], [None]], ids=repr)
def test_targets_that_are_no_tokens_are_refused(target: Any) -> None:
    with pytest.raises(InputError):
        lab().attribute(PROMPT, target)


def test_a_circuit_is_labelled_and_attached() -> None:
    circuit = lab().attribute(PROMPT, "w3", "w5")
    assert circuit.host is lab()
    for node in circuit.top(10**6):
        assert node.feature is not None
        assert node.label == lab().label(node.feature)
    assert isinstance(circuit.check(n=2), CheckReport)
    assert len(circuit.check(n=2).rows) == 2


def test_a_circuit_from_a_file_is_attached_again(tmp_path) -> None:
    circuit = lab().attribute(PROMPT, "w3", "w5").prune()
    loaded = Circuit.load(circuit.save(tmp_path / "a.circuit"))
    assert loaded.host is None
    report, again = circuit.check(n=3), loaded.attach(lab()).check(n=3)
    assert [row.node for row in again.rows] == [row.node for row in report.rows]
    assert [row.frozen for row in again.rows] == pytest.approx([row.frozen for row in report.rows], abs=1e-5)  # float32


def test_a_circuit_of_another_model_is_refused() -> None:
    """Features that the model does not have cannot be ablated."""
    circuit = lab().attribute(PROMPT, "w3", "w5")
    small = ReplacementModel(lab().subject, [transcoder("transcoder.0")])
    with pytest.raises(InputError):
        circuit.attach(small).check()


def test_cards_are_json() -> None:
    card = lab().card("transcoder.0/3")
    assert card == lab().card(Feature("transcoder.0", 3))
    assert (card["dictionary"], card["feature"]) == ("transcoder.0", 3)
    json.dumps(card, allow_nan=False)
    circuit = lab().attribute(PROMPT, "w3", "w5")
    cards = lab().cards(circuit)
    features = {node.feature for node in circuit.top(10**6) if node.feature}
    assert set(cards) == {str(f) for f in features if f.dictionary != "transcoder.2"}
    assert bare_lab().cards(circuit) == {}


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        ("transcoder.2/3", r"no evidence of 'transcoder\.2'.*collect_evidence"),
        ("transcoder.0/40", "0 to 39, not 40"),
        ("nobody/0", "no dictionary 'nobody'"),
        ("transcoder.0", "is not a feature"),
    ],
)
def test_cards_that_do_not_exist_are_refused(feature: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        lab().card(feature)


def test_without_evidence_a_label_is_a_name() -> None:
    feature = Feature("transcoder.0", 3)
    assert bare_lab().label(feature) == "transcoder.0/3"
    known = lab().evidence["transcoder.0"].with_label(3, "about three")
    named = ReplacementModel(lab().subject, list(lab().dictionaries.values()), {"transcoder.0": known})
    assert named.label(feature) == "about three"
    assert bare_lab().attribute(PROMPT, "w3").top(1)[0].label.startswith("transcoder.")


def test_edits_go_through() -> None:
    feature, position = FIRING
    effect = lab().intervene(PROMPT, [Ablate(feature, positions=position)])
    assert effect.value(feature, position)[1] == 0
    frozen = lab().intervene(PROMPT, [Ablate(feature, positions=position)], frozen=True, direct=True)
    assert frozen.frozen
    edits = [Set(Feature("transcoder.2", 5), 300.0)]
    assert lab().generate(PROMPT, edits, max_new_tokens=3) != lab().generate(PROMPT, max_new_tokens=3)


def test_exploring_a_prompt_or_a_circuit() -> None:
    circuit = lab().attribute(PROMPT, "w3", "w5")
    by_prompt, by_circuit = lab().explore(PROMPT, "w3", "w5", prune=0.5), lab().explore(circuit)
    assert by_prompt.circuit.nodes.ids == by_circuit.circuit.nodes.ids
    assert by_prompt.prune == 0.5
    assert lab().view(replace(circuit, host=None)).graph["live"] is True


def test_features_that_tell_prompts_apart() -> None:
    table = lab().contrast(["w1 w2 w3", "w4 w5 w3"], ["w1 w2 w9", "w7 w8 w9"])
    assert len(table) > 0
    assert "selectivity" in repr(table)
    values = [row.selectivity for row in table]
    assert values == sorted(values, reverse=True)
