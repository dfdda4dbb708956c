"""What the graph says of edits, against a dense solve in float64 and against the frozen model, in which it is exact."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.attribution import Difference, Direct, FeatureAt, IntegratedGradients, Target, TopTokens
from saecircuits.circuit import Circuit, Feature, NodeKind
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Effect, Patch, Scale, Set
from saecircuits.lab import ReplacementModel
from saecircuits.widgets.effect_state import effect_state
from saecircuits.widgets.explorer import Explorer
from saecircuits.widgets.predicted import Prediction, Predictor
from tests.attribution.models import CAUSAL, PROMPT, wired
from tests.lab.labs import lab

from .browser import Browser

OTHER = "w9 w20 w5 w4 w7 w6"
TARGETS: tuple[Target, ...] = (Difference("w3", "w5"), TopTokens(most=3))


@cache
def wired_lab(wiring: str, dtype: torch.dtype = torch.float64) -> ReplacementModel:
    model = wired("llama", wiring, dtype)
    return ReplacementModel(model.subject, list(model.dictionaries.values()))


@cache
def circuit_of(wiring: str, target: Target = TARGETS[0]) -> Circuit:
    return wired_lab(wiring).attribute(PROMPT, target)


def features_of(circuit: Circuit) -> list[int]:
    return np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE)).tolist()


def edit_of(circuit: Circuit, row: int, kind: str, amount: float) -> Edit:
    feature, position = circuit.nodes.feature(row), int(circuit.nodes.position[row])
    assert feature is not None
    makers: dict[str, Any] = {
        "ablate": lambda: Ablate(feature, positions=position),
        "scale": lambda: Scale(feature, amount, positions=position),
        "set": lambda: Set(feature, amount, positions=position),
        "add": lambda: Add(feature, amount, positions=position),
        "patch": lambda: Patch(feature, OTHER, positions=position),
    }
    return makers[kind]()


def dense(circuit: Circuit, effect: Effect, edits: list[Edit]) -> np.ndarray:
    """Changes of all nodes, one equation a node: what is edited is known, the rest adds up its inputs."""
    nodes, size = circuit.nodes, len(circuit)
    value, weights = nodes.value.astype(np.float64), circuit.adjacency.toarray().astype(np.float64)
    known = {}
    for edit in edits:
        feature = edit.feature
        assert isinstance(feature, Feature)
        assert isinstance(edit.positions, tuple)
        for position in edit.positions:
            before, after = effect.value(feature, position)
            known[circuit.row(f"{feature}@{position}")] = after - before
    coefficients = np.eye(size)
    right = np.zeros(size)
    for row in range(size):
        if row in known:
            right[row] = known[row]
            continue
        for source in range(size):
            if nodes.kind[source] == NodeKind.FEATURE:  # nothing else can move
                coefficients[row, source] -= weights[row, source] / value[source]
    return np.linalg.solve(coefficients, right)


edits_drawn = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.sampled_from(["ablate", "scale", "set", "add", "patch"]),
        st.floats(-3, 3).map(lambda amount: round(amount, 2)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda drawn: drawn[0],
)


@pytest.mark.parametrize("wiring", CAUSAL)
@settings(max_examples=12, deadline=None)
@given(drawn=edits_drawn, target=st.sampled_from(TARGETS))
def test_with_attention_and_norms_held_the_graph_says_what_the_model_does(
    wiring: str, drawn: list[tuple[int, str, float]], target: Target
) -> None:
    circuit, model = circuit_of(wiring, target), wired_lab(wiring)
    rows = features_of(circuit)
    edits = [edit_of(circuit, rows[number % len(rows)], kind, amount) for number, kind, amount in drawn]
    effect = model.intervene(PROMPT, edits, frozen=True)
    found = Predictor(circuit, circuit).predict(effect)
    assert found.refusal is None
    exact = dense(circuit, effect, edits)
    moves = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
    size = np.abs(exact[moves]).max() + 0.01 * np.abs(circuit.nodes.value[moves]).max()
    np.testing.assert_allclose(found.change[moves], exact[moves], atol=1e-6 * size)
    assert np.isnan(found.change[~moves]).all()
    state = effect_state(circuit, effect, found)
    measured = np.frombuffer(state["node_value"], "<f4") - circuit.nodes.value
    # edges and values are float32: what cancels leaves their rounding, as large as the largest change
    np.testing.assert_allclose(found.change[moves], measured[moves], atol=1e-4 * size)
    moved = state["target_after"] - state["target_before"]
    assert state["target_predicted"] == pytest.approx(moved, rel=1e-3, abs=1e-4 * size)


def test_what_reads_ahead_makes_cycles_that_are_solved() -> None:
    wiring = "crosscoder ahead"
    circuit, model = circuit_of(wiring), wired_lab(wiring)
    edits: list[Edit] = [edit_of(circuit, row, "scale", 0.5) for row in features_of(circuit)[3:5]]
    effect = model.intervene(PROMPT, edits)  # there is no frozen pass through it
    found = Predictor(circuit, circuit).predict(effect)
    exact = dense(circuit, effect, edits)
    moves = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
    np.testing.assert_allclose(found.change[moves], exact[moves], rtol=1e-5, atol=1e-6)
    assert np.abs(found.change[circuit.target_rows]).max() > 1e-3


def test_a_feature_target_is_predicted_too() -> None:
    model = wired_lab("transcoders")
    source = circuit_of("transcoders")
    last = source.node(features_of(source)[-1])
    assert last.feature is not None
    circuit = model.attribute(PROMPT, FeatureAt(last.feature, last.position))
    name, _ = circuit.inputs(circuit.target_rows[0])[0]
    strongest = next(node for node, _ in circuit.inputs(circuit.target_rows[0]) if node.feature is not None)
    assert name is not None
    assert strongest.feature is not None
    effect = model.intervene(PROMPT, [Ablate(strongest.feature, positions=strongest.position)], frozen=True)
    found = Predictor(circuit, circuit).predict(effect)
    before, after = effect.value(last.feature, last.position)
    assert found.target == pytest.approx(after - before, rel=1e-4)  # values and edges are float32
    assert abs(found.target) > 1e-3


def predicted(edits: list[Edit], circuit: Circuit | None = None, **options: Any) -> Prediction:
    circuit = lab().attribute(PROMPT, TARGETS[0]) if circuit is None else circuit
    return Predictor(circuit, circuit).predict(lab().intervene(PROMPT, edits, **options))


def test_everywhere_is_every_place_where_the_feature_fires() -> None:
    circuit = lab().attribute(PROMPT, TARGETS[0])
    feature = circuit.top(1)[0].feature
    assert feature is not None
    places = [n.position for n in map(circuit.node, features_of(circuit)) if n.feature == feature]
    everywhere = predicted([Ablate(feature)], frozen=True)
    np.testing.assert_array_equal(everywhere.change, predicted([Ablate(feature, positions=places)], frozen=True).change)
    ends = [position - len(circuit.provenance.tokens) for position in places]
    np.testing.assert_array_equal(everywhere.change, predicted([Ablate(feature, positions=ends)], frozen=True).change)


def test_an_edit_where_nothing_fires_is_refused_and_says_why() -> None:
    circuit = lab().attribute(PROMPT, TARGETS[0])
    silent = next(
        Feature("transcoder.1", index)
        for index in range(40)
        if not any(circuit.nodes.index[row] == index and circuit.nodes.layer[row] == 1 for row in features_of(circuit))
    )
    found = predicted([Set(silent, 2.0, positions=3)])
    assert np.isnan(found.change).all()
    assert np.isnan(found.target)
    assert "position 3, where the graph has no node" in str(found.refusal)
    unmoved = predicted([Ablate(silent, positions=3)])
    assert unmoved.refusal is None
    assert unmoved.target == 0
    small = circuit.prune(0.3, 0.3)
    gone = next(row for row in features_of(circuit) if circuit.nodes.ids[row] not in small.nodes.rows)
    assert "open the whole circuit" in str(predicted([edit_of(circuit, gone, "ablate", 0)], small).refusal)
    assert predicted([Ablate(AllFeatures("transcoder.1"))]).refusal is not None


def test_a_pruned_circuit_is_predicted_by_the_whole_one() -> None:
    """What is on show is a part; what runs through the rest counts all the same."""
    circuit = lab().attribute(PROMPT, TARGETS[0])
    explorer = Explorer(circuit, lab())
    node = explorer.circuit.top(1)[0]
    assert node.feature is not None
    explorer.apply([Ablate(node.feature, positions=node.position)], frozen=True)
    state = explorer.effect
    assert state is not None
    shown = [circuit.row(identifier) for identifier in explorer.circuit.nodes.ids]
    whole = predicted([Ablate(node.feature, positions=node.position)], circuit, frozen=True)
    np.testing.assert_array_equal(np.frombuffer(state["predicted"], "<f4"), whole.change[shown].astype("<f4"))
    assert len(explorer.circuit) < len(circuit)
    assert state["target_predicted"] == pytest.approx(state["target_after"] - state["target_before"], rel=1e-3)
    alone = predicted([Ablate(node.feature, positions=node.position)], explorer.circuit, frozen=True)
    assert alone.target != pytest.approx(whole.target, rel=1e-3)


def test_a_gradient_circuit_predicts_its_target_by_effects() -> None:
    circuit = lab().attribute(PROMPT, TARGETS[0], method=IntegratedGradients())
    node = circuit.top(1)[0]
    assert node.feature is not None
    row = circuit.row(node.id)
    gone = predicted([Ablate(node.feature, positions=node.position)], circuit)
    assert gone.target == pytest.approx(-circuit.effect[row], rel=1e-5)  # values are float32
    half = predicted([Scale(node.feature, 0.5, positions=node.position)], circuit)
    assert half.target == pytest.approx(gone.target / 2, rel=1e-5)
    assert np.flatnonzero(np.isfinite(gone.change)).tolist() == [row]
    assert "the direct method" in str(gone.refusal)
    against = lab().attribute(PROMPT, TARGETS[0], method=IntegratedGradients(baseline=OTHER))
    row = next(row for row in features_of(against) if against.nodes.value[row] > 0)
    other = predicted([edit_of(against, row, "ablate", 0)], against)
    assert np.isnan(other.target)
    assert "another prompt" in str(other.refusal)


def test_the_answer_to_an_edit_holds_it() -> None:
    browser = Browser(Explorer(lab().attribute(PROMPT, TARGETS[0]), lab()))
    node = browser.explorer.circuit.top(1)[0]
    assert node.feature is not None
    record = {"op": "ablate", "dictionary": node.feature.dictionary, "feature": node.feature.index}
    reply, buffers = browser.ask({"id": 1, "type": "edit", "edits": [{**record, "positions": [node.position]}]})
    change = np.frombuffer(buffers[3], "<f4")
    assert len(change) == len(browser.explorer.circuit)
    assert change[browser.explorer.circuit.row(node.id)] == pytest.approx(-node.value)
    assert reply["effect"]["unpredicted"] is None
    assert isinstance(reply["effect"]["target_predicted"], float)
    reply, buffers = browser.ask({"id": 2, "type": "edit", "edits": []})
    assert reply["effect"]["target_predicted"] == 0
    assert not np.nan_to_num(np.frombuffer(buffers[3], "<f4")).any()


def test_what_is_too_large_is_unknown() -> None:
    circuit = lab().attribute(PROMPT, TARGETS[0], method=Direct())
    effect = lab().intervene(PROMPT, [])
    huge = Prediction(np.full(len(circuit), 1e300), float("inf"), None)
    state = effect_state(circuit, effect, huge)
    assert np.isnan(np.frombuffer(state["predicted"], "<f4")).all()
    json.dumps(state["target_predicted"], allow_nan=False)
    assert state["target_predicted"] is None
