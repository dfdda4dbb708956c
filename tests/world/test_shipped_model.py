"""The shipped language model knows what it has to know, and composes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

from saecircuits.remake.accuracy import GATES, accuracy, below_gate
from saecircuits.remake.composition import CITY, LAST, Shift, country_shift, is_composition
from saecircuits.world.files import world_folder
from saecircuits.world.prompts import all_known_answers, read_prompts
from saecircuits.world.tokenizer import token_ids

FOLDER = world_folder() / "model"


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    return AutoModelForCausalLM.from_pretrained(FOLDER).eval()


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(FOLDER)


@pytest.fixture(scope="module")
def checking():
    return read_prompts(world_folder() / "prompts.jsonl", split="checking")


def test_the_shipped_files_are_of_this_world(tokenizer) -> None:
    assert tokenizer.get_vocab() == token_ids()
    assert read_prompts(world_folder() / "prompts.jsonl") == list(all_known_answers())
    assert (FOLDER / "model.safetensors").stat().st_size < 5_000_000


def test_gate_1_every_behaviour_is_learned(model, tokenizer, checking) -> None:
    measured = accuracy(model, tokenizer, checking)
    assert GATES.keys() <= measured.keys()
    assert below_gate(measured) == {}
    facts = {name: value for name, value in measured.items() if name.startswith("fact.")}
    assert len(facts) == 5
    assert min(facts.values()) >= 0.97


def test_wrong_answers_do_not_count(model, tokenizer, checking) -> None:
    swapped = [
        replace(prompt, answer=prompt.against, accept=prompt.reject, reject=prompt.accept) for prompt in checking
    ]
    measured = accuracy(model, tokenizer, swapped)
    assert max(measured.values()) <= 0.1
    assert set(below_gate(measured)) == set(GATES)


def test_padding_changes_no_answer(model, tokenizer, checking) -> None:
    prompts = checking[::40]
    alone = [accuracy(model, tokenizer, [prompt]) for prompt in prompts]
    together = accuracy(model, tokenizer, prompts)
    for behaviour, value in together.items():
        same = [each[behaviour] for each in alone if behaviour in each]
        assert value == pytest.approx(sum(same) / len(same))


@pytest.mark.parametrize(
    ("source", "asked"), [("capital", "language"), ("currency", "capital"), ("language", "continent")]
)
def test_gate_2_two_hops_are_composed(model, tokenizer, source: str, asked: str) -> None:
    assert is_composition(country_shift(model, tokenizer, source, asked))


def test_an_untrained_model_composes_nothing(model, tokenizer) -> None:
    torch.manual_seed(0)
    untrained = LlamaForCausalLM(model.config).eval()
    shifts = country_shift(untrained, tokenizer, "capital", "language")
    assert not is_composition(shifts)
    assert [(shift.layer, shift.position) for shift in shifts[:3]] == [(0, CITY), (0, LAST), (1, CITY)]


@pytest.mark.parametrize(
    ("at_city", "kept", "at_end", "verdict"),
    [(1.0, 0.0, 0.2, True), (0.9, 0.0, 0.2, False), (1.0, 0.1, 0.2, False), (1.0, 0.0, 0.9, False)],
)
def test_the_composition_gate(at_city: float, kept: float, at_end: float, verdict: bool) -> None:
    shifts = [
        Shift("capital", "language", 0, CITY, at_city, kept),
        Shift("capital", "language", 0, LAST, 0.0, 1.0),
        Shift("capital", "language", 3, CITY, 0.0, 1.0),
        Shift("capital", "language", 3, LAST, at_end, 0.1),
    ]
    assert is_composition(shifts) is verdict
