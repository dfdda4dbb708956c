"""Steering: rows of a table become edits, and edits two texts beside one another, token by token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit
from saecircuits.interventions.generation import Generation, generate_step_by_step
from saecircuits.replacement import FIRST_REPLACED, Replacement

from .edit_records import edits_from_records
from .messages import Answer
from .shown import Shown

MOST_TOKENS = 50
STRONGEST = 5.0
"""Ends of a slider, in multiples of the feature's own maximum."""

Steps = tuple[Generation, Generation]


class Options(BaseModel):
    """How text is written.

    Attributes:
        tokens: new tokens, at the most.
        temperature: 0 for the likeliest token.
        seed: of the draws.
        hold: keep the attention patterns of the text without edits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] = 16
    temperature: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    hold: bool = False


class Row(BaseModel):
    """One steered feature.

    Attributes:
        feature: such as `"transcoder.3/12"`.
        strength: what is added to its activation, in multiples of its maximum.
        ablate: set it to zero instead.
        at: everywhere, at new tokens alone, or at some positions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: str
    strength: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    ablate: bool = False
    at: Literal["all", "new"] | list[int] = "all"


def options_of(record: Any) -> Options:
    """Options as the browser or a person writes them; `InputError` for a field that is none."""
    return _checked(Options, record, "These options")


def row_of(record: Any) -> Row:
    """A row as the browser or a person writes it; `InputError` for a field that is none."""
    return _checked(Row, record, "This row")


def edit_of(row: Row, unit: float, length: int, new_tokens: int) -> Edit | None:
    """The edit that a row stands for; None if it changes nothing.

    Args:
        row: strength in multiples of `unit`.
        unit: an activation.
        length: tokens of the prompt.
        new_tokens: how many follow at the most.
    """
    positions = row.at if isinstance(row.at, list) else None
    if row.at == "new":
        positions = list(range(length, length + new_tokens))
    feature = Feature.parse(row.feature)
    if row.ablate:
        return Ablate(feature, positions=positions)
    return Add(feature, row.strength * unit, positions=positions) if row.strength else None


def row_of_edit(edit: Edit, unit: Callable[[str], float], length: int) -> Row:
    """The row of an edit, given what a strength of 1 is for a feature.

    Raises:
        InputError: for an edit that no row can show.
    """
    if isinstance(edit.feature, AllFeatures) or not isinstance(edit, Ablate | Add):
        raise InputError(
            f"The panel has no row for {type(edit).__name__} of {edit.feature!r}.",
            "It shows Ablate and Add of single features; lab.generation(…) takes every edit.",
        )
    at: Any = "all"
    if isinstance(edit.positions, tuple):
        new = min(edit.positions) >= length and len(edit.positions) > 1
        at = "new" if new else list(edit.positions)
    amount = edit.amount / unit(str(edit.feature)) if isinstance(edit, Add) else 0.0
    return Row(feature=str(edit.feature), strength=amount, ablate=isinstance(edit, Ablate), at=at)


def unit_of(maximum: float, values: torch.Tensor) -> float:
    """What a strength of 1 adds: the feature's maximum on a corpus, else in the prompt, else 1."""
    most = float(values.max()) if len(values) else 0.0
    return next((value for value in (maximum, most) if value > 0), 1.0)


def continuation(replacement: Replacement, prompt: Any, edits: Sequence[Edit], options: Options) -> Generation:
    """Text from a prompt with edits, as the options say."""
    return generate_step_by_step(
        replacement,
        prompt,
        edits,
        max_new_tokens=options.tokens,
        temperature=options.temperature,
        seed=options.seed,
        hold_attention=options.hold,
    )


def generation_state(told: Generation) -> dict[str, Any]:
    """A text as the browser gets it."""
    return {
        "tokens": list(told.tokens),
        "text": told.text,
        "ended": told.ended,
        "probability": np.array(told.probabilities, "<f4").tobytes(),
        "top": [[token for token, _ in top] for top in told.top],
        "odds": np.array([[chance for _, chance in top] for top in told.top], "<f4").tobytes(),
    }


def answer_continue(shown: Shown, message: Mapping[str, Any]) -> Answer:
    """Answer `{"edits", "tokens", "temperature", "seed"}` with the text that follows a circuit's prompt, both ways.

    Raises:
        InputError: for edits or options that are none, or a circuit that cannot be edited.
        NotAttachedError: if there is no model behind the circuit.
    """
    shown.refuse()
    replacement, prompt = shown.model.replacement, torch.tensor(shown.circuit.provenance.token_ids)
    names = ("tokens", "temperature", "seed", "hold")
    options = options_of({name: message[name] for name in names if name in message})
    edits = edits_from_records(message.get("edits"))
    texts = [continuation(replacement, prompt, each, options) for each in ([], edits)]
    plain, edited = map(generation_state, texts)
    buffers = [plain.pop("probability"), plain.pop("odds"), edited.pop("probability"), edited.pop("odds")]
    return {"prompt": list(texts[0].prompt), "plain": plain, "edited": edited}, buffers


def check_positions(row: Row, length: int, new_tokens: int) -> None:
    """Refuse positions at which nothing can be edited."""
    if isinstance(row.at, list) and not all(FIRST_REPLACED <= position < length + new_tokens for position in row.at):
        raise InputError(
            f"{row.feature} is to be steered at positions {row.at}; the prompt has {length} tokens.",
            f"Use {FIRST_REPLACED} to {length - 1}, or 'all', or 'new'.",
        )


def _checked(model: Any, record: Any, what: str) -> Any:
    if isinstance(record, model):
        return record
    try:
        return model.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{what} cannot be read: {where}: {first['msg']}.") from error
