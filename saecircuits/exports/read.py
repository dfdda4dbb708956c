"""One function for all graphs that can be read: what the file holds chooses, not what it is called."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from saecircuits.circuit import Circuit
from saecircuits.errors import FileFormatError, InputError

from .circuit_tracer_read import read_circuit_tracer
from .json_format import FORMAT
from .neuronpedia_read import read_neuronpedia

_START = 4096
"""Bytes that are looked at: enough for the beginning of our JSON and for a safetensors header's first brace."""
_PICKLE = b"\x80"


def read_graph(path: str | Path) -> Circuit:
    """Read a circuit of our own (`.circuit`), circuit-tracer's (`.pt`) or in Neuronpedia's JSON.

    Raises:
        InputError: if there is no such file.
        FileFormatError: if it is none of these, or is damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no graph file {str(path)!r}.", "Check its name and its folder.")
    with path.open("rb") as file:
        start = file.read(_START)
    if zipfile.is_zipfile(path) or start.startswith((b"PK", _PICKLE)):
        return read_circuit_tracer(path)
    if start[8:9] == b"{":  # the length of a safetensors header stands before it
        return Circuit.load(path)
    text = start.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("{") and json.dumps(FORMAT) in text:
        raise FileFormatError(f"{path} is our JSON for other programs, which is not read.", "Read the .circuit file.")
    if text.startswith("{"):
        return read_neuronpedia(path)
    raise FileFormatError(
        f"{path} is no graph that can be read.", "Known are .circuit, circuit-tracer's .pt and Neuronpedia's .json."
    )
