"""One function for all formats: the ending chooses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.exports import TEXT_FORMATS, export, to_graphml, to_html, to_json, to_neuronpedia
from tests.circuit.graphs import hand_circuit
from tests.exports.hostile import hostile_circuit

WRITERS = {".html": to_html, ".json": to_json, ".graphml": to_graphml, ".neuronpedia.json": to_neuronpedia}


@pytest.mark.parametrize("ending", WRITERS)
def test_the_ending_chooses_the_format(tmp_path: Path, ending: str) -> None:
    circuit = hostile_circuit()
    path = export(circuit, tmp_path / "deep" / f"circuit{ending}")
    assert path.read_bytes().decode("utf-8") == WRITERS[ending](circuit)


@pytest.mark.parametrize(("ending", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_pictures_are_written(tmp_path: Path, ending: str, start: bytes) -> None:
    path = export(hand_circuit(), str(tmp_path / "deep" / f"circuit{ending}"))
    assert path.read_bytes().startswith(start)


def test_our_own_file_is_written(tmp_path: Path) -> None:
    path = export(hand_circuit(), tmp_path / "a.circuit")
    assert Circuit.load(path).nodes.ids == hand_circuit().nodes.ids


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_a_format_can_be_named(tmp_path: Path, format: str) -> None:
    path = export(hand_circuit(), tmp_path / "circuit.txt", format)
    assert path.read_text("utf-8") == TEXT_FORMATS[format][2](hand_circuit())


@pytest.mark.parametrize("name", ["circuit", "circuit.docx", "html", ".circuit.txt", "a.json.bak"])
def test_an_unknown_ending_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"says no format.*\.neuronpedia\.json.*\.png.*\.circuit"):
        export(hand_circuit(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no format 'docx'.*html, json, graphml, neuronpedia"):
        export(hand_circuit(), tmp_path / "a.html", "docx")


def test_a_prompts_letters_stay_letters(tmp_path: Path) -> None:
    """Text is written as UTF-8, not as escapes: files stay small and readable."""
    text = export(hostile_circuit(("w1", "日本")), tmp_path / "a.json").read_text("utf-8")
    assert "日本" in text
    assert "日本" in json.loads(text)["provenance"]["prompt"]
