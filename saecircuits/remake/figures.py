"""Measures the embedded world: the model, its dictionaries, its circuits and what editing does, against the gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saecircuits.attribution import Difference, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.dictionaries import Dictionary
from saecircuits.evaluation import Evaluation, by_dictionaries, evaluate, replaced_logits
from saecircuits.lab import ReplacementModel
from saecircuits.replacement import Replacement
from saecircuits.training import Corpus
from saecircuits.world.prompts import KnownAnswer

from .accuracy import accuracy, is_right
from .composition import CITY, LAST, Shift, all_country_shifts, is_composition
from .interventions import Flips, flips, plural_features, share_installed

EVALUATION_SEED = 9_000
CIRCUITS = 10
"""Circuits that the means of scores are taken over, for each behaviour."""
_BATCH = 64


@dataclass(frozen=True)
class BehaviourFigures:
    """One behaviour on its checking prompts.

    Attributes:
        accuracy, replaced: share of right answers of the model, and with all MLPs replaced by dictionaries.
        error_share: what errors carry of the answer's logit difference, mean over circuits.
        replacement, completeness: scores, mean over circuits.
        gap: largest relative gap between a target's value and the sum of its inputs.
    """

    accuracy: float
    replaced: float
    error_share: float
    replacement: float
    completeness: float
    gap: float


@dataclass(frozen=True)
class Figures:
    """Everything that the data's README reports.

    Attributes:
        behaviours: by name.
        evaluation: scores of the transcoders on fresh text.
        others: scores of the other sets of dictionaries, by set.
        shifts: what moving between countries does.
        composed: whether every pair of relations passes the test of composition.
        flips: what ablating plural features does to the verb, and what a control does.
        installed: share of pairs in which patching the city's features installs the other city's capital.
    """

    behaviours: dict[str, BehaviourFigures]
    evaluation: Evaluation
    others: dict[str, Evaluation]
    shifts: tuple[Shift, ...]
    composed: bool
    flips: Flips
    installed: float

    def shift_range(self, layer: int, position: str) -> tuple[float, float]:
        """Smallest and largest share installed by a shift at one place, over pairs of relations."""
        found = [shift.installed for shift in self.shifts if (shift.layer, shift.position) == (layer, position)]
        return min(found), max(found)


def measure(
    lab: ReplacementModel, prompts: Sequence[KnownAnswer], others: Mapping[str, Sequence[Dictionary]]
) -> Figures:
    """Measure a world.

    Args:
        lab: its model with its transcoders.
        prompts: with known answers, both splits.
        others: its other sets of dictionaries.
    """
    checking = [prompt for prompt in prompts if prompt.split == "checking"]
    agreement = {
        split: [p for p in prompts if p.split == split and p.behaviour.startswith("agreement")]
        for split in ("tuning", "checking")
    }
    plural = plural_features(lab.replacement, agreement["tuning"])
    model, tokenizer = lab.subject.module, lab.subject.tokenizer
    shifts = all_country_shifts(model, tokenizer)  # type: ignore[arg-type]
    return Figures(
        behaviours=dict(_behaviours(lab, checking)),
        evaluation=evaluate(lab, Corpus.world(EVALUATION_SEED)),
        others={
            name: evaluate(Replacement(lab.subject, dictionaries), Corpus.world(EVALUATION_SEED), 20_000)
            for name, dictionaries in others.items()
        },
        shifts=shifts,
        composed=all(is_composition(pair) for pair in _pairs(shifts)),
        flips=flips(lab.replacement, plural, agreement["checking"]),
        installed=share_installed(lab.replacement, [p for p in checking if p.behaviour == "capital"]),
    )


def target_gap(circuit: Circuit) -> float:
    """Relative gap between the value of a circuit's targets and the sum of their inputs, the largest."""
    rows = circuit.target_rows
    values = circuit.nodes.value[rows]
    return float(np.max(np.abs(values - circuit.adjacency[rows].sum(axis=1)) / np.abs(values)))


def replaced_accuracy(replacement: Replacement, prompts: Sequence[KnownAnswer]) -> float:
    """Share of right answers with all MLPs replaced by their dictionaries, errors left out."""
    replacers = by_dictionaries(replacement.replacers)
    ids = replacement.subject.tokenizer.get_vocab()
    right = 0
    for start in range(0, len(prompts), _BATCH):
        batch = prompts[start : start + _BATCH]
        tokens = replacement.subject.tokenize([prompt.text for prompt in batch])
        logits = replaced_logits(replacement.subject, tokens, replacers)[:, -1]
        right += sum(is_right(prompt, row, ids) for prompt, row in zip(batch, logits, strict=True))
    return right / len(prompts)


def _behaviours(lab: ReplacementModel, checking: Sequence[KnownAnswer]) -> Iterator[tuple[str, BehaviourFigures]]:
    own = accuracy(lab.subject.module, lab.subject.tokenizer, checking)  # type: ignore[arg-type]
    for name, right in own.items():
        prompts = [prompt for prompt in checking if prompt.behaviour == name]
        circuits = [
            attribute_direct(lab.replacement, prompt.text, Difference(prompt.answer, prompt.against))
            for prompt in prompts[:CIRCUITS]
        ]
        yield (
            name,
            BehaviourFigures(
                accuracy=right,
                replaced=replaced_accuracy(lab.replacement, prompts),
                error_share=float(np.mean([circuit.scores.error_share for circuit in circuits])),
                replacement=float(np.mean([circuit.scores.replacement for circuit in circuits])),
                completeness=float(np.mean([circuit.scores.completeness for circuit in circuits])),
                gap=max(map(target_gap, circuits)),
            ),
        )


def _pairs(shifts: Sequence[Shift]) -> list[list[Shift]]:
    keys = {(shift.source, shift.asked) for shift in shifts}
    return [[shift for shift in shifts if (shift.source, shift.asked) == key] for key in sorted(keys)]


PLACES = tuple((layer, position) for position in (CITY, LAST) for layer in range(4))
"""Where shifts are reported."""
