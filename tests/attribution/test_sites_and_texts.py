"""Targets beyond next tokens, on every family: directions at every site, and whole continuations."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution import (
    Continuation,
    Direct,
    Direction,
    attribute_direct,
    read_target,
    readouts,
    watched,
)
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.interventions import run_frozen, run_live
from saecircuits.replacement import capture
from saecircuits.sites import SITE_KINDS, Site
from tests.attribution.held_run import HeldRun
from tests.attribution.models import FAMILIES, PROMPT, wired
from tests.subject.plain import read

BALANCED = 1e-4
SITES = tuple(Site(kind, layer) for layer in range(3) for kind in SITE_KINDS)
TEXT = "w2 w7 w2"
each_family = pytest.mark.parametrize("name", FAMILIES)


@cache
def plain_values(name: str) -> dict[Site, Tensor]:
    subject = wired(name).subject
    return read(subject, subject.tokenize(PROMPT).ids, SITES)[0]


@each_family
@pytest.mark.parametrize("kind", SITE_KINDS)
@pytest.mark.parametrize("wiring", ["transcoders, skip", "cross-layer", "crosscoder ahead"])
def test_a_direction_at_every_site(name: str, kind: str, wiring: str) -> None:
    model, generator = wired(name, wiring), torch.Generator().manual_seed(1)
    for layer, position in ((0, 3), (1, -1), (2, 2)):
        site, vector = Site(kind, layer), torch.randn(32, generator=generator)
        circuit = attribute_direct(model, PROMPT, Direction(site, vector, position, "mine"), Direct(block=16))
        expected = float(plain_values(name)[site][0, position] @ vector)
        assert circuit.nodes.value[circuit.target_rows] == pytest.approx([expected], rel=1e-4, abs=1e-4)  # float32
        assert np.nanmax(circuit.books()) <= BALANCED
        assert circuit.nodes.target_labels == ("mine",)
        assert not circuit.influence[circuit.nodes.position > position % 7].any()
        run = run_live(model, model.subject.tokenize(PROMPT), {}, watched(circuit))
        assert [r.measure(run, run) for r in readouts(circuit)] == pytest.approx([expected], rel=1e-4, abs=1e-4)


@each_family
def test_a_direction_survives_its_file(name: str, tmp_path) -> None:
    circuit = attribute_direct(wired(name), PROMPT, Direction(Site("resid_mid", 1), torch.arange(32)))
    loaded = Circuit.load(circuit.save(tmp_path / "a.circuit"))
    assert readouts(loaded) == readouts(circuit)
    assert loaded.provenance == circuit.provenance


@each_family
def test_a_continuation_is_the_gradient_of_its_log_probability(name: str) -> None:
    """With respect to the logits; carried on to the last norm's input with its denominator held."""
    model = wired(name, dtype=torch.float64)
    whole = model.subject.tokenize(f"{PROMPT} {TEXT}").ids[0]
    run, unembed = HeldRun(model, whole), model.subject.module.get_output_embeddings()  # type: ignore[operator]
    scores = unembed(run.base["final", 0][0]).detach()
    cap = model.subject.weights.logit_cap
    logits = (scores if cap is None else cap * torch.tanh(scores / cap)).requires_grad_()
    places = torch.arange(len(whole) - 4, len(whole) - 1)
    log_probability = logits.log_softmax(-1)[places, whole[places + 1]].sum()
    (gradient,) = torch.autograd.grad(log_probability, logits)
    circuit = attribute_direct(model, PROMPT, Continuation(TEXT))
    values = (gradient * scores).sum(-1)[places]
    # held denominators are worked out in float32
    assert circuit.nodes.value[circuit.target_rows] == pytest.approx(values.tolist(), rel=1e-5, abs=1e-5)
    assert circuit.nodes.position[circuit.target_rows].tolist() == places.tolist()
    assert np.nanmax(circuit.books()) <= BALANCED
    captured, norm = capture(model, whole), model.subject.weights.final_norm
    final = captured.final_input.clone().requires_grad_()
    held = norm.gain * norm.centred(final) * captured.final_scale + norm.bias
    (at_stream,) = torch.autograd.grad((gradient * unembed(held)).sum(), final)
    vectors = torch.cat([one.readings.vector for one in read_target(model, captured, Continuation(TEXT))])
    torch.testing.assert_close(vectors, at_stream[places], rtol=1e-5, atol=1e-6)


@each_family
def test_a_continuation_measures_the_same_value_again(name: str) -> None:
    model = wired(name)
    circuit = attribute_direct(model, PROMPT, Continuation(TEXT))
    run = run_live(model, model.subject.tokenize(torch.tensor(circuit.provenance.token_ids)), {})
    measured = [readout.measure(run, run) for readout in readouts(circuit)]
    assert measured == pytest.approx(circuit.nodes.value[circuit.target_rows].tolist(), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", ["gpt2", "llama", "gpt_neox"])  # no soft cap
def test_a_small_push_moves_the_log_probability_as_said(name: str) -> None:
    """By finite differences in the frozen model."""
    model = wired(name, dtype=torch.float64)
    circuit = attribute_direct(model, PROMPT, Continuation(TEXT))
    captured = capture(model, torch.tensor(circuit.provenance.token_ids))
    ids, places = captured.tokens.ids[0], circuit.nodes.position[circuit.target_rows]
    push = 1e-4 * torch.randn(32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    runs = [
        run_frozen(model, captured, {}, direct=True, shifts={(Site("mlp_out", 1), 3): sign * push}) for sign in (1, -1)
    ]
    said, measured = (
        [sum(readout.measure(run, runs[1]) for readout in readouts(circuit)) for run in runs],
        [float(run.scores.log_softmax(-1)[places, ids[places + 1]].sum()) for run in runs],
    )
    assert measured[0] - measured[1] == pytest.approx(said[0] - said[1], rel=1e-2)
    assert abs(measured[0] - measured[1]) > 1e-7


@pytest.mark.parametrize("text", ["", "  ", "Warsaw", "w1 nothing"])
def test_a_continuation_of_no_known_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is empty or has unknown words.*Give one of known words"):
        attribute_direct(wired("llama"), PROMPT, Continuation(text))
