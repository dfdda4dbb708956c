"""The rest of the world's sentences: speech, years, opposites, days and months."""

from __future__ import annotations

from saecircuits.world.lexicon import CENTURIES, EVENTS, MONTHS, NAMES, OPPOSITES, TWO_DIGITS, WEEKDAYS
from saecircuits.world.sampler import Sampler

from .agreement import agreement
from .templates import fill, fixed_words

_SPEECH_VERBS = ("said", "shouted", "whispered")
_YEARS = (
    "the {event} lasted from the year {century} {start} to the year {century} {end} .",
    "the {event} began in {century} {start} and ended in {century} {end} .",
)
_OPPOSITE = "the opposite of {first} is {second} ."
_NEXT_DAY = "the day after {first} is {second} ."
_NEXT_MONTH = "the month after {first} is {second} ."

WORDS = fixed_words((*_YEARS, _OPPOSITE, _NEXT_DAY, _NEXT_MONTH)) | {*_SPEECH_VERBS, '"', ",", "."}

_DAYS_IN_A_ROW = 4


def speech(sampler: Sampler) -> list[str]:
    """Someone says a sentence."""
    name = sampler.pick(NAMES)
    return [name, sampler.choose(_SPEECH_VERBS), '"', *agreement(sampler), '"', "."]


def years(sampler: Sampler) -> list[str]:
    """Something ends later than it began, in the same century."""
    start = sampler.random.randrange(len(TWO_DIGITS) - 1)
    end = sampler.random.randint(start + 1, len(TWO_DIGITS) - 1)
    return fill(
        sampler.choose(_YEARS),
        event=sampler.choose(EVENTS),
        century=sampler.choose(CENTURIES),
        start=TWO_DIGITS[start],
        end=TWO_DIGITS[end],
    )


def opposite(sampler: Sampler) -> list[str]:
    """A word and its opposite, in either order."""
    first, second = sampler.random.sample(sampler.choose(OPPOSITES), 2)
    return fill(_OPPOSITE, first=first, second=second)


def calendar(sampler: Sampler) -> list[str]:
    """Days and months in their order."""
    kind = sampler.random.randrange(3)
    if kind == 0:
        return _successor(sampler, _NEXT_DAY, WEEKDAYS)
    if kind == 1:
        return _successor(sampler, _NEXT_MONTH, MONTHS)
    start = sampler.random.randrange(len(WEEKDAYS))
    days = [WEEKDAYS[(start + step) % len(WEEKDAYS)] for step in range(_DAYS_IN_A_ROW)]
    return [*" , ".join(days).split(), "."]


def _successor(sampler: Sampler, template: str, cycle: tuple[str, ...]) -> list[str]:
    index = sampler.random.randrange(len(cycle))
    return fill(template, first=cycle[index], second=cycle[(index + 1) % len(cycle)])
