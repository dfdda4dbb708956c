"""Prompts as a left-padded batch of token ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from saecircuits.errors import InputError


@dataclass(frozen=True)
class Tokens:
    """A batch of prompts, padded on the left.

    Attributes:
        ids: token ids `[batch, position]`.
        mask: True where a token is real, False where it is padding.
    """

    ids: Int[Tensor, "batch position"]
    mask: Bool[Tensor, "batch position"]

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[int]], padding: int | None) -> Tokens:
        """Rows of ids, of any lengths, padded on the left to the longest; with 0 where there is no padding id."""
        padding = 0 if padding is None else padding  # masked out, so any id will do
        width = max(map(len, rows))
        ids = torch.tensor([[padding] * (width - len(row)) + list(row) for row in rows])
        mask = torch.tensor([[False] * (width - len(row)) + [True] * len(row) for row in rows])
        return cls(ids, mask)

    def __len__(self) -> int:
        return len(self.ids)

    def inputs(self) -> dict[str, Tensor]:
        """The keyword arguments that a Hugging Face model takes."""
        return {"input_ids": self.ids, "attention_mask": self.mask.long()}

    def row(self, index: int) -> Tokens:
        """One prompt without its padding, still a batch."""
        return Tokens(self.ids[index][self.mask[index]][None], self.mask[index][self.mask[index]][None])


def tokenize(tokenizer: Any, prompts: str | Sequence[str] | Tensor, context: int) -> Tokens:
    """Bring prompts (text, several texts, or token ids `[position]` / `[batch, position]`) into one batch.

    Raises:
        InputError: for an empty prompt, one over the context length, unknown words, or ids outside the vocabulary.
    """
    if isinstance(prompts, Tensor):
        rows = _id_rows(prompts)
    else:
        texts = [prompts] if isinstance(prompts, str) else _texts(prompts)
        _refuse_empty(texts)
        rows = [tokenizer(text)["input_ids"] for text in texts]
        _refuse_unknown(tokenizer, texts, rows)
    _refuse_unusable(rows, len(tokenizer), context)
    return Tokens.of_rows(rows, tokenizer.pad_token_id)


def _id_rows(ids: Tensor) -> list[list[int]]:
    rows = ids[None] if ids.ndim == 1 else ids
    if rows.ndim != 2 or len(rows) == 0 or rows.is_floating_point():
        raise InputError(
            f"There is no prompt in ids of type {ids.dtype} and shape {tuple(ids.shape)}.",
            "Give whole numbers of shape [position] or [prompt, position].",
        )
    return rows.tolist()


def _texts(prompts: Any) -> list[Any]:
    if not isinstance(prompts, Iterable):
        raise InputError(f"A prompt is text, not {type(prompts).__name__}.", "Give a string, or a list of them.")
    return list(prompts)


def _refuse_empty(texts: list[str]) -> None:
    if not texts:
        raise InputError("There is no prompt in the list.", "Give at least one prompt.")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"Prompt {index} is a {type(text).__name__}, not text.", "Give a string.")
        if not text.strip():
            raise InputError(f"Prompt {index} is empty.", "Write some text for the model to go on from.")


def _refuse_unknown(tokenizer: Any, texts: list[str], rows: list[list[int]]) -> None:
    """A word that becomes the unknown token would be explained as if it had been read."""
    if tokenizer.unk_token_id is None or tokenizer.unk_token_id == tokenizer.eos_token_id:
        return  # byte-level vocabularies know every text
    for text, row in zip(texts, rows, strict=True):
        if tokenizer.unk_token_id in row:
            words = [word for word in text.split() if tokenizer.unk_token_id in tokenizer(word)["input_ids"]]
            raise InputError(
                f"The model does not know {', '.join(map(repr, words or [text]))}.", "Use words of its vocabulary."
            )


def _refuse_unusable(rows: list[list[int]], vocabulary: int, context: int) -> None:
    for index, row in enumerate(rows):
        if not row:
            raise InputError(f"Prompt {index} has no tokens.", "Give at least one token.")
        if len(row) > context:
            raise InputError(
                f"Prompt {index} has {len(row)} tokens; the model's context holds {context}.",
                f"Shorten it by {len(row) - context} tokens.",
            )
        if min(row) < 0 or max(row) >= vocabulary:
            raise InputError(
                f"Prompt {index} has a token id outside 0..{vocabulary - 1}.",
                "Use this model's own tokenizer.",
            )


def single_token(tokenizer: Any, text: str) -> int:
    """The id of `text` as one token; a word without a blank means the token that begins with one, where there is one.

    Byte-level vocabularies have both `"Paris"` and `" Paris"`, and after a word only the second can come.

    Raises:
        InputError: if the text is not one token of the vocabulary.
    """
    if not isinstance(text, str):
        raise InputError(f"The target {text!r} is not one token: it is no text.", "Give one word as a string.")
    for candidate in (" " + text, text) if text[:1].isalnum() else (text, " " + text):
        ids = tokenizer(candidate, add_special_tokens=False)["input_ids"]
        if len(ids) == 1 and ids[0] != tokenizer.unk_token_id:
            return ids[0]
    pieces = tokenizer.tokenize(text)
    cure = "Choose a word that is in the vocabulary."
    if len(pieces) > 1:
        cure = f"Choose one of its pieces, or another target: {', '.join(map(repr, pieces))}."
    raise InputError(f"The target {text!r} is not one token of this model (it becomes {pieces}).", cure)
