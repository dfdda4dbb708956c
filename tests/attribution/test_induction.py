"""On a transformer whose induction circuit is set by hand, the circuit that is found is exactly the known one.

The prompt is `<bos> a b c a`, and the model predicts `b`: the induction head moves `b` from position 2 to position 4,
because the previous-token head told position 2 that `a` stood before it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from saecircuits.attribution import Difference, FeatureAt, Target, TopTokens, attribute_direct
from saecircuits.attribution.attention.explain import explain_head, explain_score
from saecircuits.attribution.attention.heads import HeadShare, edge_heads
from saecircuits.circuit import Circuit, Feature
from saecircuits.replacement import Replacement

from .induction import INDUCTION, LOGIT, PREVIOUS, SCORE, induction_replacement

PROMPT = "w1 w2 w3 w1"
A, B, C, BOS = 5, 6, 7, 2  # ids of the words
EXACT = 1e-5  # gains undo denominators up to rounding
HEADS_READ = {  # what the previous-token head moved, and what the induction head did
    ("token@0", f"before/{BOS}@1"): 1.0,
    ("token@1", f"before/{A}@2"): 1.0,
    ("token@2", f"before/{B}@3"): 1.0,
    ("token@3", f"before/{C}@4"): 1.0,
    ("token@2", f"predicted/{B}@4"): 1.0,
}


@cache
def model() -> Replacement:
    return induction_replacement()


def edges(circuit: Circuit) -> dict[tuple[str, str], float]:
    found, ids = circuit.adjacency.tocoo(), circuit.nodes.ids
    strong = np.flatnonzero(np.abs(found.data) > EXACT)
    return {(ids[found.col[i]], ids[found.row[i]]): float(found.data[i]) for i in strong}


@pytest.mark.parametrize("prompt", ["w1 w2 w3 w1", "w7 w8 w7", "w30 w31 w32 w33 w34 w35 w31", "w4 w4 w5 w6 w5"])
def test_the_model_does_induction(prompt: str) -> None:
    words = prompt.split()
    seen = words.index(words[-1])
    logits = model().subject.predict(prompt)[0]
    expected = model().subject.token_id(words[seen + 1])
    assert logits.argmax() == expected and logits[expected] == pytest.approx(LOGIT, rel=EXACT)
    logits[expected] = 0
    assert logits.abs().max() < EXACT


@pytest.mark.parametrize(
    ("target", "name", "weight"),
    [
        (Difference("w2", "w5"), "target.w2 − w5", LOGIT),
        (TopTokens(most=1), "target.w2", LOGIT * (1 - 1 / 60)),  # above the mean over the vocabulary
    ],
)
def test_the_graph_is_the_known_one(target: Target, name: str, weight: float) -> None:
    circuit = attribute_direct(model(), PROMPT, target)
    assert edges(circuit) == pytest.approx(HEADS_READ | {("token@2", name): weight}, rel=EXACT)
    assert circuit.target_value == pytest.approx(weight, rel=EXACT)
    assert circuit.scores.replacement == pytest.approx(1, abs=EXACT)
    assert circuit.scores.completeness == pytest.approx(1, abs=EXACT)
    pruned = circuit.prune(0.99, 0.99)
    assert edges(pruned) == pytest.approx({("token@2", name): weight}, rel=EXACT)


def test_a_feature_of_the_induction_head_has_one_source() -> None:
    circuit = attribute_direct(model(), PROMPT, FeatureAt(Feature("predicted", B), -1))
    inputs = [(node.id, weight) for node, weight in circuit.inputs(int(circuit.target_rows[0])) if abs(weight) > EXACT]
    assert inputs == [("token@2", pytest.approx(1, rel=EXACT))]


@pytest.mark.parametrize(
    ("source", "target", "head", "places"),
    [
        ("token@2", "target.w2 − w5", INDUCTION, (2, 4)),
        ("token@2", f"predicted/{B}@4", INDUCTION, (2, 4)),
        ("token@1", f"before/{A}@2", PREVIOUS, (1, 2)),
        ("token@3", f"before/{C}@4", PREVIOUS, (3, 4)),
    ],
)
def test_edges_flow_through_the_known_heads(
    source: str, target: str, head: tuple[int, int], places: tuple[int, int]
) -> None:
    circuit = attribute_direct(model(), PROMPT, Difference("w2", "w5"))
    shares = edge_heads(model(), circuit, source, target)
    assert shares.weight == pytest.approx(circuit.adjacency[circuit.row(target), circuit.row(source)], rel=EXACT)
    for found in (shares.arriving, shares.leaving):
        assert strong(list(found)) == {(head, places): pytest.approx(shares.weight, rel=EXACT)}


def strong(shares: list[HeadShare]) -> dict[object, float]:
    return {((s.layer, s.head), (s.key, s.query)): s.value for s in shares if abs(s.value) > EXACT}


@pytest.mark.parametrize(("traced", "key"), [(False, "attention.0@2"), (True, "token@1")], ids=["local", "traced"])
def test_the_score_is_made_by_the_known_pair(traced: bool, key: str) -> None:
    """K-composition: the token here meets the token that stood before the key, which a lower head brought there."""
    explanation = explain_score(model(), PROMPT, *INDUCTION, -1, 2, traced=traced)
    assert explanation.score == pytest.approx(SCORE, rel=EXACT) and explanation.weight == 1
    pairs = [(pair.query.id, pair.key.id, pair.value) for pair in explanation.pairs(50) if abs(pair.value) > 1e-2]
    assert pairs == [("token@4", key, pytest.approx(SCORE, rel=EXACT))]
    contrast = explain_score(model(), PROMPT, *INDUCTION, -1, 2, against=0, traced=traced)
    pairs = [(pair.query.id, pair.key.id, pair.value) for pair in contrast.pairs(50) if abs(pair.value) > 1e-2]
    assert pairs == [
        ("token@4", key, pytest.approx(SCORE, rel=EXACT)),
        ("token@4", "position@0", pytest.approx(-SCORE / 2, rel=EXACT)),  # where it looks if nothing matches
    ]


def test_each_query_of_the_previous_token_head_meets_the_position_before() -> None:
    head = explain_head(model(), PROMPT, *PREVIOUS, 3)
    assert [row.key for row in head if row.weight > 0] == [2]
    (pair,) = [pair for pair in head.at(2).pairs(20) if abs(pair.value) > 1e-2]
    assert (pair.query.id, pair.key.id, pair.value) == ("position@3", "position@2", pytest.approx(SCORE, rel=EXACT))
