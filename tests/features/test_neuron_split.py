"""A neuron taken apart: shares, purity and what features explain, against plain counts."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import nnls

import saecircuits as sc
from saecircuits.errors import InputError
from saecircuits.features.neuron_split import NeuronSplitter
from saecircuits.training import Corpus
from saecircuits.widgets.disentangler_kinds import world_kinds


@pytest.fixture(scope="module")
def lab():
    return sc.load("world")


@pytest.fixture(scope="module")
def splitter(lab):
    return NeuronSplitter(lab.subject, lab.dictionaries["transcoder.2"], Corpus.world(7), 3000, world_kinds())


def plain(splitter, activation):
    """Shares by token and by kind, counted one token after the other."""
    homes = defaultdict(set)
    for kind, words in world_kinds().items():
        for word in words:
            homes[word].add(kind)
    by_token, sums, counts = defaultdict(float), defaultdict(float), defaultdict(int)
    for text, value in zip(splitter.texts, activation.astype(float), strict=True):
        by_token[text] += value**2
        if len(homes[text]) == 1:
            (kind,) = homes[text]
            sums[kind] += value**2
            counts[kind] += 1
    total = sum(by_token.values())
    shares = {text: value / total for text, value in by_token.items()}
    means = {kind: sums[kind] / counts[kind] for kind in sums}
    told = sum(sums.values()) / total
    return shares, {kind: mean / sum(means.values()) for kind, mean in means.items()} if told >= 0.2 else {}


def test_a_neuron_is_the_gated_product_of_the_model(lab, splitter):
    prompt = "the farmers near the cat are old ."
    mlp = lab.subject.module.model.layers[2].mlp
    x = lab.subject.read(prompt, [sc.Site("mlp_in", 2)])[sc.Site("mlp_in", 2)]
    expected = (mlp.act_fn(mlp.gate_proj(x)) * mlp.up_proj(x))[0, 1:].detach().numpy()
    own = NeuronSplitter(lab.subject, lab.dictionaries["transcoder.2"], Corpus.texts([prompt]))
    np.testing.assert_allclose(own.neurons, expected, rtol=1e-4, atol=1e-4)
    assert own.texts == prompt.split()
    assert not own.has_kinds


def test_shares_are_plain_counts(splitter):
    split = splitter.split(splitter.most_mixed(12))
    neuron = np.maximum(splitter.neurons[:, split.neuron.index], 0)
    for unit, activation in [
        (split.neuron, neuron),
        *((each, splitter.latents[:, each.index]) for each in split.features),
    ]:
        tokens, kinds = plain(splitter, activation)
        assert unit.breadth == pytest.approx(1 / sum(share**2 for share in tokens.values()))
        for text, share in unit.tokens:
            assert share == pytest.approx(tokens[text])
        strongest = sorted(tokens.values(), reverse=True)[: len(unit.tokens)]
        assert [share for _, share in unit.tokens] == pytest.approx(strongest)
        if kinds:
            assert unit.purity == pytest.approx(max(kinds.values()))
            assert dict(unit.kinds) == pytest.approx({kind: share for kind, share in kinds.items() if share > 0})
        else:
            assert np.isnan(unit.purity)


def test_what_features_explain_is_a_least_squares_fit(splitter):
    split = splitter.split(5, most=4)
    target = np.maximum(splitter.neurons[:, 5], 0).astype(float)
    chosen = []
    for unit in split.features:
        chosen.append(unit.index)
        _, rest = nnls(splitter.latents[:, chosen].astype(float), target)
        assert unit.share == pytest.approx(1 - rest**2 / (target @ target))
    assert split.explained == split.features[-1].share
    first = np.argmax(
        [
            latent @ target / max(np.linalg.norm(latent), 1e-12) if (latent > 0).sum() >= 10 else 0
            for latent in splitter.latents.T.astype(float)
        ]
    )
    assert split.features[0].index == first
    shares = [unit.share for unit in split.features]
    assert shares == sorted(shares)


def test_features_are_purer_than_neurons(splitter):
    neurons, features = splitter.purities()
    assert neurons < 0.45 < 0.6 < features


def test_what_cannot_be_split_is_refused(lab, splitter):
    for neuron in (-1, 384):
        with pytest.raises(InputError, match="neurons 0 to 383"):
            splitter.split(neuron)
    with pytest.raises(InputError, match="not the input of one MLP"):
        NeuronSplitter(lab.subject, sc.load_dictionaries("world/saes")[0], Corpus.world(7))
