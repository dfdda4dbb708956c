"""Known-answer prompts: their splits are disjoint and they are what they claim to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saecircuits.errors import FileFormatError, InputError
from saecircuits.world.facts import COUNTRY_OF, HELD_OUT_CITIES, RELATIONS
from saecircuits.world.grammar.agreement import PLURAL_VERBS, SINGULAR_VERBS
from saecircuits.world.held_out import names_held_out
from saecircuits.world.lexicon import NAMES, NOUNS, pluralise
from saecircuits.world.prompt_kinds import BEHAVIOURS
from saecircuits.world.prompts import KnownAnswer, all_known_answers, known_answers, read_prompts, write_prompts
from saecircuits.world.tokenizer import vocabulary

PROMPTS = list(all_known_answers())
AGREEMENT = [prompt for prompt in PROMPTS if prompt.behaviour.startswith("agreement")]
ABOUT_CITIES = [prompt for prompt in PROMPTS if prompt.city is not None]


def tokens_of(prompt: KnownAnswer) -> list[str]:
    return ["<bos>", *prompt.text.split()]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_splits_are_full_and_disjoint(behaviour: str) -> None:
    tuning, checking = (known_answers(behaviour, split) for split in ("tuning", "checking"))
    assert (len(tuning), len(checking)) == (40, 100)
    assert len({prompt.text for prompt in tuning + checking}) == 140
    for split in (tuning, checking):
        distracted = sum(prompt.distracted for prompt in split)
        assert 0.25 * len(split) <= distracted <= 0.75 * len(split)


@pytest.mark.parametrize("behaviour", [*RELATIONS, "fact.country"])
def test_splits_share_no_city(behaviour: str) -> None:
    tuning, checking = ({prompt.city for prompt in known_answers(behaviour, split)} for split in ("tuning", "checking"))
    assert len(tuning) >= 15
    assert len(checking) >= 35
    assert not tuning & checking


def test_answers_are_tokens_of_the_world() -> None:
    words = set(vocabulary())
    for prompt in PROMPTS:
        assert set(tokens_of(prompt)) <= words
        assert {prompt.answer, prompt.against, *prompt.accept, *prompt.reject} <= words
        assert prompt.answer != prompt.against
        assert not set(prompt.accept) & set(prompt.reject)
        assert len(tokens_of(prompt)) <= 64


def test_classes_hold_the_answer_and_the_wrong_one() -> None:
    classed = [prompt for prompt in PROMPTS if prompt.accept]
    assert {prompt.behaviour for prompt in classed} == {
        "agreement.prep",
        "agreement.orc",
        "agreement.src",
        "pronoun",
        "brackets",
    }
    assert all(prompt.answer in prompt.accept and prompt.against in prompt.reject for prompt in classed)


def test_the_subject_stands_where_it_is_said_to() -> None:
    plurals = {pluralise(noun) for noun in NOUNS}
    for prompt in AGREEMENT:
        assert prompt.subject_position is not None
        subject = tokens_of(prompt)[prompt.subject_position]
        assert subject in (plurals if prompt.plural else NOUNS), prompt
        assert prompt.accept == (PLURAL_VERBS if prompt.plural else SINGULAR_VERBS)
        between = set(tokens_of(prompt)[prompt.subject_position + 1 :])
        assert between & (set(NOUNS) if prompt.plural else plurals), "the noun in between has the other number"


def test_the_city_stands_where_it_is_said_to() -> None:
    assert {prompt.behaviour for prompt in ABOUT_CITIES} == {*RELATIONS, "fact.country"}
    for prompt in ABOUT_CITIES:
        assert prompt.city is not None
        assert prompt.city_position is not None
        assert tokens_of(prompt)[prompt.city_position] == prompt.city
        country = COUNTRY_OF[prompt.city]
        assert prompt.country == country.name
        if prompt.behaviour in RELATIONS:
            assert prompt.city in HELD_OUT_CITIES
            assert prompt.answer == country.attribute(prompt.behaviour)
            assert not {prompt.answer, prompt.against, country.name} & set(tokens_of(prompt))


def test_receivers_are_held_out_partners_of_the_givers() -> None:
    for prompt in PROMPTS:
        if prompt.behaviour == "indirect_object":
            assert names_held_out(prompt.answer, prompt.against)
            assert {prompt.answer, prompt.against} <= set(NAMES)
            # The giver is named twice, the receiver once.
            assert prompt.text.split().count(prompt.against) == 2
            assert prompt.text.split().count(prompt.answer) == 1


@pytest.mark.parametrize("behaviour", ["copying", "repeats"])
def test_copies_go_on_as_the_first_time(behaviour: str) -> None:
    for prompt in known_answers(behaviour, "checking"):
        words = prompt.text.split()
        assert words[words.index(words[-1]) + 1] == prompt.answer
        assert prompt.against in words


def test_prompts_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    write_prompts(path)
    assert read_prompts(path) == PROMPTS
    assert read_prompts(path, "capital", "tuning") == known_answers("capital", "tuning")
    assert read_prompts(path, split="tuning") == [prompt for prompt in PROMPTS if prompt.split == "tuning"]


def test_unknown_names_and_lines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text(json.dumps({"behaviour": "capital", "colour": "red"}) + "\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"prompts\.jsonl:1 is not a known-answer prompt"):
        read_prompts(path)
    with pytest.raises(InputError, match="no behaviour 'capitol'"):
        known_answers("capitol", "tuning")
    with pytest.raises(InputError, match="no split 'test'"):
        read_prompts(path, split="test")
