"""The sparse products that training is made of, against dense ones."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.dictionaries import Firing, decoded, firing as module, picked

WAYS = pytest.mark.parametrize("density", [math.inf, 0.0], ids=["sparse", "dense"])


def _firing(tokens: int, features: int, share: float, seed: int) -> tuple[Firing, torch.Tensor, torch.Tensor]:
    """Random pairs, their values, and the matrix that they stand for."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(tokens, features, generator=generator) < share
    token, feature = mask.nonzero(as_tuple=True)
    values = torch.randn(len(token), generator=generator, dtype=torch.float64)
    matrix = torch.zeros(tokens, features, dtype=torch.float64)
    matrix[token, feature] = values
    return Firing(tokens, features, token, feature), values, matrix


def _rows(count: int, seed: int, width: int = 3) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@WAYS
@settings(max_examples=40, deadline=None)
@given(
    tokens=st.integers(1, 12),
    features=st.integers(1, 12),
    share=st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    seed=st.integers(0, 999),
)
def test_products_are_those_of_the_dense_matrix(density, tokens, features, share, seed):
    firing, values, matrix = _firing(tokens, features, share, seed)
    by_token, by_feature = _rows(tokens, 1), _rows(features, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_DENSE", density)
        torch.testing.assert_close(firing.times(values, by_feature), matrix @ by_feature)
        torch.testing.assert_close(firing.transposed_times(values, by_token), matrix.T @ by_token)
        dots = (by_token @ by_feature.T)[firing.token, firing.feature]
        torch.testing.assert_close(firing.sampled(by_token, by_feature), dots)
    torch.testing.assert_close(firing.sum_by_feature(values), matrix.sum(0))
    assert torch.equal(firing.dense(values), matrix)
    assert len(firing) == len(values)


@WAYS
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_gradients_are_those_of_finite_differences(monkeypatch, density, share):
    monkeypatch.setattr(module, "_DENSE", density)
    firing, values, _ = _firing(5, 7, share, 0)
    rows, x = _rows(7, 3).requires_grad_(), _rows(5, 4)
    weight, bias = _rows(7, 5).requires_grad_(), _rows(7, 6, 1)[:, 0].clone().requires_grad_()
    values = values.requires_grad_()
    assert torch.autograd.gradcheck(lambda v, r: decoded(v, r, firing), (values, rows))

    loss = _rows(len(firing), 8, 1)[:, 0]
    given_values = (x @ weight.T + bias)[firing.token, firing.feature]
    expected = torch.autograd.grad((given_values * loss).sum(), (weight, bias))
    found = picked(given_values.detach(), x, weight, bias, firing)
    assert torch.equal(found, given_values)
    for one, other in zip(torch.autograd.grad((found * loss).sum(), (weight, bias)), expected, strict=True):
        torch.testing.assert_close(one, other)


def test_a_held_decoder_costs_and_gets_no_gradient():
    firing, values, matrix = _firing(5, 7, 0.3, 0)
    rows, values = _rows(7, 3), values.requires_grad_()
    decoded(values, rows, firing).sum().backward()
    torch.testing.assert_close(values.grad, rows.sum(1)[firing.feature])
    assert matrix.shape == (5, 7)


@pytest.mark.parametrize("kind", ["mask", "indices"])
def test_some_pairs_are_kept_in_order(kind):
    firing, values, matrix = _firing(6, 9, 0.4, 1)
    mask = values > 0
    kept = firing.keep(mask if kind == "mask" else mask.nonzero()[:, 0])
    assert torch.equal(kept.dense(values[mask]), matrix.clamp_min(0))
    assert (kept.token.diff() >= 0).all()
    assert (kept.tokens, kept.features) == (6, 9)
