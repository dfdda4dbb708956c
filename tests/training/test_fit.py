"""One plan's fit: what it recovers, what it logs, and what it refuses."""

from __future__ import annotations

import pytest
import torch

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import (
    L0,
    L1,
    Adam,
    AuxK,
    Fit,
    GateLoss,
    RandomRows,
    Reconstruction,
    TokenRows,
    TrainingPlan,
    TrainingRun,
)
from tests.training import family

SITES = [Site("mlp_in", 0), Site("mlp_out", 0)]


def _sparse_activations(tokens: int, d: int, features: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Sums of two or so of some unit directions, read and written through different directions."""
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(features, 2, d, generator=generator)
    directions /= directions.norm(dim=2, keepdim=True)
    fires = torch.rand(tokens, features, generator=generator) < 2 / features
    strength = fires * (0.5 + torch.rand(tokens, features, generator=generator))
    return torch.einsum("tf,fsd->tsd", strength, directions), directions


@pytest.mark.parametrize(
    ("activation", "losses"),
    [
        ({"kind": "topk", "k": 3}, ()),
        ({"kind": "batchtopk", "k": 3}, ()),
        ({"kind": "jumprelu"}, (Reconstruction(), L0(0.3, target=3), AuxK())),
        ({"kind": "gated"}, (Reconstruction(), GateLoss(0.8), AuxK())),
        ({"kind": "relu"}, (Reconstruction(), L1(0.3), AuxK())),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_directions_that_made_the_data_are_found_again(activation, losses):
    data, directions = _sparse_activations(20_000, 32, 40, seed=0)
    plan = TrainingPlan.transcoder(
        0, n_features=64, activation=activation, losses=losses, optimizer=Adam(5e-3), dead_after=4_000
    )
    fit = Fit.begin(plan, data[:4000], SITES, 0)
    run = TrainingRun(tokens=400 * 256, batch=256)
    order = torch.randint(0, len(data), (run.steps, 256), generator=torch.Generator().manual_seed(1))
    for step, batch in enumerate(order):
        fit.step(data[batch], run.rate(step), run.penalty(step))
    dictionary = fit.result(0).dictionary
    found = torch.nn.functional.normalize(dictionary.W_dec[:, 0], dim=1) @ directions[:, 1].T
    assert float(found.amax(0).mean()) >= 0.95  # mean max cosine over the true directions


@family.each_wiring
@family.each_variant
def test_the_log_says_what_the_batches_were_like(wiring, variant):
    plan = family.plan_of(wiring, variant)
    fit = family.fit_of(plan)
    fired, error, variance, losses = 0, 0.0, 0.0, []
    for seed in range(3):
        batch = family.raw(plan, 30, seed)
        forward = fit.forward(batch, 0.5)
        losses.append(sum(term(forward).item() for term in plan.losses))
        fired += sum(int((part.latents > 0).sum()) for part in forward.parts)
        error += forward.residual.detach().pow(2).sum().item()
        variance += forward.target.pow(2).sum().item()
        fit.step(batch, 0.3, 0.5)
    entry = fit.close_entry()
    assert entry.tokens == fit.tokens == 90
    assert entry.loss == pytest.approx(sum(losses) / 3)
    assert entry.l0 == pytest.approx(fired / 90)
    assert entry.variance_explained == pytest.approx(1 - error / variance)
    assert entry.dead == pytest.approx(fit.dead.double().mean().item())
    assert fit.result(1.5).log == (entry,)


def test_each_layer_of_a_cross_layer_transcoder_begins_with_its_own_mlp():
    plan = family.plan_of("cross-layer", "topk", start=TokenRows())
    fit = Fit.begin(plan, family.raw(plan), plan.sites, 0)
    for dictionary in fit.dictionaries:
        norms = dictionary.W_dec.detach()[: family.FEATURES].norm(dim=2)
        torch.testing.assert_close(norms[:, 0], torch.ones_like(norms[:, 0]))
        assert not norms[:, 1:].any()
    result = fit.result(0)
    mean = family.raw(plan).mean(0)
    bias = {
        site: sum(d.b_dec[d.writes.index(site)] for d in result.dictionaries if site in d.writes)
        for site in plan.writes
    }
    for site, value in bias.items():  # the centre of a site is counted once
        torch.testing.assert_close(value, mean[plan.sites.index(site)])


@family.each_wiring
@pytest.mark.parametrize("start", [TokenRows(), RandomRows(fires=2)], ids=lambda start: start.kind)
def test_the_seed_decides_the_first_weights(wiring, start):
    plan = family.plan_of(wiring, "topk", start=start)
    one, same, other = (Fit.begin(plan, family.raw(plan), plan.sites, seed).state() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["0.W_dec"], other["0.W_dec"])


def test_sites_of_a_batch_are_taken_by_name():
    plan = family.plan_of("cross-layer", "topk")
    batch, other = family.raw(plan, 60), torch.randn(60, 1, family.D, dtype=torch.float64)
    wider = torch.cat([other, batch.flip(1)], 1)
    sites = [Site("resid_pre", 0), *plan.sites[::-1]]
    one, two = Fit.begin(plan, batch, plan.sites, 0), Fit.begin(plan, wider, sites, 0)
    for _ in range(3):
        one.step(batch, 1.0)
        two.step(wider, 1.0)
    for name, value in one.state().items():
        assert torch.equal(value, two.state()[name]), name


def test_a_loss_that_is_not_finite_says_where_and_what_to_do():
    data, _ = _sparse_activations(100, 8, 6, seed=3)
    fit = Fit.begin(TrainingPlan.transcoder(0, n_features=4), data, SITES, 0)
    fit.step(data, 1.0)
    broken = data.clone()
    broken[3, 1] = torch.nan
    said = r"'transcoder.0' is nan at mlp_out\.0 after 100 tokens\. The activations at mlp_out\.0 are too large or not"
    with pytest.raises(TrainingError, match=said):
        fit.step(broken, 1.0)
    with torch.no_grad():
        fit.dictionary.W_dec[0] = torch.nan
    with pytest.raises(TrainingError, match=r"Lower its learning rate \(0\.001\)"):
        fit.step(data, 1.0)


def test_a_broken_step_leaves_the_weights():
    data, _ = _sparse_activations(100, 8, 6, seed=3)
    fit = Fit.begin(TrainingPlan.transcoder(0, n_features=4), data, SITES, 0)
    fit.step(data, 1.0)
    before = fit.state()
    with pytest.raises(TrainingError):
        fit.step(data * torch.inf, 1.0)
    for name, value in fit.state().items():
        assert torch.equal(value, before[name]), name


def test_activations_without_variance_are_refused():
    with pytest.raises(InputError, match="same at every token"):
        Fit.begin(TrainingPlan.transcoder(0, n_features=4), torch.ones(10, 2, 4), SITES, 0)
