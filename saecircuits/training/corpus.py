"""Texts to train and to measure on, as batches of tokens for a given model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from saecircuits.errors import InputError
from saecircuits.subject import Subject, Tokens
from saecircuits.world.corpus import ROW_LENGTH, rows

_TEXTS_AT_ONCE = 64


@dataclass(frozen=True)
class Corpus:
    """Texts that can be read from the start any number of times.

    Args:
        name: what results say they were made from.
        open: begins a new pass over the texts; every pass gives the same.
        row_length: tokens in a row at most, the beginning-of-text token included; longer texts are cut into several
            rows. A model with a shorter context cuts earlier.
    """

    name: str
    open: Callable[[], Iterator[str]] = field(repr=False)
    row_length: int = 1024

    def __post_init__(self) -> None:
        if self.row_length < 2:
            raise InputError(f"Rows of {self.row_length} tokens predict nothing.", "Give a row length of 2 or more.")

    @classmethod
    def world(cls, seed: int = 0) -> Corpus:
        """The endless corpus of the embedded world; seeds give different rows of the same distribution."""

        def texts() -> Iterator[str]:
            return (" ".join(words[1:]) for words in rows(seed))

        return cls(f"world, seed {seed}", texts, ROW_LENGTH)

    @classmethod
    def texts(cls, texts: Sequence[str], name: str = "texts", row_length: int = 1024) -> Corpus:
        """Texts that are in memory.

        Raises:
            InputError: if there is none, or one is not text.
        """
        kept = [texts] if isinstance(texts, str) else list(texts)
        strange = next((text for text in kept if not isinstance(text, str)), None)
        if strange is not None:
            raise InputError(f"A corpus is made of texts, not of a {type(strange).__name__}.", "Give strings.")
        if not any(text.strip() for text in kept):
            raise InputError(f"The corpus {name!r} has no text in it.", "Give at least one text that is not empty.")
        return cls(name, lambda: iter(kept), row_length)

    def token_rows(self, subject: Subject) -> Iterator[list[int]]:
        """One pass as rows of token ids, in order."""
        length = min(self.row_length, subject.context)
        texts = (text for text in self.open() if text.strip())
        while chunk := list(islice(texts, _TEXTS_AT_ONCE)):
            for ids in subject.tokenizer(chunk)["input_ids"]:
                yield from _cut(ids, length, subject.tokenizer.bos_token_id)

    def batches(self, subject: Subject, rows: int = 64) -> Iterator[Tokens]:
        """One pass as batches of `rows` rows (the last may be smaller)."""
        token_rows = self.token_rows(subject)
        while chunk := list(islice(token_rows, rows)):
            yield subject.tokenize(Tokens.of_rows(chunk, subject.tokenizer.pad_token_id))


def _cut(ids: list[int], length: int, beginning: int | None) -> Iterator[list[int]]:
    """Rows of at most `length` ids; each begins with the beginning-of-text token if the first does."""
    yield ids[:length]
    head = ids[:1] if ids[0] == beginning else []
    room = length - len(head)
    for start in range(length, len(ids), room):
        yield head + ids[start : start + room]
