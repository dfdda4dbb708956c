"""Which pairs are chosen, against sorting everything."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.dictionaries import Preactivations

low = pytest.mark.parametrize("low_precision", [False, True], ids=["float32", "bfloat16"])
SHAPES = {"tokens": st.integers(1, 9), "features": st.integers(1, 70), "seed": st.integers(0, 999)}


def _make(tokens: int, features: int, seed: int, low_precision: bool = False, d: int = 16):
    generator = torch.Generator().manual_seed(seed)
    x, weight = torch.randn(tokens, d, generator=generator), torch.randn(features, d, generator=generator)
    bias = torch.randn(features, generator=generator)
    pre = Preactivations(x, weight, bias, low_precision)
    assert (pre.tokens, pre.features) == (tokens, features)
    return pre, x @ weight.T + bias


def _assert_chosen(chosen, mask: torch.Tensor, values: torch.Tensor) -> None:
    """Chosen are the pairs of the mask, each once, ordered by token, with their values."""
    firing = chosen.firing
    assert len(chosen.values) == len(firing) == int(mask.sum())
    assert mask[firing.token, firing.feature].all()
    assert len(set(zip(firing.token.tolist(), firing.feature.tolist(), strict=True))) == len(firing)
    assert (firing.token.diff() >= 0).all()
    assert (firing.tokens, firing.features) == tuple(mask.shape)
    torch.testing.assert_close(chosen.values, values[firing.token, firing.feature])


def _top(values: torch.Tensor, k: int) -> torch.Tensor:
    order = values.argsort(dim=1, descending=True)[:, :k]
    return torch.zeros_like(values, dtype=torch.bool).scatter(1, order, True)


@low
@settings(max_examples=60, deadline=None)
@given(k=st.integers(1, 80), **SHAPES)
def test_the_largest_of_each_token(low_precision, k, tokens, features, seed):
    pre, values = _make(tokens, features, seed, low_precision)
    _assert_chosen(pre.largest(k), _top(values, k), values)


@low
@pytest.mark.parametrize("features", [64, 512, 1000, 1024, 1023])
@pytest.mark.parametrize("k", [1, 5, 32])
def test_the_largest_among_many(low_precision, features, k):
    pre, values = _make(50, features, 0, low_precision)
    _assert_chosen(pre.largest(k), _top(values, k), values)


@low
@pytest.mark.parametrize(("count", "k"), [(1, 1), (3, 8), (40, 4), (200, 4)])
@pytest.mark.parametrize("tokens", [None, 2, 30])
def test_the_largest_among_some_features_of_the_first_tokens(low_precision, count, k, tokens):
    pre, values = _make(30, 256, 1, low_precision)
    among = torch.randperm(256, generator=torch.Generator().manual_seed(2))[:count].sort().values
    values = values[: tokens or 30]
    allowed = torch.zeros(256, dtype=torch.bool).scatter(0, among, True)
    mask = _top(values.masked_fill(~allowed, -torch.inf), min(k, count))
    _assert_chosen(pre.largest(k, among, tokens), mask, values)


@pytest.mark.parametrize("features", [16, 24, 160])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_ties_are_broken_without_losing_a_place(features, k):
    x = torch.ones(4, 1)
    weight = torch.tensor([0.0, 1.0, 1.0, 2.0]).repeat(features // 4)[:, None]
    chosen = Preactivations(x, weight, torch.zeros(features)).largest(k)
    assert torch.bincount(chosen.firing.token).tolist() == [k] * 4
    assert len(set(zip(chosen.firing.token.tolist(), chosen.firing.feature.tolist(), strict=True))) == 4 * k
    expected = weight[:, 0].sort(descending=True).values[:k]
    for token in range(4):
        found = chosen.values[chosen.firing.token == token].sort(descending=True).values
        assert torch.equal(found, expected)


@low
@settings(max_examples=60, deadline=None)
@given(k=st.integers(1, 6), guess=st.sampled_from([0.0, 0.5, 2.0, 4.0, 100.0]), **SHAPES)
def test_the_largest_of_the_batch_whatever_is_guessed(low_precision, k, guess, tokens, features, seed):
    pre, values = _make(tokens, features, seed, low_precision)
    count = k * tokens
    flat = values.flatten().argsort(descending=True)[:count]
    mask = torch.zeros(values.numel(), dtype=torch.bool).scatter(0, flat, True).view_as(values) & (values > 0)
    _assert_chosen(pre.largest_of_batch(k, guess), mask, values)


def test_ties_in_a_batch_fill_it_exactly():
    pre = Preactivations(torch.ones(5, 1), torch.ones(8, 1), torch.zeros(8))
    assert [len(pre.largest_of_batch(k, guess).values) for k in (1, 8, 9) for guess in (0.0, 0.9, 1.0)] == [
        5, 5, 5, 40, 40, 40, 40, 40, 40,
    ]  # fmt: skip


@low
@settings(max_examples=60, deadline=None)
@given(bound=st.sampled_from([-9.0, -1.0, 0.0, 0.5, 3.0, 8.0, 99.0]), by_feature=st.booleans(), **SHAPES)
def test_all_above_a_bound(low_precision, bound, by_feature, tokens, features, seed):
    pre, values = _make(tokens, features, seed, low_precision)
    bounds = bound + torch.linspace(-2, 2, features) if by_feature else torch.tensor(bound).expand(features)
    chosen = pre.above(bounds if by_feature else bound)
    clear = (values - bounds).abs() > 1e-5  # float32 sums in another order
    mask = values > bounds
    firing = chosen.firing
    found = torch.zeros_like(mask)
    found[firing.token, firing.feature] = True
    assert torch.equal(found & clear, mask & clear)
    _assert_chosen(chosen, found, values)


@low
def test_bounds_are_strict(low_precision):
    pre = Preactivations(torch.ones(3, 1), torch.tensor([[1.0], [2.0]]), torch.zeros(2), low_precision)
    assert pre.above(1.0).firing.feature.tolist() == [1, 1, 1]
    assert len(pre.above(2.0).values) == 0
    assert pre.above(torch.tensor([0.5, 2.0])).firing.feature.tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_bfloat16_chooses_what_float32_chooses_at_usual_sizes(seed):
    one, values = _make(200, 2048, seed, d=256)
    other, _ = _make(200, 2048, seed, True, d=256)
    cut = float(values.flatten().topk(200 * 8 + 1).values[-2:].mean())  # between two values: no tie
    for choose in (
        lambda pre: pre.largest(16),
        lambda pre: pre.largest_of_batch(8, 0.95 * cut),
        lambda pre: pre.above(cut),
    ):
        first, second = choose(one), choose(other)
        torch.testing.assert_close(second.firing.dense(second.values), first.firing.dense(first.values))


@low
def test_memory_can_be_used_again(low_precision):
    pre, _ = _make(6, 40, 0, low_precision)
    generator = torch.Generator().manual_seed(5)
    x, weight, bias = (torch.randn(*shape, generator=generator) for shape in ((6, 16), (40, 16), (40,)))
    again = Preactivations(x, weight, bias, low_precision, pre.memory)
    assert again.memory.data_ptr() == pre.memory.data_ptr()
    values = x @ weight.T + bias
    _assert_chosen(again.largest(4), _top(values, 4), values)


@low
def test_values_of_any_pairs(low_precision):
    pre, values = _make(6, 40, 3, low_precision)
    chosen = pre.above(-1e9)
    _assert_chosen(pre.at(chosen.firing), torch.ones_like(values, dtype=torch.bool), values)
