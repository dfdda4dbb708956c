"""What sparsity costs, against a slow count with the same decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import saecircuits as sc
from saecircuits.dictionaries import Dictionary, JumpReLU
from saecircuits.errors import InputError
from saecircuits.features import sparsity_map
from saecircuits.sites import Site
from saecircuits.training import Corpus
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder

PROMPTS = ["w1 w2 w3 w4 w5", "w9 w8 w7"]


@pytest.fixture(scope="module")
def subject():
    return tiny_subject("llama")


def wired(subject, skip: bool) -> Dictionary:
    """A dictionary over two write sites, with unequal decoder rows, and a skip connection if asked."""
    generator = torch.Generator().manual_seed(3)
    reads, writes = [Site("mlp_in", 1)], [Site("mlp_out", 1), Site("mlp_out", 2)]
    dictionary = Dictionary("d", reads, writes, 40, subject.d_model, JumpReLU(0.1), skip=skip).initialise(generator)
    with torch.no_grad():
        dictionary.W_dec.mul_(torch.linspace(0.2, 3, 40)[:, None, None])
        dictionary.b_dec.copy_(torch.randn(dictionary.b_dec.shape, generator=generator))
        if dictionary.W_skip is not None:
            dictionary.W_skip.copy_(0.1 * torch.randn(dictionary.W_skip.shape, generator=generator))
    return dictionary.requires_grad_(False)


def slow_levels(subject, dictionary, prompts, steps):
    """Token by token, one prompt at a time, in float64."""
    xs, ys = [], []
    for prompt in prompts:
        read = subject.read(prompt, [*dictionary.reads, *dictionary.writes])
        for at in range(1, read[dictionary.reads[0]].shape[1]):  # the first token is not replaced
            xs.append(torch.stack([read[site][0, at] for site in dictionary.reads]))
            ys.append(torch.stack([read[site][0, at] for site in dictionary.writes]).double())
    mean = torch.stack(ys).mean(0)
    sizes = dictionary.W_dec.flatten(1).norm(dim=1).tolist()
    for k in steps:
        rest, variance, fired = [], 0.0, 0
        for x, y in zip(xs, ys, strict=True):
            z = dictionary.encode(x)
            on = sorted((i for i in range(len(z)) if z[i] > 0), key=lambda i: -float(z[i]) * sizes[i])[: k or None]
            fired += len(on)
            out = dictionary.b_dec.double().clone()
            for i in on:
                out += z[i].double() * dictionary.W_dec[i].double()
            if dictionary.W_skip is not None:
                out += torch.einsum("rd,werd->we", (x - dictionary.b_in).double(), dictionary.W_skip.double())
            rest.append(float((y - out).pow(2).sum()))
            variance += float((y - mean).pow(2).sum())
        errors = [np.sqrt(r / float((y - mean).pow(2).sum())) for r, y in zip(rest, ys, strict=True)]
        yield fired / len(xs), sum(rest) / variance, errors


@pytest.mark.parametrize("skip", [False, True])
def test_every_level_is_what_the_real_decoder_gives(subject, skip):
    dictionary = wired(subject, skip)
    found = sparsity_map(subject, [dictionary], PROMPTS)
    steps = [level.k for level in found.levels]
    assert steps[:4] == [1, 2, 3, 4]
    assert steps[-1] == 0
    for level, (l0, fvu, errors) in zip(found.levels, slow_levels(subject, dictionary, PROMPTS, steps), strict=True):
        assert level.l0 == pytest.approx(l0)
        assert level.fvu == pytest.approx(fvu, rel=1e-4)  # float32 against float64
        np.testing.assert_allclose(level.errors, errors, rtol=1e-4)


def test_cells_are_all_that_fires_ranked_by_what_it_writes(subject):
    dictionary = wired(subject, skip=False)
    found = sparsity_map(subject, [dictionary], PROMPTS)
    assert found.texts == ("w1", "w2", "w3", "w4", "w5", "w9", "w8", "w7")  # all but the token that begins a text
    assert found.prompts.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    sizes = dictionary.W_dec.flatten(1).norm(dim=1)
    x = torch.cat([subject.read(p, dictionary.reads)[dictionary.reads[0]][0, 1:] for p in PROMPTS])[:, None]
    z = dictionary.encode(x)
    assert len(found.cells.value) == int((z > 0).sum())
    for feature, token, rank, value in zip(
        found.cells.feature, found.cells.token, found.cells.rank, found.cells.value, strict=True
    ):
        written = z[token] * sizes
        assert value == pytest.approx(float(z[token, feature]), rel=1e-5)
        assert rank == int((written > written[feature]).sum())


def test_with_all_features_it_says_what_evaluate_says():
    lab = sc.load("world")
    corpus = Corpus.world(5)
    evaluation = sc.evaluate(lab, corpus, tokens=4096)
    scores, name = evaluation.dictionaries["transcoder.1"], "transcoder.1"
    found = sparsity_map(
        lab.subject, [lab.dictionaries[name]], ["Krakow is in Poland"], corpus, tokens=evaluation.tokens
    )
    level = found.levels[-1]
    assert level.l0 == pytest.approx(scores.l0)
    assert level.fvu == pytest.approx(scores.fvu, rel=1e-3)  # sums in float32 on one side
    fvus = [each.fvu for each in found.levels]
    assert fvus == sorted(fvus, reverse=True)


def test_a_family_is_taken_as_it_is(subject):
    family = [random_transcoder(1, subject.d_model, k=k) for k in (12, 3)]
    for each, name in zip(family, ("wide", "narrow"), strict=True):
        each.name = name
    found = sparsity_map(subject, family, PROMPTS)
    assert found.members == ("wide", "narrow")
    assert [(level.member, level.k) for level in found.levels] == [(1, 0), (0, 0)]
    assert [level.l0 for level in found.levels] == [3, pytest.approx(12, abs=1)]
    assert set(found.cells.member.tolist()) == {0, 1}


def test_what_cannot_be_shown_is_refused(subject):
    one = random_transcoder(1, subject.d_model)
    strange: list[Any] = [[], [""], ["w1 w2", " "], [7]]
    for prompts in strange:
        with pytest.raises(InputError):
            sparsity_map(subject, [one], prompts)
    with pytest.raises(InputError, match="same sites"):
        sparsity_map(subject, [one, random_transcoder(2, subject.d_model)], PROMPTS)
    with pytest.raises(InputError, match="share a name"):
        sparsity_map(subject, [one, random_transcoder(1, subject.d_model)], PROMPTS)
    with pytest.raises(InputError, match="no dictionary"):
        sparsity_map(subject, [], PROMPTS)
