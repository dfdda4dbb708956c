"""Dictionary files that are missing, cut short, or do not belong together."""

from __future__ import annotations

import json

import pytest

from saecircuits.dictionaries import load_dictionaries, load_dictionary, save_dictionary
from saecircuits.errors import FileFormatError, InputError
from tests.dictionaries.test_dictionary import make


@pytest.fixture
def folder(tmp_path):
    return save_dictionary(make("transcoder", "jumprelu"), tmp_path / "transcoder.1")


def _change(folder, **changes) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({name: value for name, value in config.items() if value is not None}), "utf-8")


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"config\.json is missing"):
        load_dictionary(tmp_path)
    with pytest.raises(InputError, match="no dictionary"):
        load_dictionaries(tmp_path / "nowhere")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("name", ["config.json", "weights.safetensors"])
def test_files_cut_short_are_refused(folder, name, share):
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError, match=folder.name):
        load_dictionary(folder)


def test_missing_weights_are_refused(folder):
    (folder / "weights.safetensors").unlink()
    with pytest.raises(FileFormatError, match=r"weights\.safetensors"):
        load_dictionary(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"n_features": 21},
        {"d_model": 9},
        {"n_features": 0},
        {"n_features": "many"},
        {"reads": []},
        {"reads": ["mlp_in.1", "mlp_in.2"]},
        {"activation": {"kind": "topk", "k": 3}},
        {"activation": {"kind": "gelu"}},
        {"activation": {"kind": "gated"}},
        {"skip": True},
        {"activation": {"kind": "jumprelu", "k": 3}},
        {"colour": "red"},
        {"name": None},
        {"format": "something else"},
        {"version": 99},
    ],
    ids=str,
)
def test_configs_that_do_not_fit_are_refused(folder, changes):
    _change(folder, **changes)
    with pytest.raises(FileFormatError):
        load_dictionary(folder)


def test_sites_that_do_not_exist_are_refused(folder):
    _change(folder, reads=["mlp_inn.1"])
    with pytest.raises((FileFormatError, InputError), match="mlp_inn"):
        load_dictionary(folder)


def test_weights_of_another_dictionary_are_refused(folder, tmp_path):
    other = save_dictionary(make("crosscoder"), tmp_path / "other")
    (other / "weights.safetensors").replace(folder / "weights.safetensors")
    with pytest.raises(FileFormatError, match="do not fit"):
        load_dictionary(folder)


def test_a_stranger_among_the_folders_is_reported(folder):
    stranger = folder.parent / "model"
    stranger.mkdir()
    (stranger / "config.json").write_text('{"model_type": "llama"}', "utf-8")
    with pytest.raises(FileFormatError, match="model"):
        load_dictionaries(folder.parent)
