"""What training learns from: every wiring and variant against a slow oracle and against finite differences."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from saecircuits.dictionaries import firing
from saecircuits.training import (
    L0,
    L1,
    LOSSES,
    AuxK,
    GateLoss,
    GhostGradients,
    Matryoshka,
    PreActivation,
    Reconstruction,
    Tanh,
)
from tests.training import dense, family
from tests.training.family import each_rows, each_variant, each_wiring

WAYS = {
    # density above which dense products are taken, precision of the choice, type of the numbers, tolerance
    "sparse": (math.inf, "float32", torch.float64, 1e-9),
    "dense": (0.0, "float32", torch.float64, 1e-9),
    "chosen in bfloat16": (math.inf, "bfloat16", torch.float64, 1e-9),
    "dense after bfloat16": (0.0, "bfloat16", torch.float64, 1e-9),
    "float32": (0.04, "float32", torch.float32, 1e-4),  # single sums of some hundred float32 numbers
}


def _assert_close(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor], tolerance: float) -> None:
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        largest = float(gradient.abs().max())
        wrong = float((found[name] - gradient).abs().max())
        assert wrong <= tolerance * max(largest, 1e-3), f"{name}: off by {wrong}, largest {largest}"


@each_wiring
@each_variant
@each_rows
@pytest.mark.parametrize("way", WAYS)
def test_gradients_are_those_of_the_dense_oracle(monkeypatch, wiring, variant, unit_rows, way):
    density, precision, dtype, tolerance = WAYS[way]
    monkeypatch.setattr(firing, "_DENSE", density)
    plan = family.plan_of(wiring, variant, unit_rows)
    fit = family.fit_of(plan, precision, dtype)
    sample, batch = family.raw(plan, dtype=dtype), family.raw(plan, seed=5, dtype=dtype)
    loss = family.engine_loss(fit, batch, penalty=0.6)
    found = family.backward(fit, loss)
    oracle = dense.dense_loss(dense.dense_batch(fit, batch, sample, penalty=0.6), plan.losses)
    assert loss.item() == pytest.approx(oracle.item(), rel=tolerance)
    _assert_close(found, family.backward(fit, oracle), tolerance)


def _smooth(term):
    """The term without what is held: its gradient is then the derivative of its value."""
    return dataclasses.replace(term, auxiliary=0.0) if isinstance(term, GateLoss) else term


@each_wiring
@each_variant
@each_rows
def test_gradients_equal_finite_differences(wiring, variant, unit_rows):
    losses = tuple(_smooth(term) for term in family.VARIANTS[variant].losses)
    plan = family.plan_of(wiring, variant, unit_rows, losses=losses)
    fit = family.fit_of(plan)
    batch = family.raw(plan, seed=5)
    found = family.backward(fit, family.engine_loss(fit, batch))
    generator, step = torch.Generator().manual_seed(3), 1e-6
    for name, parameter in family.parameters(fit).items():
        if name.endswith("threshold"):
            continue  # a straight-through estimate, not a derivative: tests/dictionaries/test_activations.py
        direction = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                parameter.add_(direction, alpha=sign * step)
                values.append(family.engine_loss(fit, batch).item())
                parameter.sub_(direction, alpha=sign * step)
        expected = (values[0] - values[1]) / (2 * step)
        # float64 differences of losses of about 10 are good to 1e-9 / 1e-6
        assert float((found[name] * direction).sum()) == pytest.approx(expected, rel=1e-5, abs=1e-6), name


ENCODER, ROWS, OUT = {"W_enc", "b_enc"}, {"W_enc", "b_enc", "W_dec"}, {"W_enc", "b_enc", "W_dec", "b_dec"}
MOVES = [
    (Reconstruction(), "relu", OUT),
    (Reconstruction(equalise=1.0), "topk", OUT),
    (Reconstruction(), "batchtopk", OUT),
    (Reconstruction(), "jumprelu L0", OUT | {"activation.threshold"}),
    (Reconstruction(), "gated", OUT | {"activation.stretch", "activation.shift"}),
    (Matryoshka(), "topk", OUT),
    (L1(), "relu", ROWS),
    (L1(), "topk", ROWS),
    (L0(), "jumprelu L0", {"activation.threshold"}),
    (L0(target=1.5), "jumprelu L0", {"activation.threshold"}),
    (Tanh(), "jumprelu L0", ROWS | {"activation.threshold"}),
    (PreActivation(), "jumprelu L0", ROWS | {"activation.threshold"}),
    (GateLoss(coefficient=0.0), "gated", ENCODER),
    (GateLoss(auxiliary=0.0), "gated", ROWS),
    (AuxK(), "topk", ROWS),
    (AuxK(), "gated", ROWS),
    (GhostGradients(), "relu", ROWS),
    (GhostGradients(), "jumprelu L0", ROWS),
]


def _of_one(term, wiring: str, variant: str, penalty: float = 1.0) -> dict[str, torch.Tensor]:
    plan = family.plan_of(wiring, variant, losses=(term,))
    fit = family.fit_of(plan)
    return family.backward(fit, family.engine_loss(fit, family.raw(plan, seed=5), penalty))


def test_every_term_is_in_the_table():
    assert {type(term) for term, _, _ in MOVES} == set(LOSSES.values())


@each_wiring
@pytest.mark.parametrize(
    ("term", "variant", "moves"), MOVES, ids=lambda value: str(value) if not isinstance(value, set) else ""
)
def test_each_term_moves_what_it_should_and_nothing_else(wiring, term, variant, moves):
    found = _of_one(term, wiring, variant)
    expected = moves | {"W_skip"} if isinstance(term, Reconstruction | Matryoshka) and wiring == "skip" else moves
    moved = {name for name, gradient in found.items() if gradient.abs().max() > 0}
    assert moved == {name for name in found if name.split(".", 1)[1] in expected}


@pytest.mark.parametrize("term", [AuxK(k=3, share=1.0), GhostGradients(share=1.0)], ids=lambda term: term.kind)
@each_variant
def test_what_revives_moves_dead_features_and_no_other(term, variant):
    for name, gradient in _of_one(term, "cross-layer", variant).items():
        moved = gradient.abs().flatten(1).amax(1) if gradient.ndim > 1 else gradient.abs()
        if name.split(".", 1)[1] in ROWS:
            assert set(moved.nonzero().flatten().tolist()) == set(family.DEAD), name
        else:
            assert not moved.any(), name  # the residual is held


@pytest.mark.parametrize(
    ("term", "variant", "moves"), MOVES, ids=lambda value: str(value) if not isinstance(value, set) else ""
)
def test_coefficients_scale_gradients_and_the_warm_up_of_sparsity_only_penalties(term, variant, moves):
    del moves
    factors = {"coefficient": 2 * term.coefficient}
    if isinstance(term, GateLoss):
        factors["auxiliary"] = 2 * term.auxiliary
    once, twice, weak = (
        _of_one(term, "crosscoder", variant),
        _of_one(dataclasses.replace(term, **factors), "crosscoder", variant),
        _of_one(term, "crosscoder", variant, penalty=0.25),
    )
    is_penalty = isinstance(term, L1 | L0 | Tanh) or (isinstance(term, GateLoss) and term.auxiliary == 0)
    for name, gradient in once.items():
        torch.testing.assert_close(twice[name], 2 * gradient)
        torch.testing.assert_close(weak[name], (0.25 if is_penalty else 1.0) * gradient)


@pytest.mark.parametrize("unit_rows", [True, False])
def test_l1_shortens_decoder_rows_only_where_they_are_free(unit_rows):
    plan = family.plan_of("transcoder", "relu", unit_rows, losses=(L1(),))
    fit = family.fit_of(plan)
    before = fit.dictionary.W_dec.detach().clone()
    fit.step(family.raw(plan, seed=5), 1.0)
    change = fit.dictionary.W_dec.detach().flatten(1).norm(dim=1) - before.flatten(1).norm(dim=1)
    if unit_rows:
        torch.testing.assert_close(fit.dictionary.W_dec.detach(), before)
    else:
        assert (change <= 0).all()
        assert (change < 0).any()
