"""Fields of a config file, checked as they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saecircuits.errors import FileFormatError

_LARGEST = 1e15
"""What sizes and scales stay below: with them float32 and memory are not left by a number in a config alone."""


class Fields:
    """The fields of a mapping in a config file.

    Args:
        where: what error messages call the file.
        values: its fields.
    """

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where = where
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def within(self, name: str) -> Fields:
        """A mapping that lies in a field; empty if it is not there."""
        value = self._values.get(name) or {}
        if not isinstance(value, Mapping):
            raise self._wrong(name, "a mapping")
        return Fields(f"{name} in {self.where}", value)

    def size(self, name: str, default: int | None = None) -> int:
        """A positive whole number."""
        value = self._values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < _LARGEST:
            raise self._wrong(name, "a positive whole number")
        return value

    def layer(self, name: str) -> int | None:
        """A number of a layer, counted from 0; None if it is not there or something else."""
        value = self._values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

    def number(self, name: str, default: float | None = None) -> float:
        """A positive number."""
        value = self._values.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 1 / _LARGEST < value < _LARGEST:
            raise self._wrong(name, "a positive number")
        return float(value)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty if it is not there."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value."""
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def one_of(self, name: str, known: Mapping[str, Any], default: str = "") -> str:
        """A text out of several."""
        value = self.text(name, default)
        if value not in known:
            raise FileFormatError(f"{self.where} says {name}={value!r}.", f"Known are {', '.join(known)}.")
        return value

    def _wrong(self, name: str, needed: str) -> FileFormatError:
        said = f"says {name}={self._values[name]!r}" if name in self._values else f"does not say {name}"
        return FileFormatError(f"{self.where} {said}; {needed} is needed.", "Correct it, or copy the checkpoint again.")
