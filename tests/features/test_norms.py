"""Decoder norms and what follows from them, by hand and against dense loops in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.features.norms import (
    centre,
    decoder_norms,
    pair_cosines,
    place_sizes,
    relative_norm,
    shares,
    spread,
)


def _decoder(features: int = 7, places: int = 3, width: int = 5) -> torch.Tensor:
    weights = torch.randn(features, places, width, generator=torch.Generator().manual_seed(1))
    weights[2] = 0  # writes nothing
    weights[3, 1] = 0  # nothing at one place
    return weights


def test_norms_are_those_of_a_dense_loop() -> None:
    weights = _decoder()
    found = decoder_norms(weights)
    for feature in range(7):
        for place in range(3):
            slow = sum(float(x) ** 2 for x in weights[feature, place]) ** 0.5
            assert found[feature, place] == pytest.approx(slow, rel=1e-12)
    half = decoder_norms(weights.bfloat16())
    assert half.dtype == np.float64
    np.testing.assert_allclose(half, decoder_norms(weights.bfloat16().double()), rtol=1e-12)


def test_cosines_are_those_of_a_dense_loop() -> None:
    weights, pairs = _decoder(), [(0, 1), (2, 0)]
    found = pair_cosines(weights, pairs)
    for feature in range(7):
        for column, (a, b) in enumerate(pairs):
            one, two = weights[feature, a].double(), weights[feature, b].double()
            size = float(one.norm() * two.norm())
            if size == 0:
                assert np.isnan(found[feature, column])
            else:
                assert found[feature, column] == pytest.approx(float(one @ two) / size, abs=1e-14)
    assert pair_cosines(weights, []).shape == (7, 0)


def test_a_direction_has_cosine_one_with_itself_and_minus_one_with_its_opposite() -> None:
    row = torch.tensor([3.0, 4.0])
    weights = torch.stack([row, 10 * row, -row])[None]
    np.testing.assert_allclose(pair_cosines(weights, [(0, 1), (0, 2)]), [[1, -1]], atol=1e-15)


def test_spread_and_centre_by_hand() -> None:
    norms = np.array([[2.0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0], [3, 4, 0, 0]])
    np.testing.assert_allclose(spread(norms), [1, 4, 2, np.nan, 1 / (0.36**2 + 0.64**2)])
    np.testing.assert_allclose(centre(norms, [0, 1, 2, 3]), [0, 1.5, 0.5, np.nan, 0.64])
    np.testing.assert_allclose(centre(norms, [4, 8, 12, 16])[:2], [4, 10])
    np.testing.assert_allclose(shares(norms)[[0, 4]], [[1, 0, 0, 0], [0.36, 0.64, 0, 0]])


def test_relative_norm_by_hand() -> None:
    a, b = np.array([1.0, 0, 3, 0]), np.array([1.0, 2, 1, 0])
    np.testing.assert_allclose(relative_norm(a, b), [0.5, 1, 0.25, np.nan])


def test_a_place_that_nothing_writes_has_size_one() -> None:
    norms = np.array([[3.0, 0], [4.0, 0]])
    np.testing.assert_allclose(place_sizes(norms), [12.5**0.5, 1])
