"""Circuits on disk: one safetensors file, arrays as tensors and the rest as JSON in its header. Never pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from saecircuits.errors import FileFormatError, InputError

FORMAT = "saecircuits.circuit"
VERSION = 1


def write(path: str | Path, arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> Path:
    """Write arrays and a JSON header, through a file beside it, so that a reader never sees half of one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"format": FORMAT, "version": str(VERSION), "header": json.dumps(header)}
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, beside, metadata)
    beside.replace(path)
    return path


def read(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and header of a circuit file.

    Raises:
        InputError: if there is no such file.
        FileFormatError: if it is not a circuit, is cut short, or is of another version.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no circuit file {str(path)!r}.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise FileFormatError(f"{path} is a safetensors file, but not a circuit.")
            if metadata.get("version") != str(VERSION):
                raise FileFormatError(
                    f"{path} is a circuit of version {metadata.get('version')}; this reads version {VERSION}.",
                    "Update saecircuits.",
                )
            return {name: file.get_tensor(name) for name in file.keys()}, json.loads(metadata["header"])  # noqa: SIM118
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise FileFormatError(f"{path} is not a circuit, or is cut short: {error}.") from error
