"""Streaming activations: what is used, what is shuffled."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import Corpus, ShuffledTokens, enough, stream

SITES = (Site("mlp_in", 0), Site("mlp_out", 1))
TEXTS = ["w1 w2 w3 w4", "w5", "w6 w7 w8", "w9 w10 w11 w12 w13"]


def test_activations_are_those_of_each_row_alone(subject):
    corpus = Corpus.texts(TEXTS)
    (activations,) = stream(subject, corpus, SITES)
    for row, text in enumerate(TEXTS):
        alone = subject.read(text, SITES)
        used = activations.used[row]
        assert int(used.sum()) == len(text.split())  # all but <bos>
        for site in SITES:
            torch.testing.assert_close(activations.sites[site][row][used], alone[site][0, 1:], rtol=1e-4, atol=1e-4)


def test_enough_stops_at_the_batch_that_fills_it(subject):
    batches = list(enough(stream(subject, Corpus.texts(TEXTS), SITES[:1], rows=1), 5))
    assert len(batches) == 2


def test_shuffling_keeps_every_token_and_its_sites_together(subject):
    corpus = Corpus.texts(TEXTS)
    (activations,) = stream(subject, corpus, SITES)
    expected = activations.stacked(SITES)[activations.used]
    source = ShuffledTokens(subject, corpus, SITES, rows=4, pool=len(expected), seed=0)
    pool = source.sample()
    assert not torch.equal(pool, expected)
    order = torch.cdist(pool.flatten(1), expected.flatten(1)).argmin(1)
    assert sorted(order.tolist()) == list(range(len(expected)))
    torch.testing.assert_close(pool, expected[order])


def test_the_stream_begins_again_and_does_not_depend_on_looking_at_it(subject):
    def draw(look: bool) -> torch.Tensor:
        source = ShuffledTokens(subject, Corpus.texts(TEXTS), SITES, rows=2, pool=8, seed=1)
        if look:
            source.sample()
        return torch.stack(list(islice(source.batches(4), 20)))

    assert draw(False).shape == (20, 4, 2, subject.d_model)
    assert torch.equal(draw(False), draw(True))


def test_every_epoch_uses_every_token(subject):
    source = ShuffledTokens(subject, Corpus.texts(TEXTS), SITES[:1], rows=4, pool=13, seed=1)
    drawn = torch.cat(list(islice(source.batches(13), 50)))
    assert len(torch.unique(drawn[:, 0, 0].round(decimals=3))) >= 12


def test_a_site_that_is_not_there_is_refused(subject):
    with pytest.raises(InputError, match="layers 0 to 2"):
        next(stream(subject, Corpus.texts(TEXTS), [Site("mlp_in", 9)]))


def test_texts_of_one_token_are_refused_instead_of_waiting_for_ever(subject, monkeypatch):
    corpus = Corpus("only first tokens", lambda: iter(["w1"]), 2)
    monkeypatch.setattr(Corpus, "token_rows", lambda self, subject: iter([[2], [2]]))
    with pytest.raises(TrainingError, match="more than one token"):
        ShuffledTokens(subject, corpus, SITES, rows=2, pool=8, seed=0)


def test_activations_that_are_not_finite_name_their_site(subject, monkeypatch):
    read = subject.read

    def broken(tokens, sites):
        values = read(tokens, sites)
        values[SITES[1]][0, -1, 0] = float("inf")
        return values

    monkeypatch.setattr(subject, "read", broken)
    with pytest.raises(TrainingError, match=r"mlp_out\.1 .*float32"):
        next(stream(subject, Corpus.texts(TEXTS), SITES))
