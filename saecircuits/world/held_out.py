"""Which combinations the corpus never shows, and which prompts are for tuning.

Both are decided by a checksum of the words themselves, so that they need no list and no random state.
"""

from __future__ import annotations

import zlib

HELD_OUT_PERCENT = 15
TUNING_PERCENT = 30


def _percentile(*keys: str) -> int:
    return zlib.crc32("|".join(keys).encode()) % 100


def names_held_out(first: str, second: str) -> bool:
    """Whether these two people never occur together in a sentence about giving, in either order."""
    return _percentile("names", *sorted((first, second))) < HELD_OUT_PERCENT


def nouns_held_out(subject: str, attractor: str) -> bool:
    """Whether this subject never stands before this other noun in a sentence of the corpus."""
    return _percentile("nouns", subject, attractor) < HELD_OUT_PERCENT


def pronoun_held_out(subject: str, frame: str) -> bool:
    """Whether this subject never occurs in this sentence frame that asks for a pronoun."""
    return _percentile("pronoun", subject, frame) < HELD_OUT_PERCENT


def split_of(key: str) -> str:
    """`"tuning"` or `"checking"` for a prompt; `key` is what no prompt of the other split may share."""
    return "tuning" if _percentile("split", key) < TUNING_PERCENT else "checking"
