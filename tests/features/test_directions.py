"""Directions of several dictionaries, their true neighbours, their groups, and the picture of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.features import directions as module
from saecircuits.features.clusters import cluster_names, clusters
from saecircuits.features.directions import directions, nearest
from saecircuits.features.plane import plane, principal, trust
from saecircuits.sites import Site

FEATURES = 40


def _dictionary(name: str, writes: list[Site], width: int = 6, seed: int = 0) -> Dictionary:
    made = Dictionary(name, writes, writes, FEATURES, width, TopK(3))
    with torch.no_grad():
        made.W_dec.copy_(torch.randn(made.W_dec.shape, generator=torch.Generator().manual_seed(seed)))
        made.W_dec[4] = 0
    return made


def _sites(*layers: int) -> list[Site]:
    return [Site("resid_post", layer) for layer in layers]


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _heaps(count: int = 6, members: int = 30, width: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Tight heaps of directions, far from each other, and which heap each is in."""
    random = np.random.default_rng(3)
    middles = np.linalg.qr(random.normal(size=(width, width)))[0][:count]
    heap = np.repeat(np.arange(count), members)
    return _unit(middles[heap] + 0.12 * random.normal(size=(len(heap), width))), heap


def test_one_site_gives_the_decoder_rows_of_unit_norm() -> None:
    a, b = _dictionary("a", _sites(0)), _dictionary("b", _sites(1), seed=1)
    found = directions([a, b])
    assert found.shape == (2 * FEATURES, 6)
    slow = np.concatenate([each.W_dec[:, 0].detach().double().numpy() for each in (a, b)])
    for row in (0, 17, 55):
        np.testing.assert_allclose(found[row], slow[row] / np.linalg.norm(slow[row]), atol=1e-6)
    assert not found[4].any()  # what writes nothing has no direction


def test_sites_stand_side_by_side_each_in_its_unit_or_are_summed() -> None:
    crosscoder = _dictionary("c", _sites(0, 1))
    with torch.no_grad():
        crosscoder.W_dec[:, 1] *= 100  # large activations at one place do not outweigh the other
    found = directions([crosscoder])
    rows = crosscoder.W_dec.detach().double().numpy()
    scaled = np.concatenate([rows[:, i] / np.sqrt((rows[:, i] ** 2).sum(1).mean()) for i in (0, 1)], axis=1)
    np.testing.assert_allclose(found[7], scaled[7] / np.linalg.norm(scaled[7]), atol=1e-6)
    summed = directions([crosscoder, _dictionary("d", _sites(1))])
    total = rows[7].sum(0)
    assert summed.shape == (2 * FEATURES, 6)
    np.testing.assert_allclose(summed[7], total / np.linalg.norm(total), atol=1e-6)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match="no dictionary"):
        directions([])
    with pytest.raises(InputError, match=r"6, 8 wide.*one model"):
        directions([_dictionary("a", _sites(0)), _dictionary("b", _sites(0), width=8)])


@pytest.mark.parametrize("block", [2**25, 90], ids=["at once", "in blocks"])
def test_neighbours_are_those_of_brute_force(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    found = _unit(np.random.default_rng(0).normal(size=(FEATURES, 6)))
    indices, cosines = nearest(found, 5)
    exact = found.astype(np.float64) @ found.astype(np.float64).T
    np.fill_diagonal(exact, -2)
    for row in range(FEATURES):
        best = np.sort(exact[row])[::-1][:5]
        np.testing.assert_allclose(cosines[row], best, atol=1e-6)
        np.testing.assert_allclose(exact[row][indices[row]], best, atol=1e-6)
    assert (indices != np.arange(FEATURES)[:, None]).all()


def test_few_features_have_few_neighbours() -> None:
    found = np.eye(3, dtype=np.float32)
    assert nearest(found, 12)[0].shape == (3, 2)
    assert nearest(found[:1], 12)[0].shape == (1, 0)
    assert nearest(found[:0], 12)[0].shape == (0, 0)


def test_heaps_are_found_and_single_directions_are_in_none() -> None:
    rows, heap = _heaps()
    alone = np.eye(40, dtype=np.float32)[12:]
    both = np.concatenate([np.pad(rows, ((0, 0), (0, 28))), alone])
    group = clusters(both)
    assert group.max() == 5
    assert (group[len(heap) :] == -1).all()
    for number in range(6):
        assert len(set(heap[group[: len(heap)] == number])) == 1
    sizes = np.bincount(group[group >= 0])
    assert (np.diff(sizes) <= 0).all()  # the largest first


def test_many_directions_are_grouped_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saecircuits.features.clusters._CELL", 50)
    rows, heap = _heaps()
    group = clusters(rows)
    for number in range(group.max() + 1):
        assert len(set(heap[group == number])) == 1
    assert (group >= 0).mean() > 0.9


def test_clusters_are_named_by_words_that_are_common_in_them_and_rare_elsewhere() -> None:
    labels = ["cats · the", "cats · dogs", "cats → the", "runs · the", "runs", "never fires", "the …"]
    group = np.array([0, 0, 0, 1, 1, 2, -1])
    assert cluster_names(group, labels) == ["cats · the", "runs", "group 3"]
    assert cluster_names(np.array([], dtype=int), []) == []
    everywhere = ["the · cats", "the · cats", "the"] + ["the"] * 7  # said of all, so it tells less than the rarer word
    assert cluster_names(np.array([0] * 3 + [-1] * 7), everywhere) == ["cats · the"]


def test_the_picture_is_the_same_every_time_and_keeps_neighbours() -> None:
    rows, heap = _heaps()
    first, again = plane(rows), plane(rows)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first).max() == pytest.approx(1)
    found = trust(rows, first)
    assert found is not None
    assert found > 0.9
    shuffled = trust(rows, first[np.random.default_rng(0).permutation(len(rows))])
    assert shuffled is not None
    assert shuffled < 0.6
    near = nearest_in_picture(first)
    assert (heap[near] == heap[:, None]).mean() > 0.95


def test_trust_of_many_points_is_that_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = _heaps()
    places = plane(rows)
    whole = trust(rows, places)
    monkeypatch.setattr("saecircuits.features.plane._MOST_TRUSTED", 120)
    sample = trust(rows, places)
    assert whole is not None
    assert sample is not None
    assert sample != whole
    assert sample == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9, 21, 22])
def test_a_handful_of_directions_is_placed_too(count: int) -> None:
    rows = _unit(np.random.default_rng(1).normal(size=(count, 4))) if count else np.zeros((0, 4), np.float32)
    places = plane(rows)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert (trust(rows, places) is None) == (count < 22)
    assert clusters(rows).shape == (count,)


@pytest.mark.parametrize("rows", [np.ones((30, 4)) / 2, np.zeros((30, 4))], ids=["all alike", "all zero"])
def test_directions_without_any_difference_are_placed_apart(rows: np.ndarray) -> None:
    places = plane(rows.astype(np.float32))
    assert len(np.unique(places, axis=0)) == 30
    assert principal(rows).shape == (30, 0)


def nearest_in_picture(places: np.ndarray, k: int = 5) -> np.ndarray:
    away = ((places[:, None] - places[None]) ** 2).sum(-1)
    np.fill_diagonal(away, np.inf)
    return np.argsort(away, axis=1)[:, :k]
