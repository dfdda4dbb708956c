"""Texts to train and to measure on, as batches of tokens for a given model.

A row of tokens is a text, or a piece of a long one. With `pack`, texts are put one after another instead, so that all
rows are full and none is padded: each text begins with the tokenizer's beginning-of-text token, and so does each row;
if there is none, the end-of-text token stands between texts. The model sees the texts before in the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from jaxtyping import Bool
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.subject import Subject, Tokens
from saecircuits.world.corpus import ROW_LENGTH, rows

from .texts import dataset_texts, file_texts, find_files

_TEXTS_AT_ONCE = 64
_TOKENS_AT_ONCE = 4096


@dataclass(frozen=True)
class Corpus:
    """Texts that can be read from the start any number of times.

    Args:
        name: what results say they were made from.
        open: begins a new pass over the texts; every pass gives the same.
        row_length: tokens in a row at most, the beginning-of-text token included; longer texts are cut into several
            rows. A model with a shorter context cuts earlier.
        pack: put texts one after another into rows of exactly `row_length` tokens; only the last row of a pass may be
            shorter.
    """

    name: str
    open: Callable[[], Iterator[str]] = field(repr=False)
    row_length: int = 1024
    pack: bool = False

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
    def texts(cls, texts: Sequence[str], name: str = "texts", row_length: int = 1024, pack: bool = False) -> Corpus:
        """Texts that are in memory.

        Raises:
            InputError: if there is none, or one is not text.
        """
        kept = [texts] if isinstance(texts, str) else list(texts)
        strange = next((text for text in kept if not isinstance(text, str)), None)
        if strange is not None:
            raise InputError(f"A corpus is made of texts, not of a {type(strange).__name__}.", "Give strings.")
        return cls(name, lambda: iter(kept), row_length, pack)._checked()

    @classmethod
    def files(
        cls,
        paths: str | Path | Sequence[str | Path],
        column: str = "text",
        whole: bool = False,
        name: str | None = None,
        row_length: int = 1024,
        pack: bool = True,
    ) -> Corpus:
        """Texts in files, read as they are needed.

        Args:
            paths: files, folders (with all that is below them) or patterns such as `"texts/*.jsonl"`. Files end in
                `.txt` or `.jsonl`, or in one of these and `.gz`; they are read in the order of their names.
            column: of a JSONL file, where each line is an object.
            whole: a `.txt` file is one text, rather than each of its paragraphs, which empty lines part. It is then
                read into memory at once.
            name: default the file's, or the first file's and how many there are.
            row_length, pack: see `Corpus`.

        Raises:
            InputError: if a file is missing or of another kind, there is no text, or, as far as the texts are read,
                a line is not JSON or lacks the column.
        """
        found = find_files(paths)
        default = found[0].name if len(found) == 1 else f"{found[0].name} and {len(found) - 1} more"
        return cls(name or default, lambda: file_texts(found, column, whole), row_length, pack)._checked()

    @classmethod
    def dataset(
        cls,
        name: str,
        split: str = "train",
        column: str = "text",
        subset: str | None = None,
        row_length: int = 1024,
        pack: bool = True,
        **options: Any,
    ) -> Corpus:
        """A Hugging Face dataset, streamed: nothing is downloaded but what is read. Needs the `datasets` package.

        Args:
            name: on the Hub, or a folder.
            split: e.g. `"train"` or `"validation"`.
            column: that holds the text.
            subset: of datasets that have several, also called configurations.
            row_length, pack: see `Corpus`.
            options: handed to `datasets.load_dataset`, e.g. `revision="…"`, which keeps every pass the same.

        Raises:
            InputError: if the package or the dataset is missing, or there is no such split, subset or column.
        """
        label = ", ".join(part for part in (name, subset, split) if part)
        return cls(label, lambda: dataset_texts(name, subset, split, column, options), row_length, pack)._checked()

    @property
    def rows_at_once(self) -> int:
        """Rows that make some 4,096 tokens: many enough for the model to be quick, few enough for its memory."""
        return max(1, _TOKENS_AT_ONCE // self.row_length)

    def separator(self, tokenizer: Any) -> int | None:
        """The token that begins packed texts, or stands between them; None if there is none, or texts are not packed.

        Like the first token of a row it is nothing to train on: its activations are of another size than all others.
        """
        if not self.pack:
            return None
        return tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id

    def used(self, tokens: Tokens, tokenizer: Any) -> Bool[Tensor, "batch position"]:
        """Which tokens of a batch to train on: not padding, not the first of a row, not what separates texts."""
        used = Replacement.replaced(tokens)
        separator = self.separator(tokenizer)
        return used if separator is None else used & (tokens.ids != separator)

    def token_rows(self, subject: Subject) -> Iterator[list[int]]:
        """One pass as rows of token ids, in order."""
        length = min(self.row_length, subject.context)
        tokenizer = subject.tokenizer
        if self.pack:
            ids_of_texts = self._ids(tokenizer, special=False)
            return _packed(ids_of_texts, length, self.separator(tokenizer), tokenizer.bos_token_id)
        return (row for ids in self._ids(tokenizer, special=True) for row in _cut(ids, length, tokenizer.bos_token_id))

    def batches(self, subject: Subject, rows: int = 64, start: int = 0) -> Iterator[Tokens]:
        """One pass as batches of `rows` rows (the last may be smaller), from batch number `start` on."""
        token_rows = islice(self.token_rows(subject), start * rows, None)
        while chunk := list(islice(token_rows, rows)):
            yield subject.tokenize(Tokens.of_rows(chunk, subject.tokenizer.pad_token_id))

    def _ids(self, tokenizer: Any, special: bool) -> Iterator[list[int]]:
        """Token ids of each text that is not blank, with or without the special tokens that the tokenizer adds."""
        texts = (text for text in self.open() if text.strip())
        while chunk := list(islice(texts, _TEXTS_AT_ONCE)):
            yield from filter(None, tokenizer(chunk, add_special_tokens=special, verbose=False)["input_ids"])

    def _checked(self) -> Corpus:
        """Itself; refused if its first text cannot be read, or it has none."""
        if not any(text.strip() for text in self.open()):
            raise InputError(
                f"The corpus {self.name!r} has no text in it.", "Give at least one text that is not empty."
            )
        return self


def _cut(ids: list[int], length: int, beginning: int | None) -> Iterator[list[int]]:
    """Rows of at most `length` ids; each begins with the beginning-of-text token if the first does."""
    yield ids[:length]
    head = ids[:1] if ids[0] == beginning else []
    room = length - len(head)
    for start in range(length, len(ids), room):
        yield head + ids[start : start + room]


def _packed(texts: Iterator[list[int]], length: int, separator: int | None, bos: int | None) -> Iterator[list[int]]:
    """Rows of exactly `length` ids, but for the last; each begins with the beginning-of-text token if there is one."""
    mark = [] if separator is None else [separator]
    head = [] if bos is None else [bos]
    row = list(head)
    for number, ids in enumerate(texts):
        at_beginning = row == head if head else number == 0
        cut = list(_cut(row + ids if at_beginning else row + mark + ids, length, bos))
        row = cut.pop() if len(cut[-1]) < length else list(head)
        yield from cut
    if len(row) > 1:
        yield row
