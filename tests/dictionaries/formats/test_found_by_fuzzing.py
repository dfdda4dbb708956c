"""What random damage once got past the readers, each the smallest file that showed it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from saecircuits.dictionaries import convert, load_dictionaries, save_dictionary
from saecircuits.dictionaries.formats import writable
from saecircuits.errors import FileFormatError, InputError, SaeCircuitsError
from tests.dictionaries.formats.cases import CASES, DATA
from tests.dictionaries.formats.damage import change_config, change_inner, change_weights, copied, weights_of
from tests.dictionaries.formats.test_writers import assert_same, make


def refused(folder: Path, why: str, **options: Any) -> SaeCircuitsError:
    with pytest.raises((FileFormatError, InputError), match=why) as caught:
        load_dictionaries(folder, **options)
    assert caught.value.cure
    return caught.value


def repacked(path: Path, swelling: str | None = None) -> None:
    """The same archive, packed; one of its parts as many zeros."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data if name != swelling else data[:128] + bytes(66 * 2**20))


def test_a_packed_pickle_is_not_taken_for_numbers(tmp_path: Path) -> None:
    """torch maps it into memory as it lies in the file."""
    folder = copied("dictionary_learning_gated", tmp_path)
    repacked(folder / "ae.pt")
    refused(folder, "compressed archive")


def test_a_packed_archive_of_numpy_is_read_and_may_not_swell(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    path = next(folder.rglob("params.npz"))
    repacked(path)
    assert [d.name for d in load_dictionaries(folder)] == list(CASES["gemma_scope"].names)
    repacked(path, "W_enc.npy")
    refused(folder, r"would swell to 69,")


def test_an_array_that_is_there_twice(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    path = next(folder.rglob("params.npz"))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("W_enc.npy", b"")
    refused(folder, "two parts of one name")


ODD_TENSORS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "meta": lambda value: value.to("meta"),
    "claims": lambda value: torch.zeros(1).expand(value.shape),
    "quantised": lambda value: torch.quantize_per_tensor(value, 0.1, 0, torch.quint8),
    "sparse": lambda value: value.to_sparse(),
    "huge": lambda value: value * 1e38,
}


@pytest.mark.parametrize("kind", ODD_TENSORS)
@pytest.mark.filterwarnings("ignore:.*quant.*")
def test_tensors_that_are_not_in_the_file_whole(kind: str, tmp_path: Path) -> None:
    folder = copied("openai", tmp_path)
    changed = ODD_TENSORS[kind]
    key = "encoder.weight"
    change_weights(weights_of(folder)[0], lambda values: values | {key: changed(values[key])})
    refused(folder, "dense tensor|pickle of tensors|holds NaN", format="openai")


@pytest.mark.parametrize(
    "value", [torch.tensor(1.0, dtype=torch.float8_e4m3fn), torch.tensor(1j)], ids=["float8", "1j"]
)
def test_numbers_of_odd_types(value: torch.Tensor, tmp_path: Path) -> None:
    folder = copied("dictionary_learning_batchtopk", tmp_path)
    change_weights(folder / "ae.pt", lambda values: values | {"threshold": value})
    if value.is_complex():
        refused(folder, "one finite number")
    else:
        assert float(load_dictionaries(folder)[0].activation.state_dict()["threshold"]) == 1


@pytest.mark.parametrize(
    ("case", "name", "changes", "why"),
    [
        ("circuit_tracer_relu", "config.yaml", {"transcoders": ["config.yaml"]}, "is to hold tensors"),
        ("circuit_tracer_relu", "config.yaml", {"feature_input_hook": "blocks.1.mlp.hook_in"}, "hooks of one block"),
        ("llamascopium_sae_relu", "config.json", {"d_model": 10**400}, "d_model"),
        ("llamascopium_sae_jumprelu", "config.json", {"act_fn": "relu"}, "two dictionaries"),
        ("llamascopium_sae_topk", "config.json", {"top_k": 17}, "17 largest of 16"),
        ("llama_scope", "hyperparams.json", {"jump_relu_threshold": 1e300}, "jump_relu_threshold"),
        ("sae_lens_scaled", "activation_scaler.json", {"scaling_factor": 10**400}, "scaling_factor"),
        ("sae_lens_standard", "cfg.json", {"apply_b_dec_to_input": "false"}, "true or false"),
        ("sae_lens_topk", "cfg.json", {"k": 17}, "17 largest of 16"),
        ("sae_lens_old_topk", "cfg.json", {"activation_fn_str": None}, "and has a k"),
    ],
)
def test_configs_that_contradict_what_they_describe(
    case: str, name: str, changes: dict[str, Any], why: str, tmp_path: Path
) -> None:
    folder = copied(case, tmp_path)
    change_config(folder, name, **changes)
    refused(folder, why)


def test_a_name_that_stands_twice_in_a_config(tmp_path: Path) -> None:
    folder = copied("sae_lens_topk", tmp_path)
    path = folder / "cfg.json"
    path.write_text(path.read_text("utf-8").replace('"k": 3', '"k": 3, "k": 4'), "utf-8")
    refused(folder, "stands twice")


def test_a_crosscoder_in_the_place_of_an_sae(tmp_path: Path) -> None:
    folder = copied("science_of_finetuning_relu", tmp_path)
    change_inner(folder, "config.json", "trainer", dict_class="BatchTopKSAE")
    refused(folder, "holds a crosscoder")


def test_what_came_is_quoted_in_short_and_readably(tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path / os.fsdecode(b"\xff"))
    change_config(folder, "cfg.json", d_in="\x1b[31m\u202e" + "x" * 100_000)
    error = refused(folder, "d_in")
    assert len(str(error)) < 2500
    assert str(error).isprintable()
    str(error).encode("utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return save_dictionary(make("sae", "relu"), tmp_path / "own")


def test_our_own_weights_are_a_file_of_numbers(own: Path) -> None:
    path = own / "weights.safetensors"
    change_weights(path, lambda values: values | {"b_enc": values["b_enc"] * float("nan")})
    refused(own, "b_enc in .* hold NaN")
    path.unlink()
    os.mkfifo(path)  # opening it would wait for ever
    refused(own, "missing")


@pytest.mark.parametrize("changes", [{"n_features": 10**30}, {"d_model": 2**40}, {"activation": {"kind": ["relu"]}}])
def test_our_own_configs_do_not_ask_for_memory(changes: dict[str, Any], own: Path) -> None:
    path = own / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    refused(own, "do not fit|no activation function")


def test_every_pair_of_formats_converts_or_says_why(tmp_path: Path) -> None:
    """One of each, and all: no other error, and what was written loads again and computes the same."""
    pairs = []
    for kind, name in {case.format: name for name, case in CASES.items()}.items():
        given = load_dictionaries(DATA / name, **CASES[name].options)
        for to in writable():
            try:
                convert(given, tmp_path / f"{name}-{to}", to=to)
            except InputError as error:
                assert error.cure
                continue
            read = load_dictionaries(tmp_path / f"{name}-{to}")
            if to != "circuit_tracer_clt":  # whose biases lie elsewhere, see `test_writers`
                assert_same(given, read)
            pairs.append((kind, to))
    assert {kind for kind, _ in pairs} == {case.format for case in CASES.values()}
    assert len(pairs) > 28
