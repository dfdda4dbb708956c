"""Subjects and the verbs that agree with them, over another noun in between."""

from __future__ import annotations

from dataclasses import dataclass

from saecircuits.world.held_out import nouns_held_out
from saecircuits.world.lexicon import (
    ADVERBS,
    ANIMATE_ADJECTIVES,
    ANIMATES,
    AUXILIARIES,
    INTRANSITIVE_VERBS,
    NOUNS,
    PREPOSITIONS,
    THING_ADJECTIVES,
    THINGS,
    TRANSITIVE_VERBS,
    pluralise,
    third_person,
)
from saecircuits.world.sampler import Sampler

PREPOSITIONAL = "prep"
"""the dogs near the cat ..."""
OBJECT_RELATIVE = "orc"
"""the dogs that the cat chases ..."""
SUBJECT_RELATIVE = "src"
"""the dogs that chase the cat ..."""
SIMPLE = "simple"
"""the dogs ..."""

CLAUSE_KINDS = (PREPOSITIONAL, OBJECT_RELATIVE, SUBJECT_RELATIVE)
"""The clauses with a second noun between the subject and its verb."""

SINGULAR_VERBS = tuple(auxiliary[0] for auxiliary in AUXILIARIES) + tuple(map(third_person, INTRANSITIVE_VERBS))
PLURAL_VERBS = tuple(auxiliary[1] for auxiliary in AUXILIARIES) + INTRANSITIVE_VERBS

WORDS = frozenset({"the", "that", "been", "."})

# A simple clause is drawn as often as two of the others.
_DRAWN_KINDS = (SIMPLE, SIMPLE, *CLAUSE_KINDS)
_ANIMATE_SHARE = 0.75
_ADJECTIVE_SHARE = 0.3
_ADVERB_SHARE = 0.15
_INTRANSITIVE_SHARE = 0.45


@dataclass(frozen=True)
class Clause:
    """A subject with all that stands before its verb.

    Args:
        words: the clause, without the verb.
        subject_index: where in `words` the subject noun stands.
        plural: the subject's number.
        animate: whether the subject can do something.
    """

    words: list[str]
    subject_index: int
    plural: bool
    animate: bool


def draw_clause(sampler: Sampler, kind: str, *, held_out: bool = False, mismatched: bool = False) -> Clause:
    """Draw a clause of a kind.

    Args:
        sampler: the random state.
        kind: `SIMPLE` or one of `CLAUSE_KINDS`.
        held_out: draw a pair of nouns that the corpus never shows, instead of one that it does show.
        mismatched: give the second noun the other number than the subject's.
    """
    animate = kind == SUBJECT_RELATIVE or sampler.chance(_ANIMATE_SHARE)
    subject, other = _draw_nouns(sampler, kind, animate, held_out)
    plural = sampler.chance(0.5)
    other_plural = (not plural) if mismatched else sampler.chance(0.5)
    words = ["the"]
    if sampler.chance(_ADJECTIVE_SHARE):
        words.append(sampler.choose(ANIMATE_ADJECTIVES if animate else THING_ADJECTIVES))
    subject_index = len(words)
    words.append(_inflect_noun(subject, plural))
    words += _modifier(sampler, kind, plural, _inflect_noun(other, other_plural), other_plural)
    if sampler.chance(_ADVERB_SHARE):
        words.append(sampler.choose(ADVERBS))
    return Clause(words, subject_index, plural, animate)


def agreement(sampler: Sampler) -> list[str]:
    """A sentence whose verb agrees with its subject."""
    clause = draw_clause(sampler, sampler.choose(_DRAWN_KINDS))
    return [*clause.words, *_verb_phrase(sampler, clause), "."]


def _draw_nouns(sampler: Sampler, kind: str, animate: bool, held_out: bool) -> tuple[str, str]:
    """Two different nouns; whether the pair may be a held-out one matters only where both are said."""
    while True:
        subject = sampler.choose(ANIMATES if animate else THINGS)
        other = sampler.choose(NOUNS if kind == PREPOSITIONAL else ANIMATES)
        if other != subject and (kind == SIMPLE or nouns_held_out(subject, other) == held_out):
            return subject, other


def _modifier(sampler: Sampler, kind: str, plural: bool, other: str, other_plural: bool) -> list[str]:
    """What stands between the subject and its verb."""
    if kind == SIMPLE:
        return []
    if kind == PREPOSITIONAL:
        return [sampler.choose(PREPOSITIONS), "the", other]
    verb = sampler.choose(TRANSITIVE_VERBS)
    if kind == OBJECT_RELATIVE:
        return ["that", "the", other, verb if other_plural else third_person(verb)]
    return ["that", verb if plural else third_person(verb), "the", other]


def _verb_phrase(sampler: Sampler, clause: Clause) -> list[str]:
    if clause.animate and sampler.chance(_INTRANSITIVE_SHARE):
        verb = sampler.choose(INTRANSITIVE_VERBS)
        return [verb if clause.plural else third_person(verb)]
    singular, plural = sampler.choose(AUXILIARIES)
    participle = ["been"] if singular == "has" else []
    adjective = sampler.choose(ANIMATE_ADJECTIVES if clause.animate else THING_ADJECTIVES)
    return [plural if clause.plural else singular, *participle, adjective]


def _inflect_noun(noun: str, plural: bool) -> str:
    return pluralise(noun) if plural else noun
