"""How a bare known-answer prompt of each behaviour is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .facts import CITIES, COUNTRIES, COUNTRY_OF, HELD_OUT_CITIES, RELATIONS, attribute_values
from .grammar.agreement import CLAUSE_KINDS, PLURAL_VERBS, SINGULAR_VERBS, draw_clause
from .grammar.geography import CITY_TEMPLATES, COMPOSED_TEMPLATES, COUNTRY_TEMPLATES
from .grammar.people import draw_exchange, draw_pronoun
from .grammar.sequences import cued_copy, draw_brackets, draw_sequence
from .grammar.templates import fill_prompt
from .lexicon import CLOSING
from .sampler import Sampler

_REPEAT_LENGTHS = (5, 12)


@dataclass(frozen=True)
class BarePrompt:
    """A prompt without anything before it.

    Args:
        words: the prompt.
        answer: the right next token.
        against: a wrong token of the same kind.
        accept: all tokens that count as right, where it is a class; else empty.
        reject: the class that competes with it.
        subject_index: where in `words` the subject stands.
        plural: its number.
        city: the city asked about.
        country: the country that the answer follows from.
    """

    words: tuple[str, ...]
    answer: str
    against: str
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    subject_index: int | None = None
    plural: bool | None = None
    city: str | None = None
    country: str | None = None

    @property
    def city_index(self) -> int | None:
        """Where in `words` the city stands."""
        return None if self.city is None else self.words.index(self.city)

    @property
    def split_key(self) -> str:
        """What prompts of different splits may not share."""
        return self.city or " ".join(self.words)


def _agreement(sampler: Sampler, kind: str) -> BarePrompt:
    """Nouns that the corpus never pairs; the one in between always has the other number."""
    clause = draw_clause(sampler, kind, held_out=True, mismatched=True)
    verbs = (PLURAL_VERBS, SINGULAR_VERBS) if clause.plural else (SINGULAR_VERBS, PLURAL_VERBS)
    return BarePrompt(
        words=tuple(clause.words),
        answer=verbs[0][0],
        against=verbs[1][0],
        accept=verbs[0],
        reject=verbs[1],
        subject_index=clause.subject_index,
        plural=clause.plural,
    )


def _indirect_object(sampler: Sampler) -> BarePrompt:
    scene = draw_exchange(sampler, held_out=True)
    return BarePrompt(tuple(scene.prompt), scene.receiver, scene.giver)


def _pronoun(sampler: Sampler) -> BarePrompt:
    scene = draw_pronoun(sampler, held_out=True)
    return BarePrompt(tuple(scene.prompt), scene.pronoun, scene.wrong, (scene.pronoun,), (scene.wrong,))


def _copying(sampler: Sampler) -> BarePrompt:
    """A cued copy that stops anywhere after its first word."""
    sequence = draw_sequence(sampler)
    return _stopped_copy(sampler, cued_copy(sampler, sequence), sequence)


def _repeats(sampler: Sampler) -> BarePrompt:
    """A repeat without a cue, also of sequences longer than any in the corpus."""
    sequence = draw_sequence(sampler, *_REPEAT_LENGTHS)
    return _stopped_copy(sampler, sequence + sequence, sequence)


def _stopped_copy(sampler: Sampler, whole: list[str], sequence: list[str]) -> BarePrompt:
    stop = sampler.random.randint(1, len(sequence) - 1)
    answer = sequence[stop]
    against = sampler.choose([word for word in sequence if word != answer])
    return BarePrompt(tuple(whole[: stop - len(sequence)]), answer, against)


def _brackets(sampler: Sampler) -> BarePrompt:
    """Stops before a closing bracket that the last mark alone does not tell: one inside of another, or after one."""
    while True:
        words = draw_brackets(sampler)
        stops = [index for index, word in enumerate(words) if word in CLOSING.values() and _needs_memory(words[:index])]
        if stops:
            break
    stop = sampler.choose(stops)
    wrong = tuple(mark for mark in CLOSING.values() if mark != words[stop])
    return BarePrompt(tuple(words[:stop]), words[stop], sampler.choose(wrong), (words[stop],), wrong)


def _needs_memory(words: list[str]) -> bool:
    opened = sum(word in CLOSING for word in words)
    return opened > 1


def _composed(sampler: Sampler, relation: str) -> BarePrompt:
    city = sampler.choose(HELD_OUT_CITIES)
    country = COUNTRY_OF[city]
    answer = country.attribute(relation)
    words = fill_prompt(sampler.choose(COMPOSED_TEMPLATES[relation]), city=city)
    wrong = [value for value in attribute_values(relation) if value != answer]
    return BarePrompt(tuple(words), answer, sampler.choose(wrong), city=city, country=country.name)


def _country_fact(sampler: Sampler, relation: str) -> BarePrompt:
    country = sampler.choose(COUNTRIES)
    answer = country.attribute(relation)
    asking = [template for template in COUNTRY_TEMPLATES[relation] if not template.startswith("{answer}")]
    words = fill_prompt(sampler.choose(asking), country=country.name)
    wrong = [value for value in attribute_values(relation) if value != answer]
    return BarePrompt(tuple(words), answer, sampler.choose(wrong), country=country.name)


def _city_fact(sampler: Sampler) -> BarePrompt:
    city = sampler.choose(CITIES)
    country = COUNTRY_OF[city].name
    words = fill_prompt(sampler.choose(CITY_TEMPLATES), city=city)
    wrong = [other.name for other in COUNTRIES if other.name != country]
    return BarePrompt(tuple(words), country, sampler.choose(wrong), city=city, country=country)


BEHAVIOURS: dict[str, Callable[[Sampler], BarePrompt]] = {
    **{f"agreement.{kind}": partial(_agreement, kind=kind) for kind in CLAUSE_KINDS},
    "indirect_object": _indirect_object,
    "pronoun": _pronoun,
    "copying": _copying,
    "brackets": _brackets,
    "repeats": _repeats,
    **{relation: partial(_composed, relation=relation) for relation in RELATIONS},
    "fact.country": _city_fact,
    **{f"fact.{relation}": partial(_country_fact, relation=relation) for relation in RELATIONS},
}
"""Behaviour -> how a bare prompt of it is drawn."""
