"""Dictionaries from anybody's files.

1. A reference to the Hugging Face Hub becomes a folder on this machine.
2. Every folder in it is shown to every format; those that a format recognises are its checkpoints. Two formats that
   recognise one folder are an error, and so is none.
3. Each checkpoint is read, its sites and name from its files or from the caller.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.progress import report
from saecircuits.sites import Site

from .folder import TENSOR_FILES, Folder
from .format import Format, NormOf, Request
from .hub import PREFIX, fetch
from .table import FORMATS

_DEEPEST = 6
"""Folders below the one that was named; repositories of suites have four."""


def load_dictionaries(  # noqa: PLR0913 - what files do not say
    source: str | Path,
    device: str | torch.device = "cpu",
    *,
    format: str | None = None,
    site: str | Site | Sequence[str | Site] | None = None,
    name: str | None = None,
    scale: float | Sequence[float] | None = None,
    norm: NormOf | None = None,
    lazy: bool = False,
) -> list[Dictionary]:
    """Read dictionaries, ours or of any format in `FORMATS`, ordered by the first site that each writes.

    Args:
        source: a checkpoint's folder or file, a folder with several, or `hub:owner/name[/folder][@revision]`.
        device: where to put them.
        format: which of `FORMATS` it is; default what its files look like.
        site: where they read and write, if files do not say or are wrong: one site for an SAE, two (read, write) for a
            transcoder, all for a crosscoder. A kind alone (`"resid_post"`) takes the layer from the files.
        name: what circuits will call the dictionary; several get a number behind it.
        scale: what activations were multiplied by before a dictionary saw them, one a site, for formats that do not
            keep it.
        norm: gain and bias of the norm before each layer's MLP, for dictionaries that read inside of it.
        lazy: leave encoders and decoders in their files, and read rows of features when they are needed.

    Raises:
        InputError: if there is no dictionary, two formats fit, or something has to be said that files do not say.
        FileFormatError: if a checkpoint is damaged, or cannot be expressed as a dictionary; the message says why.
    """
    root = _local(source, format)
    sites = (site,) if isinstance(site, str | Site) else tuple(site or ())
    scales = None if scale is None else (float(scale),) if isinstance(scale, int | float) else tuple(scale)
    request = Request(sites, name, scales, norm)
    found = _checkpoints(root, str(source), format)
    groups: list[tuple[str, list[Dictionary]]] = []
    for number, (folder, kind) in enumerate(found):
        report("checkpoints read", number, len(found))
        if lazy and not kind.lazy:
            raise _not_lazy(folder, kind)
        groups.append((_label(folder.path, root), kind.read(folder.lazily() if lazy else folder, request)))
        folder.forget()
    made = [dictionary.to(device) for _, dictionaries in groups for dictionary in dictionaries]
    _name(groups, name)
    return sorted(made, key=lambda d: (d.writes[0].order, d.name))


def _local(source: str | Path, format: str | None) -> Path:
    """The folder or file on this machine."""
    known(format)
    text = str(source)
    if text.startswith((PREFIX, "hf://")):
        kinds = FORMATS.values() if format is None else [FORMATS[format]]
        return fetch(text, sorted({pattern for kind in kinds for pattern in kind.patterns}))
    path = Path(source)
    if not path.exists():
        raise InputError(
            f"There is no dictionary in {text!r}: there is no such folder or file.",
            'For a repository on the Hugging Face Hub write "hub:owner/name".',
        )
    return path


def known(format: str | None) -> None:
    """Raise `InputError` unless it is None or in the table."""
    if format is not None and format not in FORMATS:
        raise InputError(f"There is no format {format!r}.", f"Known are {', '.join(FORMATS)}.")


def _checkpoints(root: Path, source: str, format: str | None) -> list[tuple[Folder, Format]]:
    """Every checkpoint below a folder with its format; a folder that is one is not looked into."""
    kinds = list(FORMATS.values()) if format is None else [FORMATS[format]]
    if root.is_file():
        for folder in (Folder(root.parent, {root.name}), Folder(root.parent)):
            fits = _fits(folder, kinds)
            if fits:
                return fits
        if format is not None:
            return [(Folder(root.parent, {root.name}), kinds[0])]
        raise _none(source, [root])
    found, files = _walk(root, kinds)
    several = sorted({kind.name for _, kind in found})
    if len(several) > 1:
        raise InputError(
            f"{source!r} holds dictionaries of several formats: {', '.join(several)}.",
            f'Say which are meant, such as format="{several[0]}", or give a folder of one of them.',
        )
    if not found and format is not None and any(path.suffix in TENSOR_FILES for path in files):
        return [(Folder(root), kinds[0])]  # whose reader says what is missing
    if not found:
        raise _none(source, files)
    return found


def _walk(root: Path, kinds: Iterable[Format]) -> tuple[list[tuple[Folder, Format]], list[Path]]:
    """All checkpoints below a folder, and files that were seen on the way."""
    kinds, found, files = list(kinds), [], []
    for path, below, names in os.walk(root):
        here = Path(path)
        below[:] = sorted(each for each in below if not each.startswith("."))
        fits = _fits(Folder(here), kinds)
        found += fits
        files += [here / name for name in sorted(names)]
        if fits or len(here.relative_to(root).parts) >= _DEEPEST:
            below.clear()
    return found, files


def _fits(folder: Folder, kinds: Iterable[Format]) -> list[tuple[Folder, Format]]:
    """The format of a folder, if it has one; `InputError` if it could be of two."""
    fits = [kind for kind in kinds if kind.recognise(folder)]
    if len(fits) > 1:
        raise InputError(
            f"{folder.path} could be {' or '.join(f'{kind.name} ({kind.files})' for kind in fits)}.",
            f'Say which it is: format="{fits[0].name}".',
        )
    return [(folder, kind) for kind in fits]


def _none(source: str, files: Sequence[Path]) -> InputError:
    names = sorted({path.name for path in files})
    held = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "") if names else "no files"
    formats = "; ".join(f"{kind.name} ({kind.files})" for kind in FORMATS.values())
    return InputError(f"There is no dictionary in {source!r}, which holds {held}.", f"Known formats are {formats}.")


def _not_lazy(folder: Folder, kind: Format) -> InputError:
    can = ", ".join(name for name, each in FORMATS.items() if each.lazy)
    return InputError(
        f"{folder.path} is of the format {kind.name}, whose rows cannot be read one by one.",
        f"Load it without lazy; or write it once with sc.convert in one of {can}, and load that with lazy=True.",
    )


def _label(folder: Path, root: Path) -> str:
    """What tells a checkpoint apart from others below the same root."""
    return ".".join(folder.relative_to(root).parts) if folder.is_relative_to(root) else ""


def _name(groups: Sequence[tuple[str, list[Dictionary]]], name: str | None) -> None:
    """Give the name that was asked for, and let no two be called the same: sweeps have several at a site."""
    every = [dictionary for _, group in groups for dictionary in group]
    if name is not None:
        if "/" in name or not name:
            raise InputError(f"{name!r} cannot be a dictionary's name.", "Give one without a slash.")
        layers = [dictionary.writes[0].layer for dictionary in every]
        numbers = layers if len(set(layers)) == len(layers) else range(len(every))
        for dictionary, number in zip(every, numbers, strict=True):
            dictionary.name = name if len(every) == 1 else f"{name}.{number}"
        return
    count = Counter(dictionary.name for dictionary in every)
    for label, group in groups:
        for dictionary in group:
            if count[dictionary.name] > 1 and label:
                dictionary.name = f"{dictionary.name}.{label}"
    again = [name for name, times in Counter(dictionary.name for dictionary in every).items() if times > 1]
    if again:
        raise FileFormatError(f"Two dictionaries are called {again[0]!r}.", "Load them one by one, with name=.")
