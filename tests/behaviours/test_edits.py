"""Editing features of the embedded world does what they are said to mean, and a control does not."""

from __future__ import annotations

import numpy as np
import pytest

import saecircuits as sc
from saecircuits.remake.interventions import flips, plural_features, share_installed


@pytest.fixture(scope="module")
def agreement(prompts):
    return {
        split: [p for p in prompts if p.split == split and p.behaviour.startswith("agreement")]
        for split in ("tuning", "checking")
    }


def test_zeroing_plural_features_flips_the_verb_and_a_control_does_not(lab, agreement):
    measured = flips(lab.replacement, plural_features(lab.replacement, agreement["tuning"]), agreement["checking"])
    assert measured.prompts >= 100
    assert measured.flipped >= 0.80
    assert measured.control <= 0.05
    assert measured.control_magnitude >= 0.8 * measured.magnitude  # or the control would not be matched


def test_patching_the_city_installs_its_capital(lab, prompts):
    capital = [p for p in prompts if (p.behaviour, p.split) == ("capital", "checking")]
    assert share_installed(lab.replacement, capital, pairs=100) >= 0.90


def test_patching_another_token_installs_nothing(lab):
    prompt, source = (f"the capital of the country containing {city} is" for city in ("Wroclaw", "Lille"))
    edit = sc.Patch(sc.AllFeatures("transcoder.0"), source, positions=3)
    assert lab.intervene(prompt, [edit]).after.answer == "Warsaw"


@pytest.mark.parametrize(
    "behaviour", ["agreement.prep", "agreement.orc", "agreement.src", "indirect_object", "pronoun"]
)
def test_errors_carry_little_of_the_answer(lab, prompts, behaviour):
    chosen = [p for p in prompts if (p.behaviour, p.split) == (behaviour, "checking")][:10]
    shares = [lab.attribute(p.text, p.answer, p.against).scores.error_share for p in chosen]
    assert np.mean(shares) <= 0.15


def test_the_check_of_a_whole_circuit_agrees_with_the_frozen_model(lab):
    report = lab.check(lab.attribute("the farmers near the cat", "are", "is"), 10)
    assert report.whole
    assert report.frozen_error <= 1e-4  # float32 sums over four layers
    agree = [row.predicted * row.live > 0 for row in report.rows]
    assert np.mean(agree) >= 0.8  # in the live model sizes differ, but signs follow, or the circuit were worth nothing
