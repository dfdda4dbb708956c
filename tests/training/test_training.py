"""Training: what it recovers, what it depends on, and what it does not depend on."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import JumpReLU, TopK
from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import (
    AuxK,
    Corpus,
    Fit,
    RandomRows,
    Reconstruction,
    Resample,
    TrainingPlan,
    TrainingRun,
    train,
)
from tests.tiny import tiny_subject

SITES = [Site("mlp_in", 0), Site("mlp_out", 0)]
PLAIN = (Reconstruction(),)
RUN = TrainingRun(tokens=600, batch=60, rows=4, pool=240, log_every=3)
PLANS = [
    TrainingPlan.transcoder(0, n_features=24, activation={"kind": "topk", "k": 4}),
    TrainingPlan.transcoder(1, n_features=16, activation={"kind": "batchtopk", "k": 3}),
    TrainingPlan(name="sae", reads="resid_post.2", writes="resid_post.2", n_features=20),
]


def _corpus() -> Corpus:
    words = torch.randint(0, 56, (40, 12), generator=torch.Generator().manual_seed(5)).tolist()
    return Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])


@pytest.fixture(scope="module")
def tiny():
    return tiny_subject("llama")


def _weights(result) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in result.dictionary.state_dict().items()}


def _assert_same(one, other) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tiny):
    first, second = (train(tiny, _corpus(), PLANS, RUN, progress=False) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        _assert_same(_weights(one), _weights(other))
        assert one.log == other.log
    (third,) = train(tiny, _corpus(), PLANS[:1], TrainingRun(**{**RUN.__dict__, "seed": 1}), progress=False)
    assert not torch.equal(third.dictionary.W_enc, first[0].dictionary.W_enc)


def test_progress_and_logging_change_nothing(tiny, capsys):
    quiet = train(tiny, _corpus(), PLANS, RUN, progress=False)
    assert capsys.readouterr().err == ""
    loud = train(tiny, _corpus(), PLANS, TrainingRun(**{**RUN.__dict__, "log_every": 1}), progress=True)
    shown = capsys.readouterr().err
    assert all(word in shown for word in ("loss=", "L0=", "explained=", "dead="))
    for one, other in zip(quiet, loud, strict=True):
        _assert_same(_weights(one), _weights(other))
    assert (len(quiet[0].log), len(loud[0].log)) == (4, 10)


def test_a_dictionary_does_not_depend_on_what_is_trained_beside_it(tiny):
    together = train(tiny, _corpus(), PLANS, RUN, progress=False)
    for plan, result in zip(PLANS, together, strict=True):
        (alone,) = train(tiny, _corpus(), [plan], RUN, progress=False)
        _assert_same(_weights(result), _weights(alone))


def test_the_callers_model_and_plans_stay_as_they_were(tiny):
    before = {name: value.clone() for name, value in tiny.module.state_dict().items()}
    plain = [plan.to_dict() for plan in PLANS]
    train(tiny, _corpus(), PLANS, RUN, progress=False)
    _assert_same(before, tiny.module.state_dict())
    assert [plan.to_dict() for plan in PLANS] == plain


def test_results_are_ready_for_inference(tiny):
    topk, batchtopk, sae = train(tiny, _corpus(), PLANS, RUN, progress=False)
    assert isinstance(topk.dictionary.activation, TopK)
    assert isinstance(batchtopk.dictionary.activation, JumpReLU)
    assert sae.dictionary.reads == sae.dictionary.writes == (Site("resid_post", 2),)
    for result in (topk, batchtopk, sae):
        assert not any(p.requires_grad for p in result.dictionary.parameters())
        norms = result.dictionary.W_dec.flatten(1).norm(dim=1)
        torch.testing.assert_close(norms, torch.ones_like(norms))
        assert result.tokens == 600
        assert result.log[-1].tokens == 600


@pytest.mark.parametrize("kind", ["topk", "batchtopk"])
def test_folding_the_scales_changes_no_reconstruction(kind):
    sample = _sparse_activations(512, 8, 10, seed=4)[0] * torch.tensor([7.0, 300.0])[:, None] + 5
    plan = TrainingPlan.transcoder(0, n_features=20, activation={"kind": kind, "k": 3}, losses=(Reconstruction(),))
    fit = Fit(plan, sample, SITES, 0)
    for _ in range(20):
        fit.step(sample, 1.0)
    if kind == "batchtopk":  # what the batch kept is close to, but not the same as, what the threshold keeps
        fit.dictionary.activation = fit.dictionary.activation.for_inference()
    scaled = fit.forward(sample)
    scale = sample[:, 1:].sub(sample[:, 1:].mean(0)).flatten(1).pow(2).sum(1).mean().sqrt()
    expected_latents, expected = scaled.latents.detach() * scale, scaled.reconstruction.detach() * scale
    dictionary = fit.result(0).dictionary
    torch.testing.assert_close(dictionary.encode(sample[:, :1]), expected_latents, rtol=1e-4, atol=1e-2)
    torch.testing.assert_close(dictionary(sample[:, :1]), expected, rtol=1e-4, atol=1e-2)


def _sparse_activations(tokens: int, d: int, features: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Sums of two or so of some unit directions, read and written through different directions."""
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(features, 2, d, generator=generator)
    directions /= directions.norm(dim=2, keepdim=True)
    fires = torch.rand(tokens, features, generator=generator) < 2 / features
    strength = fires * (0.5 + torch.rand(tokens, features, generator=generator))
    return torch.einsum("tf,fsd->tsd", strength, directions), directions


@pytest.mark.parametrize("kind", ["topk", "batchtopk"])
def test_directions_that_made_the_data_are_found_again(kind):
    data, directions = _sparse_activations(20_000, 32, 40, seed=0)
    plan = TrainingPlan.transcoder(
        0, n_features=64, activation={"kind": kind, "k": 3}, learning_rate=5e-3, dead_after=4_000
    )
    fit = Fit(plan, data[:4000], SITES, 0)
    run = TrainingRun(tokens=400 * 256, batch=256)
    order = torch.randint(0, len(data), (run.steps, 256), generator=torch.Generator().manual_seed(1))
    for step, batch in enumerate(order):
        fit.step(data[batch], run.rate(step))
    dictionary = fit.result(0).dictionary
    found = dictionary.W_dec[:, 0] @ directions[:, 1].T
    assert float(found.amax(0).mean()) >= 0.95  # mean max cosine over the true directions


def _revived(silenced, losses=PLAIN, revival=None) -> tuple[bool, bool]:
    """Silence feature 3, train on; whether it was dead in between, and whether it fires in the end."""
    data, _ = _sparse_activations(1_000, 16, 12, seed=2)
    plan = TrainingPlan.transcoder(
        0,
        n_features=32,
        activation={"kind": "topk", "k": 2},
        losses=losses,
        start=RandomRows(),
        revival=revival,
        dead_after=500,
    )
    fit = Fit(plan, data, SITES, 0)
    with torch.no_grad():
        silenced(fit.dictionary)
    for _ in range(10):
        fit.step(data[:500], 0.999)  # below the peak, so that nothing is resampled yet
    was_dead = bool(fit.dead[3])
    for _ in range(200):
        fit.step(data, 1.0)
    return was_dead, bool((fit.forward(data).latents[:, 3] > 0).any())


def _weak(dictionary) -> None:
    dictionary.W_enc[3] *= 0.02  # positive at times, but never among the two largest


def _negative(dictionary) -> None:
    dictionary.b_enc[3] = -50


def test_auxk_revives_a_feature_that_never_wins():
    assert _revived(_weak) == (True, False)
    assert _revived(_weak, losses=(Reconstruction(), AuxK(coefficient=1 / 8, k=4))) == (True, True)


def test_resampling_revives_a_feature_that_is_never_positive():
    assert _revived(_negative, losses=(Reconstruction(), AuxK())) == (True, False)
    assert _revived(_negative, revival=Resample(every=1_000)) == (True, True)


def test_dead_is_counted_in_tokens():
    data, _ = _sparse_activations(300, 8, 6, seed=3)
    plan = TrainingPlan.transcoder(0, n_features=4, activation={"kind": "topk", "k": 1}, dead_after=250)
    fit = Fit(plan, data, SITES, 0)
    with torch.no_grad():
        fit.dictionary.b_enc[1] = -100
    for seen in range(3):
        assert bool(fit.dead[1]) == (seen * 100 >= 250)
        fit.step(data[:100], 0.0)
    assert bool(fit.dead[1])
    assert not bool(fit.dead.all())


def test_a_loss_that_is_not_finite_says_where_and_what_to_do():
    data, _ = _sparse_activations(100, 8, 6, seed=3)
    fit = Fit(TrainingPlan.transcoder(0, n_features=4), data, SITES, 0)
    fit.step(data, 1.0)
    with pytest.raises(TrainingError, match=r"'transcoder.0' is nan after 100 tokens\. Lower its learning rate"):
        fit.step(data * float("nan"), 1.0)


def test_activations_without_variance_are_refused():
    with pytest.raises(InputError, match="same at every token"):
        Fit(TrainingPlan.transcoder(0, n_features=4), torch.ones(10, 2, 4), SITES, 0)


def test_plans_that_cannot_be_trained_together_are_refused(tiny):
    with pytest.raises(InputError, match="no plan"):
        train(tiny, _corpus(), [], RUN)
    with pytest.raises(InputError, match="share a name"):
        train(tiny, _corpus(), [PLANS[0], PLANS[0]], RUN)
    with pytest.raises(InputError, match=r"mlp_in\.9"):
        train(tiny, _corpus(), [TrainingPlan.transcoder(9)], RUN)
