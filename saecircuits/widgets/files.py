"""A circuit as a file that the browser saves."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.exports import TEXT_FORMATS
from saecircuits.exports.formats import FILE_FORMATS


def file_of(circuit: Circuit, name: str) -> tuple[str, str, bytes]:
    """Name, media type and content of a circuit in a format.

    Raises:
        InputError: if there is no such format, or it cannot hold the circuit.
    """
    if name in TEXT_FORMATS:
        ending, media_type, write = TEXT_FORMATS[name]
        return f"circuit{ending}", media_type, write(circuit).encode("utf-8")
    if name in FILE_FORMATS:
        ending, save = FILE_FORMATS[name]
        with TemporaryDirectory() as folder:
            content = save(circuit, Path(folder) / f"circuit{ending}").read_bytes()
        return f"circuit{ending}", "application/octet-stream", content
    raise InputError(f"There is no format {name!r}.", f"Known are {', '.join([*TEXT_FORMATS, *FILE_FORMATS])}.")
