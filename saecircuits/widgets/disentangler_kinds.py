"""Kinds of words of the embedded world, for telling how mixed a neuron is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from saecircuits.world import facts, lexicon


def world_kinds() -> Mapping[str, Sequence[str]]:
    """Words by kind; a word may be in two of them."""
    verbs = [*lexicon.TRANSITIVE_VERBS, *lexicon.INTRANSITIVE_VERBS]
    return {
        "city": facts.CITIES,
        "capital": facts.attribute_values("capital"),
        "country": [country.name for country in facts.COUNTRIES],
        "language": facts.attribute_values("language"),
        "currency": facts.attribute_values("currency"),
        "continent": facts.attribute_values("continent"),
        "man's name": lexicon.MALE_NAMES,
        "woman's name": lexicon.FEMALE_NAMES,
        "person": [*lexicon.PERSONS, *map(lexicon.pluralise, lexicon.PERSONS)],
        "animal": [*lexicon.ANIMALS, *map(lexicon.pluralise, lexicon.ANIMALS)],
        "thing": [*lexicon.THINGS, *map(lexicon.pluralise, lexicon.THINGS)],
        "verb, singular": [*map(lexicon.third_person, verbs), *(singular for singular, _ in lexicon.AUXILIARIES)],
        "verb, plural": [*verbs, *(plural for _, plural in lexicon.AUXILIARIES)],
        "adjective": [*lexicon.ANIMATE_ADJECTIVES, *lexicon.THING_ADJECTIVES],
        "preposition": lexicon.PREPOSITIONS,
        "adverb": lexicon.ADVERBS,
        "object": lexicon.OBJECTS,
        "place": lexicon.PLACES,
        "symbol": lexicon.SYMBOLS,
        "number": lexicon.TWO_DIGITS,
        "day or month": [*lexicon.WEEKDAYS, *lexicon.MONTHS],
    }
