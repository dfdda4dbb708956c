"""Streaming activations: what is used, of which model, and in what order."""

from __future__ import annotations

import copy
from itertools import islice

import pytest
import torch
from transformers import AutoModelForCausalLM

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.subject import Subject
from saecircuits.training import Corpus, Stream, enough, stream
from tests.tiny import TINY_CONFIGS, tiny_model, tiny_subject, tiny_tokenizer

SITES = (Site("mlp_in", 0), Site("mlp_out", 1))
TEXTS = ["w1 w2 w3 w4", "w5", "w6 w7 w8", "w9 w10 w11 w12 w13"]


def test_activations_are_those_of_each_row_alone(subject):
    corpus = Corpus.texts(TEXTS)
    (activations,) = stream(subject, corpus, SITES)
    (chunk,) = islice(Stream(subject, corpus, SITES).read(), 1)
    alone = [subject.read(text, SITES) for text in TEXTS]
    for row, text in enumerate(TEXTS):
        used = activations.used[row]
        assert int(used.sum()) == len(text.split())  # all but <bos>
        for site in SITES:
            torch.testing.assert_close(
                activations.sites[site][row][used], alone[row][site][0, 1:], rtol=1e-4, atol=1e-4
            )
    expected = torch.cat([torch.stack([values[site][0, 1:] for site in SITES], 1) for values in alone])
    torch.testing.assert_close(chunk, expected, rtol=1e-4, atol=1e-4)
    assert torch.equal(chunk, activations.stacked(SITES)[activations.used])


def test_enough_stops_at_the_batch_that_fills_it(subject):
    batches = list(enough(stream(subject, Corpus.texts(TEXTS), SITES[:1], rows=1), 5))
    assert len(batches) == 2


def test_separators_of_packed_texts_are_left_out(subject):
    corpus = Corpus.texts(TEXTS, row_length=7, pack=True)
    (chunk,) = islice(Stream(subject, corpus, SITES).read(), 1)
    (tokens,) = corpus.batches(subject)
    values = subject.read(tokens, SITES)
    words = tokens.ids >= 4
    assert int(words.sum()) == sum(len(text.split()) for text in TEXTS) == len(chunk)
    assert torch.equal(chunk, torch.stack([values[site][words] for site in SITES], 1))


def test_the_order_of_the_sites_is_kept_whatever_the_model_does_first(subject):
    there, back = (next(Stream(subject, Corpus.texts(TEXTS), sites).read()) for sites in (SITES, SITES[::-1]))
    assert torch.equal(there, back.flip(1))
    assert Stream(subject, Corpus.texts(TEXTS), ["mlp_out.1"]).sites == (Site("mlp_out", 1),)


def test_half_precision_comes_as_float32():
    subject = tiny_subject("llama", dtype=torch.bfloat16)
    assert next(Stream(subject, Corpus.texts(TEXTS), SITES).read()).dtype == torch.float32


def test_what_is_skipped_does_not_run_the_model(monkeypatch):
    subject = tiny_subject("llama")
    source = Stream(subject, Corpus.texts(TEXTS), SITES, rows=1)
    expected = list(islice(source.read(), 12))
    runs = []
    run = subject.run
    monkeypatch.setattr(subject, "run", lambda *args, **kwargs: runs.append(1) or run(*args, **kwargs))
    (chunk,) = islice(source.read(11), 1)
    assert torch.equal(chunk, expected[11])
    assert len(runs) == 1


def test_skipping_many_passes_reads_the_texts_once():
    opened = []
    corpus = Corpus("counted", lambda: opened.append(1) or iter(TEXTS))
    source = Stream(tiny_subject("llama"), corpus, SITES, rows=3)
    (chunk,) = islice(source.read(2 * 1000 + 1), 1)
    assert torch.equal(chunk, list(islice(source.read(), 2))[1])
    assert len(opened) == 3  # to count the batches of a pass, to read one, and for the comparison


def test_the_model_stops_after_the_last_site():
    subject = tiny_subject("llama")
    ran = []
    for layer, block in enumerate(subject.module.model.layers):
        block.register_forward_hook(lambda *_, layer=layer: ran.append(layer))
    next(Stream(subject, Corpus.texts(TEXTS), SITES).read())
    assert ran == [0]  # the site is inside block 1, which is left before its end


def _changed(**changes) -> Subject:
    """A model of another form."""
    config = copy.deepcopy(TINY_CONFIGS["llama"])
    for name, value in changes.items():
        setattr(config, name, value)
    return Subject(AutoModelForCausalLM.from_config(config), tiny_tokenizer(), "changed")


def _pair(**changes) -> dict[str, Subject]:
    return {"base": tiny_subject("llama"), "tuned": tiny_subject("llama", seed=1), **changes}


def test_two_models_read_the_same_tokens():
    models = _pair()
    sites = [Site("mlp_out", 1, "tuned"), Site("mlp_out", 1, "base"), Site("resid_post", 0, "tuned")]
    corpus = Corpus.texts(TEXTS)
    source = Stream(models, corpus, sites, rows=3)
    assert source.sites == tuple(sites)
    for index, site in enumerate(sites):
        alone = Stream(models[site.model], corpus, [site.bare], rows=3)
        for both, one in islice(zip(source.read(), alone.read(), strict=True), 3):
            assert torch.equal(both[:, index], one[:, 0])


def test_rows_fit_the_shortest_context():
    models = _pair(tuned=_changed(max_position_embeddings=10))
    source = Stream(models, Corpus.texts([" ".join(["w1"] * 30)]), [Site("mlp_in", 0, name) for name in models])
    (chunk,) = islice(source.read(), 1)
    assert len(chunk) == 30
    assert torch.allclose(chunk[0], chunk[9], atol=1e-4)  # the first word of a row of ten, again


def test_models_that_do_not_belong_together_are_refused():
    sites = [Site("mlp_out", 1, name) for name in ("base", "tuned")]
    corpus = Corpus.texts(TEXTS)
    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens(["another"])
    other = Subject(tiny_model("llama"), tokenizer, "other words")
    with pytest.raises(InputError, match=r"tiny llama and other words have different vocabularies.*share one"):
        Stream(_pair(tuned=other), corpus, sites)
    tokenizer = tiny_tokenizer()
    tokenizer.bos_token = "<eos>"
    with pytest.raises(InputError, match="different vocabularies"):
        Stream(_pair(tuned=Subject(tiny_model("llama"), tokenizer, "other beginning")), corpus, sites)
    with pytest.raises(InputError, match=r"names the model 'tuned'; the models are 'base'"):
        Stream({"base": tiny_subject("llama")}, corpus, sites)
    with pytest.raises(InputError, match=r"names the model 'base'; the models are ''"):
        Stream(tiny_subject("llama"), corpus, sites)
    with pytest.raises(InputError, match="tiny llama is 32 wide, changed 48"):
        Stream(_pair(tuned=_changed(hidden_size=48)), corpus, sites)


def test_a_site_that_is_not_there_is_refused(subject):
    for make in (stream, Stream):
        with pytest.raises(InputError, match="layers 0 to 2"):
            next(iter(make(subject, Corpus.texts(TEXTS), [Site("mlp_in", 9)])))
    with pytest.raises(InputError, match="no site"):
        Stream(subject, Corpus.texts(TEXTS), [])
    with pytest.raises(InputError, match="0 rows"):
        Stream(subject, Corpus.texts(TEXTS), SITES, rows=0)


def test_texts_of_one_token_are_refused_instead_of_waiting_for_ever(subject, monkeypatch):
    corpus = Corpus("only first tokens", lambda: iter(["w1"]), 2)
    monkeypatch.setattr(Corpus, "token_rows", lambda self, subject: iter([[2], [2]]))
    for start in (0, 7):
        with pytest.raises(TrainingError, match="more than one token"):
            list(Stream(subject, corpus, SITES, rows=2).read(start))


def _overflows(subject, monkeypatch, position: int) -> None:
    read = subject.read

    def broken(tokens, sites):
        values = read(tokens, sites)
        if 9 + 4 in tokens.ids:
            values[SITES[1]][0, position, 0] = float("inf")
        return values

    monkeypatch.setattr(subject, "read", broken)


def test_activations_that_are_not_finite_name_their_site_and_batch(subject, monkeypatch):
    _overflows(subject, monkeypatch, -1)
    with pytest.raises(TrainingError, match=r"mlp_out\.1 .*in batch 3 of 'texts'\. .*float32"):
        list(stream(subject, Corpus.texts(TEXTS), SITES, rows=1))
    with pytest.raises(TrainingError, match=r"mlp_out\.1 .*in batch 3 of 'texts'\. .*float32"):
        list(Stream(subject, Corpus.texts(TEXTS), SITES, rows=1).read())


def test_what_is_not_used_may_overflow(subject, monkeypatch):
    _overflows(subject, monkeypatch, 0)
    assert len(list(islice(Stream(subject, Corpus.texts(TEXTS), SITES, rows=1).read(), 4))) == 4
