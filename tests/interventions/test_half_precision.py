"""A bfloat16 model with float32 dictionaries, as users load them: everything runs, in the model's own precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.circuit import NodeKind
from saecircuits.interventions import Ablate, Add, generate, intervene
from saecircuits.replacement import Replacement
from saecircuits.subject import Weights
from tests.attribution.models import with_dictionaries
from tests.tiny import TINY_CONFIGS, tiny_subject
from tests.tiny_dictionaries import random_transcoder

PROMPT = "w1 w2 w3 w4 w2 w9"
ROUNDING = 2**-7  # bfloat16 keeps 8 bits
CASES = [(name, torch.bfloat16) for name in sorted(TINY_CONFIGS)] + [("llama", torch.float16), ("gpt2", torch.float16)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} {case[1]}")
def half(request) -> Replacement:
    name, dtype = request.param
    subject = tiny_subject(name, dtype=dtype)
    return Replacement(subject, [random_transcoder(layer, subject.d_model) for layer in range(subject.n_layers)])


def test_books_balance_for_rounding_is_a_bias(half, monkeypatch):
    circuit = attribute_direct(half, PROMPT, TopTokens())
    assert np.nanmax(circuit.books()) < 1e-4  # as in float32
    monkeypatch.setattr(Weights, "exact", True)
    without = attribute_direct(half, PROMPT, TopTokens())
    assert without.nodes.ids == circuit.nodes.ids
    assert 1e-4 < np.nanmax(without.books()) < 4 * ROUNDING  # a few rounded additions lie between two sites
    changed = np.abs((circuit.adjacency - without.adjacency).toarray()).max(0)
    assert set(circuit.nodes.kind[changed > 0]) == {NodeKind.BIAS}


@pytest.mark.parametrize("frozen", [False, True])
def test_edits_move_the_output(half, frozen):
    feature = attribute_direct(half, PROMPT, TopTokens()).top(1)[0].feature
    effect = intervene(half, PROMPT, [Ablate(feature)], frozen=frozen)
    assert effect.before.logits.dtype == half.subject.weights.dtype
    assert not torch.equal(effect.before.logits, effect.after.logits)
    assert torch.equal(effect.before.logits, half.subject.predict(PROMPT)[0]) or frozen


def test_text_is_generated_with_edits(half):
    feature = attribute_direct(half, PROMPT, TopTokens()).top(1)[0].feature
    assert isinstance(generate(half, PROMPT, [Add(feature, 3.0)], max_new_tokens=4), str)


@pytest.mark.parametrize("wiring", ["cross-layer, skip", "crosscoder", "gap"])
@pytest.mark.parametrize("name", ["gemma2", "gptj", "llama"])
def test_books_balance_in_other_wirings(name, wiring):
    """Skip connections carry what a norm rounds; parallel blocks add attention past the MLP."""
    subject, whole = tiny_subject(name, dtype=torch.bfloat16), with_dictionaries(tiny_subject(name), wiring)
    circuit = attribute_direct(Replacement(subject, list(whole.dictionaries.values())), PROMPT, TopTokens())
    assert np.nanmax(circuit.books()) < 1e-4
