"""Sentences about people: where they come from, what they do to themselves, whom they give things."""

from __future__ import annotations

from dataclasses import dataclass

from saecircuits.world.facts import CITIES, COUNTRY_OF, TAUGHT_CITIES
from saecircuits.world.held_out import names_held_out, pronoun_held_out
from saecircuits.world.lexicon import (
    ANIMALS,
    FEMALE_NAMES,
    FEMALE_PRONOUNS,
    MALE_NAMES,
    MALE_PRONOUNS,
    NAMES,
    OBJECTS,
    OCCUPATIONS,
    PLACES,
    is_female,
)
from saecircuits.world.sampler import Sampler

from .templates import fill, fill_prompt, fixed_words

_BIOGRAPHY_START = "{name} is a {occupation} from {city} ."
_BIOGRAPHY_LANGUAGE = "{he} speaks {language} ."
_BIOGRAPHY_ANIMAL = ("{his} favorite animal is the {animal} .", "{he} has a {animal} .")
_BIOGRAPHY_END = (
    "{name} likes the {animal} .",
    "{he} pays with the {currency} .",
    "{his} country is {country} .",
)

_PRONOUN_FRAMES = (
    "{subject} lost| {his} keys .",
    "{subject} said that| {he} was late .",
    "{subject} hurt| {himself} yesterday .",
    "{subject} smiled because| {he} was happy .",
    "{subject} forgot| {his} bag .",
    "{subject} arrived late because| {he} was busy .",
    "{subject} sold| {his} car .",
    "{subject} knows that| {he} is right .",
)
_NAMED_SUBJECTS = (
    "{name}",
    "{name} from {city}",
    "{name} , who knows {other} ,",
    "{name} , a friend of {other} ,",
)
_MALE_SUBJECTS = ("the uncle of {other}", "the king", "the father of {other}", "the prince")
_FEMALE_SUBJECTS = ("the aunt of {other}", "the queen", "the mother of {other}", "the princess")
_SUBJECTS = _NAMED_SUBJECTS + _MALE_SUBJECTS + _FEMALE_SUBJECTS

_EXCHANGES = (
    "when {first} and {second} went to the {place} , {giver} gave a {object} to| {receiver} .",
    "{first} and {second} were at the {place} and {giver} handed a {object} to| {receiver} .",
    "after {first} and {second} arrived at the {place} , {giver} offered a {object} to| {receiver} .",
    "{first} met {second} in the {place} . then {giver} gave the {object} to| {receiver} .",
    "while {first} and {second} walked to the {place} , {giver} sold a {object} to| {receiver} .",
    "{first} and {second} had a talk at the {place} . {giver} decided to give a {object} to| {receiver} .",
)

WORDS = fixed_words(
    (
        _BIOGRAPHY_START,
        _BIOGRAPHY_LANGUAGE,
        *_BIOGRAPHY_ANIMAL,
        *_BIOGRAPHY_END,
        *_PRONOUN_FRAMES,
        *_SUBJECTS,
        *_EXCHANGES,
    )
)

_OTHER_GENDER_SHARE = 0.7


@dataclass(frozen=True)
class PronounScene:
    """A sentence that stops before a pronoun.

    Args:
        prompt: the words before the pronoun.
        pronoun: the one that agrees with the subject.
        wrong: the same of the other gender.
        sentence: the whole sentence.
    """

    prompt: list[str]
    pronoun: str
    wrong: str
    sentence: list[str]


@dataclass(frozen=True)
class ExchangeScene:
    """A sentence in which one of two people gives the other something; it stops before the receiver."""

    prompt: list[str]
    giver: str
    receiver: str


def biography(sampler: Sampler) -> list[str]:
    """Three or four short sentences about one person; their city is never a held-out one."""
    name = sampler.pick(NAMES)
    city = sampler.pick(TAUGHT_CITIES)
    country = COUNTRY_OF[city]
    gaps = {
        **_pronouns(is_female(name)),
        "name": name,
        "occupation": sampler.choose(OCCUPATIONS),
        "animal": sampler.choose(ANIMALS),
        "city": city,
        "country": country.name,
        "language": country.language,
        "currency": country.currency,
    }
    middle = [_BIOGRAPHY_LANGUAGE, sampler.choose(_BIOGRAPHY_ANIMAL)]
    sampler.random.shuffle(middle)
    templates = [_BIOGRAPHY_START, *middle, sampler.choose(_BIOGRAPHY_END)]
    return [word for template in templates for word in fill(template, **gaps)]


def draw_pronoun(sampler: Sampler, *, held_out: bool = False) -> PronounScene:
    """Draw a scene whose subject and frame occur together in the corpus, or never do."""
    while True:
        subject_template = sampler.choose(_SUBJECTS if sampler.chance(0.5) else _NAMED_SUBJECTS)
        frame = sampler.choose(_PRONOUN_FRAMES)
        name, other = _draw_two_people(sampler)
        named = subject_template in _NAMED_SUBJECTS
        if name != other and pronoun_held_out(name if named else subject_template, frame) == held_out:
            break
    female = is_female(name) if named else subject_template in _FEMALE_SUBJECTS
    subject = subject_template.format(name=name, other=other, city=sampler.pick(CITIES))
    gap = frame.split("{")[2].split("}")[0]
    return PronounScene(
        prompt=fill_prompt(frame, subject=subject),
        pronoun=_pronouns(female)[gap],
        wrong=_pronouns(not female)[gap],
        sentence=fill(frame, subject=subject, **_pronouns(female)),
    )


def pronoun(sampler: Sampler) -> list[str]:
    """A sentence with a pronoun that agrees with its subject."""
    return draw_pronoun(sampler).sentence


def draw_exchange(sampler: Sampler, *, held_out: bool = False) -> ExchangeScene:
    """Draw a scene of two people who occur together in the corpus, or who never do."""
    while True:
        first, second = sampler.pick_distinct(NAMES, 2)
        if names_held_out(first, second) == held_out:
            break
    giver, receiver = (first, second) if sampler.chance(0.5) else (second, first)
    prompt = fill_prompt(
        sampler.choose(_EXCHANGES),
        first=first,
        second=second,
        giver=giver,
        place=sampler.choose(PLACES),
        object=sampler.choose(OBJECTS),
    )
    return ExchangeScene(prompt, giver, receiver)


def exchange(sampler: Sampler) -> list[str]:
    """A sentence in which someone gives someone something."""
    scene = draw_exchange(sampler)
    return [*scene.prompt, scene.receiver, "."]


def _draw_two_people(sampler: Sampler) -> tuple[str, str]:
    """Two names, mostly a man's and a woman's; they may be equal."""
    name = sampler.pick(NAMES)
    if not sampler.chance(_OTHER_GENDER_SHARE):
        return name, sampler.pick(NAMES)
    return name, sampler.pick(MALE_NAMES if is_female(name) else FEMALE_NAMES)


def _pronouns(female: bool) -> dict[str, str]:
    return FEMALE_PRONOUNS if female else MALE_PRONOUNS
