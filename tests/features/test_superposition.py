"""Superposition in a toy: the loss against a plain count, the phase change, and what the autoencoder finds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.errors import InputError, Stopped
from saecircuits.features.superposition import ToySettings, recover, sample, toy_loss, train_toy
from saecircuits.features.superposition.autoencoder import correlation, purity
from saecircuits.progress import listening


@pytest.fixture(scope="module")
def toy():
    return train_toy(ToySettings())


@pytest.fixture(scope="module")
def found(toy):
    return recover(toy)


def test_the_loss_is_that_of_the_paper():
    generator = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(2, 3, 5, generator=generator), torch.randn(2, 5, generator=generator)
    x = sample((2, 7, 5), torch.tensor([0.2, 0.8])[:, None, None], generator)
    importance = ToySettings(decay=0.7).importance
    for run, loss in enumerate(toy_loss(weight, bias, x, importance).tolist()):
        w, b = weight[run].double().numpy(), bias[run].double().numpy()
        total = 0.0
        for row in x[run].double().numpy():
            hidden = [sum(w[j, i] * row[i] for i in range(5)) for j in range(3)]
            for i in range(5):
                out = max(0.0, sum(w[j, i] * hidden[j] for j in range(3)) + b[i])
                total += 0.7**i * (row[i] - out) ** 2
        assert loss == pytest.approx(total / 7, rel=1e-5)  # float32 against float64


def test_inputs_are_off_as_often_as_is_asked():
    x = sample((2, 20_000, 5), torch.tensor([0.0, 0.9])[:, None, None], torch.Generator().manual_seed(0))
    off = (x == 0).float().mean((1, 2))
    assert off[0] < 1e-3
    assert off[1] == pytest.approx(0.9, abs=0.01)
    assert float(x.max()) <= 1
    assert float(x[0].mean()) == pytest.approx(0.5, abs=0.01)


def test_features_come_in_as_sparsity_rises(toy):
    kept = toy.kept.sum(1).int().tolist()
    assert kept[0] == 2  # no more than neurons: the most important ones
    assert toy.kept[0].tolist() == [1, 1, 0, 0, 0]
    assert kept == sorted(kept)
    assert kept[-1] == 5
    # The pentagon: five directions of one length, a fifth of a turn apart.
    weight = toy.weight[-1].numpy()
    angles = np.sort(np.degrees(np.arctan2(weight[1], weight[0])) % 360)
    np.testing.assert_allclose(np.diff([*angles, angles[0] + 360]), 72, atol=4)
    assert np.linalg.norm(weight, axis=0).std() < 0.05
    assert toy.loss[-1] < toy.loss[0] / 50


def test_two_pairs_of_opposites_lie_between(toy):
    level = toy.settings.levels.index(0.7)
    kept = toy.kept[level].bool()
    assert int(kept.sum()) == 4
    products = toy.weight[level].T @ toy.weight[level]
    opposite = products[kept][:, kept] < -0.8
    assert (opposite.sum(1) == 1).all()


def test_the_autoencoder_finds_every_feature_where_they_are_sparse(toy, found):
    for level, sparsity in enumerate(toy.settings.levels):
        kept = toy.kept[level].bool()
        if sparsity < 0.9:
            continue
        assert float(found.cosine[level][kept].min()) > 0.99
        neurons, latents = found.tracks[level][:, kept].mean(1).tolist()
        assert neurons < 0.85 < 0.9 < latents
    assert float(found.tracks[-1, 1].mean()) > 0.99
    assert found.purity[-1].tolist() == pytest.approx([0.59, 1.0], abs=0.04)
    assert float(found.unexplained[-1]) < 0.01
    np.testing.assert_allclose(found.decoder.norm(dim=2), 1, atol=1e-5)
    on = [n * (1 - sparsity) for n, sparsity in zip(toy.kept.sum(1).tolist(), toy.settings.levels, strict=True)]
    assert found.k.tolist() == [max(1, round(each)) for each in on]


def test_more_features_in_more_neurons():
    settings = ToySettings(features=12, neurons=4, levels=(0.0, 0.97))
    toy = train_toy(settings, steps=800)
    assert toy.kept.sum(1).tolist()[0] == 4
    assert toy.kept.sum(1).tolist()[1] >= 8
    found = recover(toy, steps=400)
    kept = toy.kept[1].bool()
    neurons, latents = found.tracks[1][:, kept].mean(1).tolist()
    assert latents > 0.9 > 0.7 > neurons


def test_seeds_decide_everything():
    few = ToySettings(seed=3, levels=(0.5, 0.9))
    a, b = (train_toy(few, steps=60) for _ in range(2))
    assert torch.equal(a.weight, b.weight)
    assert torch.equal(recover(a, steps=20).decoder, recover(b, steps=20).decoder)
    other = train_toy(ToySettings(seed=4, levels=(0.5, 0.9)), steps=60)
    assert not torch.equal(a.weight, other.weight)


def test_correlation_and_purity_by_hand():
    x = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]])
    units = torch.stack([x[0, :, 0], 2 * x[0, :, 0] + x[0, :, 1], torch.zeros(4)], 1)[None]
    slow = np.zeros((3, 2))
    for i in range(2):
        for j in range(2):
            slow[i, j] = np.corrcoef(units[0, :, i], x[0, :, j])[0, 1]
    np.testing.assert_allclose(correlation(units, x)[0], slow, atol=1e-6)
    # Shares of the favourite: 2 of 2 + 1, and (2 + 3) of (5 + 4).
    alive = torch.tensor([[True, True, False]])
    assert float(purity(units, x, alive)) == pytest.approx((2 / 3 + 5 / 9) / 2)


def test_it_can_be_watched_and_stopped():
    seen = []
    few = ToySettings(levels=(0.5, 0.9))
    train_toy(few, steps=32, watch=seen.append)
    assert len(seen) == 16
    assert seen[0].weight.shape == (2, 2, 5)

    def stop(what: str, done: int, total: int) -> None:
        if done > 5:
            raise Stopped("enough")

    with listening(stop), pytest.raises(Stopped):
        train_toy(few, steps=32)


@pytest.mark.parametrize(
    "bad",
    [
        {"features": 2, "neurons": 2},
        {"neurons": 0},
        {"features": 41},
        {"decay": 0.0},
        {"decay": 1.5},
        {"levels": ()},
        {"levels": (0.5, 1.0)},
        {"levels": (-0.1,)},
    ],
)
def test_settings_that_cannot_be_trained_are_refused(bad):
    with pytest.raises(InputError):
        train_toy(ToySettings(**bad))
