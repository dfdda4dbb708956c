"""Opening models: from a folder, from memory, and what is refused with its cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, BertConfig, BertForMaskedLM

from saecircuits.errors import InputError, UnsupportedModelError
from saecircuits.subject import ARCHITECTURES, Subject, load_model
from tests.tiny import NEAR_CONFIGS, TINY_CONFIGS, tiny_model, tiny_tokenizer


@pytest.mark.parametrize("name", sorted(TINY_CONFIGS))
def test_a_folder_is_opened(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "my-model"
    model = tiny_model(name)
    model.save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    opened = load_model(folder)
    assert isinstance(opened, Subject)
    assert opened.name == "my-model"
    ids = torch.tensor([2, 5, 6, 7])  # transformers give every folder of a Qwen 2 the Qwen 2 tokenizer
    expected = load_model(model, tiny_tokenizer()).predict(ids)
    torch.testing.assert_close(opened.predict(ids), expected, atol=1e-6, rtol=1e-6)
    assert load_model(str(folder), name="mine", dtype=torch.bfloat16).module.dtype == torch.bfloat16


def test_a_loaded_model_needs_its_tokenizer() -> None:
    with pytest.raises(InputError, match=r"without a tokenizer.*load_model\(model, tokenizer=tokenizer\)"):
        load_model(tiny_model("gpt2"))


def test_a_loaded_model_is_named_by_its_class() -> None:
    assert load_model(tiny_model("gpt2"), tiny_tokenizer()).name == "GPT2LMHeadModel"
    assert load_model(tiny_model("gpt2"), tiny_tokenizer(), name="mine").name == "mine"


def test_a_tokenizer_without_padding_gets_one() -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.pad_token = None
    assert load_model(tiny_model("gpt2"), tokenizer).tokenizer.pad_token_id == 3


def small_bert() -> BertForMaskedLM:
    return BertForMaskedLM(
        BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=60)
    )


def test_an_unknown_architecture_names_the_known_ones() -> None:
    with pytest.raises(
        UnsupportedModelError, match=r"'bert' are not in the table.*known: llama, gpt2, gpt_neox.*Add a row"
    ):
        load_model(small_bert(), tiny_tokenizer())


def test_an_unknown_architecture_is_said_before_any_weight_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(UnsupportedModelError, match=r"known: llama, gpt2, gpt_neox"):
        load_model(tmp_path)


def test_a_type_that_nobody_knows_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "from-the-future"}))
    with pytest.raises(UnsupportedModelError, match=r"from-the-future.*known: llama, gpt2, gpt_neox"):
        load_model(tmp_path)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"a": 1}', "\x00"], ids=repr)
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(InputError, match=r"No model could be loaded from.*Give a folder with config\.json"):
        load_model(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    TINY_CONFIGS["gpt2"].save_pretrained(tmp_path)
    with pytest.raises(InputError, match="No model could be loaded from"):
        load_model(tmp_path)


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    tiny_model("gpt2").save_pretrained(tmp_path)
    with pytest.raises(InputError, match="No model could be loaded from"):
        load_model(tmp_path)


@pytest.mark.parametrize("path", ["/nowhere/at/all", "./nowhere", "two words"])
def test_a_path_that_does_not_exist_is_refused_in_one_line(path: str) -> None:
    with pytest.raises(InputError, match="No model could be loaded from") as caught:
        load_model(path)
    assert path in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (
            OSError("You are trying to access a gated repo.\nMake sure"),
            r"gated repo\. Ask for access",
        ),
        (OSError("We couldn't connect to the hub\nCheck"), r"couldn't connect to the hub Check the connection"),
        (ValueError("Using a `device_map` requires `accelerate`."), "pip install accelerate"),
        (ImportError("Using `bitsandbytes` 8-bit quantization requires bitsandbytes"), "pip install bitsandbytes"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), r"does not fit into memory.*bfloat16.*device_map"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "does not fit into memory"),
        (MemoryError(), "does not fit into memory: MemoryError"),
        (TypeError("__init__() got an unexpected keyword argument 'nonsense'"), "nonsense.*Leave it out"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_goes_wrong_is_said_in_one_line_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    tiny_model("gpt2").save_pretrained(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", fail)
    with pytest.raises(InputError, match=said) as caught:
        load_model(tmp_path)
    assert "\n" not in str(caught.value) and caught.value.__cause__ is raised


@pytest.mark.parametrize("error", [TypeError("'NoneType' is not callable"), RuntimeError("shapes differ")])
def test_faults_are_not_taken_for_wrong_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tiny_model("gpt2").save_pretrained(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", fail)
    with pytest.raises(type(error), match=str(error)):
        load_model(tmp_path)


@pytest.mark.parametrize("dtype", ["float99", 7, "Tensor"])
def test_an_unknown_precision_is_refused_before_anything_is_fetched(dtype: object) -> None:
    with pytest.raises(InputError, match=rf"no precision {dtype!r}.*bfloat16"):
        load_model("nobody/no-model", dtype=dtype)


def test_every_row_of_the_table_has_a_tiny_model() -> None:
    tiny = {config.model_type for config in (TINY_CONFIGS | NEAR_CONFIGS).values()}
    assert {name for row in ARCHITECTURES for name in row.model_types} == tiny
