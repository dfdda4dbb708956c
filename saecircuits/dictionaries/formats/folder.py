"""A folder of somebody else's files, read without trusting them.

Pickles are read by torch's weights-only loader and numpy archives without objects, so no code in a file is run.
Whatever a file holds, what comes out is data or a `FileFormatError`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
import yaml

from saecircuits.dictionaries.tensor_files import NpzFile, SafetensorsFile
from saecircuits.errors import FileFormatError

from .archives import check_archive
from .tensors import Tensors

T = TypeVar("T")

_LARGEST_CONFIG = 16 * 2**20
"""Bytes; configs of real checkpoints have a few thousand."""
TENSOR_FILES = (".safetensors", ".npz", ".pt", ".pth")


class Folder:
    """One folder, and what its files hold.

    Args:
        path: the folder.
        only: names of files to look at; default all.
        lazy: matrices of dictionaries stay in their files.
    """

    def __init__(self, path: Path, only: Iterable[str] | None = None, lazy: bool = False) -> None:
        self.path = path
        self.lazy = lazy
        try:
            names = {each.name for each in path.iterdir() if each.is_file()}
        except OSError as error:
            raise FileFormatError(f"The folder {path} cannot be read: {error}.", "Check who may read it.") from error
        self.names = frozenset(names if only is None else names & set(only))
        self._read: dict[str, Any] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def json(self, name: str) -> dict[str, Any]:
        """A JSON object."""
        return self._once(name, "JSON", lambda path: json.loads(self._text(path), object_pairs_hook=_each_once))

    def yaml(self, name: str) -> dict[str, Any]:
        """A YAML mapping."""
        return self._once(name, "YAML", lambda path: yaml.safe_load(self._text(path)))

    def values(self, name: str) -> Mapping[str, Any]:
        """What a file of tensors holds, by name; of a pickle also numbers and texts."""
        readers: dict[str, Callable[[Path], Any]] = {
            ".safetensors": SafetensorsFile,
            ".npz": _open_archive,
            ".pt": _read_pickle,
            ".pth": _read_pickle,
        }
        if Path(name).suffix not in readers:
            raise FileFormatError(
                f"{self.path / name} is to hold tensors.", f"Files of tensors end in {', '.join(readers)}."
            )
        return self._once(name, "a file of tensors", readers[Path(name).suffix])

    def tensors(self, name: str, sizes: Mapping[str, int] | None = None) -> Tensors:
        """The tensors of a file, to be taken one by one."""
        return Tensors(str(self.path / name), self.values(name), sizes, self.lazy)

    def has(self, name: str, *keys: str) -> bool:
        """Whether a file is there, can be read, and holds all of these names; for recognising a format."""
        if name not in self:
            return False
        try:
            held = self.json(name) if name.endswith(".json") else self.values(name)
        except FileFormatError:
            return False
        return all(key in held for key in keys)

    def lazily(self) -> Folder:
        """The same, with matrices that stay in its files."""
        return Folder(self.path, self.names, lazy=True)

    def forget(self) -> None:
        """Let go of what was read, and of open files."""
        self._read.clear()

    def _text(self, path: Path) -> str:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise ValueError(f"{path.stat().st_size} bytes are too many for a config")
        return path.read_text("utf-8")

    def _once(self, name: str, kind: str, read: Callable[[Path], T]) -> Any:
        """Read a file the first time it is asked for; it has to hold a mapping with texts as names."""
        if name not in self._read:
            path = self.path / name
            if name not in self:
                raise FileFormatError(
                    f"{path} is missing; {self.path} holds {', '.join(sorted(self.names)[:12]) or 'no files'}.",
                    "Copy the whole checkpoint.",
                )
            try:
                value: Any = read(path)
            except FileFormatError:
                raise
            except Exception as error:  # readers raise what they like at files that are damaged on purpose
                raise FileFormatError(
                    f"{path} cannot be read as {kind}: {_short(error)}.", "Copy the checkpoint again."
                ) from error
            if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
                raise FileFormatError(
                    f"{path} holds {type(value).__name__}, not names with values.", "Copy the checkpoint again."
                )
            self._read[name] = value
        return self._read[name]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name that stands twice, nobody could tell which value counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in it")
    return found


def _open_archive(path: Path) -> NpzFile:
    check_archive(path, packed=True)
    return NpzFile(path)


def _read_pickle(path: Path) -> Any:
    """Tensors, numbers and texts; whatever else a pickle asks for is refused by torch's loader, and not run."""
    check_archive(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of old pickles, which are read all the same
        try:
            try:
                return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            except (RuntimeError, ValueError):  # pickles of old versions cannot be mapped
                return torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            cure = "Only tensors, numbers and texts are read; ask its author for a safetensors file, or copy it again."
            raise FileFormatError(f"{path} cannot be read as a pickle of tensors: {_short(error)}.", cure) from error


def _short(error: Exception) -> str:
    """The first line of a message: torch and numpy write paragraphs on how to switch the checks off."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")[:200]
