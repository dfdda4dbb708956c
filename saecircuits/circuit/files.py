"""Circuits on disk: one safetensors file, arrays as tensors and the rest as JSON in its header. Never pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from saecircuits.atomic import replace_file
from saecircuits.errors import FileFormatError, InputError

FORMAT = "saecircuits.circuit"
VERSION = 1
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


class Origin(BaseModel):
    """The fields of a circuit's provenance."""

    model_config = _STRICT

    model: str
    prompt: str
    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    n_layers: int
    method: str
    target: str
    version: str
    settings: dict[str, Any]


class Header(BaseModel):
    """What a circuit's file holds beside its arrays."""

    model_config = _STRICT

    dictionaries: tuple[str, ...]
    target_labels: tuple[str, ...]
    provenance: Origin
    scores: dict[str, float]
    labels: dict[str, str]
    supernodes: dict[str, tuple[str, ...]]
    pruned: bool


def write(path: str | Path, arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> Path:
    """Write arrays and a JSON header, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"format": FORMAT, "version": str(VERSION), "header": json.dumps(header)}
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return replace_file(path, lambda beside: beside.write_bytes(save(contiguous, metadata)))


def read(path: str | Path) -> tuple[dict[str, np.ndarray], Header]:
    """Arrays and header of a circuit file.

    Raises:
        InputError: if there is no such file.
        FileFormatError: if it is not a circuit, is cut short, or is of another version.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no circuit file {str(path)!r}.", "Check its name and its folder.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise FileFormatError(
                    f"{path} is a safetensors file, but not a circuit.",
                    "Give a .circuit file; dictionaries are read by load_dictionaries.",
                )
            if metadata.get("version") != str(VERSION):
                raise FileFormatError(
                    f"{path} is a circuit of version {metadata.get('version')}; this reads version {VERSION}.",
                    "Update saecircuits.",
                )
            header = Header.model_validate_json(metadata["header"])
            return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "header"
        raise FileFormatError(f"{path} is not a whole circuit: {where}: {first['msg']}.", "Save it again.") from error
    except (SafetensorError, KeyError) as error:
        raise FileFormatError(
            f"{path} is not a circuit, or is cut short: {error}.", "Save or copy it again."
        ) from error
