"""A short list of records that reads well in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Generic, TypeVar, overload

Row = TypeVar("Row")


class Table(Sequence[Row], Generic[Row]):
    """A sequence of records, shown as columns.

    Args:
        rows: the records; indexing and iteration give them back as they are.
        columns: heading and attribute name (or mapping key) of each column.
        title: a line above the table.
    """

    def __init__(self, rows: Sequence[Row], columns: Mapping[str, str], title: str = "") -> None:
        self.rows = list(rows)
        self.columns = dict(columns)
        self.title = title

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        cells = [list(self.columns), *self._cells()]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        numeric = self._numeric()
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, numeric, strict=True)
            ).rstrip()
            for row in cells
        ]
        return "\n".join([self.title, *lines] if self.title else lines)

    def _repr_html_(self) -> str:
        sides = ["" if right else ' style="text-align: left"' for right in self._numeric()]
        head = "".join(f"<th{side}>{escape(name)}</th>" for side, name in zip(sides, self.columns, strict=True))
        rows = ("".join(f"<td{s}>{escape(c)}</td>" for s, c in zip(sides, row, strict=True)) for row in self._cells())
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _numeric(self) -> list[bool]:
        """Which columns hold numbers alone."""
        return [all(_is_number(self._value(row, name)) for row in self.rows) for name in self.columns.values()]

    def _cells(self) -> list[list[str]]:
        return [[_text(self._value(row, name)) for name in self.columns.values()] for row in self.rows]

    @staticmethod
    def _value(row: Any, name: str) -> Any:
        return row[name] if isinstance(row, Mapping) else getattr(row, name)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if value and abs(value) < 1e-3 else f"{value:.3f}"
    return str(value).replace("\n", "↵")
