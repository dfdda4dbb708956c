"""Copies of checkpoints, with something changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.torch import load_file, save_file

from tests.dictionaries.formats.cases import DATA


def copied(case: str, to: Path) -> Path:
    """A copy of a checkpoint, in a folder of its own."""
    return Path(shutil.copytree(DATA / case, to / case))


def change_config(folder: Path, name: str, **changes: Any) -> None:
    """Change fields of a config, in place; None takes a field out."""
    path = next(folder.rglob(name))
    is_yaml = path.suffix == ".yaml"
    held = yaml.safe_load(path.read_text("utf-8")) if is_yaml else json.loads(path.read_text("utf-8"))
    held = {key: value for key, value in (held | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(held) if is_yaml else json.dumps(held), "utf-8")


def change_inner(folder: Path, name: str, within: str, **changes: Any) -> None:
    """The same within a field."""
    held = json.loads(next(folder.rglob(name)).read_text("utf-8"))
    inner = {key: value for key, value in (held.get(within, {}) | changes).items() if value is not None}
    change_config(folder, name, **{within: inner})


def weights_of(folder: Path) -> list[Path]:
    """The files of tensors below a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".pt", ".npz"))


def change_weights(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change the tensors of a file, in place."""
    match path.suffix:
        case ".safetensors":
            save_file({name: value.contiguous() for name, value in change(load_file(path)).items()}, path)
        case ".npz":
            with np.load(path) as archive:
                held = change({name: torch.from_numpy(archive[name]) for name in archive.files})
            np.savez(path, **{name: value.numpy() for name, value in held.items()})
        case _:
            torch.save(change(torch.load(path, weights_only=True)), path)
