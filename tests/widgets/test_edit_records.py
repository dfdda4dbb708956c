"""Edits as JSON records: back and forth, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set
from saecircuits.widgets.edit_records import edits_from_records, records_of_edits

features = st.builds(Feature, st.text(min_size=1), st.integers(0, 2**31))
positions = st.none() | st.lists(st.integers(-99, 99), min_size=1, max_size=4).map(tuple)
numbers = st.floats(allow_nan=False, allow_infinity=False)
sources = st.text(min_size=1).filter(lambda text: bool(text.strip()))
edits = st.one_of(
    st.builds(Ablate, features, positions=positions),
    st.builds(Scale, features, numbers, positions=positions),
    st.builds(Set, features, numbers, positions=positions),
    st.builds(Add, features, numbers, positions=positions),
    st.builds(Patch, features, sources, positions=positions),
)


@given(st.lists(edits, max_size=4))
def test_records_are_json_and_come_back(some: list[Edit]) -> None:
    records = json.loads(json.dumps(records_of_edits(some)))
    assert edits_from_records(records) == some


def test_the_fields_of_a_record() -> None:
    (record,) = records_of_edits([Patch(Feature("d", 3), "w1 w2", positions=(4, 5), source_positions=(2, 2))])
    assert record == {
        "op": "patch",
        "dictionary": "d",
        "feature": 3,
        "positions": [4, 5],
        "value": None,
        "source": "w1 w2",
        "source_position": 2,
    }
    assert edits_from_records([record]) == [Patch(Feature("d", 3), "w1 w2", positions=(4, 5), source_positions=(2, 2))]


def test_a_patch_from_several_places_keeps_them_all() -> None:
    patch = Patch(Feature("d", 3), "w1 w2", positions=(4, 5), source_positions=(2, -1))
    assert edits_from_records(records_of_edits([patch])) == [
        Patch(Feature("d", 3), "w1 w2", positions=4, source_positions=2),
        Patch(Feature("d", 3), "w1 w2", positions=5, source_positions=-1),
    ]


def test_edits_of_all_features_cannot_be_shown() -> None:
    with pytest.raises(InputError, match=r"all features cannot be shown.*lab\.intervene"):
        records_of_edits([Ablate(AllFeatures("d"))])


WHOLE = {"op": "scale", "dictionary": "d", "feature": 3, "positions": [1], "value": 2.0}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"op": "explode"}, "op"),
        ({"op": None}, "op"),
        ({"dictionary": 3}, "dictionary"),
        ({"feature": -1}, "feature"),
        ({"feature": 1.5}, "feature"),
        ({"feature": "3"}, "feature"),
        ({"feature": True}, "feature"),
        ({"positions": 3}, "positions"),
        ({"positions": [1.5]}, "positions"),
        ({"positions": []}, "Positions are whole numbers"),
        ({"value": "2"}, "value"),
        ({"value": None}, "'scale' needs a number"),
        ({"value": float("nan")}, "finite number"),
        ({"value": float("inf")}, "finite number"),
        ({"op": "patch"}, "needs another prompt"),
        ({"op": "patch", "source": 3}, "source"),
        ({"op": "patch", "source": "w1", "positions": None, "source_position": 2}, "whole numbers|one by one"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=str,
)
def test_records_that_are_not_whole_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        edits_from_records([{**WHOLE, **change}])


@pytest.mark.parametrize("records", [None, {}, "[]", 3, [None], [3], [[]], [{}], [WHOLE, "x"]], ids=repr)
def test_what_is_no_list_of_records_is_refused(records: Any) -> None:
    with pytest.raises(InputError, match=r"come as a list|cannot be read"):
        edits_from_records(records)
