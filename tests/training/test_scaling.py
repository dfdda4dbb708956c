"""Centres and scales."""

from __future__ import annotations

import pytest
import torch
from scipy.optimize import minimize

from saecircuits.errors import InputError
from saecircuits.training.scaling import Scaling, geometric_median


def _points(tokens: int = 200, sites: int = 3, d: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(tokens, sites, d, generator=generator, dtype=torch.float64)
    points = points * torch.tensor([1.0, 30.0, 0.01])[:sites, None] + torch.arange(sites)[:, None]
    points[: tokens // 40] *= 100  # a few huge ones
    return points


@pytest.mark.parametrize("tokens", [9, 10, 200])
def test_the_geometric_median_has_the_smallest_sum_of_distances(tokens):
    points = _points(tokens)
    found = geometric_median(points)
    for site, size in enumerate((1.0, 30.0, 0.01)):
        own = points[:, site].numpy()
        best = minimize(
            lambda at, own=own, size=size: (((own - at) ** 2).sum(1) ** 0.5).mean() / size, own.mean(0), tol=1e-12
        )
        distances = (points[:, site] - found[site]).norm(dim=1).mean().item() / size
        assert distances == pytest.approx(best.fun, rel=1e-4)
        assert (found[site] - torch.from_numpy(best.x)).norm() < 0.05 * size


def test_the_geometric_median_is_not_moved_by_a_few_huge_tokens():
    points = _points()
    calm = geometric_median(points[5:])
    points[:5] *= 1e4
    moved = (geometric_median(points) - calm).norm(dim=1)
    assert (moved < 0.1 * torch.tensor([1.0, 30.0, 0.01])).all()
    assert (moved < 1e-3 * (points.mean(0) - calm).norm(dim=1)).all()


@pytest.mark.parametrize("centre", ["mean", "geometric median", "none"])
@pytest.mark.parametrize("columns", [[0], [2, 0], [0, 1, 2]])
def test_scaled_activations_have_a_mean_squared_norm_of_one(centre, columns):
    points = _points()
    scaling = Scaling.of(points, centre, "x")
    scales = scaling.scales(columns)
    scaled = scaling.apply(points, columns, scales)
    by_site = scaled.pow(2).sum(2).mean(0)
    torch.testing.assert_close(by_site, torch.full_like(by_site, 1 / len(columns)))  # each site counts alike
    torch.testing.assert_close(scaled * scales[:, None] + scaling.centre[columns], points[:, columns])
    expected = {"mean": points.mean(0), "none": torch.zeros(3, 5).double()}
    if centre in expected:
        torch.testing.assert_close(scaling.centre, expected[centre])


@pytest.mark.parametrize("centre", ["mean", "geometric median", "none"])
@pytest.mark.parametrize("constant", [0.0, 0.1, 7.0])
def test_a_site_that_never_changes_is_refused(centre, constant):
    points = _points()
    points[:, 1] = constant
    with pytest.raises(InputError, match="'x' are the same at every token"):
        Scaling.of(points, centre, "x")
