"""Prompts: what becomes a batch, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st

from saecircuits.errors import InputError
from saecircuits.subject import Tokens, single_token, tokenize
from tests.tiny import tiny_tokenizer

TOKENIZER = tiny_tokenizer()


@given(st.lists(st.lists(st.integers(0, 55), min_size=1, max_size=9), min_size=1, max_size=5))
def test_text_and_padding(rows: list[list[int]]) -> None:
    tokens = tokenize(TOKENIZER, [" ".join(f"w{i}" for i in row) for row in rows], context=64)
    width = 1 + max(map(len, rows))
    assert tokens.ids.shape == tokens.mask.shape == (len(rows), width)
    for number, row in enumerate(rows):
        expected = [2, *(i + 4 for i in row)]
        assert tokens.ids[number].tolist() == [1] * (width - len(expected)) + expected
        assert tokens.mask[number].tolist() == [False] * (width - len(expected)) + [True] * len(expected)
        assert tokens.row(number).ids.tolist() == [expected]
        assert tokens.row(number).mask.all()
    assert len(tokens) == len(rows)
    inputs = tokens.inputs()
    assert set(inputs) == {"input_ids", "attention_mask"}
    assert inputs["attention_mask"].dtype == torch.int64


@pytest.mark.parametrize("ids", [torch.tensor([2, 5, 6]), torch.tensor([[2, 5, 6]])], ids=["row", "batch"])
def test_token_ids_are_taken_as_they_are(ids: torch.Tensor) -> None:
    tokens = tokenize(TOKENIZER, ids, context=64)
    assert tokens.ids.tolist() == [[2, 5, 6]]
    assert tokens.mask.all()


@pytest.mark.parametrize(
    ("prompts", "reason"),
    [
        ("", r"Prompt 0 is empty.*Write some text"),
        (" \n\t", "Prompt 0 is empty"),
        (["w1", ""], "Prompt 1 is empty"),
        ([], "no prompt in the list"),
        (["w1", None], "Prompt 1 is a NoneType, not text"),
        (["w1", ["w2"]], "Prompt 1 is a list, not text"),
        (None, "NoneType"),
        (7, "int"),
        ("w1 Warsaw w2 Gdansk", r"does not know 'Warsaw', 'Gdansk'"),
        ("w1 " * 64, r"has 65 tokens; the model's context holds 64.*Shorten it by 1 tokens"),
        (torch.zeros(1, 70, dtype=torch.long), "has 70 tokens"),
        (torch.tensor([60]), r"token id outside 0\.\.59.*own tokenizer"),
        (torch.tensor([-1]), "token id outside"),
        (torch.zeros(0, dtype=torch.long), "has no tokens"),
        (torch.zeros(2, 0, dtype=torch.long), "has no tokens"),
        (torch.zeros(0, 3, dtype=torch.long), "no prompt"),
        (torch.tensor(5), "shape"),
        (torch.zeros(1, 1, 1, dtype=torch.long), "shape"),
        (torch.tensor([1.5]), "float32"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_prompts_that_cannot_be_used_are_refused(prompts: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        tokenize(TOKENIZER, prompts, context=64)


def test_a_prompt_as_long_as_the_context_is_taken() -> None:
    assert tokenize(TOKENIZER, "w1 " * 63, context=64).ids.shape == (1, 64)


def test_a_batch_stays_a_batch(subject) -> None:
    tokens = subject.tokenize("w1 w2")
    again = subject.tokenize(tokens)
    assert isinstance(again, Tokens)
    assert again.ids.tolist() == tokens.ids.tolist()


def test_single_tokens_are_found_with_and_without_a_blank() -> None:
    assert single_token(TOKENIZER, "w3") == single_token(TOKENIZER, " w3") == 7


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("w1 w2", r"'w1 w2' is not one token.*becomes \['w1', 'w2'\].*one of its pieces.*'w1', 'w2'"),
        ("Warsaw", r"is not one token of this model.*Choose a word that is in the vocabulary"),
        ("", "'' is not one token"),
        (None, "None is not one token"),
        (7, "7 is not one token"),
        (["w1"], "is not one token"),
    ],
    ids=str,
)
def test_a_target_that_is_not_one_token_is_refused(text: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        single_token(TOKENIZER, text)


def test_token_texts_keep_their_places(subject) -> None:
    assert subject.token_texts(subject.tokenize("w1 w2").ids[0]) == ["<bos>", "w1", "w2"]
    assert subject.token_texts([5, 2]) == ["w1", "<bos>"]
