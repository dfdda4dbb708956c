"""The SteeringPanel: features on sliders, and the text that comes out beside the one that would have come.

Texts are written in a thread; the newest rows count, and what was begun before them changes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import traitlets
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError, Stopped
from saecircuits.features import Evidence
from saecircuits.features.search import find_features
from saecircuits.interventions import Edit
from saecircuits.interventions.generation import Generation
from saecircuits.replacement import Replacement

from .base import Widget
from .messages import Answer, Handler, describe, text_field
from .prompt_latents import prompt_latents
from .steering import (
    Options,
    Row,
    check_positions,
    continuation,
    edit_of,
    generation_state,
    options_of,
    row_of,
    row_of_edit,
    unit_of,
)

FOUND = 8
"""Features that a search tells."""


class SteeringLab(Protocol):
    """What the SteeringPanel asks of a model."""

    @property
    def replacement(self) -> Replacement:
        """Model and dictionaries."""
        ...

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """What is known of features, by dictionary."""
        ...

    def label(self, feature: Feature) -> str:
        """What a feature is about."""
        ...


@dataclass(frozen=True)
class _Prompt:
    """A prompt as the model reads it.

    Attributes:
        text: the prompt.
        tokens: texts of its tokens.
        latents: by dictionary, `[position, feature]`.
    """

    text: str
    tokens: tuple[str, ...]
    latents: Mapping[str, Tensor]


class SteeringPanel(Widget):
    """A text continued twice, without and with features turned up or down.

    Args:
        lab: model and dictionaries.
        prompt: what is continued.
        features: what to begin with, such as `"transcoder.3/12"`.
        options: `tokens` (1 to 50), `temperature`, `seed`, and `hold` (attention as in the text without edits).

    Attributes:
        rows: steered features, as `{"feature", "strength", "ablate", "at"}`: strength in multiples of the feature's
            maximum; at `"all"` tokens, `"new"` ones, or a list of positions. Can be set.
        options: see above; can be set.
        feature: the selected feature, or None.

    Raises:
        InputError: for a prompt that cannot be read, a feature that does not exist, or options that are none.
    """

    bundle = "steering_panel"
    height = 560

    prompt = traitlets.Unicode("").tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    known = traitlets.Dict().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    plain = traitlets.Dict(None, allow_none=True).tag(sync=True)
    edited = traitlets.Dict(None, allow_none=True).tag(sync=True)
    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        lab: SteeringLab,
        prompt: str,
        features: Sequence[Feature | str] = (),
        options: Mapping[str, Any] | None = None,
        **traits: Any,
    ) -> None:
        self._lab = lab
        self._turns = itertools.count(1)
        self._turn = 0
        self._written: tuple[Any, Generation] | None = None
        super().__init__(**{"plain": None, "edited": None, **traits})
        rows = [Row(feature=str(feature)) for feature in features]
        self._steer(prompt, rows, options_of(options or {}))

    @property
    def edits(self) -> list[Edit]:
        """The edits in force, for `lab.generate(panel.prompt, panel.edits)`."""
        return self._edits(self._read, [row_of(row) for row in self.rows], options_of(self.options))

    @property
    def text(self) -> str:
        """What the model says without edits."""
        return "" if self.plain is None else self.plain["text"]

    @property
    def steered(self) -> str:
        """What it says with the edits."""
        return "" if self.edited is None else self.edited["text"]

    def apply(self, edits: Sequence[Edit]) -> str:
        """Steer by edits, as moving the sliders would; the steered text.

        Raises:
            InputError: for an edit that no row can show (the panel has `Ablate` and `Add` of single features), or of
                something that does not exist.
        """
        read = self._read
        rows = [row_of_edit(edit, partial(self._unit, read), len(read.tokens)) for edit in edits]
        self._steer(self.prompt, rows, options_of(self.options))
        return self.steered

    def _quick(self) -> Mapping[str, Handler]:
        return {"search": self._answer_search}

    def _long(self) -> Mapping[str, Handler]:
        return {"steer": self._answer_steer}

    def _steer(self, prompt: str, rows: Sequence[Row], options: Options) -> None:
        """Write both texts and show them, unless something newer was asked for meanwhile."""
        turn = next(self._turns)
        read = self._read_prompt(prompt)
        kept = [_without_lost_positions(row, len(read.tokens), options) for row in rows]
        edits = self._edits(read, kept, options)
        known = {row.feature: self._known(read, row.feature) for row in kept}
        plain = self._plain(prompt, options)
        edited = continuation(self._lab.replacement, prompt, edits, options) if edits else plain
        states = generation_state(plain), generation_state(edited)
        with suppress(Stopped), self.hold_sync():
            if turn < self._turn:
                raise Stopped("Something newer is shown.")
            self._turn, self._read, self.error = turn, read, None
            self._standing = prompt, [row.model_dump() for row in kept], options.model_dump()
            self.prompt, self.rows, self.options = self._standing
            self.tokens, self.known = list(read.tokens), known
            self.plain, self.edited = states

    def _read_prompt(self, prompt: str) -> _Prompt:
        if self._turn and self._read.text == prompt:
            return self._read
        replacement = self._lab.replacement
        tokens = replacement.subject.tokenize_one(prompt)
        texts = tuple(replacement.subject.token_texts(tokens.ids[0]))
        return _Prompt(prompt, texts, prompt_latents(replacement, tokens))

    def _plain(self, prompt: str, options: Options) -> Generation:
        asked = prompt, options.model_copy(update={"hold": False})
        if self._written is None or self._written[0] != asked:
            self._written = asked, continuation(self._lab.replacement, prompt, [], asked[1])
        return self._written[1]

    def _edits(self, read: _Prompt, rows: Sequence[Row], options: Options) -> list[Edit]:
        edits = []
        for row in rows:
            check_positions(row, len(read.tokens), options.tokens)
            unit = self._unit(read, row.feature)
            edits.append(edit_of(row, unit, len(read.tokens), options.tokens))
        return [edit for edit in edits if edit is not None]

    def _values(self, read: _Prompt, feature: Feature) -> Tensor:
        self._lab.replacement.check_feature(feature)
        return read.latents[feature.dictionary][:, feature.index]

    def _maximum(self, feature: Feature) -> float:
        known = self._lab.evidence.get(feature.dictionary)
        return 0.0 if known is None else known.maximum(feature.index)

    def _unit(self, read: _Prompt, name: str) -> float:
        feature = Feature.parse(name)
        return unit_of(self._maximum(feature), self._values(read, feature))

    def _known(self, read: _Prompt, name: str) -> dict[str, Any]:
        """What the row of a feature tells: label, what a strength of 1 is, and where it fires in the prompt."""
        feature = Feature.parse(name)
        values = self._values(read, feature)
        origin = "corpus" if self._maximum(feature) > 0 else "prompt" if bool((values > 0).any()) else "nothing"
        return {
            "label": self._lab.label(feature),
            "unit": self._unit(read, name),
            "origin": origin,
            "values": values.tolist(),
        }

    def _answer_steer(self, message: Mapping[str, Any]) -> Answer:
        rows = message.get("rows")
        if not isinstance(rows, list):
            raise InputError(f"Rows come as a list, not {type(rows).__name__}.")
        self._steer(text_field(message, "prompt"), [row_of(row) for row in rows], options_of(message.get("options")))
        return {}, []

    def _answer_search(self, message: Mapping[str, Any]) -> Answer:
        text, read = text_field(message, "text"), self._read
        found = self._firing(read) if not text.strip() else self._named(text)
        return {"found": [{"feature": str(feature), **self._known(read, str(feature))} for feature in found]}, []

    def _named(self, text: str) -> list[Feature]:
        replacement = self._lab.replacement
        sizes = {name: replacement.dictionary(name).n_features for name in replacement.names}
        return find_features(sizes, self._lab.label, text, FOUND)

    def _firing(self, read: _Prompt) -> list[Feature]:
        """The features that fire most in the prompt, relative to the most that they were seen to fire."""
        shares: list[tuple[float, Feature]] = []
        for name, latents in read.latents.items():
            most = latents.max(0).values
            for index in most.nonzero()[:, 0].tolist():
                feature = Feature(name, index)
                shares.append((float(most[index]) / (self._maximum(feature) or float("inf")), feature))
        shares.sort(key=lambda pair: (-pair[0], pair[1]))
        return [feature for _, feature in shares[:FOUND]]

    @traitlets.observe("rows", "prompt", "options")
    def _set_from_outside(self, _: Any) -> None:
        """What Python or a restored state sets is written too; if it cannot be, it is taken back."""
        if not self._turn or (self.prompt, self.rows, self.options) == self._standing:
            return
        shown = self._standing
        try:
            self._steer(self.prompt, [row_of(row) for row in self.rows], options_of(self.options))
        except Exception as error:
            with self.hold_sync():
                self.error = describe(error)
                self.prompt, self.rows, self.options = shown


def _without_lost_positions(row: Row, length: int, options: Options) -> Row:
    """A row whose positions lie beyond a prompt that has become shorter acts everywhere."""
    if isinstance(row.at, list) and row.at and max(row.at) >= length + options.tokens:
        return row.model_copy(update={"at": "all"})
    return row
