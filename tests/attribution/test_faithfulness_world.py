"""Agreement in the embedded world: a small circuit of features carries it.

Features are held against the coordinates of what they write. MLP neurons do as well as features in this model (about as
many carry the same share), so nothing is asserted about them.
"""

from __future__ import annotations

from random import Random

import pytest

import saecircuits as sc
from saecircuits.attribution.trust.curve import FaithfulnessCurve
from saecircuits.attribution.trust.examples import Example
from saecircuits.attribution.trust.gradient_ranking import rank_by_gradient
from saecircuits.attribution.trust.measure import faithfulness
from saecircuits.interventions.masked import mean_latents_and_errors
from saecircuits.interventions.masked_activations import coordinates, mean_activations
from saecircuits.world.grammar.agreement import PREPOSITIONAL, draw_clause
from saecircuits.world.held_out import split_of
from saecircuits.world.sampler import Sampler

SIZES = (1, 10, 30, 60, 100)


def agreement(split: str, n: int = 60) -> list[Example]:
    """Prompts such as *the dogs near the cat*, of five words, the nouns of different number."""
    sampler, found = Sampler(Random(f"faithfulness {split}")), {}
    while len(found) < n:
        clause = draw_clause(sampler, PREPOSITIONAL, mismatched=True)
        text = " ".join(clause.words)
        if len(clause.words) == 5 and clause.subject_index == 1 and split_of(text) == split:
            answers = ("are", "is") if clause.plural else ("is", "are")
            found[text] = Example(text, *answers)
    return list(found.values())


@pytest.fixture(scope="module")
def curves() -> dict[str, FaithfulnessCurve]:
    """Ranked and averaged on one set of prompts, measured on another."""
    lab = sc.load("world")
    replacement, subject = lab.replacement, lab.subject
    tuning, checking = agreement("tuning"), agreement("checking")
    reference = [example.prompt for example in tuning]
    tokens = subject.tokenize(reference)
    means = {
        "features": mean_latents_and_errors(replacement, tokens),
        "coordinates": mean_activations(subject, coordinates(replacement), tokens),
    }
    return {
        basis: faithfulness(
            replacement,
            checking,
            rank_by_gradient(replacement, tuning, means[basis], basis),
            SIZES,
            reference=reference,
        )
        for basis in means
    }


def test_sixty_features_are_enough(curves: dict[str, FaithfulnessCurve]) -> None:
    point = curves["features"].at(60)
    assert point.faithfulness >= 0.9
    assert point.low >= 0.88


def test_as_many_coordinates_are_far_from_it(curves: dict[str, FaithfulnessCurve]) -> None:
    for nodes in (30, 60):
        assert curves["features"].at(nodes).faithfulness >= 2.5 * curves["coordinates"].at(nodes).faithfulness
    assert curves["features"].cmd_log.value < curves["coordinates"].cmd_log.value - 0.1


def test_the_circuit_is_much_the_same_on_other_prompts(curves: dict[str, FaithfulnessCurve]) -> None:
    assert curves["features"].at(60).stability >= 0.8
