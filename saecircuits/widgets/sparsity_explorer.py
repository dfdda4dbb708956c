"""The SparsityExplorer: features by tokens as a heat map, and what is lost as fewer of them may fire.

All levels are measured before anything is shown, so the slider moves without Python. Other prompts and other
dictionaries are requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError, NotAttachedError, SaeCircuitsError
from saecircuits.features import SparsityMap, sparsity_map, texts_of
from saecircuits.subject import Subject
from saecircuits.table import Table
from saecircuits.training import Corpus

from .base import Widget
from .feature_card import HasCards
from .labels import answer_label, known_card
from .messages import Answer, Handler, describe, text_field

MOST_PROMPTS, MOST_TOKENS = 24, 400
"""How much one picture holds."""
ORDERS = ("strongest", "first", "alike")


class SparsityExplorer(Widget):
    """Which features fire at which tokens, and what sparsity costs.

    One dictionary is cut to the k features of each token that write most, for smaller and smaller k; or several that
    were trained at different sparsities stand for the levels. At each level the fraction of variance unexplained is
    measured with the real decoder.

    Args:
        source: a laboratory, or a model alone if `dictionaries` are given.
        prompts: a text, or several.
        dictionary: which of the laboratory's dictionaries; by default the first.
        dictionaries: a family over one place instead, such as those of a sweep over k.
        corpus: what the curve is measured on; by default the texts of the evidence, where these are the world's, else
            the prompts.

    Attributes:
        prompts: the texts that are shown; can be set.
        dictionary: name of the dictionary that is shown; can be set. Empty for a family.
        level: number of the level that is shown, from few features to many; `levels` lists them.
        order: of the rows: by strength, by where features fire first, or like beside like.
        feature: the selected feature, or None.

    Raises:
        InputError: for prompts with no token to show, or too many.
    """

    bundle: ClassVar[str] = "sparsity_explorer"
    height: ClassVar[int] = 960

    prompts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    dictionary = traitlets.Unicode("").tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    level = traitlets.Int(0).tag(sync=True)
    order = traitlets.Enum(ORDERS, "strongest").tag(sync=True)
    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    card = traitlets.Dict().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        source: Subject | Any,
        prompts: str | Sequence[str],
        dictionary: str | None = None,
        *,
        dictionaries: Sequence[Dictionary] | None = None,
        corpus: Corpus | None = None,
        **traits: Any,
    ) -> None:
        self._lab: HasCards | None = None if isinstance(source, Subject) else source
        self._subject: Subject = source if isinstance(source, Subject) else source.subject
        self._family = None if dictionaries is None else list(dictionaries)
        self._corpus = corpus
        self._map: SparsityMap | None = None
        self._shown: tuple[list[str], str] = ([], "")
        own = {} if self._lab is None else self._lab.dictionaries
        chosen = "" if self._family is not None else dictionary or next(iter(own), "")
        super().__init__(**traits)
        if self._lab is None and self._family is None:
            raise InputError("A model came without dictionaries.", "Give dictionaries=[...], or a laboratory.")
        self.choices = [] if self._family is not None else list(own)
        self.show([prompts] if isinstance(prompts, str) else prompts, chosen)
        self.level = traits.get("level", len(self._levels) - 1)
        if self._lab is not None:
            self._lab.tell_of_labels(self._named)

    @property
    def levels(self) -> Table[Any]:
        """What each level costs: the dictionary, k (0 for all that fire), L0 and FVU."""
        names = self._found.members
        rows = [
            {"dictionary": names[each.member], "k": each.k, "L0": each.l0, "FVU": each.fvu} for each in self._levels
        ]
        return Table(rows, {name: name for name in ("dictionary", "k", "L0", "FVU")})

    def show(self, prompts: Sequence[str] | None = None, dictionary: str | None = None) -> None:
        """Show other prompts, or another dictionary, as the widget does when it is asked to.

        Raises:
            InputError: for prompts with no token to show or too many, or a dictionary that is not there.
        """
        prompts = self.prompts if prompts is None else [str(each) for each in prompts]
        if len(prompts) > MOST_PROMPTS:
            raise InputError(f"{len(prompts)} prompts came; {MOST_PROMPTS} is the most.", "Show fewer at once.")
        name = self.dictionary if dictionary is None else dictionary
        family = self._members(name)
        corpus = self._corpus
        if corpus is None and self._lab is not None:
            corpus = texts_of(self._lab.evidence.get(family[0].name))
        found = sparsity_map(self._subject, family, prompts, corpus)
        if len(found.texts) > MOST_TOKENS:
            raise InputError(f"The prompts have {len(found.texts)} tokens; {MOST_TOKENS} is the most.", "Shorten them.")
        was = self._levels[self.level] if self._map is not None and self.level < len(self._levels) else None
        self._map, self._shown = found, (list(prompts), "" if self._family is not None else name)
        with self.hold_sync():
            self.view, self.error = self._state(found), None
            self.prompts, self.dictionary = self._shown
            self.level = _nearest(found, was.l0 if was is not None else np.inf)

    @property
    def _found(self) -> SparsityMap:
        assert self._map is not None
        return self._map

    @property
    def _levels(self) -> Sequence[Any]:
        return self._found.levels

    def _members(self, name: str) -> Sequence[Dictionary]:
        if self._family is not None:
            return self._family
        known = {} if self._lab is None else self._lab.dictionaries
        if name not in known:
            raise InputError(f"There is no dictionary {name!r} here.", f"Known are {', '.join(known)}.")
        return [known[name]]

    def _state(self, found: SparsityMap) -> dict[str, Any]:
        """The picture as it goes to the browser; numbers as bytes, a row for every feature that fires."""
        cells, levels = found.cells, found.levels
        keys = cells.member.astype(np.int64) << 32 | cells.feature
        rows, row = np.unique(keys, return_inverse=True)
        names = [f"{found.members[key >> 32]}/{key & (2**32 - 1)}" for key in rows.tolist()]
        return {
            "tokens": list(found.texts),
            "prompt": _bytes(found.prompts, "<i4"),
            "members": list(found.members),
            "features": names,
            "labels": [self._label(name) for name in names],
            "row_member": _bytes(rows >> 32, "<i4"),
            "cells": {
                "row": _bytes(row, "<i4"),
                "token": _bytes(cells.token, "<i4"),
                "rank": _bytes(cells.rank, "<i4"),
                "value": _bytes(cells.value, "<f4"),
            },
            "levels": {
                "member": _bytes([each.member for each in levels], "<i4"),
                "k": _bytes([each.k for each in levels], "<i4"),
                "l0": _bytes([each.l0 for each in levels], "<f4"),
                "fvu": _bytes([each.fvu for each in levels], "<f4"),
            },
            "errors": _bytes([each.errors for each in levels], "<f4"),
            "measured_on": found.measured_on,
        }

    def _label(self, name: str) -> str:
        feature = Feature.parse(name)
        known = self._lab is not None and feature.dictionary in self._lab.dictionaries
        return self._lab.label(feature) if known and self._lab is not None else name

    def _quick(self) -> Mapping[str, Handler]:
        return {"label": self._answer_label}

    def _long(self) -> Mapping[str, Handler]:
        return {"show": self._answer_show}

    def _page_state(self) -> dict[str, Any]:
        return super()._page_state() | {"live": False}

    def _answer_show(self, message: Mapping[str, Any]) -> Answer:
        prompts = message.get("prompts")
        if not isinstance(prompts, list) or not all(isinstance(each, str) for each in prompts):
            raise InputError(f"The request has no list of prompts: it is {prompts!r}.")
        self.show(prompts, text_field(message, "dictionary"))
        return {}, []

    def _answer_label(self, message: Mapping[str, Any]) -> Answer:
        if self._lab is None:
            raise NotAttachedError("There is no laboratory behind these dictionaries, so they have no labels.")
        return answer_label(self._lab, message)

    def _named(self, dictionary: str, feature: int) -> None:
        """A feature was named somewhere."""
        name = f"{dictionary}/{feature}"
        if name in self.view["features"]:
            self.view = self.view | {"labels": [self._label(each) for each in self.view["features"]]}
        if name == self.feature:
            self._chosen({"new": name})

    @traitlets.observe("prompts", "dictionary")
    def _set_from_outside(self, change: Any) -> None:
        """Prompts or a dictionary that Python set are shown; if they cannot be, the error is, and nothing changes."""
        shown = dict(zip(("prompts", "dictionary"), self._shown, strict=True))
        if self._map is None or change["new"] == shown[change["name"]]:
            return
        try:
            self.show()
        except SaeCircuitsError as error:
            with self.hold_sync():
                self.error = describe(error)
                self.prompts, self.dictionary = self._shown

    @traitlets.observe("feature")
    def _chosen(self, change: Any) -> None:
        """Look up the card of another feature."""
        self.card = known_card(self._lab, change["new"])


def _nearest(found: SparsityMap, l0: float) -> int:
    """The level whose L0 is closest; the last for infinity."""
    if np.isinf(l0):
        return len(found.levels) - 1
    return int(np.argmin([abs(np.log(max(each.l0, 1e-9) / max(l0, 1e-9))) for each in found.levels]))


def _bytes(values: Any, kind: str) -> bytes:
    return np.ascontiguousarray(np.asarray(values), kind).tobytes()
