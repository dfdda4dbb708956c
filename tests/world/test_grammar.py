"""The corpus says what the facts say, and never says what is held out."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, islice
from random import Random

import pytest

from saecircuits.world.corpus import BOS, ROW_LENGTH, SHARES, rows, sentence
from saecircuits.world.facts import COUNTRIES, COUNTRY_OF, FACT_WORDS, HELD_OUT_CITIES, RELATIONS, TAUGHT_CITIES
from saecircuits.world.grammar.agreement import PLURAL_VERBS, SINGULAR_VERBS, agreement
from saecircuits.world.grammar.people import biography, exchange, pronoun
from saecircuits.world.grammar.sequences import brackets
from saecircuits.world.held_out import names_held_out, nouns_held_out
from saecircuits.world.lexicon import CLOSING, NAMES, NOUNS, is_female, pluralise
from saecircuits.world.prompts import known_answers
from saecircuits.world.sampler import Sampler
from saecircuits.world.tokenizer import vocabulary

SINGULAR = {form: noun for noun in NOUNS for form in (noun, pluralise(noun))}


def draw(kind, count: int, seed: int = 0) -> list[list[str]]:
    sampler = Sampler(Random(seed))
    return [kind(sampler) for _ in range(count)]


@pytest.fixture(scope="module")
def sentences() -> list[list[str]]:
    return draw(sentence, 40_000)


def test_the_world_has_thirty_countries_of_six_cities() -> None:
    assert len(COUNTRIES) == 30
    assert all(len(country.cities) == 6 for country in COUNTRIES)
    assert len(COUNTRY_OF) == 180
    assert len(HELD_OUT_CITIES) == 60
    assert not set(HELD_OUT_CITIES) & set(TAUGHT_CITIES)


def test_a_name_stands_for_one_thing() -> None:
    places = [city for city in COUNTRY_OF] + [country.name for country in COUNTRIES]
    places += [country.capital for country in COUNTRIES]
    assert max(Counter([*places, *NAMES]).values()) == 1


def test_shares_add_up() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_held_out_cities_are_never_composed_with(sentences: list[list[str]]) -> None:
    attributes = {country.name: {*map(country.attribute, RELATIONS)} for country in COUNTRIES}
    composed = Counter(
        city
        for words in sentences
        for city in set(words) & set(COUNTRY_OF)
        if attributes[COUNTRY_OF[city].name] & set(words)
    )
    assert not set(composed) & set(HELD_OUT_CITIES)
    assert set(composed) == set(TAUGHT_CITIES), "the sample is too small to show anything"


def test_held_out_cities_are_placed_in_their_country(sentences: list[list[str]]) -> None:
    names = {country.name for country in COUNTRIES}
    said = {
        (city, country)
        for words in sentences
        for city in set(words) & set(HELD_OUT_CITIES)
        for country in set(words) & names
    }
    assert said == {(city, COUNTRY_OF[city].name) for city in HELD_OUT_CITIES}


def test_held_out_pairs_of_people_never_give() -> None:
    pairs = {tuple(sorted(set(words) & set(NAMES))) for words in draw(exchange, 20_000)}
    assert all(len(pair) == 2 for pair in pairs)
    assert not any(names_held_out(*pair) for pair in pairs)
    possible = [pair for pair in combinations(sorted(NAMES), 2) if not names_held_out(*pair)]
    assert len(pairs) > 0.99 * len(possible), "the sample is too small to show anything"


def test_held_out_pairs_of_nouns_never_agree() -> None:
    pairs = set()
    for words in draw(agreement, 20_000):
        nouns = [SINGULAR[word] for word in words if word in SINGULAR]
        if len(nouns) == 2:
            pairs.add(tuple(nouns))
    assert len(pairs) > 1000, "the sample is too small to show anything"
    assert not any(nouns_held_out(*pair) for pair in pairs)


@pytest.mark.parametrize(
    "behaviour", ["agreement.prep", "agreement.orc", "agreement.src", "indirect_object", "pronoun", *RELATIONS]
)
def test_the_corpus_never_says_a_prompt_with_its_answer(behaviour: str, sentences: list[list[str]]) -> None:
    prompts = [prompt for split in ("tuning", "checking") for prompt in known_answers(behaviour, split)]
    asked = {(*prompt.text.split(), prompt.answer) for prompt in prompts if not prompt.distracted}
    said = {tuple(words[:length]) for words in sentences for length in range(3, len(words) + 1)}
    assert asked
    assert not asked & said


def test_verbs_agree_with_the_first_noun() -> None:
    for words in draw(agreement, 5_000):
        plural = next(word for word in words if word in SINGULAR) not in NOUNS
        verb = [word for word in words if word in SINGULAR_VERBS + PLURAL_VERBS][-1]
        assert verb in (PLURAL_VERBS if plural else SINGULAR_VERBS), " ".join(words)


def test_pronouns_agree_with_their_subject() -> None:
    female_heads = {"aunt", "queen", "mother", "princess"}
    for words in draw(pronoun, 5_000):
        female = is_female(words[0]) if words[0] in NAMES else words[1] in female_heads
        assert bool({"she", "her", "herself"} & set(words)) == female, " ".join(words)
        assert bool({"he", "his", "himself"} & set(words)) != female, " ".join(words)


def test_biographies_tell_the_facts_of_one_country() -> None:
    for words in draw(biography, 2_000):
        city = words[words.index("from") + 1]
        country = COUNTRY_OF[city]
        allowed = {city, country.name, country.language, country.currency}
        assert set(words) & FACT_WORDS <= allowed, " ".join(words)


def test_brackets_are_balanced() -> None:
    for words in draw(brackets, 2_000):
        waiting = []
        for word in words:
            if word in CLOSING:
                waiting.append(CLOSING[word])
            elif word in CLOSING.values():
                assert waiting.pop() == word, " ".join(words)
        assert not waiting


def test_rows_are_the_same_for_the_same_seed_only() -> None:
    first, again, other = (list(islice(rows(seed), 50)) for seed in (5, 5, 6))
    assert first == again
    assert first != other
    assert all(len(row) == ROW_LENGTH and row[0] == BOS for row in first)


def test_skew_prefers_early_entities() -> None:
    def share_of_first_ten(skew: float) -> float:
        sampler = Sampler(Random(1), skew)
        return sum(sampler.pick(TAUGHT_CITIES) in TAUGHT_CITIES[:10] for _ in range(4_000)) / 4_000

    # An entry below `x` of the list is drawn with probability `x ** (1 / skew)`; five standard deviations are 0.04.
    assert share_of_first_ten(1.0) == pytest.approx(10 / 120, abs=0.04)
    assert share_of_first_ten(5.0) == pytest.approx((10 / 120) ** 0.2, abs=0.04)


def test_the_vocabulary_is_exactly_what_the_grammar_says(sentences: list[list[str]]) -> None:
    said = {word for words in sentences for word in words}
    assert said | {"<pad>", "<bos>", "<unk>"} == set(vocabulary())
