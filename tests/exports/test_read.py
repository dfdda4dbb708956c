"""One reader for all graphs: what the file holds chooses, whatever it is called."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from saecircuits.errors import FileFormatError, InputError
from saecircuits.exports import export, to_neuronpedia
from saecircuits.exports.read import read_graph
from tests.circuit.graphs import hand_circuit, random_circuit

DATA = Path(__file__).with_name("data")


def test_the_content_chooses_the_reader(tmp_path: Path) -> None:
    circuit = random_circuit(0, n_layers=3)
    ours = circuit.save(tmp_path / "a.circuit")
    viewer = tmp_path / "b.json"
    viewer.write_text("\n " + to_neuronpedia(circuit), "utf-8")
    tracer = export(circuit, tmp_path / "c.pt")
    for number, path in enumerate((ours, viewer, tracer)):
        wrong_name = Path(shutil.copy(path, tmp_path / f"{number}.bin"))
        for each in (path, wrong_name):
            assert set(read_graph(each).nodes.target_labels) == set(circuit.nodes.target_labels)
    np.testing.assert_array_equal(read_graph(ours).adjacency.toarray(), circuit.adjacency.toarray())
    assert len(read_graph(DATA / "whole.pt")) == 94
    assert len(read_graph(DATA / "viewer.json")) == 71


def test_texts_of_tokens_that_a_file_does_not_hold(tmp_path: Path) -> None:
    """Words of the prompt where each is one token; else ids, or what the caller says."""
    words = ("<bos>", "w15", "w18", "w13", "w25", "w18")
    assert read_graph(DATA / "whole.pt").provenance.tokens == words
    whole = read_graph(DATA / "whole.pt")
    origin = whole.provenance
    circuit = replace(whole, provenance=replace(origin, prompt="<bos>w15 w18 w13 w25 w18"))
    assert read_graph(export(circuit, tmp_path / "glued.pt")).provenance.tokens == words
    circuit = replace(circuit, provenance=replace(origin, prompt="<bos>w15w18, w13 w25 w18!"))
    path = export(circuit, tmp_path / "split.pt")
    assert read_graph(path).provenance.tokens == ("#2", "#19", "#22", "#17", "#29", "#22")
    assert read_graph(path, tokens=list("abcdef")).provenance.tokens == tuple("abcdef")
    assert read_graph(path, lambda ids: [f"<{number}>" for number in ids]).provenance.tokens[1] == "<19>"
    with pytest.raises(InputError, match="2 texts came for 6 tokens"):
        read_graph(path, tokens=["a", "b"])
    with pytest.raises(InputError, match="holds the texts of its tokens itself"):
        read_graph(DATA / "viewer.json", tokens=words)


@pytest.mark.parametrize("weight", [1e308, -1e31, 1e400])
def test_edges_that_no_sum_can_hold(tmp_path: Path, weight: float) -> None:
    """In float32 they are infinite, and shares of what is infinite never come to an end."""
    document = json.loads((DATA / "viewer.json").read_text("utf-8"))
    document["links"][5]["weight"] = weight
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(FileFormatError, match=r"no finite number|links.5.weight|viewer") as caught:
        read_graph(path)
    assert caught.value.cure
    circuit = hand_circuit()
    circuit.adjacency.data[0] = np.clip(weight, -3e38, 3e38)
    with pytest.raises(FileFormatError, match="no finite number"):
        read_graph(circuit.save(tmp_path / "a.circuit"))


def test_a_packed_graph_of_circuit_tracer_is_refused(tmp_path: Path) -> None:
    """torch would map it into memory and take what is packed for numbers."""
    path = Path(shutil.copy(DATA / "whole.pt", tmp_path / "a.pt"))
    with zipfile.ZipFile(DATA / "whole.pt") as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    with pytest.raises(FileFormatError, match="compressed archive"):
        read_graph(path)


def test_a_circuit_and_a_graph_of_circuit_tracer_can_be_exported(tmp_path: Path) -> None:
    circuit = random_circuit(0, n_layers=3)
    named = export(circuit, tmp_path / "deep" / "graph.bin", "circuit-tracer")
    assert named.read_bytes()[:2] == b"PK"
    assert export(circuit, tmp_path / "x", "circuit").read_bytes()[8:9] == b"{"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"[1, 2]", b"\x00" * 200, "größe".encode()])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "graph.circuit"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"no graph that can be read.*\.circuit.*\.pt.*\.json"):
        read_graph(path)


def test_what_is_not_there_and_what_is_not_read(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.pt", tmp_path):
        with pytest.raises(InputError, match="no graph file"):
            read_graph(path)
    with pytest.raises(FileFormatError, match=r"our JSON for other programs.*\.circuit"):
        read_graph(export(hand_circuit(), tmp_path / "a.json"))


@pytest.mark.parametrize("ending", [".circuit", ".pt", ".neuronpedia.json"])
def test_damaged_files_are_refused(tmp_path: Path, ending: str) -> None:
    path = export(random_circuit(0), tmp_path / f"a{ending}")
    whole = path.read_bytes()
    for share in (0.05, 0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(FileFormatError):
            read_graph(path)
