"""What editing features does to the embedded model: the plural set, its matched control, and the patched city.

Features are chosen by their mean activation over the tuning prompts alone; effects are measured on the checking ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from saecircuits.circuit import Feature
from saecircuits.features import contrast
from saecircuits.interventions import Ablate, AllFeatures, Edit, Patch, intervene
from saecircuits.replacement import Replacement, capture
from saecircuits.world.prompts import KnownAnswer

SELECTIVE = 0.8
"""A feature is plural if its selectivity between plural and singular subjects is above this."""


@dataclass(frozen=True)
class PluralFeatures:
    """Features that fire for plural subjects, at the subject's token and at the last one."""

    at_subject: frozenset[Feature]
    at_last: frozenset[Feature]


@dataclass(frozen=True)
class Flips:
    """What ablating did to prompts with a plural subject that the model answered rightly.

    Attributes:
        prompts: how many there were.
        flipped: share whose verb turned singular without the plural features.
        control: share whose verb did without as many others.
        ablated: features ablated in a prompt, mean.
        magnitude, control_magnitude: their summed activation in a prompt, mean, and the control's.
    """

    prompts: int
    flipped: float
    control: float
    ablated: float
    magnitude: float
    control_magnitude: float


@dataclass(frozen=True)
class _Active:
    """A feature that fires in a prompt."""

    feature: Feature
    position: int
    value: float


def plural_features(replacement: Replacement, tuning: Sequence[KnownAnswer]) -> PluralFeatures:
    """Features whose mean activation tells plural from singular subjects.

    Args:
        replacement: the embedded model.
        tuning: agreement prompts of the tuning split.
    """
    plural = [prompt for prompt in tuning if prompt.plural]
    singular = [prompt for prompt in tuning if not prompt.plural]
    texts = [[prompt.text for prompt in prompts] for prompts in (plural, singular)]
    subjects = [[_subject(prompt) for prompt in prompts] for prompts in (plural, singular)]
    places = (
        contrast(replacement, texts[0], texts[1], subjects[0], subjects[1]),
        contrast(replacement, texts[0], texts[1], at=-1),
    )
    return PluralFeatures(*(frozenset(r.feature for r in rows if r.selectivity > SELECTIVE) for rows in places))


def flips(replacement: Replacement, chosen: PluralFeatures, checking: Sequence[KnownAnswer]) -> Flips:
    """Ablate the plural features of each prompt, and beside it as many others of the same prompt.

    The control takes, for each ablated feature, another of the same dictionary that fires in the same prompt, at any
    token, nearest in activation: equal in number and in magnitude.
    """
    counted = []
    for prompt in checking:
        if not prompt.plural:
            continue
        active = _active(replacement, prompt)
        plural = [a for a in active if _is_chosen(a, chosen, prompt, active[-1].position)]
        control = _matched(plural, active)
        before, after = _margins(replacement, prompt, plural)
        if before > 0:
            turned = _margins(replacement, prompt, control)[1] < 0
            sizes = sum(a.value for a in plural), sum(a.value for a in control)
            counted.append((after < 0, turned, len(plural), *sizes))
    means = [sum(column) / len(counted) for column in zip(*counted, strict=True)]
    return Flips(len(counted), *means)


def share_installed(
    replacement: Replacement, checking: Sequence[KnownAnswer], pairs: int = 100, seed: int = 0
) -> float:
    """Share of pairs in which patching the first layer's features at the city installs the other city's capital.

    Args:
        replacement: the embedded model.
        checking: prompts about the capital of a held-out city's country.
        pairs: how many pairs of prompts with different answers to draw.
        seed: of the draw.
    """
    generator, dictionary = Random(seed), replacement.writers(0)[0][0].name
    installed = 0
    for _ in range(pairs):
        prompt, donor = generator.sample(list(checking), 2)
        while donor.answer == prompt.answer:
            prompt, donor = generator.sample(list(checking), 2)
        edit = Patch(
            AllFeatures(dictionary),
            donor.text,
            positions=prompt.city_position,
            source_positions=donor.city_position,
        )
        installed += intervene(replacement, prompt.text, [edit]).after.answer == donor.answer
    return installed / pairs


def _subject(prompt: KnownAnswer) -> int:
    assert prompt.subject_position is not None  # every agreement prompt has one
    return prompt.subject_position


def _active(replacement: Replacement, prompt: KnownAnswer) -> list[_Active]:
    """Everything that fires in a prompt, by position."""
    captured = capture(replacement, prompt.text)
    found = [_Active(*each) for each in captured.firing()]
    return sorted(found, key=lambda a: (a.position, a.feature))


def _is_chosen(active: _Active, chosen: PluralFeatures, prompt: KnownAnswer, last: int) -> bool:
    at_subject = active.position == prompt.subject_position and active.feature in chosen.at_subject
    return at_subject or (active.position == last and active.feature in chosen.at_last)


def _matched(chosen: Sequence[_Active], everything: Sequence[_Active]) -> list[_Active]:
    """For each chosen one the nearest other of its dictionary that no stronger one has taken."""
    free: dict[str, list[_Active]] = defaultdict(list)
    left = set(everything) - set(chosen)
    for active in filter(left.__contains__, everything):
        free[active.feature.dictionary].append(active)
    taken: list[_Active] = []
    for active in sorted(chosen, key=lambda a: -a.value):
        same = free[active.feature.dictionary]
        if same:
            nearest = min(range(len(same)), key=lambda i: abs(same[i].value - active.value))
            taken.append(same.pop(nearest))
    return taken


def _margins(replacement: Replacement, prompt: KnownAnswer, ablated: Sequence[_Active]) -> tuple[float, float]:
    """How far the best plural verb is above the best singular one, before and after."""
    edits: list[Edit] = [Ablate(a.feature, positions=a.position) for a in ablated]
    effect = intervene(replacement, prompt.text, edits)
    ids = [[replacement.subject.token_id(word) for word in words] for words in (prompt.accept, prompt.reject)]
    before, after = (
        float(outcome.logits[ids[0]].max() - outcome.logits[ids[1]].max()) for outcome in (effect.before, effect.after)
    )
    return before, after
