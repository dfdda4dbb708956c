"""Sequences without a meaning: copied with a cue, repeated without one, and nested brackets."""

from __future__ import annotations

from saecircuits.world.lexicon import ANIMALS, CLOSING, NAMES, OBJECTS, SYMBOLS, THINGS
from saecircuits.world.sampler import Sampler

from .templates import fixed_words

COPY_CUES = (("code", "again"), ("list", "repeat"), ("song", "again"))
"""Word before the sequence, word before its copy."""
MIXED_POOL = SYMBOLS + NAMES + ANIMALS + THINGS + OBJECTS

WORDS = fixed_words(word for cues in COPY_CUES for word in cues) | {"set", ":", "."}

_LENGTHS = (4, 8)
_SYMBOLS_ONLY_SHARE = 0.6
_CUED_SHARE = 0.5
_BRACKET_LENGTHS = (6, 14)
_MAX_DEPTH = 4


def draw_sequence(sampler: Sampler, shortest: int = _LENGTHS[0], longest: int = _LENGTHS[1]) -> list[str]:
    """Different words in random order."""
    pool = SYMBOLS if sampler.chance(_SYMBOLS_ONLY_SHARE) else MIXED_POOL
    return sampler.pick_distinct(pool, sampler.random.randint(shortest, longest))


def cued_copy(sampler: Sampler, sequence: list[str]) -> list[str]:
    """`code : a b c . again : a b c` without the full stop."""
    head, again = sampler.choose(COPY_CUES)
    return [head, ":", *sequence, ".", again, ":", *sequence]


def copying(sampler: Sampler) -> list[str]:
    """A sequence said twice, half of the time without any word that announces it."""
    sequence = draw_sequence(sampler)
    twice = cued_copy(sampler, sequence) if sampler.chance(_CUED_SHARE) else sequence + sequence
    return [*twice, "."]


def draw_brackets(sampler: Sampler) -> list[str]:
    """Symbols in nested brackets, all closed: `set : [ zinc ( gamma ) ]`, without the full stop.

    A bracket closes sooner once the sequence is long enough, and never right after one opened.
    """
    length = sampler.random.randint(*_BRACKET_LENGTHS)
    body = [sampler.choose(tuple(CLOSING))]
    open_brackets = [body[0]]
    while open_brackets:
        step = sampler.random.random()
        may_close = body[-1] not in CLOSING
        closes = step < (0.65 if len(body) < length else 0.8) and may_close
        if step < 0.3 and len(body) < length and len(open_brackets) < _MAX_DEPTH:
            body.append(sampler.choose(tuple(CLOSING)))
            open_brackets.append(body[-1])
        elif closes:
            body.append(CLOSING[open_brackets.pop()])
        else:
            body.append(sampler.choose(SYMBOLS))
    return ["set", ":", *body]


def brackets(sampler: Sampler) -> list[str]:
    """A sentence of nested brackets."""
    return [*draw_brackets(sampler), "."]
