"""Labels that people gave to features: read with the dictionaries, saved beside them at every change."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError

from .label_file import NAME, Given, Labels, add, digest, has_files, newest, now, places, read

LONGEST = 200
"""Characters of a label."""


@dataclass(eq=False)
class _Page:
    """The labels of one dictionary."""

    dictionary: Dictionary
    labels: dict[int, Given]

    @cached_property
    def weights(self) -> str:
        """The digest; for which a lazy dictionary reads all of its decoder."""
        return digest(self.dictionary)


class LabelBook:
    """The labels of several dictionaries.

    They lie in `labels.json` beside each dictionary. Where that cannot be written to, for the embedded world, for what
    was fetched from the Hugging Face Hub, and for dictionaries that are on no disk, they lie in the user's folder:
    `~/.saecircuits/labels`, or `labels` in the folder that `SAECIRCUITS_HOME` names. Both places are read; of two
    labels for one feature the newer counts. Several processes may write at the same time.

    Args:
        dictionaries: whose labels are read.

    Raises:
        FileFormatError: if a file of labels cannot be read.
    """

    def __init__(self, dictionaries: Iterable[Dictionary]) -> None:
        self._lock = threading.Lock()
        self._pages = {each.name: self._open(each) for each in dictionaries}
        self._told: list[weakref.WeakMethod[Callable[[str, int], object]]] = []

    def named(self, dictionary: str) -> Mapping[int, str]:
        """The labels of one dictionary by feature."""
        page = self._pages.get(dictionary)
        return {} if page is None else {i: given.label for i, given in sorted(page.labels.items()) if given.label}

    def get(self, dictionary: str, feature: int) -> str | None:
        """What a person called a feature; empty if the name was taken back, None if nobody gave one."""
        page = self._pages.get(dictionary)
        given = None if page is None else page.labels.get(feature)
        return None if given is None else given.label

    def set(self, dictionary: str, feature: int, label: str) -> Path:
        """Name a feature, on disk too; an empty label takes the name back.

        Returns:
            The file that holds it now.

        Raises:
            InputError: if the label is not text or too long, or there is no such feature.
            FileFormatError: if the file that it belongs into cannot be read.
            OSError: if neither place can be written to.
        """
        page = self._pages.get(dictionary)
        if page is None:
            raise InputError(f"There is no dictionary {dictionary!r} here.", f"Known are {', '.join(self._pages)}.")
        if not 0 <= feature < page.dictionary.n_features:
            raise InputError(f"{dictionary} has features 0 to {page.dictionary.n_features - 1}, not {feature}.")
        given = now(checked(label))
        with self._lock:
            path, written = _write(page, {feature: given})
            page.labels = newest(page.labels, written)
        for listener in self._listeners():
            listener(dictionary, feature)
        return path

    def tell(self, listener: Callable[[str, int], object]) -> None:
        """Call a method with dictionary and feature whenever a name was given here; it is not kept alive for that."""
        self._told.append(weakref.WeakMethod(listener))

    def _listeners(self) -> list[Callable[[str, int], object]]:
        found = [(kept, kept()) for kept in self._told]
        self._told = [kept for kept, listener in found if listener is not None]
        return [listener for _, listener in found if listener is not None]

    def file(self, dictionary: str) -> Path:
        """Where new labels of a dictionary are written."""
        page = self._pages[dictionary]
        return places(page.dictionary, page.weights)[0]

    def write(self, dictionary: str, folder: Path) -> Path | None:
        """Write all labels of a dictionary to `labels.json` in a folder; None if it has none."""
        page = self._pages[dictionary]
        if not page.labels:
            return None
        add(folder / NAME, page.dictionary, page.weights, page.labels)
        return folder / NAME

    @staticmethod
    def _open(dictionary: Dictionary) -> _Page:
        page = _Page(dictionary, {})
        if has_files(dictionary):
            found = [read(path, page.weights, dictionary.n_features) for path in places(dictionary, page.weights)]
            page.labels = newest(*found)
        return page


def _write(page: _Page, labels: Labels) -> tuple[Path, Labels]:
    """Write labels to the first place that takes them; where they went, and all that is there now."""
    first, *others = places(page.dictionary, page.weights)
    try:
        return first, add(first, page.dictionary, page.weights, labels)
    except OSError:
        # A mode may promise what a file system then refuses, and a lock may be held for too long.
        if not others or others[0].name == NAME:
            raise
        return others[0], add(others[0], page.dictionary, page.weights, labels)


def checked(label: object) -> str:
    """A label on one line, without blanks at its ends.

    Raises:
        InputError: if it is not text, or longer than 200 characters.
    """
    if not isinstance(label, str):
        raise InputError(f"A label is text, not {type(label).__name__}.")
    line = " ".join(label.split())
    if len(line) > LONGEST:
        raise InputError(f"The label has {len(line)} characters; {LONGEST} is the most.", "Say it in fewer words.")
    return line
