"""Two prompts, position by position: which places of one stand for which of the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from saecircuits.errors import InputError
from saecircuits.subject import Subject, Tokens


@dataclass(frozen=True)
class Pair:
    """A clean and a corrupted prompt.

    Attributes:
        clean, corrupted: their tokens.
        places: positions in the clean and in the corrupted prompt that stand for one another, in order.
        differ: whether the tokens there differ.
        texts: by place, the two tokens as text.
        note: how they were aligned, where they are not equally long; else empty.
    """

    clean: Tokens
    corrupted: Tokens
    places: tuple[tuple[int, int], ...]
    differ: tuple[bool, ...]
    texts: tuple[tuple[str, str], ...]
    note: str


def pair_of(subject: Subject, clean: str, corrupted: str) -> Pair:
    """Two prompts, place by place.

    Prompts of one length stand for one another position by position. Of different lengths, what they share at the
    beginning and at the end does, and of what lies between the last tokens, where a word that takes several is read.

    Raises:
        InputError: if they are the same, or of different lengths and do not end alike.
    """
    left, right = subject.tokenize_one(clean), subject.tokenize_one(corrupted)
    ours, theirs = left.ids[0].tolist(), right.ids[0].tolist()
    if ours == theirs:
        raise InputError("The two prompts are the same.", "Change a word of one of them.")
    places, note = _aligned(ours, theirs)
    texts = zip(
        subject.token_texts([ours[here] for here, _ in places]),
        subject.token_texts([theirs[there] for _, there in places]),
        strict=True,
    )
    differ = tuple(ours[here] != theirs[there] for here, there in places)
    return Pair(left, right, tuple(places), differ, tuple(texts), note)


def _aligned(ours: list[int], theirs: list[int]) -> tuple[list[tuple[int, int]], str]:
    if len(ours) == len(theirs):
        return [(position, position) for position in range(len(ours))], ""
    shortest = min(len(ours), len(theirs))
    before = _shared(ours, theirs)
    after = min(_shared(ours[::-1], theirs[::-1]), shortest - before)
    counts = f"The clean prompt has {len(ours)} tokens, the corrupted one {len(theirs)}"
    if after == 0:
        raise InputError(
            f"{counts}, and they do not end alike, so their positions cannot be matched.",
            "Give two prompts of as many tokens, or that end with the same words.",
        )
    first = [(position, position) for position in range(before)]
    last = [(len(ours) - back, len(theirs) - back) for back in range(shortest - before, 0, -1)]
    left_out = abs(len(ours) - len(theirs))
    some = "one token" if left_out == 1 else f"{left_out} tokens"
    return first + last, f"{counts}: matched at the {before} first and the {shortest - before} last, {some} left out."


def _shared(ours: list[int], theirs: list[int]) -> int:
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(ours, theirs, strict=False)))
