"""The terms of the loss: numbers worked out by hand, and what they refuse. Gradients: `test_gradients`."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import Dictionary, Gated, JumpReLU, Preactivations, ReLU
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.training import (
    L0,
    L1,
    AuxK,
    GateLoss,
    GhostGradients,
    Matryoshka,
    PreActivation,
    Reconstruction,
    Tanh,
)
from saecircuits.training.forward import ForwardPass, part_of

SITE = Site("resid_post", 0)
X = [[3.0, 0.0], [0.0, 1.0]]
"""Two tokens."""


def _forward(activation=None, dead: tuple[int, ...] = (), prefixes=(3,), penalty: float = 1.0) -> ForwardPass:
    """Three features of two tokens: latents (3, 0, 0) and (0, 1, 0.5); the third writes (2, 0)."""
    dictionary = Dictionary("d", [SITE], [SITE], 3, 2, activation or ReLU())
    with torch.no_grad():
        dictionary.W_enc.copy_(torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[-1.0, 1.0]]]))
        dictionary.b_enc.copy_(torch.tensor([0.0, 0.0, -0.5]))
        dictionary.W_dec.copy_(torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[2.0, 0.0]]]))
    x = torch.tensor(X)[:, None]
    pre = Preactivations(x.flatten(1), dictionary.W_enc.flatten(1), dictionary.b_enc)
    is_dead = torch.zeros(3, dtype=torch.bool)
    is_dead[list(dead)] = True
    return ForwardPass(x, (part_of(dictionary, x, is_dead, [0], pre),), prefixes, penalty)


BY_HAND = [
    # reconstructions: (3, 0) and (1, 1)
    (Reconstruction(), {}, (0 + 1) / 2),
    (Reconstruction(coefficient=3.0), {}, 3 / 2),
    # from 1, 2 and 3 features: errors (0, 1), (0, 0), (0, 1)
    (Matryoshka((0.3, 0.6, 1.0)), {"prefixes": (1, 2, 3)}, (0.5 + 0 + 0.5) / 3),
    # the third decoder row has the norm 2
    (L1(1.0), {}, (3 + 1 + 2 * 0.5) / 2),
    (L1(1.0), {"penalty": 0.1}, 0.1 * (3 + 1 + 2 * 0.5) / 2),
    (L0(1.0), {"activation": JumpReLU(0.2)}, (1 + 2) / 2),
    (L0(1.0), {"activation": JumpReLU(0.7)}, (1 + 1) / 2),
    (L0(1.0, target=2.0), {"activation": JumpReLU(0.2)}, (1.5 / 2 - 1) ** 2),
    (Tanh(1.0, slope=0.5), {}, (0.9051483 + 0.4621172 + 0.4621172) / 2),
    # pre-activations (3, 0, -3.5) and (0, 1, 0.5) lie below 0.7 by (0, 0.7, 2 * 4.2) and (0.7, 0, 2 * 0.2)
    (PreActivation(1.0), {"activation": JumpReLU(0.7)}, (0.7 + 2 * 4.2 + 0.7 + 2 * 0.2) / 2),
    # the gates let (3, 0, 0) and (0, 1, 0.5) through
    (GateLoss(1.0, auxiliary=0.0), {"activation": Gated()}, (3 + 1 + 2 * 0.5) / 2),
    (GateLoss(0.0, auxiliary=1.0), {"activation": Gated()}, (0 + 1) / 2),
    # residuals (0, 0) and (-1, 0), variance 1/4 each; the dead feature writes (0, 0) and (1, 0)
    (AuxK(1.0, k=1, share=1.0), {"dead": (2,)}, ((0 + 4) / 2) / 0.25),
    (AuxK(), {}, 0.0),
    (GhostGradients(), {}, 0.0),
    # its size is that of the squared residual, by definition
    (GhostGradients(2.0, share=1.0), {"dead": (2,)}, 2 * (0 + 1) / 2),
]


@pytest.mark.parametrize(("term", "changes", "expected"), BY_HAND, ids=lambda value: str(value)[:60])
def test_terms_by_hand(term, changes, expected):
    assert term(_forward(**changes)).item() == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_equalised_reconstruction_raises_the_weight_of_small_tokens():
    target = torch.tensor([[[10.0, 0.0]], [[-10.0, 0.0]], [[0.0, 0.1]]])
    forward = ForwardPass(target, (), (1,))
    forward.__dict__["residual"] = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 2.0]]])
    weights = [Reconstruction(equalise=e)(forward).item() for e in (0.0, 0.5, 1.0)]
    assert weights[0] == pytest.approx((1 + 1 + 4) / 3)
    assert weights[0] < weights[1] < weights[2] < 4


def test_the_gradient_of_l0_counts_what_lies_near_the_threshold():
    forward = _forward(JumpReLU(torch.tensor([0.1, 0.9, 0.4]), bandwidth=0.4))
    forward.parts[0].dictionary.zero_grad()
    L0(1.0)(forward).backward()
    # at token 1, each lies less than 0.2 from its threshold: 0, 1 and 0.5; at token 0 none does
    threshold = forward.parts[0].dictionary.activation.threshold
    assert threshold.grad.tolist() == pytest.approx([-1 / 0.4 / 2] * 3)


def test_a_target_pulls_thresholds_from_both_sides():
    for target, sign in ((1.0, -1), (5.0, 1)):  # L0 is 1.5
        forward = _forward(JumpReLU(torch.tensor([0.1, 0.9, 0.4]), bandwidth=0.4))
        L0(1.0, target=target)(forward).backward()
        assert (forward.parts[0].dictionary.activation.threshold.grad * sign > 0).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Reconstruction(-1),
        lambda: Reconstruction(equalise=-1),
        lambda: Matryoshka(()),
        lambda: Matryoshka((0.5,)),
        lambda: Matryoshka((0.5, 0.5, 1.0)),
        lambda: Matryoshka((1.0, 0.5)),
        lambda: Matryoshka((0.0, 1.0)),
        lambda: L1(-1),
        lambda: L1(float("nan")),
        lambda: L0(-1),
        lambda: L0(target=0),
        lambda: Tanh(slope=-1),
        lambda: PreActivation(-1),
        lambda: GateLoss(-1),
        lambda: GateLoss(auxiliary=-1),
        lambda: AuxK(k=0),
        lambda: AuxK(share=0),
        lambda: AuxK(-1),
        lambda: GhostGradients(-1),
        lambda: GhostGradients(share=1.1),
    ],
)
def test_unusable_values_are_refused(make):
    with pytest.raises(InputError):
        make()
