"""Circuit files: an exact round trip, and a clear refusal of everything else."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from saecircuits.circuit import COLUMNS, Circuit
from saecircuits.errors import FileFormatError, InputError
from tests.circuit.graphs import random_circuit

HOSTILE = ("<img src=x onerror=alert(1)>", "line\nbreak", "nul\x00", "\u202eright to left", '"quotes"\\', "日本")


def saved(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata())  # noqa: SIM118


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return random_circuit(0).save(tmp_path / "some.circuit")


@given(st.integers(0, 10**6), st.sampled_from([None, (0.5, 0.9)]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip_is_exact(tmp_path: Path, seed: int, pruned: tuple[float, float] | None) -> None:
    circuit = random_circuit(seed, n_layers=3)
    circuit = circuit if pruned is None else circuit.prune(*pruned)
    tokens = HOSTILE[:2]
    labels = dict.fromkeys(circuit.labels, HOSTILE[3])
    origin = replace(circuit.provenance, tokens=tokens, prompt="".join(HOSTILE), target=HOSTILE[0])
    circuit = replace(circuit, provenance=origin, labels=labels, supernodes={HOSTILE[1]: circuit.nodes.ids[:2]})
    again = Circuit.load(circuit.save(tmp_path / "deep" / "folder" / "x.circuit"))
    for name in COLUMNS:
        ours, theirs = getattr(circuit.nodes, name), getattr(again.nodes, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert again.nodes.ids == circuit.nodes.ids
    assert again.adjacency.dtype == circuit.adjacency.dtype
    assert (again.adjacency != circuit.adjacency).nnz == 0
    np.testing.assert_array_equal(again.weights, circuit.weights)
    np.testing.assert_array_equal(again.influence, circuit.influence)
    assert again.provenance == circuit.provenance
    assert again.scores == circuit.scores
    assert again.labels == circuit.labels
    assert again.supernodes == circuit.supernodes
    assert again.pruned == circuit.pruned == (pruned is not None)
    assert repr(again) == repr(circuit)


def test_saving_over_a_file_leaves_nothing_beside_it(path: Path) -> None:
    random_circuit(1).save(path)
    assert [file.name for file in path.parent.iterdir()] == ["some.circuit"]
    assert Circuit.load(path).nodes.ids == random_circuit(1).nodes.ids


@pytest.mark.parametrize("name", ["missing.circuit", "."])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="There is no circuit file"):
        Circuit.load(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"not a circuit at all", pickle.dumps({"a": 1}), b"\x89PNG\r\n\x1a\n" + bytes(64), bytes(4096)],
    ids=["empty", "json", "text", "pickle", "png", "zeros"],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.circuit"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"foreign\.circuit"):
        Circuit.load(path)


def test_other_safetensors_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"weight": np.zeros(3)}, path)
    with pytest.raises(FileFormatError, match="not a circuit"):
        Circuit.load(path)


def test_another_version_is_named(path: Path) -> None:
    arrays, metadata = saved(path)
    save_file(arrays, path, metadata | {"version": "99"})
    with pytest.raises(FileFormatError, match=r"version 99; this reads version 1.*Update saecircuits"):
        Circuit.load(path)


def test_a_file_cut_short_anywhere_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for length in sorted({*range(64), *range(64, len(content), 97), len(content) - 1}):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError):
            Circuit.load(path)


HEADER_KEYS = ("dictionaries", "target_labels", "provenance", "scores", "labels", "supernodes", "pruned")


@pytest.mark.parametrize("key", HEADER_KEYS)
@pytest.mark.parametrize("value", ["missing", None, 7, "text", [1], {"a": 1}, [["a"]]], ids=repr)
def test_a_wrong_header_field_is_refused(path: Path, key: str, value: object) -> None:
    arrays, metadata = saved(path)
    header = json.loads(metadata["header"])
    del header[key]
    if value != "missing":
        header[key] = value
    save_file(arrays, path, metadata | {"header": json.dumps(header)})
    with pytest.raises(FileFormatError, match="not a whole circuit"):
        Circuit.load(path)


@pytest.mark.parametrize("header", ["", "[", "[]", "7", "null", '{"provenance": '])
def test_a_header_that_is_no_object_is_refused(path: Path, header: str) -> None:
    arrays, metadata = saved(path)
    save_file(arrays, path, metadata | {"header": header})
    with pytest.raises(FileFormatError):
        Circuit.load(path)


ARRAYS = (*COLUMNS, "edge_data", "edge_source", "edge_offset", "weights", "influence")
DAMAGES = [(name, damage) for name in ARRAYS for damage in ("missing", "short", "empty", "flat", "cast")]
DAMAGES += [(n, "wild") for n in ("kind", "position", "dictionary", "index", "site", "edge_source", "edge_offset")]


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_damaged_arrays_are_refused(path: Path, name: str, damage: str) -> None:
    arrays, metadata = saved(path)
    array = arrays.pop(name)
    broken = {
        "short": array[:-1],
        "empty": array[:0],
        "flat": np.array(array[None]),
        "cast": array.astype(np.complex64),
        "wild": np.full_like(array, 99),
    }
    if damage != "missing":
        arrays[name] = np.ascontiguousarray(broken[damage])
    save_file(arrays, path, metadata)
    with pytest.raises(FileFormatError, match="not a whole circuit"):
        Circuit.load(path)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_refused_or_harmless(path: Path, data: st.DataObject) -> None:
    """A number may change unseen, but whatever loads can be walked through without a crash."""
    content = bytearray(Path(path).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = path.with_name("damaged.circuit")
    damaged.write_bytes(content)
    try:
        circuit = Circuit.load(damaged)
    except FileFormatError:
        return
    for row in range(len(circuit)):
        circuit.node(row)
        circuit.inputs(row)
        circuit.outputs(row)
    circuit.to_networkx()
