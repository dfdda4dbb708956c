"""Our own folders, as one format among the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.dictionaries.files import load_folder, save_dictionary
from saecircuits.errors import InputError

from .folder import Folder
from .format import Format, Request

CONFIG, WEIGHTS, LABELS = "config.json", "weights.safetensors", "labels.json"


def _recognise(folder: Folder) -> bool:
    """One of our folders, whole or damaged, or a folder that holds such folders."""
    if CONFIG in folder:
        return WEIGHTS in folder or folder.has(CONFIG, "format", "reads", "writes")
    return any((each / CONFIG).is_file() and (each / WEIGHTS).is_file() for each in folder.path.iterdir())


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    if request.sites:
        raise InputError(f"{folder.path} says itself where its dictionaries read and write.", "Leave site= away.")
    return load_folder(folder.path, lazy=folder.lazy)


def _write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    (dictionary,) = dictionaries
    save_dictionary(dictionary, folder, trained_on=f"activations of {model}" if model else "")


OWN = Format("saecircuits", f"{CONFIG} and {WEIGHTS}", (CONFIG, WEIGHTS, LABELS), _recognise, _read, _write, lazy=True)
