"""Rows for architectures that the table does not know: added if they hold, refused with the reason if not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from saecircuits.errors import InputError, UnsupportedModelError
from saecircuits.sites import Site
from saecircuits.subject import load_model, register_architecture
from saecircuits.subject.architectures import LLAMA, architecture_of, registered
from tests.tiny import TINY_CONFIGS, tiny_model, tiny_tokenizer

ROW = replace(LLAMA, model_types=("shiny",))


class ShinyConfig(LlamaConfig):
    model_type = "shiny"


@pytest.fixture
def shiny() -> Iterator[LlamaForCausalLM]:
    config = ShinyConfig(**{k: v for k, v in TINY_CONFIGS["llama"].to_dict().items() if k != "model_type"})
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    yield model
    registered.clear()


def test_a_row_that_holds_opens_the_family(shiny: LlamaForCausalLM) -> None:
    with pytest.raises(UnsupportedModelError, match=r"'shiny' are not in the table.*Add a row with sc.register"):
        load_model(shiny, tiny_tokenizer())
    errors = register_architecture(ROW, shiny, tiny_tokenizer())
    assert len(errors) == 8 and max(errors.values()) < 1e-5
    subject = load_model(shiny, tiny_tokenizer())
    assert subject.read("w1 w2", [Site("mlp_out", 2)])[Site("mlp_out", 2)].shape == (1, 3, 32)


def test_a_row_that_does_not_hold_is_not_added(shiny: LlamaForCausalLM) -> None:
    wrong = replace(ROW, gain_offset=1.0)
    with pytest.raises(UnsupportedModelError, match=r"does not hold: .*norm makes mlp_in"):
        register_architecture(wrong, shiny, tiny_tokenizer())
    with pytest.raises(UnsupportedModelError, match="leads elsewhere"):
        register_architecture(replace(ROW, mlp="ffn"), shiny, tiny_tokenizer())
    assert registered == []


def test_a_corrected_row_takes_the_place_of_the_first(shiny: LlamaForCausalLM) -> None:
    register_architecture(ROW, shiny, tiny_tokenizer())
    again = replace(ROW, attention_cap=None)
    register_architecture(again, shiny, tiny_tokenizer())
    assert registered == [again]
    assert architecture_of("shiny") is again


def test_a_model_of_another_type_is_refused(shiny: LlamaForCausalLM) -> None:
    with pytest.raises(InputError, match="covers models of type shiny, the model is of type 'gpt2'"):
        register_architecture(ROW, tiny_model("gpt2"), tiny_tokenizer())


def test_the_table_is_not_overruled() -> None:
    with pytest.raises(InputError, match="'llama' are in the table already"):
        register_architecture(LLAMA, tiny_model("llama"), tiny_tokenizer())
