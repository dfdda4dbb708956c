"""Activation functions: by hand, their two ways of working against each other, and straight-through estimates."""

from __future__ import annotations

import math

import pytest
import torch

from saecircuits.dictionaries import (
    ACTIVATIONS,
    BatchTopK,
    Gated,
    JumpReLU,
    Preactivations,
    ReLU,
    TopK,
    activation_from_spec,
)
from saecircuits.errors import FileFormatError, InputError

FEATURES = 20
PARTS = {
    "relu": ReLU,
    "topk": lambda: TopK(4),
    "batchtopk": lambda: BatchTopK(4),
    "jumprelu": lambda: JumpReLU(0.7),
    "jumprelu by feature": lambda: JumpReLU(torch.linspace(0.1, 0.9, FEATURES), 0.3),
    "gated": lambda: Gated(0.2, -0.1),
    "gated by feature": lambda: Gated(torch.linspace(-1, 1, FEATURES), torch.linspace(-0.5, 0.5, FEATURES)),
}
each_part = pytest.mark.parametrize("part", PARTS)


@each_part
@pytest.mark.parametrize("widened", [False, True], ids=["one", "by feature"])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.02], ids=lambda share: f"about {share:.0%}")
def test_chosen_pairs_give_the_numbers_and_gradients_of_all(part, widened, share):
    activation = PARTS[part]().double()
    if widened and "by feature" not in part:
        activation.widen(FEATURES)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 5, generator=generator, dtype=torch.float64)
    weight = torch.randn(FEATURES, 5, generator=generator, dtype=torch.float64)
    bias = torch.full((FEATURES,), 5 * (share - 1), dtype=torch.float64)
    gradient = torch.randn(60, FEATURES, generator=generator, dtype=torch.float64)

    pre = (x @ weight.T + bias).requires_grad_()
    chosen = activation.choose(Preactivations(x, weight, bias))
    values = chosen.values.requires_grad_()
    few = chosen.firing.dense(activation.latents(values, chosen.firing.feature))
    learned = [*activation.parameters()]
    dense = torch.autograd.grad((activation(pre) * gradient).sum(), [pre, *learned])
    sparse = torch.autograd.grad((few * gradient).sum(), [values, *learned])
    torch.testing.assert_close(few, activation(pre))
    torch.testing.assert_close(chosen.firing.dense(sparse[0]), dense[0])
    for one, other in zip(sparse[1:], dense[1:], strict=True):
        torch.testing.assert_close(one, other)


def test_topk_keeps_the_largest():
    pre = torch.tensor([[3.0, -1.0, 2.0, 1.0], [-1.0, -2.0, 0.5, -3.0]])
    assert TopK(2)(pre).tolist() == [[3, 0, 2, 0], [0, 0, 0.5, 0]]
    assert TopK(9)(pre).tolist() == pre.relu().tolist()


def test_batchtopk_spends_its_budget_where_it_is_needed():
    pre = torch.tensor([[3.0, 2.5, 2.0, 1.0], [-1.0, -2.0, 0.5, -3.0]])
    assert BatchTopK(2)(pre).tolist() == [[3, 2.5, 2, 1], [0, 0, 0, 0]]


def test_jumprelu_keeps_what_is_above():
    pre = torch.tensor([-2.0, 0.4, 0.6, 3.0])
    assert JumpReLU(0.5)(pre).tolist() == pytest.approx([0, 0, 0.6, 3])
    assert JumpReLU(-1.0)(pre).tolist() == pytest.approx([0, 0.4, 0.6, 3])  # never below zero
    assert JumpReLU(0.5)(torch.tensor(0.5)).item() == 0


def test_gated_stretches_and_shifts_what_the_gate_lets_through():
    pre = torch.tensor([-1.0, 0.1, 1.0])
    assert Gated(math.log(2), -0.3)(pre).tolist() == pytest.approx([0, 0, 1.7])
    assert Gated(math.log(2), 0.3)(pre).tolist() == pytest.approx([0, 0.5, 2.3])


@pytest.mark.parametrize("part", ["gated", "gated by feature"])
def test_gated_is_exactly_a_jumprelu_at_inference(part):
    gated = PARTS[part]().double()
    pre = torch.randn(3000, FEATURES, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    folded = gated.for_inference()
    assert isinstance(folded.activation, JumpReLU)
    found = folded.activation.double()(folded.scale * pre + folded.shift)
    assert torch.equal(found > 0, gated(pre) > 0)
    torch.testing.assert_close(found, gated(pre), rtol=1e-6, atol=1e-7)


def test_batchtopk_becomes_a_jumprelu_with_the_learned_threshold():
    generator = torch.Generator().manual_seed(0)
    part = BatchTopK(5, momentum=0.9)
    first = part(torch.randn(500, 100, generator=generator))
    part.after_step(first[first > 0])
    assert float(part.threshold) == pytest.approx(float(first[first > 0].min()))  # the first value is taken as it is
    for _ in range(30):
        part.after_step(part(torch.randn(500, 100, generator=generator)).flatten())
    inference = part.for_inference().activation
    assert isinstance(inference, JumpReLU)
    fired = (inference(torch.randn(2000, 100, generator=generator)) > 0).float().sum(1).mean()
    assert float(fired) == pytest.approx(5, rel=0.05)


def test_batchtopk_moves_its_threshold_by_the_momentum():
    part = BatchTopK(1, momentum=0.75)
    for smallest in (2.0, 4.0):
        part.after_step(torch.tensor([5.0, smallest, 0.0]))
    assert part.threshold.item() == pytest.approx(0.75 * 2 + 0.25 * 4)


@pytest.mark.parametrize("latents", [[], [0.0, 0.0]])
def test_a_silent_batch_leaves_the_threshold(latents):
    part = BatchTopK(1)
    part.after_step(torch.tensor(latents))
    assert part.threshold.isnan()
    assert part.for_inference().activation.threshold.item() == 0


def test_a_thresholds_gradient_by_hand():
    jump = JumpReLU(torch.tensor([1.0, 2.0]), bandwidth=0.5)
    values, feature = torch.tensor([0.8, 1.2, 1.3, 2.2, 5.0]), torch.tensor([0, 0, 0, 1, 1])
    values.requires_grad_()
    (torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0]) * jump.latents(values, feature)).sum().backward()
    # threshold / bandwidth times the gradients of what lies less than 0.25 away from it
    assert jump.threshold.grad.tolist() == pytest.approx([-(1 / 0.5) * (1 + 2), -(2 / 0.5) * 8])
    assert values.grad.tolist() == [0, 2, 4, 8, 16]
    jump.zero_grad()
    (torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0]) * jump.fires(values, feature)).sum().backward()
    assert jump.threshold.grad.tolist() == pytest.approx([-(1 + 2) / 0.5, -8 / 0.5])


@pytest.mark.parametrize("what", ["L0", "squared error"])
def test_the_straight_through_estimate_is_the_derivative_of_the_expectation(what):
    """Pre-activations are normal, so the derivatives of the expectations are known (Rajamanoharan et al., 4)."""
    pre = torch.randn(400_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    jump = JumpReLU(0.8, bandwidth=0.1).double()
    feature = torch.zeros(len(pre), dtype=torch.long)
    density = math.exp(-(0.8**2) / 2) / math.sqrt(2 * math.pi)
    if what == "L0":
        jump.fires(pre, feature).mean().backward()
        expected = -density
    else:  # of a target 2 z: d/dt E[(2 z - jump(z))^2] = density(t) ((2 t)^2 - t^2)
        (2 * pre - jump.latents(pre, feature)).pow(2).mean().backward()
        # at the threshold half of the pairs fire (error t) and half do not (error 2 t); each counts 2 t / bandwidth
        expected = density * 0.8 * (2 * 2 * 0.8 + 2 * 0.8) / 2
        assert expected == pytest.approx(density * (4 - 1) * 0.8**2)
    assert jump.threshold.grad.item() == pytest.approx(expected, rel=0.02)  # 12 000 samples in the kernel: 1 %


@each_part
def test_scales_are_followed(part):
    activation, other = PARTS[part](), PARTS[part]()
    pre = torch.randn(50, FEATURES, generator=torch.Generator().manual_seed(0))
    other.rescale(7.0)
    torch.testing.assert_close(other(7 * pre), 7 * activation(pre))


def test_a_rescaled_estimator_keeps_the_gradient_of_the_same_pairs():
    one, other = JumpReLU(0.5, 0.2), JumpReLU(0.5, 0.2)
    other.rescale(10.0)
    pre = torch.linspace(0, 1, 101)
    one(pre).sum().backward()
    other(10 * pre).sum().backward()
    torch.testing.assert_close(one.threshold.grad, other.threshold.grad)


def test_specs_give_the_parts_back():
    assert {make().kind for make in PARTS.values()} == set(ACTIVATIONS)
    for make in PARTS.values():
        assert activation_from_spec(make().spec()).spec() == make().spec()
    for spec in ({"kind": "gelu"}, {}, {"kind": "topk"}, {"kind": "relu", "k": 1}):
        with pytest.raises(FileFormatError):
            activation_from_spec(spec)


@pytest.mark.parametrize(
    "make", [lambda: TopK(0), lambda: BatchTopK(-1), lambda: JumpReLU(0.1, 0), lambda: JumpReLU(0.1, float("nan"))]
)
def test_unusable_values_are_refused(make):
    with pytest.raises(InputError):
        make()
