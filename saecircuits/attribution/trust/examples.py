"""What circuits are measured on: prompts with a metric, the difference of two logits of the next token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.attribution.targets import readouts
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.subject import Subject, Tokens

MEAN = -1
"""In place of a wrong answer: the mean logit over the vocabulary."""


@dataclass(frozen=True)
class Example:
    """A prompt with its right answer and a wrong one.

    Attributes:
        prompt: text, or token ids.
        answer, against: one token each, as text or id; without `against` the answer counts against the mean logit.
    """

    prompt: str | tuple[int, ...]
    answer: str | int
    against: str | int | None = None


def example_of(circuit: Circuit) -> Example:
    """The prompt of a circuit with the target that weighs most.

    Raises:
        InputError: for a circuit of several prompts, or one that does not explain the next token.
    """
    origin = circuit.provenance
    if min(origin.token_ids) < 0 or not origin.settings.get("readouts"):
        raise InputError("The circuit is not that of one prompt.", "Give examples: prompts with two answers each.")
    readout = readouts(circuit)[int(np.argmax(circuit.weights[circuit.target_rows]))]
    at_the_end = readout.position in (-1, len(origin.tokens) - 1)
    if readout.token < 0 or readout.against < MEAN or not at_the_end:
        raise InputError("The circuit explains no next token.", "Attribute to a token, or to a difference of two.")
    return Example(origin.token_ids, readout.token, None if readout.against < 0 else readout.against)


def read_examples(subject: Subject, examples: Sequence[Example]) -> tuple[Tokens, Int[Tensor, "example 2"]]:
    """Prompts as a batch, and the ids of the right and the wrong answer.

    Raises:
        InputError: for no examples, prompts that are no prompts, or answers that are not one token each.
    """
    if not examples:
        raise InputError("There are no examples.", "Give at least one.")
    prompts = [e.prompt if isinstance(e.prompt, str) else torch.tensor(e.prompt) for e in examples]
    rows = [subject.tokenize_one(prompt).ids[0].tolist() for prompt in prompts]
    tokens = subject.tokenize(Tokens.of_rows(rows, subject.tokenizer.pad_token_id))
    answers = [[_token(subject, e.answer), _token(subject, e.against)] for e in examples]
    return tokens, torch.tensor(answers, device=tokens.ids.device)


def metric(logits: Float[Tensor, "row vocabulary"], answers: Int[Tensor, "row 2"]) -> Float[Tensor, " row"]:
    """Logit of the right answer minus that of the wrong one, or minus the mean where there is none."""
    right, wrong = (logits.gather(1, column[:, None].clamp_min(0))[:, 0] for column in answers.T)
    return right - torch.where(answers[:, 1] == MEAN, logits.mean(1), wrong)


def _token(subject: Subject, answer: str | int | None) -> int:
    match answer:
        case None:
            return MEAN
        case int():
            return answer
        case _:
            return subject.token_id(answer)
