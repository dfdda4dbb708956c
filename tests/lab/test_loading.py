"""Opening a laboratory from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from saecircuits.dictionaries import save_dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.lab import load, load_model
from tests.lab.labs import PROMPT, lab
from tests.tiny import tiny_model, tiny_tokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A laboratory with two dictionaries, and evidence of one of them."""
    home = tmp_path / "my-lab"
    tiny_model("llama").save_pretrained(home / "model")
    tiny_tokenizer().save_pretrained(home / "model")
    for name in ("transcoder.0", "transcoder.2"):
        save_dictionary(lab().dictionaries[name], home / "dictionaries" / name)
    lab().evidence["transcoder.0"].save(home / "evidence")
    return home


def test_a_folder_holds_model_dictionaries_and_evidence(folder: Path) -> None:
    opened = load(folder)
    assert opened.subject.name == "my-lab"
    assert list(opened.dictionaries) == ["transcoder.0", "transcoder.2"]
    assert list(opened.evidence) == ["transcoder.0"]
    torch.testing.assert_close(opened.predict(PROMPT).logits, lab().predict(PROMPT).logits, atol=1e-5, rtol=1e-5)
    circuit = opened.attribute(PROMPT, "w3", "w5")
    assert {node.feature.dictionary for node in circuit.top(10**6) if node.feature} == {"transcoder.0", "transcoder.2"}
    assert opened.card("transcoder.0/3") == lab().card("transcoder.0/3")
    assert repr(load(str(folder))) == repr(opened)


def test_dictionaries_may_stay_in_their_files(folder: Path) -> None:
    eager, lazy = load(folder), load(folder, lazy=True)
    assert all(each.lazy for each in lazy.dictionaries.values())
    assert not any(each.lazy for each in eager.dictionaries.values())
    circuits = [opened.attribute(PROMPT, "w3", "w5") for opened in (eager, lazy)]
    np.testing.assert_allclose(*(circuit.adjacency.toarray() for circuit in circuits), rtol=1e-4, atol=1e-5)
    assert lazy.card("transcoder.0/3") == eager.card("transcoder.0/3")
    lazy.set_label("transcoder.0/3", "mine")
    assert load(folder, lazy=True).label("transcoder.0/3") == load(folder).label("transcoder.0/3") == "mine"


def test_evidence_may_be_missing(folder: Path) -> None:
    for path in (folder / "evidence").iterdir():
        path.unlink()
    assert load(folder).evidence == {}


@pytest.mark.parametrize("name", ["nowhere", "my-lab/model", "my-lab/dictionaries"])
def test_a_folder_without_a_model_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"no model in.*\"world\", or a folder with model/"):
        load(folder.parent / name)


def test_a_folder_without_dictionaries_is_refused(folder: Path) -> None:
    (folder / "dictionaries").rename(folder / "elsewhere")
    with pytest.raises(InputError, match="no dictionary in"):
        load(folder)


@pytest.mark.parametrize(
    "file", ["dictionaries/transcoder.0/weights.safetensors", "evidence/transcoder.0.safetensors"], ids=["weights", "e"]
)
def test_a_file_cut_short_is_refused(folder: Path, file: str) -> None:
    path = folder / file
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FileFormatError, match="cannot be read"):
        load(folder)


def test_half_of_the_evidence_is_refused(folder: Path) -> None:
    (folder / "evidence" / "transcoder.0.json").unlink()
    with pytest.raises(InputError, match=r"transcoder\.0\.json is missing"):
        load(folder)


def test_a_model_alone(folder: Path) -> None:
    assert load_model(folder / "model", name="mine").name == "mine"
    assert load_model(tiny_model("gpt2"), tiny_tokenizer()).n_layers == 3


def test_the_world_is_the_default() -> None:
    assert load_model().name == load_model("world").name == "world"
    opened = load()
    assert opened.subject.name == "world"
    assert set(opened.evidence) == set(opened.dictionaries)
