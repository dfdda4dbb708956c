"""Checks that several configurations share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from saecircuits.errors import InputError


def refuse_not_positive(what: str, **values: float) -> None:
    """`InputError` for the first value that is not a positive number."""
    for name, value in values.items():
        if not value > 0:
            raise InputError(f"{what} has {name} = {value}.", "Give a positive number.")


def refuse_negative(what: str, **values: float) -> None:
    """`InputError` for the first value that is negative or not a number."""
    for name, value in values.items():
        if not value >= 0:
            raise InputError(f"The {name} of {what} is {value}.", "Give a number of 0 or more.")


def plain(part: Any) -> dict[str, Any]:
    """A part of a plan (a dataclass with a `kind`) as plain values."""
    return {"kind": part.kind, **asdict(part)}


def part(what: str, parts: Mapping[str, Any], value: Any) -> Any:
    """A part of a plan, from plain values or as it is.

    Raises:
        InputError: for a kind or a field that is not known.
    """
    if not isinstance(value, Mapping):
        return value
    given = dict(value)
    kind = given.pop("kind", None)
    if kind not in parts:
        raise InputError(f"There is no {what} {kind!r}.", f"Known are {', '.join(parts)}.")
    return built(f"{what} {kind!r}", parts[kind], given)


def built(what: str, kind: Any, value: Any) -> Any:
    """A dataclass from plain values, or as it is.

    Raises:
        InputError: for a field that is not known, or one that is missing.
    """
    if not isinstance(value, Mapping):
        return value
    given = {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}
    try:
        return kind(**given)
    except TypeError as error:
        known = ", ".join(each.name for each in fields(kind))
        raise InputError(f"The {what} does not take just {sorted(given)}.", f"Its fields are {known}.") from error
