"""What the PatchBoard shows, as it travels to the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Effect, Outcome
from saecircuits.replacement import Replacement

from .patch_effects import Candidates, Patching, Reading
from .patch_pair import Pair

_TOKENS = 8


@dataclass(frozen=True)
class Spot:
    """A dictionary, or one of its features, at a place."""

    dictionary: str
    feature: int | None
    place: int


def spot_of(replacement: Replacement, patching: Patching, text: str) -> Spot:
    """Read `"transcoder.0@7"` or `"transcoder.0/12@7"`.

    Raises:
        InputError: for what is neither, does not exist, or stands where nothing can be patched.
    """
    what, at, number = text.rpartition("@")
    if not at or not number.isdecimal():
        raise InputError(f"{text!r} names no cell.", 'Write "transcoder.0@7", or "transcoder.0/12@7" for a feature.')
    place, count = int(number), len(patching.places)
    if place >= count:
        raise InputError(f"There is no place {place}.", f"Use 0 to {count - 1}.")
    if not patching.editable(place):
        raise InputError("Dictionaries do not stand in at the first token, so nothing can be patched there.")
    if what in replacement.names:
        return Spot(what, None, place)
    feature = replacement.check_feature(Feature.parse(what))
    return Spot(feature.dictionary, feature.index, place)


def board_state(patching: Patching, pair: Pair, reading: Reading, answers: Sequence[Outcome]) -> dict[str, Any]:
    """Rows and columns of the picture, and what is measured; `answers` are those of the two prompts."""
    ends = (patching.start, patching.end)
    noising = patching.base is pair.clean
    return {
        "rows": list(patching.names),
        "clean": [left for left, _ in pair.texts],
        "corrupted": [right for _, right in pair.texts],
        "differ": list(pair.differ),
        "editable": [patching.editable(place) for place in range(len(pair.places))],
        "positions": [list(both) for both in patching.places],
        "note": pair.note,
        "target": reading.label,
        "values": list(ends if noising else ends[::-1]),
        "answers": [list(each.top(1)[0]) for each in answers],
    }


def feature_state(
    cell: str, found: Candidates, shares: np.ndarray, labels: Sequence[str], done: bool = False
) -> dict[str, Any]:
    """The features of a cell; once all are measured, the strongest first."""
    count = len(labels)
    order = np.argsort(-np.abs(shares[:count]), kind="stable") if done else np.arange(count)

    def column(values: Tensor | np.ndarray, kind: str) -> bytes:
        array = (
            values if isinstance(values, np.ndarray) else values[:count].double().numpy(force=True)
        )  # half precision is unknown to NumPy
        return array[:count][order].astype(kind).tobytes()

    return {
        "cell": cell,
        "index": column(found.index, "<i4"),
        "was": column(found.was, "<f4"),
        "becomes": column(found.becomes, "<f4"),
        "estimate": column(found.estimate, "<f4"),
        "share": column(shares, "<f4"),
        "labels": [labels[row] for row in order.tolist()],
        "total": len(found.index),
        "done": done,
    }


def effect_state(effect: Effect, other: Effect, patching: Patching, reading: Reading) -> dict[str, Any]:
    """The output with and without the patches; without any, that of the two prompts.

    Args:
        effect: of the patches.
        other: a run of the other prompt, or `effect` itself where there are patches.
        patching: says what the gap is.
        reading: what is measured.
    """
    before, after = effect.before.probabilities, other.after.probabilities
    ids = list(dict.fromkeys([*after.topk(_TOKENS).indices.tolist(), *before.topk(_TOKENS).indices.tolist()]))
    ids = sorted(ids, key=lambda i: -max(float(before[i]), float(after[i])))[:_TOKENS]
    was, became = (float(reading.measure(run.scores[-1:])) for run in (effect.unedited, other.edited))
    return {
        "tokens": [effect.before.tokenizer.decode([i]) for i in ids],
        "before": before[ids].numpy(force=True).astype("<f4").tobytes(),
        "after": after[ids].numpy(force=True).astype("<f4").tobytes(),
        "target_before": was,
        "target_after": became,
        "share": float(patching.share(became)),
        "top_before": effect.before.answer,
        "top_after": other.after.answer,
    }
