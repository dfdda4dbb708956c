"""Corpora: batches of tokens, the same at every pass."""

from __future__ import annotations

import gzip
import sys
from itertools import islice

import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.errors import InputError
from saecircuits.training import Corpus
from saecircuits.world.corpus import rows
from saecircuits.world.tokenizer import encode_words, make_tokenizer, token_ids
from tests.tiny import tiny_subject, tiny_tokenizer

_TINY = tiny_subject("llama")


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


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, "utf-8")
    return path


def _rows(corpus, subject=None):
    return list(corpus.token_rows(subject or tiny_subject("llama")))


def test_packed_texts_fill_rows_that_begin_with_the_beginning_token():
    texts = ["w0 w1 w2", "w3", "", "w4 w5 w6 w7 w8", "w9"]
    assert _rows(Corpus.texts(texts, row_length=5, pack=True)) == [
        [2, 4, 5, 6, 2],  # the second text begins at the row's end ...
        [2, 7, 2, 8, 9],  # ... and goes on after the token that begins every row
        [2, 10, 11, 12, 2],
        [2, 13],
    ]


def test_a_text_that_ends_with_its_row_leaves_no_second_beginning():
    assert _rows(Corpus.texts(["w0 w1", "w2 w3", "w4"], row_length=3, pack=True)) == [[2, 4, 5], [2, 6, 7], [2, 8]]


def test_a_packed_long_text_is_cut_as_it_is_alone():
    text = " ".join(f"w{i}" for i in range(23))
    assert _rows(Corpus.texts([text], row_length=6, pack=True)) == _rows(Corpus.texts([text], row_length=6))


def _subject_with(**special):
    subject = tiny_subject("llama")
    subject.tokenizer = tiny_tokenizer()
    for name, token in special.items():
        setattr(subject.tokenizer, name, token)
    return subject


def test_without_a_beginning_token_the_end_token_stands_between_texts():
    subject = _subject_with(bos_token=None)
    corpus = Corpus.texts(["w0 w1 w2", "w3", "w4 w5"], row_length=4, pack=True)
    assert _rows(corpus, subject) == [[4, 5, 6, 3], [7, 3, 8, 9]]
    (tokens,) = corpus.batches(subject)
    assert corpus.used(tokens, subject.tokenizer).tolist() == [[False, True, True, False], [False, False, True, True]]


def test_without_both_texts_follow_each_other():
    subject = _subject_with(bos_token=None, eos_token=None)
    assert _rows(Corpus.texts(["w0 w1", "w2", "w3"], row_length=3, pack=True), subject) == [[4, 5, 6]]


def test_beginnings_and_padding_are_not_trained_on():
    subject = tiny_subject("llama")
    packed = Corpus.texts(["w0", "w1 w2", "w3"], row_length=5, pack=True)
    (tokens,) = packed.batches(subject)
    assert tokens.ids.tolist() == [[2, 4, 2, 5, 6], [1, 1, 1, 2, 7]]
    assert packed.used(tokens, subject.tokenizer).tolist() == [
        [False, True, False, True, True],
        [False, False, False, False, True],
    ]
    # what a reader wrote into a text that is not packed stays as it is
    (tokens,) = Corpus.texts(["w0 <bos> w1"]).batches(subject)
    assert Corpus.texts(["w0"]).used(tokens, subject.tokenizer).tolist() == [[False, True, True, True]]


@given(
    texts=st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=12), min_size=1, max_size=9),
    length=st.integers(2, 9),
)
@settings(max_examples=60, deadline=None)
def test_packing_keeps_every_token_once_and_in_order(texts, length):
    corpus = Corpus.texts([" ".join(f"w{i}" for i in text) for text in texts], row_length=length, pack=True)
    packed = list(corpus.token_rows(_TINY))
    assert [i for row in packed for i in row if i != 2] == [i + 4 for text in texts for i in text]
    assert all(len(row) == length for row in packed[:-1])
    assert all(row[0] == 2 for row in packed)


def test_batches_can_be_begun_anywhere():
    corpus = Corpus.texts([f"w{i} w{i + 1}" for i in range(9)])
    every = list(corpus.batches(_TINY, 2))
    for start in range(6):
        rest = list(corpus.batches(_TINY, 2, start))
        assert [batch.ids.tolist() for batch in rest] == [batch.ids.tolist() for batch in every[start:]]


def test_files_of_every_kind(tmp_path):
    paragraphs = "w1\nw2\n\n \nw3\n"
    lines = '{"text": "w4", "n": 1}\n\n{"text": "w5\\nw6"}\n'
    _write(tmp_path / "a.txt", "\ufeff" + paragraphs)
    _write(tmp_path / "deep" / "b.jsonl", lines)
    _write(tmp_path / "c.txt.gz", paragraphs)
    _write(tmp_path / "d.jsonl.gz", lines)
    _write(tmp_path / "ignored.md", "w7")
    text, jsonl = ["w1\nw2", "w3"], ["w4", "w5\nw6"]
    assert list(Corpus.files(tmp_path).open()) == text + text + jsonl + jsonl
    assert list(Corpus.files(str(tmp_path / "*.gz")).open()) == text + jsonl
    assert list(Corpus.files(str(tmp_path / "**" / "*.jsonl")).open()) == jsonl
    assert list(Corpus.files([tmp_path / "d.jsonl.gz", str(tmp_path / "a.txt")]).open()) == jsonl + text
    assert list(Corpus.files(tmp_path / "a.txt", whole=True).open()) == [paragraphs]
    assert list(Corpus.files(tmp_path / "deep" / "b.jsonl", column="text").open()) == jsonl
    assert Corpus.files(tmp_path).name == "a.txt and 3 more"
    assert Corpus.files(tmp_path / "a.txt").name == "a.txt"


def test_files_are_packed_and_read_again(tmp_path):
    corpus = Corpus.files(_write(tmp_path / "a.txt", "w0 w1\n\nw2\n\nw3 w4\n"), row_length=4)
    assert _rows(corpus) == [[2, 4, 5, 2], [2, 6, 2, 7], [2, 8]]
    assert _rows(corpus) == _rows(corpus)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", '{"text": "w1"}\n{"text": \n', r"Line 2 of .*a\.jsonl is not JSON.* one JSON object a line"),
        ("a.jsonl", '{"body": "w1", "id": 3}\n', r"Line 1 of .* has no column 'text'; it has 'body', 'id'.*column="),
        ("a.jsonl", '{"text": "w1"}\n{"body": "w1"}\n', r"Line 2 of .* has no column 'text'; it has 'body'"),
        ("a.jsonl", '{"text": 3}\n', r"Line 1 of .* holds a int in column 'text'"),
        ("a.jsonl", '["w1"]\n', r"Line 1 of .* is a JSON list"),
        ("a.txt", "\n \n", r"'a\.txt' has no text"),
        ("a.jsonl", "", r"'a\.jsonl' has no text"),
        ("a.md", "w1", r"a\.md is not a file with text.*\.txt or \.jsonl"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_the_line(tmp_path, name, text, said):
    path = _write(tmp_path / name, text)
    with pytest.raises(InputError, match=said):
        list(Corpus.files(path).open())


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no file '.*missing\.txt'"):
        Corpus.files(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="no file with text in"):
        Corpus.files(tmp_path)
    with pytest.raises(InputError, match="no file with text in"):
        Corpus.files(str(tmp_path / "*.txt"))
    with pytest.raises(InputError, match="empty"):
        Corpus.files([])
    (tmp_path / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.txt is not UTF-8"):
        Corpus.files(tmp_path / "latin.txt")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"w1\n" * 1000)[:-10])
    with pytest.raises(InputError, match=r"cut\.txt\.gz cannot be read"):
        list(Corpus.files(tmp_path / "cut.txt.gz").open())


@pytest.fixture
def offline(monkeypatch, tmp_path):
    pytest.importorskip("datasets")
    from datasets import config

    monkeypatch.setattr(config, "HF_DATASETS_OFFLINE", True)
    _write(tmp_path / "set" / "train.jsonl", "".join(f'{{"text": "w{i}", "other": {i}}}\n' for i in range(5)))
    return str(tmp_path / "set")


def test_a_dataset_is_streamed(offline):
    corpus = Corpus.dataset(offline, row_length=4)
    assert corpus.name == f"{offline}, train"
    assert list(corpus.open()) == list(corpus.open()) == ["w0", "w1", "w2", "w3", "w4"]
    assert _rows(corpus) == [[2, 4, 2, 5], [2, 6, 2, 7], [2, 8]]


def test_datasets_that_are_not_there_are_refused(offline):
    with pytest.raises(InputError, match=r"no column 'body'; it has 'text', 'other'"):
        Corpus.dataset(offline, column="body")
    with pytest.raises(InputError, match=r"holds a int in column 'other'"):
        Corpus.dataset(offline, column="other")
    with pytest.raises(InputError, match=r"split 'test'\) cannot be opened"):
        Corpus.dataset(offline, split="test")
    with pytest.raises(InputError, match=r"'/nowhere' .*cannot be opened: .*a name on the Hub or a folder"):
        Corpus.dataset("/nowhere")


def test_without_the_package_the_cure_is_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(InputError, match=r"pip install 'saecircuits\[datasets\]'"):
        Corpus.dataset("anything")
