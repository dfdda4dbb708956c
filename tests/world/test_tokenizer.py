"""Every name is one token, and text survives the way to token ids and back."""

from __future__ import annotations

from itertools import islice

import pytest

from saecircuits.world.corpus import rows
from saecircuits.world.facts import FACT_WORDS
from saecircuits.world.lexicon import LEXICON_WORDS
from saecircuits.world.tokenizer import encode_words, make_tokenizer, token_ids, vocabulary


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer()


def test_every_name_is_one_token(tokenizer) -> None:
    for word in FACT_WORDS | LEXICON_WORDS:
        ids = tokenizer(word)["input_ids"]
        assert tokenizer.convert_ids_to_tokens(ids) == ["<bos>", word]


def test_rows_survive_encoding_and_decoding(tokenizer) -> None:
    ids = token_ids()
    for row in islice(rows(3), 300):
        encoded = tokenizer(" ".join(row[1:]))["input_ids"]
        assert encoded == encode_words(row, ids)
        decoded = tokenizer.decode(encoded, skip_special_tokens=True)
        assert decoded == " ".join(row[1:])
        assert tokenizer(decoded)["input_ids"] == encoded


def test_marks_need_no_blanks_before_them(tokenizer) -> None:
    tokens = tokenizer.tokenize('Mary said "the dogs are tired." (alpha [beta])')
    assert tokens == ["Mary", "said", '"', "the", "dogs", "are", "tired", ".", '"', "(", "alpha", "[", "beta", "]", ")"]


def test_unknown_words_are_unknown(tokenizer) -> None:
    ids = tokenizer("the platypus sleeps")["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["<bos>", "the", "<unk>", "sleeps"]


def test_ids_follow_the_vocabulary(tokenizer) -> None:
    assert tokenizer.convert_ids_to_tokens(list(range(len(tokenizer)))) == list(vocabulary())
    assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.unk_token_id) == (0, 1, 2)
