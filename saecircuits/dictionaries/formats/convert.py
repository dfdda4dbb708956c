"""Dictionaries into anybody's files."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import InputError

from .load import load_dictionaries
from .table import FORMATS

_NORMED = ("saecircuits", "sae_lens")
"""Formats that can say that each token is normalised."""


def convert(
    source: str | Path | Dictionary | Sequence[Dictionary],
    folder: str | Path,
    to: str = "saecircuits",
    model_name: str = "",
    **reading: Any,
) -> list[Path]:
    """Write dictionaries in another format; what they compute stays the same.

    Args:
        source: dictionaries, or whatever `load_dictionaries` reads.
        folder: made if it is not there. Formats that hold one dictionary a folder get a folder for each of several.
        to: the name of a format that can be written.
        model_name: what other libraries call the model (`"google/gemma-2-2b"`), written where they expect it.
        reading: the options of `load_dictionaries`.

    Returns:
        The folders that were written.

    Raises:
        InputError: if the format cannot be written, or cannot express a dictionary; the message says why.
        FileFormatError: if the source cannot be read.
    """
    written = writable()
    if to not in written:
        raise InputError(f"Dictionaries cannot be written as {to!r}.", f"Formats to write are {', '.join(written)}.")
    if isinstance(source, Dictionary):
        given: Sequence[Dictionary] = [source]
    elif isinstance(source, str | Path):
        given = load_dictionaries(source, **reading)
    else:
        given = list(source)
    if not given:
        raise InputError("There is no dictionary to write.", "Give one or more.")
    ready = [deepcopy(dictionary).cpu().for_inference() for dictionary in given]
    normed = [dictionary.name for dictionary in ready if dictionary.token_norm is not None]
    if normed and to not in _NORMED:
        raise InputError(
            f"{normed} normalise each token by its own size, which {to} cannot say.",
            f"Use one of {', '.join(_NORMED)}.",
        )
    kind, folder = FORMATS[to], Path(folder)
    assert kind.write is not None
    groups = [(folder, ready)] if kind.together else _apart(ready, folder)
    for where, dictionaries in groups:
        where.mkdir(parents=True, exist_ok=True)
        kind.write(dictionaries, where, model_name)
    return [where for where, _ in groups]


def writable() -> list[str]:
    """The names of the formats that can be written."""
    return [name for name, kind in FORMATS.items() if kind.write is not None]


def folder_names(dictionaries: Sequence[Dictionary]) -> list[str]:
    """A folder's name for each dictionary of a set, that every file system takes.

    Raises:
        InputError: if two would have one folder.
    """
    names = [_plain(dictionary.name) for dictionary in dictionaries]
    if len(set(names)) < len(names):
        raise InputError(f"Some dictionaries have one name: {', '.join(sorted(names))}.", "Give each its own.")
    return names


def _apart(ready: Sequence[Dictionary], folder: Path) -> list[tuple[Path, list[Dictionary]]]:
    """A folder for each of several, named after it."""
    if len(ready) == 1:
        return [(folder, list(ready))]
    return [(folder / name, [dictionary]) for name, dictionary in zip(folder_names(ready), ready, strict=True)]


def _plain(name: str) -> str:
    """A name that every file system takes."""
    return "".join(each if each.isalnum() or each in "._-" else "-" for each in name).lstrip(".") or "dictionary"
