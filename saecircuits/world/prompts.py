"""Prompts whose right answer is known, one kind a behaviour, in two splits that share nothing.

A prompt is first drawn bare. About half of them then get one or two other sentences before them, which share no word
of meaning with the prompt. Which split a bare prompt belongs to is decided by its words (all prompts about one city lie
in one split), so that what is tuned on one split can be checked on the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from random import Random

from saecircuits.errors import FileFormatError, InputError

from .corpus import ROW_LENGTH, sentence
from .facts import FACT_WORDS
from .held_out import split_of
from .lexicon import CONTENT_WORDS
from .prompt_kinds import BEHAVIOURS, BarePrompt
from .sampler import Sampler

SPLIT_SIZES = {"tuning": 40, "checking": 100}
"""Split -> prompts of each behaviour."""

_SEEDS = {"tuning": 101, "checking": 202}
_MEANINGFUL = CONTENT_WORDS | FACT_WORDS
_DISTRACTED_SHARE = 0.5
_MOST_DISTRACTORS = 2
_PATIENCE = 200
_BOS_WIDTH = 1


@dataclass(frozen=True)
class KnownAnswer:
    """A prompt with its right answer and a plausible wrong one.

    Args:
        behaviour: one of `BEHAVIOURS`.
        split: `"tuning"` or `"checking"`.
        text: the prompt, without `<bos>`.
        answer: the right next token.
        against: a wrong token of the same kind.
        accept: where a whole class of tokens is right (the plural verbs), that class; else empty.
        reject: the class that competes with `accept`.
        distracted: whether other sentences stand before the prompt.
        subject_position: of the noun that the verb agrees with; positions count `<bos>` as 0.
        plural: that noun's number.
        city: the city asked about, and `city_position`, its position.
        country: the country that the answer follows from.
    """

    behaviour: str
    split: str
    text: str
    answer: str
    against: str
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    distracted: bool = False
    subject_position: int | None = None
    plural: bool | None = None
    city: str | None = None
    country: str | None = None
    city_position: int | None = None


def known_answers(behaviour: str, split: str) -> list[KnownAnswer]:
    """The prompts of one behaviour and split, always the same.

    Their number is that of `SPLIT_SIZES`, or fewer where the world has no more.

    Raises:
        InputError: for an unknown behaviour or split.
    """
    _check_choice("behaviour", behaviour, tuple(BEHAVIOURS))
    _check_choice("split", split, tuple(SPLIT_SIZES))
    sampler = Sampler(Random(f"{_SEEDS[split]} {behaviour}"))
    prompts: dict[str, KnownAnswer] = {}
    misses = 0
    while len(prompts) < SPLIT_SIZES[split] and misses < _PATIENCE:
        bare = BEHAVIOURS[behaviour](sampler)
        before = _distractors(sampler, bare) if sampler.chance(_DISTRACTED_SHARE) else []
        prompt = _complete(bare, before, behaviour, split)
        if split_of(bare.split_key) == split and prompt.text not in prompts:
            prompts[prompt.text] = prompt
            misses = 0
        else:
            misses += 1
    return list(prompts.values())


def all_known_answers() -> Iterator[KnownAnswer]:
    """Every prompt of every behaviour and split."""
    for behaviour in BEHAVIOURS:
        for split in SPLIT_SIZES:
            yield from known_answers(behaviour, split)


def write_prompts(path: Path) -> None:
    """Write all known-answer prompts, one JSON object a line; fields that a behaviour does not have are left out."""
    defaults = {field.name: field.default for field in fields(KnownAnswer)}
    with path.open("w", encoding="utf-8") as file:
        for prompt in all_known_answers():
            told = {name: value for name, value in asdict(prompt).items() if value != defaults[name]}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


def read_prompts(path: Path, behaviour: str | None = None, split: str | None = None) -> list[KnownAnswer]:
    """Read known-answer prompts, all of them or those of one behaviour or split.

    Raises:
        InputError: for an unknown behaviour or split.
        FileFormatError: if a line is not a known-answer prompt.
    """
    if behaviour is not None:
        _check_choice("behaviour", behaviour, tuple(BEHAVIOURS))
    if split is not None:
        _check_choice("split", split, tuple(SPLIT_SIZES))
    lines = path.read_text(encoding="utf-8").splitlines()
    prompts = (_read_prompt(line, f"{path}:{number}") for number, line in enumerate(lines, start=1))
    return [prompt for prompt in prompts if behaviour in (None, prompt.behaviour) and split in (None, prompt.split)]


def _read_prompt(line: str, place: str) -> KnownAnswer:
    try:
        prompt = KnownAnswer(**json.loads(line))
    except (json.JSONDecodeError, TypeError) as error:
        raise FileFormatError(
            f"{place} is not a known-answer prompt: {error}.", "Write the file anew with `make world`."
        ) from error
    return replace(prompt, accept=tuple(prompt.accept), reject=tuple(prompt.reject))


def _complete(bare: BarePrompt, before: Sequence[str], behaviour: str, split: str) -> KnownAnswer:
    """The bare prompt behind the words `before`."""
    shift = _BOS_WIDTH + len(before)
    return KnownAnswer(
        behaviour=behaviour,
        split=split,
        text=" ".join([*before, *bare.words]),
        answer=bare.answer,
        against=bare.against,
        accept=bare.accept,
        reject=bare.reject,
        distracted=bool(before),
        subject_position=_shifted(bare.subject_index, shift),
        plural=bare.plural,
        city=bare.city,
        country=bare.country,
        city_position=_shifted(bare.city_index, shift),
    )


def _shifted(index: int | None, shift: int) -> int | None:
    return None if index is None else index + shift


def _distractors(sampler: Sampler, bare: BarePrompt) -> list[str]:
    """One or two sentences that share no word of meaning with the prompt and leave the row within its length."""
    taboo = _MEANINGFUL.intersection((*bare.words, bare.answer, bare.against, bare.country or ""))
    room = ROW_LENGTH - _BOS_WIDTH - len(bare.words)
    words: list[str] = []
    for _ in range(sampler.random.randint(1, _MOST_DISTRACTORS)):
        candidate = sentence(sampler)
        while not taboo.isdisjoint(candidate) or len(words) + len(candidate) > room:
            candidate = sentence(sampler)
        words += candidate
    return words


def _check_choice(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"There is no {what} {value!r}.", f"Use one of {', '.join(known)}.")
