"""Edits as the browser writes them, checked field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    op: Literal["ablate", "scale", "set", "add", "patch"]
    dictionary: str
    feature: Annotated[int, Field(ge=0)]
    positions: list[int] | None = None
    value: float | None = None
    source: str | None = None
    source_position: int | None = None


def edits_from_records(records: Any) -> list[Edit]:
    """Edits from JSON records.

    Raises:
        InputError: for anything that is not a list of whole records.
    """
    if not isinstance(records, list):
        raise InputError(f"Edits come as a list, not {type(records).__name__}.")
    return [_edit(record) for record in records]


def records_of_edits(edits: Sequence[Edit]) -> list[dict[str, Any]]:
    """JSON records of edits; a patch that reads at several places becomes one record a place.

    Raises:
        InputError: for edits of all features, which the browser cannot show.
    """
    return [_record(part) for edit in edits for part in _parts(edit)]


def _parts(edit: Edit) -> list[Edit]:
    """A record holds one source position."""
    if not isinstance(edit, Patch) or not isinstance(edit.source_positions, tuple):
        return [edit]
    if len(set(edit.source_positions)) == 1:
        return [edit]
    pairs = zip(edit.positions, edit.source_positions, strict=True)  # type: ignore[arg-type]
    return [replace(edit, positions=position, source_positions=taken) for position, taken in pairs]


def _edit(record: Any) -> Edit:
    try:
        fields = _Record.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "edit"
        raise InputError(f"This edit cannot be read: {where}: {first['msg']}.") from error
    feature, positions = Feature(fields.dictionary, fields.feature), fields.positions
    match fields.op:
        case "ablate":
            return Ablate(feature, positions=positions)
        case "patch":
            taken = None if fields.source_position is None else [fields.source_position] * len(positions or ())
            return Patch(feature, fields.source or "", positions=positions, source_positions=taken)
        case "scale":
            return Scale(feature, _number(fields), positions=positions)
        case "set":
            return Set(feature, _number(fields), positions=positions)
        case "add":
            return Add(feature, _number(fields), positions=positions)


def _number(fields: _Record) -> float:
    if fields.value is None:
        raise InputError(f"The edit {fields.op!r} needs a number.", "Give it as value.")
    return fields.value


def _record(edit: Edit) -> dict[str, Any]:
    if isinstance(edit.feature, AllFeatures):
        raise InputError("An edit of all features cannot be shown.", "Call lab.intervene for it.")
    taken = edit.source_positions if isinstance(edit, Patch) else None
    return {
        "op": type(edit).__name__.lower(),
        "dictionary": edit.feature.dictionary,
        "feature": edit.feature.index,
        "positions": None if edit.positions is None else list(edit.positions),  # type: ignore[arg-type]
        "value": _value(edit),
        "source": edit.source if isinstance(edit, Patch) else None,
        "source_position": taken[0] if taken else None,  # type: ignore[index]
    }


def _value(edit: Edit) -> float | None:
    match edit:
        case Scale():
            return edit.factor
        case Set():
            return edit.value
        case Add():
            return edit.amount
        case _:
            return None
