"""Evidence on disk: arrays in `<dictionary>.safetensors`, texts and labels in `<dictionary>.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from saecircuits.atomic import replace_file
from saecircuits.errors import FileFormatError, InputError

FORMAT = "saecircuits.evidence"
VERSION = 1


class Header(BaseModel):
    """What the JSON file holds.

    Attributes:
        token_ids, token_texts: the texts of all tokens that the arrays name.
        named: labels that a person gave, by feature.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    version: int = VERSION
    dictionary: str
    model: str
    corpus: str
    tokens: int
    n_features: int
    named: dict[int, str]
    token_ids: list[int]
    token_texts: list[str]


def write(folder: Path, header: Header, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write both files into `folder`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    replace_file(folder / f"{header.dictionary}.safetensors", lambda path: path.write_bytes(save(contiguous)))
    text = header.model_dump_json() + "\n"
    replace_file(folder / f"{header.dictionary}.json", lambda path: path.write_text(text, "utf-8"))
    return folder


def read(folder: Path, dictionary: str, expected: Mapping[str, int]) -> tuple[Header, dict[str, np.ndarray]]:
    """Read both files.

    Args:
        folder: where they lie.
        dictionary: name of the dictionary.
        expected: names of the arrays, with their number of axes.

    Raises:
        InputError: if one of the files is not there.
        FileFormatError: if one is cut short, of another version, or does not fit the other.
    """
    paths = [folder / f"{dictionary}.json", folder / f"{dictionary}.safetensors"]
    for path in paths:
        if not path.is_file():
            raise InputError(
                f"There is no evidence of {dictionary!r} in {str(folder)!r}: {path.name} is missing.",
                "Collect it with collect_evidence, or give another folder.",
            )
    header = _read_header(paths[0])
    try:
        arrays = load_file(paths[1])
    except (SafetensorError, OSError) as error:
        raise FileFormatError(f"{paths[1]} cannot be read: {error}.", "Copy it or collect it again.") from error
    found = {name: array.ndim for name, array in arrays.items()}
    if found != dict(expected) or arrays["maxima"].shape != (header.n_features,):
        raise FileFormatError(f"{paths[1]} does not fit {paths[0].name}.", "Restore both files from one collection.")
    return header, arrays


def _read_header(path: Path) -> Header:
    try:
        header = Header.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise FileFormatError(f"{path} does not describe evidence: {where}: {first['msg']}.") from error
    if header.format != FORMAT or header.version != VERSION:
        raise FileFormatError(
            f"{path} is {header.format!r} version {header.version}; this reads {FORMAT!r} version {VERSION}.",
            "Update saecircuits, or collect the evidence again.",
        )
    return header
