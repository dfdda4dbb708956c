"""One function for all graphs that can be read: what the file holds chooses, not what it is called."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from saecircuits.circuit import Circuit
from saecircuits.errors import FileFormatError, InputError

from .circuit_tracer_read import Texts, read_circuit_tracer
from .json_format import FORMAT
from .neuronpedia_read import read_neuronpedia

_START = 4096
"""Bytes that are looked at: enough for the beginning of our JSON and for a safetensors header's first brace."""
_PICKLE = b"\x80"


def read_graph(path: str | Path, tokens: Texts | None = None) -> Circuit:
    """Read a circuit of our own (`.circuit`), circuit-tracer's (`.pt`) or in Neuronpedia's JSON.

    Args:
        path: the file.
        tokens: text of each token of the prompt, or what makes them of their ids (`model.token_texts`), for files of
            circuit-tracer, which do not hold them; by default the words of the prompt if each is one token, else `#`
            and its id.

    Raises:
        InputError: if there is no such file, or texts came that are not needed.
        FileFormatError: if it is none of these, or is damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no graph file {str(path)!r}.", "Check its name and its folder.")
    with path.open("rb") as file:
        start = file.read(_START)
    if zipfile.is_zipfile(path) or start.startswith((b"PK", _PICKLE)):
        return read_circuit_tracer(path, tokens)
    if tokens is not None:
        raise InputError(f"{path} holds the texts of its tokens itself.", "Leave tokens= away.")
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
