"""Two prompts, ready to be patched one way: what the PatchBoard shows stands on one of these at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Edit, Effect, Outcome
from saecircuits.progress import report
from saecircuits.replacement import Replacement

from .patch_effects import Patching, Reading
from .patch_pair import Pair, pair_of
from .patch_state import Spot, board_state, effect_state, feature_state, spot_of

MEASURED_FEATURES = 64
"""Features of a place that are measured one by one, those with the strongest estimates."""


class PatchLab(Protocol):
    """What the PatchBoard asks of a model."""

    @property
    def replacement(self) -> Replacement:
        """Model and dictionaries."""
        ...

    def intervene(self, prompt: Any, edits: Sequence[Edit]) -> Effect:
        """The effect of edits."""
        ...

    def predict(self, prompt: str) -> Outcome:
        """What the model says next."""
        ...

    def label(self, feature: Feature) -> str:
        """What a feature is about."""
        ...


@dataclass(frozen=True)
class Question:
    """Two prompts and what is measured; empty texts stand for the default."""

    clean: str
    corrupted: str
    target: str = ""
    against: str = ""


@dataclass(frozen=True)
class Bench:
    """Two prompts, and features of one that go into the run of the other."""

    lab: PatchLab
    question: Question
    pair: Pair
    reading: Reading
    noising: bool
    patching: Patching

    @classmethod
    def of(cls, lab: PatchLab, question: Question, noising: bool) -> Bench:
        """Run both prompts.

        Raises:
            InputError: for prompts that cannot be matched, a target that is not one token, or that both agree on.
        """
        pair = pair_of(lab.replacement.subject, question.clean, question.corrupted)
        reading = _reading(lab, question)
        return cls(lab, question, pair, reading, noising, Patching(lab.replacement, pair, reading, noising))

    @property
    def prompt(self) -> str:
        """The prompt that is run."""
        return self.question.clean if self.noising else self.question.corrupted

    @property
    def source(self) -> str:
        """The prompt that features are taken from."""
        return self.question.corrupted if self.noising else self.question.clean

    def board(self) -> dict[str, Any]:
        """Rows and columns, as the browser gets them."""
        answers = [self.lab.predict(prompt) for prompt in (self.question.clean, self.question.corrupted)]
        return board_state(self.patching, self.pair, self.reading, answers)

    def unmeasured(self) -> Float[np.ndarray, "dictionary place"]:
        """Shares of all cells before anything is measured."""
        return np.full((len(self.patching.names), len(self.pair.places)), np.nan, "<f4")

    def cells(self) -> Iterator[Float[np.ndarray, "dictionary place"]]:
        """Shares of all cells, as they are measured; what differs nowhere is 0 without a run."""
        patching, shares = self.patching, self.unmeasured()
        changed = {name: patching.changed(name) for name in patching.names}
        editable = [patching.editable(place) for place in range(shares.shape[1])]
        for row, name in enumerate(patching.names):
            shares[row, [on and place not in changed[name] for place, on in enumerate(editable)]] = 0
        done, total = 0, sum(map(len, changed.values()))
        report("measuring places", done, total)
        yield shares
        for row, name in enumerate(patching.names):
            for places, found in patching.measure_places(name):
                shares[row, places] = found
                done += len(places)
                yield shares
                report("measuring places", done, total)

    def features(self, cell: str) -> Iterator[dict[str, Any]]:
        """The features of a cell as the browser gets them: first estimated, then measured, at last in order."""
        spot = self.spot(cell)
        if spot.feature is not None:
            raise InputError(f"{cell!r} is a feature, not a cell.", f'Give "{spot.dictionary}@{spot.place}".')
        found = self.patching.candidates(spot.dictionary, spot.place)
        most = found.index[:MEASURED_FEATURES]
        labels = [self.lab.label(Feature(spot.dictionary, index)) for index in most.tolist()]
        shares = np.full(len(most), np.nan, "<f4")
        report("measuring features", 0, len(most))
        yield feature_state(cell, found, shares, labels)
        for rows, values in self.patching.measure_features(spot.dictionary, spot.place, most):
            shares[rows] = values
            yield feature_state(cell, found, shares, labels)
            report("measuring features", rows[-1] + 1, len(most))
        yield feature_state(cell, found, shares, labels, done=True)

    def edits(self, ticked: Sequence[str]) -> list[Edit]:
        """Cells and features as edits of `prompt`."""
        spots = [self.spot(each) for each in ticked]
        return [self.patching.edit(self.source, spot.dictionary, spot.feature, spot.place) for spot in spots]

    def patched(self, ticked: Sequence[str]) -> tuple[Effect, dict[str, Any]]:
        """What cells and features do together, and as the browser gets it; without any, the two prompts as they are."""
        start = time.perf_counter()
        effect = self.lab.intervene(self.prompt, self.edits(ticked))
        other = effect if ticked else self.lab.intervene(self.source, [])
        state = effect_state(effect, other, self.patching, self.reading)
        state["share"] = state["share"] if ticked else None
        return effect, state | {"ticked": list(ticked), "milliseconds": 1000 * (time.perf_counter() - start)}

    def spot(self, text: str) -> Spot:
        """A cell or a feature in it, by name."""
        return spot_of(self.lab.replacement, self.patching, text)


def _reading(lab: PatchLab, question: Question) -> Reading:
    said = lab.predict(question.clean).answer
    target, against = question.target or said, question.against
    if not question.target and not question.against:
        other = lab.predict(question.corrupted).answer
        against = "" if other == said else other
    subject = lab.replacement.subject
    label = f"{target.strip()} − {against.strip()}" if against else target.strip()
    return Reading(subject.token_id(target), subject.token_id(against) if against else -1, label)


def question_of(record: Mapping[str, Any]) -> Question:
    """A question as the browser writes it.

    Raises:
        InputError: if a field is not text.
    """
    fields = {name: record.get(name, "") for name in ("clean", "corrupted", "target", "against")}
    for name, value in fields.items():
        if not isinstance(value, str):
            raise InputError(f"The request has no text {name!r}: it is {value!r}.")
    return Question(**fields)
