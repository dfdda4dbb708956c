"""Models in 8 bits: the float matrices that their layers multiply with, and what rests on those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BitsAndBytesConfig, QuantoConfig

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.errors import UnsupportedModelError
from saecircuits.interventions import Ablate, intervene
from saecircuits.subject import Subject, check_architecture, linear, load_model
from tests.attribution.models import with_dictionaries
from tests.tiny import tiny_model, tiny_tokenizer

PROMPT = "w1 w20 w3 w4 w1 w6"
KINDS = {"bitsandbytes": BitsAndBytesConfig(load_in_8bit=True), "optimum.quanto": QuantoConfig(weights="int8")}
CASES = [("bitsandbytes", name) for name in ("gpt2", "llama", "gemma2")] + [("optimum.quanto", "llama")]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case), scope="module")
def eight(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    kind, name = request.param
    pytest.importorskip("accelerate", reason="transformers quantise through accelerate")
    pytest.importorskip(kind, reason=f"{kind} is not installed")
    return load_model(saved(name, tmp_path_factory.mktemp("model")), quantization_config=KINDS[kind])


def saved(name: str, folder: Path) -> Path:
    tiny_model(name).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def by_llm_int8(subject: Subject) -> bool:
    """It rounds activations too, to 1/127 of the largest of each token: 0.4 % of it at the most, a number."""
    return type(subject.attention_module(0).get_submodule(LAST[subject.config.model_type])).__name__ == "Linear8bitLt"


LAST = {"gpt2": "c_proj", "llama": "o_proj", "gemma2": "o_proj"}


def test_a_matrix_is_what_its_layer_multiplies_with(eight: Subject) -> None:
    layer: Any = eight.attention_module(1).get_submodule(LAST[eight.config.model_type])
    weight, bias = linear(layer)
    assert weight.shape == (weight.shape[0], 32) and weight.dtype == torch.float32
    units = torch.eye(len(weight))  # the largest of each row is its only number, so nothing of it is rounded away
    torch.testing.assert_close(layer(units), weight + bias, atol=2e-3, rtol=2e-3)  # by way of float16
    assert layer.weight.dtype == torch.int8 or type(layer.weight) is not torch.nn.Parameter


def test_the_row_holds(eight: Subject) -> None:
    worst = max(check_architecture(eight).values())
    assert 1e-3 < worst < 5e-2 if by_llm_int8(eight) else worst < 1e-5


def test_books_balance_and_edits_act(eight: Subject) -> None:
    model = with_dictionaries(eight, "transcoders")
    circuit = attribute_direct(model, PROMPT, TopTokens(most=3))
    assert np.nanmax(circuit.books()) < 1e-4
    feature = circuit.top(1)[0].feature
    assert feature is not None
    for frozen in (False, True):
        effect = intervene(model, PROMPT, [Ablate(feature)], frozen=frozen)
        assert (effect.after.logits - effect.before.logits).abs().max() > 1e-2


def test_matrices_of_unknown_form_are_refused() -> None:
    layer = torch.nn.Linear(4, 4)
    layer.weight = torch.nn.Parameter(torch.zeros(4, 4, dtype=torch.int8), requires_grad=False)
    with pytest.raises(UnsupportedModelError, match=r"weights of a Linear are kept in a form.*bitsandbytes"):
        linear(layer)
    with pytest.raises(UnsupportedModelError, match="weights of a Identity are kept in a form"):
        linear(torch.nn.Identity())
