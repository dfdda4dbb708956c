"""Edits: changes to features at some positions.

An edit names a feature, or all features of a dictionary, and the positions at which it acts; no positions means all
that dictionaries replace, and while generating also every new token.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Integral

from saecircuits.circuit import Feature
from saecircuits.errors import InputError


@dataclass(frozen=True)
class AllFeatures:
    """Every feature of a dictionary, for an edit of all of them at once."""

    dictionary: str

    def __repr__(self) -> str:
        return f'sc.AllFeatures("{self.dictionary}")'


Where = Feature | AllFeatures
Positions = Sequence[int] | int | None


@dataclass(frozen=True)
class Edit:
    """A change of latents; the base of all edits.

    Args:
        feature: what to change; text such as `"transcoder.0/12"` is read as a feature.
        positions: token positions, negative ones from the end; None for all.

    Raises:
        InputError: for something that is not a feature, positions that are not whole numbers, numbers not finite.
    """

    feature: Where
    positions: Positions = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.feature, str):
            object.__setattr__(self, "feature", Feature.parse(self.feature))
        if not isinstance(self.feature, Where):
            came = type(self.feature).__name__
            raise InputError(f"An edit changes a feature, not {came}.", 'Give sc.Feature("transcoder.0", 12).')
        object.__setattr__(self, "positions", _positions(self.positions))


@dataclass(frozen=True)
class Ablate(Edit):
    """Set a feature to zero."""


@dataclass(frozen=True)
class Scale(Edit):
    """Multiply a feature's activation by `factor`."""

    factor: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "factor", _finite("factor", self.factor))


@dataclass(frozen=True)
class Set(Edit):
    """Set a feature's activation to `value`, in the units of activations."""

    value: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "value", _finite("value", self.value))


@dataclass(frozen=True)
class Add(Edit):
    """Add `amount` to a feature's activation, in the units of activations."""

    amount: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "amount", _finite("amount", self.amount))


@dataclass(frozen=True)
class Patch(Edit):
    """Take a feature's activation from another prompt.

    Args:
        feature, positions: see `Edit`.
        source: the other prompt.
        source_positions: where to read there, one a position; by default the same place counted from the end.
    """

    source: str
    source_positions: Positions = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.source, str) or not self.source.strip():
            raise InputError("A patch needs another prompt to take its value from.", 'Give it: source="…".')
        taken = _positions(self.source_positions)
        object.__setattr__(self, "source_positions", taken)
        if taken is not None and (self.positions is None or len(taken) != len(self.positions)):  # type: ignore[arg-type]
            raise InputError(
                f"source_positions {taken} do not match positions {self.positions} one by one.", "Give as many of each."
            )


def _positions(positions: Positions) -> tuple[int, ...] | None:
    if positions is None:
        return None
    given = tuple(positions) if isinstance(positions, Iterable) else (positions,)
    if not given or not all(isinstance(p, Integral) and not isinstance(p, bool) for p in given):
        raise InputError(f"Positions are whole numbers, not {positions!r}.", "Leave them out to edit everywhere.")
    return tuple(map(int, given))


def _finite(name: str, number: float) -> float:
    try:
        value = math.nan if isinstance(number, (bool, str)) else float(number)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{name} is {number!r}; it has to be a finite number.")
    return value
