"""A dead feature comes back under everything that is there to revive it, in every variant, and stays dead without."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from saecircuits.dictionaries import Dictionary
from saecircuits.training import (
    L0,
    Adam,
    AuxK,
    Fit,
    GhostGradients,
    PreActivation,
    RandomRows,
    Resample,
    Tanh,
)
from tests.training import family
from tests.training.family import each_variant

FEATURE = 3
D, DIRECTIONS, FEATURES = 32, 8, 6
"""Fewer features than directions: the living leave something that the dead feature can learn."""


def _weak(dictionary: Dictionary, highest: torch.Tensor) -> None:
    """Positive at times, but never enough to fire."""
    del highest
    dictionary.b_enc.add_(1.0)  # of the others, so that they win where there is a competition
    dictionary.W_enc[FEATURE] *= 0.02
    dictionary.b_enc[FEATURE] = 0.01


def _negative(dictionary: Dictionary, highest: torch.Tensor) -> None:
    """Below zero at every token, by little."""
    dictionary.b_enc[FEATURE] -= highest + 0.05


def _far(dictionary: Dictionary, highest: torch.Tensor) -> None:
    """Below zero by more than training can make up for."""
    dictionary.b_enc[FEATURE] -= highest + 50


REVIVERS = {
    # how the feature died; what revives it
    "auxk": (_weak, {"losses": (AuxK(coefficient=0.5, k=4, share=1.0),)}),
    "ghost": (_negative, {"losses": (GhostGradients(share=1.0),)}),
    "resample": (_far, {"revival": Resample(every=1_000)}),
}
NEVER_BY_AUXK = {
    "relu": "a feature that is dead is nowhere positive",
    "gated": "where a gate is open, GateLoss trains it anyway",
}


def _data() -> torch.Tensor:
    """Sums of two or so of some directions, read and written through different ones."""
    generator = torch.Generator().manual_seed(0)
    directions = torch.randn(DIRECTIONS, 2, D, generator=generator)
    directions /= directions.norm(dim=2, keepdim=True)
    fires = torch.rand(250, DIRECTIONS, generator=generator) < 2 / DIRECTIONS
    strength = fires * (0.5 + torch.rand(250, DIRECTIONS, generator=generator))
    return torch.einsum("tf,fsd->tsd", strength, directions)


def _losses(variant: str) -> tuple:
    """The variant's own terms, without what revives, and with little that kills."""
    own = [term for term in family.VARIANTS[variant].losses if not isinstance(term, PreActivation)]
    return tuple(dataclasses.replace(term, coefficient=0.005) if isinstance(term, L0 | Tanh) else term for term in own)


def _fires_again(variant: str, silence, losses: tuple = (), revival: Resample | None = None) -> bool:
    """Silence a feature, see that it is dead, train on; whether it fires in the end."""
    activation = family.VARIANTS[variant].activation
    plan = family.plan_of(
        "transcoder",
        variant,
        n_features=FEATURES,
        activation=activation | ({"k": 1} if "k" in activation else {}),
        losses=_losses(variant) + losses,
        start=RandomRows(),
        revival=revival,
        dead_after=500,
        optimizer=Adam(learning_rate=1e-2),
    )
    data = _data()
    fit = Fit.begin(plan, data, plan.sites, 0)
    part = fit.forward(data).parts[0]
    with torch.no_grad():
        silence(fit.dictionary, fit.dictionary.preactivations(part.x[:, None])[:, FEATURE].max())
    for _ in range(2):
        fit.step(data, 0.0)
    assert fit.dead[0, FEATURE]
    for _ in range(60):
        fit.step(data, 1.0)
    part = fit.forward(data).parts[0]
    return bool((part.latents[part.firing.feature == FEATURE] > 0).any())


@each_variant
@pytest.mark.parametrize("reviver", REVIVERS)
def test_a_dead_feature_comes_back(reviver, variant):
    if reviver == "auxk" and variant in NEVER_BY_AUXK:
        return
    silence, added = REVIVERS[reviver]
    assert _fires_again(variant, silence, **added)


@each_variant
@pytest.mark.parametrize("silence", [_weak, _negative, _far], ids=lambda silence: silence.__name__[1:])
def test_a_dead_feature_stays_dead_by_itself(silence, variant):
    if silence is _weak and variant in NEVER_BY_AUXK:
        return
    assert not _fires_again(variant, silence)


def test_auxk_cannot_reach_a_feature_that_is_never_positive():
    assert not _fires_again("topk", _negative, (AuxK(coefficient=0.5, k=4, share=1.0),))


@pytest.mark.parametrize("rate", [0.5, 0.999])
def test_nothing_is_resampled_while_the_rate_rises_or_falls(rate):
    plan = family.plan_of("transcoder", "topk", losses=_losses("topk"), revival=Resample(every=1), dead_after=1)
    fit = Fit.begin(plan, family.raw(plan), plan.sites, 0)
    with torch.no_grad():
        fit.dictionary.b_enc[FEATURE] = -50
    for _ in range(3):
        fit.step(family.raw(plan), rate)
    assert fit.dead[0, FEATURE]
    fit.step(family.raw(plan), 1.0)
    assert not fit.dead[0, FEATURE]


def test_the_optimizer_forgets_what_it_knew_of_a_resampled_feature():
    plan = family.plan_of("transcoder", "topk", losses=_losses("topk"), revival=Resample(every=1), dead_after=1)
    fit = Fit.begin(plan, family.raw(plan), plan.sites, 0)
    fit.step(family.raw(plan), 0.9)  # below the peak: nothing is resampled
    with torch.no_grad():
        fit.dictionary.b_enc[FEATURE] = -50
    fit.step(family.raw(plan), 1.0)
    state = fit.state()
    trained = [name for name, parameter in fit.dictionary.named_parameters() if parameter.requires_grad]
    for number, name in enumerate(trained):
        if name in ("W_enc", "b_enc", "W_dec"):
            for moment in ("exp_avg", "exp_avg_sq"):
                rows = state[f"adam.{number}.{moment}"]
                assert not rows[FEATURE].any()
                assert rows.any()
