"""What holds for every wiring and variant that can be trained, beside its gradients (`test_gradients`)."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import load_dictionary, save_dictionary
from saecircuits.training import Fit, Resample
from tests.training import family
from tests.training.family import each_rows, each_variant, each_wiring

BATCHED = ("batchtopk", "matryoshka batchtopk")


def _trained(plan, steps: int = 5, **options) -> Fit:
    fit = family.fit_of(plan, **options)
    for step in range(steps):
        fit.step(family.raw(plan, 64, seed=step, dtype=options.get("dtype", torch.float64)), 1.0)
    return fit


def _scales(plan, sample: torch.Tensor) -> torch.Tensor:
    """Of the written sites, by the definition."""
    written = sample[:, [plan.sites.index(site) for site in plan.writes]]
    return (written - written.mean(0)).pow(2).sum(2).mean(0).mul(len(plan.writes)).sqrt()


def _inputs(plan, wiring, batch: torch.Tensor) -> torch.Tensor:
    return batch[:, [plan.sites.index(site) for site in wiring.reads]]


def _written(plan, dictionaries, batch: torch.Tensor) -> torch.Tensor:
    """What dictionaries that take raw activations write together."""
    total = torch.zeros(len(batch), len(plan.writes), batch.shape[2], dtype=batch.dtype)
    for dictionary, wiring in zip(dictionaries, plan.wirings, strict=True):
        total[:, [plan.writes.index(site) for site in wiring.writes]] += dictionary(_inputs(plan, wiring, batch))
    return total


@each_wiring
@each_variant
@each_rows
def test_the_result_does_on_raw_activations_what_training_did_on_scaled_ones(wiring, variant, unit_rows):
    plan = family.plan_of(wiring, variant, unit_rows)
    fit = _trained(plan)
    dictionaries = fit.result(0).dictionaries
    if variant in BATCHED:  # what the threshold keeps; that it is about what the batch keeps has its own test below
        for dictionary in fit.dictionaries:
            dictionary.activation = dictionary.activation.for_inference().activation.double()
    sample, batch = family.raw(plan), family.raw(plan, 200, seed=9)
    forward, scales = fit.forward(batch), _scales(plan, sample)
    middle = sample.mean(0)[[plan.sites.index(site) for site in plan.writes]]
    expected = (forward.reconstruction.detach() * scales[:, None]) + middle
    torch.testing.assert_close(
        _written(plan, dictionaries, batch), expected, rtol=1e-6, atol=1e-6 * float(scales.max())
    )
    for dictionary, spec, part in zip(dictionaries, plan.wirings, forward.parts, strict=True):
        scale = scales[part.columns].pow(2).mean().sqrt()
        latents = part.firing.dense(part.latents.detach()) * scale
        assert 0 < (latents > 0).double().mean() < 0.9
        found = dictionary.encode(_inputs(plan, spec, batch))
        torch.testing.assert_close(found, latents, rtol=1e-6, atol=1e-6 * float(scale))
        assert torch.equal(found > 0, latents > 0)


@each_wiring
@each_variant
def test_files_give_the_result_back(tmp_path, wiring, variant):
    plan = family.plan_of(wiring, variant)
    fit = _trained(plan, dtype=torch.float32)
    batch = family.raw(plan, 100, seed=9, dtype=torch.float32)
    for dictionary, spec in zip(fit.result(0).dictionaries, plan.wirings, strict=True):
        x = _inputs(plan, spec, batch)
        again = load_dictionary(save_dictionary(dictionary, tmp_path / dictionary.name))
        assert (again.name, again.reads, again.writes) == (spec.name, spec.reads, spec.writes)
        assert torch.equal(again.encode(x), dictionary.encode(x))
        assert torch.equal(again(x), dictionary(x))
        assert not any(parameter.requires_grad for parameter in again.parameters())


@each_wiring
@each_variant
def test_what_is_kept_between_steps_stays_in_its_bounds(wiring, variant):
    plan = family.plan_of(wiring, variant)
    fit = _trained(plan, 8)
    for dictionary in fit.dictionaries:
        norms = dictionary.W_dec.detach().flatten(1).norm(dim=1)
        torch.testing.assert_close(norms, torch.ones_like(norms))
        assert not dictionary.b_in.any()
        for name, value in dictionary.activation.named_parameters():
            assert name != "threshold" or (value >= 0).all()


@pytest.mark.parametrize("variant", ["jumprelu L0", "jumprelu target", "jumprelu tanh"])
def test_thresholds_stay_at_zero_or_above(variant):
    plan = family.plan_of("transcoder", variant)
    fit = family.fit_of(plan)
    with torch.no_grad():
        fit.dictionary.activation.threshold.fill_(1e-4)
    fit.step(family.raw(plan, 64), 1.0, 0.0)  # without a penalty, more firing is better
    threshold = fit.dictionary.activation.threshold
    assert (threshold >= 0).all()
    assert (threshold == 0).any()


@each_wiring
def test_free_rows_leave_the_unit_sphere(wiring):
    fit = _trained(family.plan_of(wiring, "relu", unit_rows=False), 20)
    for dictionary in fit.dictionaries:
        norms = dictionary.W_dec.detach().flatten(1).norm(dim=1)
        assert float((norms - 1).abs().max()) > 0.01


@each_wiring
@pytest.mark.parametrize("variant", BATCHED)
def test_the_learned_threshold_lets_k_features_through_on_fresh_data(wiring, variant):
    plan = family.plan_of(wiring, variant)
    fit = family.fit_of(plan, dtype=torch.float32)
    for seed in range(30):
        fit.step(family.raw(plan, 1000, seed, torch.float32), 0.0)
    fresh = family.raw(plan, 5000, 99, torch.float32)
    for dictionary, spec in zip(fit.result(0).dictionaries, plan.wirings, strict=True):
        fired = (dictionary.encode(_inputs(plan, spec, fresh)) > 0).float().sum(1).mean()
        assert float(fired) == pytest.approx(family.K, rel=0.04)  # 5000 tokens x 3: 1 % is one standard deviation


@each_wiring
@each_variant
def test_dead_is_counted_in_tokens(wiring, variant):
    plan = family.plan_of(wiring, variant, dead_after=250)
    fit = Fit.begin(plan, family.raw(plan), plan.sites, 0)
    with torch.no_grad():
        for dictionary in fit.dictionaries:
            dictionary.b_enc[1] = -100
    for seen in range(4):
        assert fit.dead[:, 1].tolist() == [seen * 100 >= 250] * len(plan.wirings)
        fit.step(family.raw(plan, 100, seed=seen), 0.0)
    assert not fit.dead.all()
    assert fit.tokens == 400


@each_wiring
@each_variant
def test_a_fit_that_is_resumed_ends_with_the_same_bits(wiring, variant):
    dtype = torch.float32
    plan = family.plan_of(wiring, variant, revival=Resample(every=200), dead_after=150)
    batches = [family.raw(plan, 64, seed=step, dtype=dtype) for step in range(8)]
    through = Fit.begin(plan, family.raw(plan, 100, dtype=dtype), plan.sites, 7)
    state = {}
    for step, batch in enumerate(batches):
        if step == 2:
            through.close_entry()
        if step == 4:
            state = through.state()
            through.result(0)  # looking at a fit leaves it as it is
        through.step(batch, 1.0, 0.5)
    entry = through.close_entry()
    for _ in range(2):  # a state can be used twice
        again = Fit.resume(plan, state, plan.sites)
        for batch in batches[4:]:
            again.step(batch, 1.0, 0.5)
        assert again.close_entry() == entry
        _assert_same(through, again)


def test_a_resumed_fit_depends_on_every_part_of_its_state():
    plan = family.plan_of("skip", "gated", revival=Resample(every=200), dead_after=150)
    fit = Fit.begin(plan, family.raw(plan, 100), plan.sites, 7)
    for step in range(3):
        fit.step(family.raw(plan, 64, seed=step), 1.0)
    state = fit.state()
    assert {name.split(".")[0] for name in state} == {
        "tokens",
        "silent_for",
        "random",
        "log",
        "centre",
        "size",
        "0",
        "adam",
    }
    for name in state:
        with pytest.raises((KeyError, RuntimeError, TypeError)):
            Fit.resume(plan, {other: value for other, value in state.items() if other != name}, plan.sites).step(
                family.raw(plan, 64), 1.0
            )


def _assert_same(one: Fit, other: Fit) -> None:
    first, second = one.state(), other.state()
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
