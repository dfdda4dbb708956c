"""What editing features does to the embedded model: the plural set, its control, and the patched city.

Features are chosen by their mean activation over the tuning prompts alone; effects are measured on the checking ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from saecircuits.features import ContrastingFeature, contrast
from saecircuits.interventions import Ablate, AllFeatures, Edit, Patch, intervene
from saecircuits.replacement import Replacement
from saecircuits.world.prompts import KnownAnswer

SELECTIVE, NOT_SELECTIVE = 0.8, 0.5
"""A feature is plural if its selectivity is above the first, and may serve as a control if it is below the second."""
STRONGEST = 6
"""How many plural features of each dictionary are taken at each of the two tokens, strongest first."""


@dataclass(frozen=True)
class FeatureSet:
    """Features to ablate at the subject and at the last token."""

    at_subject: tuple[ContrastingFeature, ...]
    at_last: tuple[ContrastingFeature, ...]

    def edits(self, prompt: KnownAnswer) -> list[Edit]:
        """The ablations on one prompt."""
        places = ((self.at_subject, prompt.subject_position), (self.at_last, -1))
        return [Ablate(row.feature, positions=position) for rows, position in places for row in rows]

    def __len__(self) -> int:
        return len(self.at_subject) + len(self.at_last)


def plural_features(replacement: Replacement, tuning: Sequence[KnownAnswer]) -> tuple[FeatureSet, FeatureSet]:
    """Features that fire for plural subjects, and a control: as many others that fire as strongly.

    At the subject nearly every feature depends on the noun's number, so the control is taken from both tokens together.

    Args:
        replacement: the embedded model.
        tuning: agreement prompts of the tuning split.
    """
    plural = [prompt for prompt in tuning if prompt.plural]
    singular = [prompt for prompt in tuning if not prompt.plural]
    texts = [[prompt.text for prompt in prompts] for prompts in (plural, singular)]
    subjects = [[prompt.subject_position for prompt in prompts] for prompts in (plural, singular)]
    places = (
        contrast(replacement, texts[0], texts[1], subjects[0], subjects[1]),
        contrast(replacement, texts[0], texts[1], at=-1),
    )
    chosen = FeatureSet(*(_strongest(replacement, rows) for rows in places))
    return chosen, _matched(chosen, places)


def share_flipped(replacement: Replacement, features: FeatureSet, checking: Sequence[KnownAnswer]) -> float:
    """Share of plural-subject prompts, answered rightly before, whose verb turns singular when the set is zeroed."""
    flipped, asked = 0, 0
    for prompt in checking:
        if not prompt.plural:
            continue
        effect = intervene(replacement, prompt.text, features.edits(prompt))
        ids = [[replacement.subject.token_id(word) for word in words] for words in (prompt.accept, prompt.reject)]
        before, after = (
            float(outcome.logits[ids[0]].max() - outcome.logits[ids[1]].max())
            for outcome in (effect.before, effect.after)
        )
        asked += before > 0
        flipped += before > 0 > after
    return flipped / max(asked, 1)


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
    generator, dictionary = Random(seed), replacement.by_layer[0].name
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


def _strongest(replacement: Replacement, rows: Sequence[ContrastingFeature]) -> tuple[ContrastingFeature, ...]:
    plural = sorted((row for row in rows if row.selectivity > SELECTIVE), key=lambda row: -row.with_mean)
    kept = ([row for row in plural if row.feature.dictionary == name][:STRONGEST] for name in replacement.names)
    return tuple(row for some in kept for row in some)


def _matched(chosen: FeatureSet, places: Sequence[Sequence[ContrastingFeature]]) -> FeatureSet:
    """For each chosen feature another of its dictionary that is not selective, nearest in mean activation."""
    free = [(row, place) for place, rows in enumerate(places) for row in rows if abs(row.selectivity) < NOT_SELECTIVE]
    taken: tuple[list[ContrastingFeature], ...] = ([], [])
    for row in (*chosen.at_subject, *chosen.at_last):
        same = [pair for pair in free if pair[0].feature.dictionary == row.feature.dictionary]
        nearest = min(same or free, key=lambda pair: abs(pair[0].with_mean - row.with_mean))
        taken[nearest[1]].append(nearest[0])
        free.remove(nearest)
    return FeatureSet(*map(tuple, taken))
