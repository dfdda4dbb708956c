"""Short lists of records, in a terminal and in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saecircuits.table import Table


@dataclass
class Row:
    word: str
    number: float


ROWS = [Row("<b>a</b>", 0.5), Row("line\nbreak", -12.25), Row("tiny", 0.0000123)]
COLUMNS = {"word": "word", "how much": "number"}


def test_it_is_the_sequence_of_its_records() -> None:
    table = Table(ROWS, COLUMNS)
    assert list(table) == ROWS
    assert len(table) == 3
    assert table[-1] is ROWS[2]
    assert list(table[:2]) == ROWS[:2]
    assert ROWS[1] in table


def test_columns_line_up_and_numbers_stand_right() -> None:
    assert repr(Table(ROWS, COLUMNS, "a title")).splitlines() == [
        "a title",
        "word        how much",
        "<b>a</b>       0.500",
        "line↵break   -12.250",
        "tiny        1.23e-05",
    ]


def test_html_is_escaped() -> None:
    page = Table(ROWS, {"<i>": "word"}, "<script>")._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<script>" not in page
    assert "&lt;b&gt;a&lt;/b&gt;" in page


def test_records_may_be_mappings() -> None:
    rows: list[dict[str, Any]] = [{"a": 1}, {"a": None}]
    assert repr(Table(rows, {"A": "a"})) == "A\n1\nNone"


def test_an_empty_table_shows_its_headings() -> None:
    assert repr(Table([], COLUMNS)) == "word  how much"
