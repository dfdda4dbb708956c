"""Where texts come from: files, and datasets of the Hugging Face Hub. Everything is read as it is needed."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any, TextIO, cast

from saecircuits.errors import InputError

KINDS = (".txt", ".jsonl")
"""Endings of files with text; `.gz` may follow."""


def find_files(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """Files, folders and patterns as a list of files.

    Raises:
        InputError: if one of them is not there, is of another kind, or holds no file with text.
    """
    several = [paths] if isinstance(paths, str | Path) else list(paths)
    found = [file for path in several for file in _files(path)]
    if not found:
        raise InputError("The list of files is empty.", "Give at least one file with text.")
    return found


def _files(path: str | Path) -> list[Path]:
    place = Path(path)
    if place.is_file():
        if _kind(place) not in KINDS:
            raise InputError(f"{place} is not a file with text by its name.", f"Give {_KNOWN}.")
        return [place]
    if place.is_dir():
        found = place.rglob("*")
    elif has_magic(str(path)):
        found = Path(place.anchor).glob(str(place.relative_to(place.anchor)))
    else:
        raise InputError(f"There is no file {str(path)!r}.", "Give a file, a folder or a pattern.")
    files = sorted(file for file in found if file.is_file() and _kind(file) in KINDS)
    if not files:
        raise InputError(f"There is no file with text in {str(path)!r}.", f"Give {_KNOWN}.")
    return files


_KNOWN = ".txt or .jsonl files, or these with .gz"


def _kind(path: Path) -> str:
    return Path(path.stem).suffix if path.suffix == ".gz" else path.suffix


def file_texts(files: Iterable[Path], column: str, whole: bool) -> Iterator[str]:
    """The texts of files: of a text file its paragraphs (or all of it), of a JSONL file a column of each line.

    Raises:
        InputError: naming the file, and the line, that cannot be read.
    """
    for path in files:
        opener = gzip.open if path.suffix == ".gz" else open
        try:
            with cast(TextIO, opener(path, "rt", encoding="utf-8-sig")) as lines:
                if _kind(path) == ".jsonl":
                    yield from _jsonl(lines, path, column)
                else:
                    yield from [lines.read()] if whole else _paragraphs(lines)
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8: {error}.", "Convert it to UTF-8.") from error
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path} cannot be read: {error}.", "Copy it again.") from error


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    paragraph: list[str] = []
    for line in lines:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield "".join(paragraph).rstrip("\n")
            paragraph = []
    if paragraph:
        yield "".join(paragraph).rstrip("\n")


def _jsonl(lines: Iterable[str], path: Path, column: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"Line {number} of {path} is not JSON: {error.msg} at character {error.pos + 1}.",
                "Write one JSON object a line.",
            ) from error
        if not isinstance(record, dict):
            raise InputError(
                f"Line {number} of {path} is a JSON {type(record).__name__}.", "Write one JSON object a line."
            )
        yield _text(record, column, f"Line {number} of {path}")


def dataset_texts(name: str, subset: str | None, split: str, column: str, options: Mapping[str, Any]) -> Iterator[str]:
    """A column of a Hugging Face dataset, streamed.

    Raises:
        InputError: if the `datasets` package, the dataset, its subset, split or column is missing.
    """
    try:
        from datasets import load_dataset
        from datasets.exceptions import DatasetsError
    except ImportError as error:
        raise InputError(
            f"The dataset {name!r} is read with the package `datasets`, which is not installed.",
            "Install it: pip install 'saecircuits[datasets]'.",
        ) from error
    settings: dict[str, Any] = {"streaming": True} | dict(options)
    try:
        records: Iterable[Any] = load_dataset(name, subset, split=split, **settings)
    except (OSError, ValueError, DatasetsError) as error:
        raise InputError(
            f"The dataset {name!r} (subset {subset!r}, split {split!r}) cannot be opened: {_first_line(error)}",
            "Give a name on the Hub or a folder, and a subset and a split that it has.",
        ) from error
    for number, record in enumerate(records, 1):
        yield _text(record, column, f"Row {number} of the dataset {name!r}")


def _text(record: Mapping[str, Any], column: str, where: str) -> str:
    if column not in record:
        raise InputError(
            f"{where} has no column {column!r}; it has {', '.join(map(repr, record)) or 'none'}.",
            'Name the column that holds the text: column="…".',
        )
    text = record[column]
    if not isinstance(text, str):
        raise InputError(f"{where} holds a {type(text).__name__} in column {column!r}.", "Name a column of texts.")
    return text


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
