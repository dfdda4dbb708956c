"""The corpus: endless rows of sentences drawn from the grammar in fixed proportions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from random import Random

from .grammar.agreement import agreement
from .grammar.everyday import calendar, opposite, speech, years
from .grammar.geography import composed_fact, fact
from .grammar.people import biography, exchange, pronoun
from .grammar.sequences import brackets, copying
from .sampler import Sampler

BOS = "<bos>"
ROW_LENGTH = 64

SHARES: dict[Callable[[Sampler], list[str]], float] = {
    fact: 0.20,
    composed_fact: 0.11,
    biography: 0.07,
    pronoun: 0.09,
    agreement: 0.15,
    exchange: 0.14,
    copying: 0.10,
    brackets: 0.05,
    speech: 0.03,
    years: 0.03,
    opposite: 0.01,
    calendar: 0.02,
}
"""Sentence kind -> its share of the sentences (not of the words)."""

_KINDS = tuple(SHARES)
_CUMULATIVE_SHARES = tuple(accumulate(SHARES.values()))


def sentence(sampler: Sampler) -> list[str]:
    """One sentence of any kind."""
    kind = sampler.random.choices(_KINDS, cum_weights=_CUMULATIVE_SHARES)[0]
    return kind(sampler)


def row(sampler: Sampler, length: int = ROW_LENGTH) -> list[str]:
    """`<bos>` and sentences, cut off at `length` words."""
    words = [BOS]
    while len(words) < length:
        words += sentence(sampler)
    return words[:length]


def rows(seed: int, length: int = ROW_LENGTH, skew: float = 1.0) -> Iterator[list[str]]:
    """An endless stream of rows, the same for the same seed.

    Args:
        seed: of the random state.
        length: words in a row, `<bos>` included.
        skew: 1 draws all entities equally often; above 1 the first ones of each list are preferred.
    """
    sampler = Sampler(Random(seed), skew)
    while True:
        yield row(sampler, length)
