"""Facts about countries and cities, said in one step or composed of two."""

from __future__ import annotations

from saecircuits.world.facts import CITIES, COUNTRIES, COUNTRY_OF, RELATIONS, TAUGHT_CITIES
from saecircuits.world.sampler import Sampler

from .templates import fill, fixed_words

CITY_TEMPLATES = (
    "{city} is a city in| {answer} .",
    "the city of {city} is in| {answer} .",
    "the country containing {city} is| {answer} .",
    "one can visit {city} in| {answer} .",
)
"""In which country a city lies."""

COUNTRY_TEMPLATES = {
    "capital": (
        "the capital of {country} is| {answer} .",
        "the government of {country} sits in| {answer} .",
        "{answer} is the capital of {country} .",
    ),
    "language": ("the language of {country} is| {answer} .", "people in {country} speak| {answer} ."),
    "currency": (
        "the currency of {country} is the| {answer} .",
        "people in {country} pay with the| {answer} .",
    ),
    "continent": ("the continent of {country} is| {answer} .", "{country} is a country in| {answer} ."),
}
"""One attribute of a country."""

COMPOSED_TEMPLATES = {
    "capital": ("the capital of the country containing {city} is| {answer} .",),
    "language": (
        "the language of the country containing {city} is| {answer} .",
        "people in {city} speak| {answer} .",
    ),
    "currency": (
        "the currency of the country containing {city} is the| {answer} .",
        "people in {city} pay with the| {answer} .",
    ),
    "continent": ("the continent of the country containing {city} is| {answer} .",),
}
"""An attribute of the country in which a city lies: two hops."""

WORDS = fixed_words(
    (
        *CITY_TEMPLATES,
        *(template for templates in COUNTRY_TEMPLATES.values() for template in templates),
        *(template for templates in COMPOSED_TEMPLATES.values() for template in templates),
    )
)

_CITY_SHARE = 0.45


def fact(sampler: Sampler) -> list[str]:
    """A fact in one step: the country of a city, or an attribute of a country."""
    if sampler.chance(_CITY_SHARE):
        city = sampler.pick(CITIES)
        return fill(sampler.choose(CITY_TEMPLATES), city=city, answer=COUNTRY_OF[city].name)
    country = sampler.pick(COUNTRIES)
    relation = sampler.choose(RELATIONS)
    template = sampler.choose(COUNTRY_TEMPLATES[relation])
    return fill(template, country=country.name, answer=country.attribute(relation))


def composed_fact(sampler: Sampler) -> list[str]:
    """A fact in two steps; never about a held-out city."""
    city = sampler.pick(TAUGHT_CITIES)
    relation = sampler.choose(RELATIONS)
    template = sampler.choose(COMPOSED_TEMPLATES[relation])
    return fill(template, city=city, answer=COUNTRY_OF[city].attribute(relation))
