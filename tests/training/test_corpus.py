"""Corpora: batches of tokens, the same at every pass."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from saecircuits.errors import InputError
from saecircuits.training import Corpus
from saecircuits.world.corpus import rows
from saecircuits.world.tokenizer import encode_words, make_tokenizer, token_ids
from tests.tiny import tiny_subject


class _WorldTokenizer:
    """Only what a corpus asks of a subject."""

    tokenizer = make_tokenizer()
    context = 512


def test_the_world_comes_as_the_generator_writes_it():
    ids = token_ids()
    expected = [encode_words(row, ids) for row in islice(rows(7), 100)]
    assert list(islice(Corpus.world(7).token_rows(_WorldTokenizer()), 100)) == expected


def test_every_pass_is_the_same():
    subject = tiny_subject("llama")
    corpus = Corpus.texts(["w1 w2 w3", "w4", "", "w5 w6"])
    first, second = list(corpus.batches(subject, 2)), list(corpus.batches(subject, 2))
    assert [batch.ids.tolist() for batch in first] == [[[2, 5, 6, 7], [1, 1, 2, 8]], [[2, 9, 10]]]
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one.ids, other.ids)
        assert torch.equal(one.mask, other.mask)
    assert first[0].mask.tolist() == [[True] * 4, [False, False, True, True]]


def test_long_texts_are_cut_into_rows_that_begin_alike():
    subject = tiny_subject("gpt2")
    text = " ".join(f"w{i}" for i in range(10))
    cut = list(Corpus.texts([text], row_length=5).token_rows(subject))
    assert cut == [[2, 4, 5, 6, 7], [2, 8, 9, 10, 11], [2, 12, 13]]
    longer_than_context = Corpus.texts([" ".join(["w1"] * 200)])
    assert max(map(len, longer_than_context.token_rows(subject))) == subject.context


@pytest.mark.parametrize("texts", [[], ["", "  "], [3]])
def test_a_corpus_without_text_is_refused(texts):
    with pytest.raises(InputError):
        Corpus.texts(texts)


def test_rows_of_one_token_are_refused():
    with pytest.raises(InputError):
        Corpus.texts(["w1"], row_length=1)
