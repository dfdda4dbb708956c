"""On the embedded world the books balance, and frozen interventions give back every edge."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import saecircuits as sc
from saecircuits.circuit import NodeKind
from saecircuits.interventions import resolve, run_frozen
from saecircuits.remake.figures import target_gap
from saecircuits.replacement import capture
from saecircuits.sites import Site
from saecircuits.world.prompts import BEHAVIOURS

PER_BEHAVIOUR = 4


def test_books_balance_on_known_answer_prompts(lab, prompts):
    """A target's inputs add up to its value to 1e-4 of the value, and so do each feature's.

    Rounding in float32 is relative to the largest terms of a sum; a feature's value may be what is left of large terms
    that cancel, so its gap is taken relative to the sum of its absolute inputs.
    """
    chosen = [
        p for b in BEHAVIOURS for p in [q for q in prompts if (q.behaviour, q.split) == (b, "checking")][:PER_BEHAVIOUR]
    ]
    assert len(chosen) >= 50
    worst_target, worst_any = 0.0, 0.0
    for prompt in chosen:
        circuit = lab.attribute(prompt.text, prompt.answer, prompt.against)
        worst_target = max(worst_target, target_gap(circuit))
        worst_any = max(worst_any, float(np.nanmax(circuit.books())))
    assert worst_target <= 1e-4
    assert worst_any <= 1e-4


def test_the_target_is_what_the_model_says(lab):
    prompt = "the farmers near the cat"
    circuit = lab.attribute(prompt, "are", "is")
    logits = lab.predict(prompt).logits
    difference = logits[lab.subject.token_id("are")] - logits[lab.subject.token_id("is")]
    assert circuit.nodes.value[circuit.target_rows[0]] == pytest.approx(float(difference), rel=1e-5)


@pytest.fixture(scope="module")
def double() -> sc.ReplacementModel:
    """The world in float64: activations in the thousands would hide small edges behind float32's rounding."""
    dictionaries = [dictionary.double() for dictionary in sc.load_dictionaries("world/transcoders")]
    return sc.ReplacementModel(sc.load_model("world", dtype=torch.float64), dictionaries)


@pytest.mark.parametrize("prompt", ["the farmers near the cat", "the capital of the country containing Wroclaw is"])
def test_frozen_interventions_give_back_every_edge_out_of_random_nodes(double, prompt):
    """Features, errors and tokens are taken away one at a time with everything else held; every target moves by minus
    the edge, to 1e-4."""
    circuit = double.attribute(prompt, double.predict(prompt).answer)
    captured = capture(double.replacement, prompt)
    movable = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.ERROR, NodeKind.TOKEN)
    movable &= abs(circuit.adjacency).sum(axis=0) > 1e-3  # others lead nowhere: last layer, earlier tokens
    rows = np.random.default_rng(0).choice(np.flatnonzero(movable), 20, replace=False)
    before = _values(double, circuit, captured, None)
    for row in rows:
        measured = before - _values(double, circuit, captured, int(row))
        edges = circuit.adjacency[:, [int(row)]].toarray()[:, 0]
        receives = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
        receives[row] = False
        np.testing.assert_allclose(measured[receives], edges[receives], rtol=0, atol=1e-4)


def _values(lab, circuit, captured, removed: int | None) -> np.ndarray:
    """Value of every feature and target with one node taken away and all other features held."""
    changes, shifts = {}, {}
    if removed is not None:
        node = circuit.node(removed)
        if node.feature is not None:
            edit = sc.Ablate(node.feature, positions=node.position)
            changes = resolve(lab.replacement, captured.tokens, [edit])
        elif node.kind is NodeKind.ERROR:
            shifts = {(Site("mlp_out", node.layer), node.position): -captured.error(node.layer)[node.position]}
        else:
            token = lab.subject.weights.token_embedding[captured.tokens.ids[0, node.position]]
            shifts = {(Site("resid_pre", 0), node.position): -token}
    run = run_frozen(lab.replacement, captured, changes, direct=True, shifts=shifts)
    values = np.zeros(len(circuit))
    for row in np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE)):
        node = circuit.node(int(row))
        values[row] = float(run.latents[node.feature.dictionary][node.position, node.feature.index])
    logits = run.logits.double()
    target = circuit.target_rows[0]
    values[target] = float(logits[lab.subject.token_id(circuit.label(target))] - logits.mean())
    return values
