"""Targets: what each chooses, that its value is the model's, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.attribution import (
    Continuation,
    Difference,
    FeatureAt,
    NextTokens,
    Target,
    TopTokens,
    attribute_direct,
    read_target,
    readouts,
)
from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError
from saecircuits.interventions import run_live
from saecircuits.replacement import Replacement, capture
from saecircuits.subject import weights
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Replacement:
    return replacement(request.param)


def logits(model: Replacement) -> torch.Tensor:
    with torch.no_grad():
        return model.subject.module(input_ids=model.subject.tokenize(PROMPT).ids).logits[0, -1].double()


def token_values(model: Replacement, ids: list[int]) -> list[float]:
    scores = logits(model)
    return [float(scores[i] - scores.mean()) for i in ids]


# float32: a logit is a sum of 32 products of numbers up to 100
CLOSE = dict(rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(("share", "most"), [(0.5, 60), (0.95, 60), (0.95, 2), (1.0, 5), (1e-9, 10)])
def test_top_tokens_stop_at_the_share_or_the_number(model: Replacement, share: float, most: int) -> None:
    probabilities = logits(model).softmax(-1)
    order = probabilities.argsort(descending=True).tolist()
    count = next(n for n in range(1, 61) if n == most or probabilities[order[:n]].sum() >= share)
    readings = read_target(model, capture(model, PROMPT), TopTokens(share, most))
    assert [reading.readout.token for reading in readings] == order[:count]
    weights = [float(probabilities[i]) for i in order[:count]]
    assert [reading.weight for reading in readings] == pytest.approx(weights, rel=1e-3)  # exp of a rounded logit
    assert [reading.probability for reading in readings] == [reading.weight for reading in readings]
    assert [reading.value for reading in readings] == pytest.approx(token_values(model, order[:count]), **CLOSE)


def test_given_tokens_are_weighted_by_their_probability(model: Replacement) -> None:
    circuit = attribute_direct(model, PROMPT, NextTokens(("w7", "w3")))
    ids = [model.subject.token_id(word) for word in ("w7", "w3")]
    assert circuit.nodes.target_labels == ("w7", "w3")
    assert circuit.nodes.value[circuit.target_rows] == pytest.approx(token_values(model, ids), **CLOSE)
    probabilities = logits(model).softmax(-1)[ids]
    shares = probabilities / probabilities.sum()
    assert circuit.weights[circuit.target_rows] == pytest.approx(shares.tolist(), rel=1e-3)
    np.testing.assert_allclose(circuit.nodes.probability[circuit.target_rows], probabilities, rtol=1e-3)
    assert circuit.weights[: -len(ids)].sum() == 0


def test_tokens_of_one_text_are_told_apart(model: Replacement, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte-level vocabularies decode every part of a letter to the same sign."""
    texts = model.subject.token_texts
    monkeypatch.setattr(model.subject, "token_texts", lambda ids: ["\ufffd" if t != "w3" else t for t in texts(ids)])
    circuit = attribute_direct(model, PROMPT, NextTokens(("w7", "w3", "w5")))
    assert circuit.nodes.target_labels == ("\ufffd #11", "w3", "\ufffd #9")
    assert len(set(circuit.nodes.ids)) == len(circuit)


def test_a_difference_is_one_target_of_weight_one(model: Replacement) -> None:
    circuit = attribute_direct(model, PROMPT, Difference("w3", "w5"))
    first, second = (model.subject.token_id(word) for word in ("w3", "w5"))
    assert circuit.nodes.target_labels == ("w3 − w5",)
    assert circuit.weights[circuit.target_rows].tolist() == [1]
    expected = float(logits(model)[first] - logits(model)[second])
    assert float(circuit.nodes.value[-1]) == pytest.approx(expected, **CLOSE)


def fires(model: Replacement) -> list[tuple[Feature, int, float]]:
    return [found for found in capture(model, PROMPT).firing() if found[0].dictionary == "transcoder.1"]


def test_a_feature_is_its_activation(model: Replacement) -> None:
    for feature, position, value in fires(model)[:3]:
        (reading,) = read_target(model, capture(model, PROMPT), FeatureAt(feature, position))
        assert (reading.value, reading.weight) == (pytest.approx(value), 1.0)
        assert np.isnan(reading.probability)
        assert reading.label == f"{feature}@{position}"


def test_negative_positions_count_from_the_end(model: Replacement) -> None:
    length = len(model.subject.tokenize(PROMPT).ids[0])
    feature, position, _ = fires(model)[-1]
    one, other = (attribute_direct(model, PROMPT, FeatureAt(feature, p)) for p in (position, position - length))
    assert one.nodes.ids == other.nodes.ids
    np.testing.assert_array_equal(one.adjacency.toarray(), other.adjacency.toarray())


def test_a_readout_measures_the_same_value_again(model: Replacement) -> None:
    """It is kept with the circuit, also on disk."""
    run = run_live(model, model.subject.tokenize(PROMPT), {})
    feature, position, _ = fires(model)[0]
    for target in (TopTokens(most=3), Difference("w3", "w5"), FeatureAt(feature, position)):
        circuit = attribute_direct(model, PROMPT, target)
        measured = [readout.measure(run, run) for readout in readouts(circuit)]
        assert circuit.nodes.value[circuit.target_rows] == pytest.approx(measured, **CLOSE)


def test_readouts_survive_a_file(model: Replacement, tmp_path) -> None:
    circuit = attribute_direct(model, PROMPT, TopTokens(most=3))
    assert readouts(Circuit.load(circuit.save(tmp_path / "a.circuit"))) == readouts(circuit)


def silent(model: Replacement) -> Feature:
    found = {feature for feature, _, _ in fires(model)}
    return next(f for f in (Feature("transcoder.1", i) for i in range(40)) if f not in found)


def test_a_feature_that_does_not_fire_there_is_refused(model: Replacement) -> None:
    active = fires(model)
    feature, position, _ = active[0]
    other = next(p for p in range(1, 7) if (feature, p) not in {(f, q) for f, q, _ in active})
    with pytest.raises(InputError, match=rf"does not fire at position {other}.*It fires at positions \[.*{position}"):
        attribute_direct(model, PROMPT, FeatureAt(feature, other))
    with pytest.raises(InputError, match="fires nowhere in this prompt"):
        attribute_direct(model, PROMPT, FeatureAt(silent(model), 2))


@pytest.mark.parametrize("position", [7, -8, 10**9])
def test_a_position_outside_the_prompt_is_refused(model: Replacement, position: int) -> None:
    with pytest.raises(InputError, match=r"the prompt has 7 tokens.*0 to 6, or -1"):
        attribute_direct(model, PROMPT, FeatureAt(Feature("transcoder.1", 0), position))


@pytest.mark.parametrize(
    ("feature", "reason"),
    [(Feature("nobody", 0), "no dictionary 'nobody'.*transcoder.0"), (Feature("transcoder.1", 40), "0 to 39, not 40")],
)
def test_a_feature_that_does_not_exist_is_refused(model: Replacement, feature: Feature, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        attribute_direct(model, PROMPT, FeatureAt(feature, 2))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (NextTokens(()), "empty or repeat"),
        (NextTokens(("w3", "w5", "w3")), "Name each token once"),
        (NextTokens(("w3 w5",)), "is not one token of this model.*Choose one of its pieces.*'w3', 'w5'"),
        (NextTokens(("Warsaw",)), "is not one token of this model.*in the vocabulary"),
        (NextTokens(("",)), "is not one token"),
        (Difference("w3", "w3"), "itself is zero"),
        (Difference("w3", " w3 "), "itself is zero"),
        (Difference("w3", "nothing"), "'nothing' is not one token"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_tokens_that_cannot_be_explained_are_refused(model: Replacement, target: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        attribute_direct(model, PROMPT, target)  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"share": 0}, {"share": 1.1}, {"share": float("nan")}, {"most": 0}], ids=str)
def test_top_tokens_need_a_share_and_a_number(settings: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"share in \(0, 1\]"):
        TopTokens(**settings)


@pytest.mark.parametrize("target", [NextTokens(("w7", "w3")), Difference("w7", "w3"), Continuation("w3 w5")])
def test_the_unembedding_is_read_in_blocks(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it in float32 would take more than the model: 2.4 GB for Gemma 2 2B."""
    model = replacement("gemma2")
    captured = capture(model, PROMPT if not isinstance(target, Continuation) else f"{PROMPT} {target.text}")
    whole = read_target(model, captured, target)
    monkeypatch.setattr(weights, "_TOKENS_AT_ONCE", 7)
    monkeypatch.delattr(weights.Weights, "unembed")
    for one, other in zip(read_target(model, captured, target), whole, strict=True):
        assert (one.value, one.probability) == pytest.approx((other.value, other.probability), **CLOSE)
        torch.testing.assert_close(one.readings.vector, other.readings.vector)
