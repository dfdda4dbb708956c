"""What widgets over many features share: one that is clicked, several that are chosen, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.features import Evidence, LabelBook

from .base import Widget

Known = Evidence | Mapping[str, Evidence] | None
"""Evidence of one dictionary, or of several by name."""
Source = tuple[Dictionary, Evidence | None]
"""A dictionary, and what is known of it."""


class FeatureChooser(Widget):
    """Base of widgets in which one feature is clicked and several can be chosen.

    Attributes:
        feature: the clicked feature, as `"transcoder.3/248"`, or None. One that the widget does not have shows no
            selection.
        selected: the chosen features, in the order of the widget's rows; can be set and observed.
    """

    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Bytes().tag(sync=True, from_json=lambda value, _: _as_bytes(value))
    selected = traitlets.List(traitlets.Unicode())

    def __init__(self, names: Sequence[str], known: Mapping[str, Source], **traits: Any) -> None:
        self._names = list(names)
        self._known = known
        self._row = {name: row for row, name in enumerate(self._names)}
        super().__init__(**traits)

    @property
    def features(self) -> list[str]:
        """Every feature that the widget shows."""
        return list(self._names)

    def renamed(self, dictionary: str, index: int) -> None:
        """A person named a feature: show its new label. To be handed to `lab.tell_of_labels`."""
        row = self._row.get(f"{dictionary}/{index}")
        if row is None:
            return
        labels = list(self.labels)
        labels[row] = labels_of(*self._known[dictionary])[index]
        self.labels = labels

    def row_of(self, feature: Any) -> int:
        """The row of a feature.

        Raises:
            InputError: if the widget does not show it.
        """
        row = self._row.get(str(feature))
        if row is None:
            raise InputError(f"There is no feature {str(feature)!r} in here.", f"There are {_some(self._names)}.")
        return row

    def _marked(self) -> list[int]:
        """Rows of the chosen features, or all."""
        return [self._row[name] for name in self.selected] or list(range(len(self._names)))

    @traitlets.validate("feature")
    def _check_feature(self, proposal: Any) -> str | None:
        return proposal["value"] if proposal["value"] in self._row else None

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[str]:
        return [self._names[row] for row in sorted({self.row_of(name) for name in proposal["value"]})]

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal: Any) -> bytes:
        data = proposal["value"]
        rows = np.frombuffer(data[: len(data) // 4 * 4], "<u4")
        return np.unique(rows[rows < len(self._names)]).astype("<u4").tobytes()

    @traitlets.observe("chosen")
    def _follow_chosen(self, change: Any) -> None:
        self.selected = [self._names[row] for row in np.frombuffer(change["new"], "<u4")]

    @traitlets.observe("selected")
    def _follow_selected(self, change: Any) -> None:
        self.chosen = np.array([self._row[name] for name in change["new"]], "<u4").tobytes()


def evidence_of(dictionary: Dictionary, known: Known) -> Evidence | None:
    """What is known of a dictionary; None if nothing is.

    Raises:
        InputError: if it belongs to a dictionary of another size.
    """
    found = known.get(dictionary.name) if isinstance(known, Mapping) else known
    if isinstance(found, Evidence) and found.n_features != dictionary.n_features:
        raise InputError(
            f"The evidence is of {found.n_features} features, {dictionary.name!r} has {dictionary.n_features}.",
            "Give the evidence of this dictionary.",
        )
    return found


def labels_of(dictionary: Dictionary, evidence: Evidence | None) -> list[str]:
    """A label for every feature: what a person said, else an automatic one; empty where nothing is known."""
    book = LabelBook([dictionary])
    given = [book.get(dictionary.name, index) for index in range(dictionary.n_features)]
    if evidence is None:
        return [label or "" for label in given]
    known = (evidence.label, evidence.automatic_label)  # an empty name takes back what the evidence says
    return [label or known[label is not None](index) for index, label in enumerate(given)]


def rates_of(dictionary: Dictionary, evidence: Evidence | None) -> np.ndarray:
    """Share of tokens at which every feature fires; nan where nothing is known."""
    if evidence is None:
        return np.full(dictionary.n_features, np.nan)
    return evidence.firings / max(evidence.tokens, 1)


def _some(names: Sequence[str]) -> str:
    return f"{names[0]} to {names[-1]}" if names else "none"


def _as_bytes(value: Any) -> bytes:
    """Bytes arrive as a memoryview; what else a browser may send stands for nothing."""
    return bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else b""
