"""The terms of the loss: their gradients, and that each moves what it should."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.training import AuxK, ForwardPass, Reconstruction

D, F, TOKENS = 6, 12, 20
DEAD = torch.tensor([2, 7, 11])
TERMS = [
    Reconstruction(),
    Reconstruction(coefficient=0.3, equalise=0.7),
    AuxK(coefficient=0.5, k=2, share=1.0),
    AuxK(k=8, share=0.5),
]


def _dictionary(k: int = 3) -> Dictionary:
    generator = torch.Generator().manual_seed(3)
    dictionary = Dictionary("d", [Site("mlp_in", 0)], [Site("mlp_out", 0)], F, D, TopK(k))
    dictionary = dictionary.initialise(generator, 2.0).double()
    with torch.no_grad():
        dictionary.b_enc.copy_(0.1 * torch.randn(F, generator=generator))
    return dictionary


def _data(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(TOKENS, 1, D, generator=generator, dtype=torch.float64)
    return x, torch.randn(TOKENS, 1, D, generator=generator, dtype=torch.float64)


def _forward(dictionary: Dictionary, dead: torch.Tensor = DEAD) -> ForwardPass:
    x, y = _data()
    pre = dictionary.preactivations(x)
    alive = torch.ones(F, dtype=torch.bool).scatter(0, dead, False)
    latents = dictionary.activation(pre.masked_fill(~alive, -1.0))
    return ForwardPass(y, pre, latents, dictionary.decode(latents), ~alive)


def _gradients(dictionary: Dictionary, term) -> dict[str, torch.Tensor]:
    dictionary.zero_grad(set_to_none=True)
    loss = term(dictionary, _forward(dictionary))
    loss.backward()
    return {n: torch.zeros_like(p) if p.grad is None else p.grad.clone() for n, p in dictionary.named_parameters()}


@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("name", ["W_enc", "b_enc", "W_dec"])
def test_gradients_equal_finite_differences(term, name):
    dictionary = _dictionary()
    # AuxK holds the residual, so a finite difference has to hold it too
    held = _forward(dictionary)
    gradient = _gradients(dictionary, term)[name]
    parameter = dict(dictionary.named_parameters())[name]
    step = 1e-6
    for flat in range(0, parameter.numel(), 7):
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                parameter.view(-1)[flat] += sign * step
                moved = _forward(dictionary)
                if isinstance(term, AuxK):
                    moved = ForwardPass(held.target, moved.pre, held.latents, held.reconstruction, held.dead)
                values.append(term(dictionary, moved).item())
                parameter.view(-1)[flat] -= sign * step
        expected = (values[0] - values[1]) / (2 * step)
        assert float(gradient.view(-1)[flat]) == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_reconstruction_by_hand():
    target = torch.tensor([[[1.0, 0.0]], [[0.0, 3.0]]])
    forward = ForwardPass(target, torch.zeros(2, 1), torch.zeros(2, 1), torch.zeros_like(target), torch.zeros(1) > 0)
    assert float(Reconstruction()(None, forward)) == pytest.approx((1 + 9) / 2)
    assert float(Reconstruction(coefficient=2)(None, forward)) == pytest.approx(1 + 9)


def test_equalised_reconstruction_raises_the_weight_of_small_tokens():
    target = torch.tensor([[[10.0, 0.0]], [[-10.0, 0.0]], [[0.0, 0.1]]])
    residual = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 2.0]]])
    forward = ForwardPass(target, torch.zeros(3, 1), torch.zeros(3, 1), target - residual, torch.zeros(1) > 0)
    weights = [float(Reconstruction(equalise=e)(None, forward)) for e in (0.0, 0.5, 1.0)]
    assert weights[0] == pytest.approx((1 + 1 + 4) / 3)
    assert weights[0] < weights[1] < weights[2] < 4


def test_auxk_moves_the_encoder_of_dead_features_and_of_no_other():
    gradients = _gradients(_dictionary(), AuxK(k=3, share=1.0))
    for name in ("W_enc", "b_enc", "W_dec"):
        rows = gradients[name].flatten(1) if gradients[name].ndim > 1 else gradients[name][:, None]
        moved = rows.norm(dim=1) > 0
        assert moved[DEAD].all(), name
        assert int(moved.sum()) == len(DEAD), name
    assert gradients["b_dec"].norm() == 0  # the residual is held


def test_auxk_is_zero_where_nothing_is_dead():
    dictionary = _dictionary()
    assert AuxK()(dictionary, _forward(dictionary, torch.tensor([], dtype=torch.long))).item() == 0


def test_auxk_is_the_unexplained_share_of_the_residual():
    dictionary = _dictionary().requires_grad_(False)
    forward = _forward(dictionary)
    dictionary.W_dec[DEAD] = 0
    residual = forward.residual.flatten(1)
    unexplained = residual.pow(2).sum(1).mean() / (residual - residual.mean(0)).pow(2).sum(1).mean()
    assert float(AuxK(coefficient=1.0, share=1.0)(dictionary, forward)) == pytest.approx(float(unexplained))


@pytest.mark.parametrize("term", [Reconstruction, AuxK])
def test_each_coefficient_scales_its_own_gradient(term):
    once, twice = (_gradients(_dictionary(), term(coefficient=c)) for c in (1.0, 2.0))
    assert max(float(g.norm()) for g in once.values()) > 0
    for name in once:
        torch.testing.assert_close(2 * once[name], twice[name])


@pytest.mark.parametrize("make", [lambda: Reconstruction(-1), lambda: AuxK(k=0), lambda: AuxK(share=0)])
def test_unusable_values_are_refused(make):
    with pytest.raises(InputError):
        make()
