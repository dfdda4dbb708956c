"""Files that are cut short, mislabelled, or made to do harm: a clear error of ours, and nothing else."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.dictionaries import load_dictionaries
from saecircuits.errors import FileFormatError, InputError
from tests.dictionaries.formats.cases import CASES
from tests.dictionaries.formats.damage import change_weights, copied, weights_of

OF_EACH = {case.format: name for name, case in CASES.items()}
"""One checkpoint of every format."""
CONFIGS = (".json", ".yaml")
each_format = pytest.mark.parametrize("name", OF_EACH.values(), ids=OF_EACH)


def refused(case: str, folder: Path) -> Exception:
    """The error at loading, by what the files look like and by name; both have a message and a cure."""
    what = CASES[case]
    for options in ({}, {"format": what.format}):
        with pytest.raises((FileFormatError, InputError)) as caught:
            load_dictionaries(folder, **options, **what.options)
        assert caught.value.message
        assert len(str(caught.value)) < 2500
    return caught.value


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.9])
@each_format
def test_weights_cut_short(name: str, share: float, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    for path in weights_of(folder):
        path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    refused(name, folder)


@pytest.mark.parametrize("share", [0.0, 0.5])
@each_format
def test_configs_cut_short(name: str, share: float, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    configs = [path for path in folder.rglob("*") if path.suffix in CONFIGS]
    if not configs:
        pytest.skip("has no config")
    for path in configs:
        text = path.read_text("utf-8")
        path.write_text(text[: int(share * len(text))] + ("{" if path.suffix == ".yaml" else ""), "utf-8")
    refused(name, folder)


@pytest.mark.parametrize(
    "junk", [b"", b"\x00" * 64, b"[]", b"null", b"\xff\xfe\x00", b'"text"', b"[" * 100_000], ids=repr
)
@each_format
def test_files_of_something_else(name: str, junk: bytes, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.write_bytes(junk)
    refused(name, folder)


@each_format
def test_every_tensor_missing_too_many_or_not_finite(name: str, tmp_path: Path) -> None:
    """One after the other; tensors that only describe the training may be missing."""
    first = weights_of(copied(name, tmp_path / "whole"))[0]
    held: dict[str, Any] = {}
    change_weights(first, lambda values: held.update(values) or values)
    for number, key in enumerate(held):
        if not isinstance(held[key], torch.Tensor) or not held[key].is_floating_point() or _spare(key):
            continue
        for kind, change in (
            ("missing", lambda values, key=key: {k: v for k, v in values.items() if k != key}),
            ("nan", lambda values, key=key: values | {key: values[key] * float("nan")}),
            ("shape", lambda values, key=key: values | {key: torch.zeros(3, 5, 2, 7)}),
            ("empty", lambda values, key=key: values | {key: values[key].new_zeros(0, *values[key].shape[1:])}),
        ):
            folder = copied(name, tmp_path / f"{number}-{kind}")
            change_weights(weights_of(folder)[0], change)
            if kind == "missing" and _optional(name, key):
                continue
            refused(name, folder)
    folder = copied(name, tmp_path / "more")
    change_weights(weights_of(folder)[0], lambda values: values | {"W_surprise": torch.zeros(2)})
    error = refused(name, folder)
    assert "W_surprise" in str(error)


def _spare(key: str) -> bool:
    return any(
        word in key
        for word in ("stats_", "latents_", "folded_", "average_activation_norm", "target_rms", "_mean", "_std")
    )


def _optional(name: str, key: str) -> bool:
    """Without these a checkpoint is one of another kind, and no less whole."""
    return key in ("b_enc_L", "_b_dec_XoDo", "W_skip_DD", "W_skip", "b_D", "code_normalization_id", "threshold_0") or (
        "threshold" in key and CASES[name].format in ("science_of_finetuning", "circuit_tracer", "circuit_tracer_clt")
    )


class Harm:
    """What a pickle with code in it looks like."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._mark),)


PICKLED = sorted(
    {name for kind, name in OF_EACH.items() if kind in ("dictionary_learning", "openai", "ckkissane", "crosscode")}
)


@pytest.mark.parametrize("protocol", ["torch", "pickle", "inside"])
@pytest.mark.parametrize("name", PICKLED)
def test_code_in_a_pickle_is_not_run(name: str, protocol: str, tmp_path: Path) -> None:
    folder, mark = copied(name, tmp_path), tmp_path / "harmed"
    for path in weights_of(folder):
        if protocol == "torch":
            torch.save(Harm(mark), path)
        elif protocol == "pickle":
            path.write_bytes(pickle.dumps(Harm(mark)))
        else:
            torch.save(torch.load(path, weights_only=True) | {"more": Harm(mark)}, path)
    error = refused(name, folder)
    assert not mark.exists()
    if protocol != "pickle":
        assert "weights_only=False" not in str(error)


def test_objects_in_an_archive_are_not_unpickled(tmp_path: Path) -> None:
    folder, mark = copied("gemma_scope", tmp_path), tmp_path / "harmed"
    (path,) = weights_of(folder)
    np.savez(path, W_enc=np.array([Harm(mark)], dtype=object))
    refused("gemma_scope", folder)
    assert not mark.exists()


def test_an_archive_that_says_it_is_huge(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    (path,) = weights_of(folder)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2**40, 2**20)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W_enc.npy", header.getvalue())
    refused("gemma_scope", folder)


@pytest.mark.parametrize("length", [2**62, 2**31, 100_000_001, 7])
def test_a_huge_header(length: int, tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    (path,) = weights_of(folder)
    path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])
    assert "cannot be read" in str(refused("sae_lens_standard", folder))


def test_tensors_that_lie_outside_of_the_file(tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    (path,) = weights_of(folder)
    header = json.dumps({"W_enc": {"dtype": "F32", "shape": [8, 16], "data_offsets": [0, 2**40]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 64)
    refused("sae_lens_standard", folder)


def test_a_config_as_large_as_a_disk(tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    with (folder / "cfg.json").open("ab") as file:
        file.truncate(2**26)
    assert "too many for a config" in str(refused("sae_lens_standard", folder))


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    folder, mark = copied("circuit_tracer_relu", tmp_path), tmp_path / "harmed"
    (folder / "config.yaml").write_text(f"model_kind: !!python/object/apply:os.mkdir ['{mark}']", "utf-8")
    refused("circuit_tracer_relu", folder)
    assert not mark.exists()


@pytest.mark.parametrize("place", ["/etc/passwd", "../outside.safetensors", "hf://..", "hf://a/../../b"])
def test_a_config_cannot_point_anywhere(place: str, tmp_path: Path) -> None:
    folder = copied("circuit_tracer_relu", tmp_path)
    (folder / "layer_0.safetensors").rename(tmp_path / "outside.safetensors")
    with (folder / "config.yaml").open("a") as file:
        file.write(f"transcoders: ['{place}']\n")
    refused("circuit_tracer_relu", folder)


@pytest.mark.parametrize("name", sorted(OF_EACH.values()))
@pytest.mark.parametrize("format", sorted(OF_EACH))
def test_another_format_than_it_is(name: str, format: str, tmp_path: Path) -> None:
    """Said to be of another format, a checkpoint is refused; a file name alone never makes it one."""
    if CASES[name].format != format:
        with pytest.raises((FileFormatError, InputError)):
            load_dictionaries(copied(name, tmp_path), format=format, site=("mlp_in.0", "mlp_out.0"), scale=1.0)
