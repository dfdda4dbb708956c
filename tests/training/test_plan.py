"""Plans and runs: what they take, what they refuse, and the learning rate."""

from __future__ import annotations

import dataclasses
import json

import pytest

from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.training import AuxK, RandomRows, Reconstruction, TrainingPlan, TrainingRun


def test_a_transcoder_reads_and_writes_its_layer():
    plan = TrainingPlan.transcoder(2, n_features=64)
    assert (plan.name, plan.reads, plan.writes) == ("transcoder.2", (Site("mlp_in", 2),), (Site("mlp_out", 2),))
    assert plan.n_features == 64


def test_a_plan_survives_plain_values():
    plan = TrainingPlan.transcoder(
        1, activation={"kind": "batchtopk", "k": 8}, losses=(Reconstruction(equalise=0.5), AuxK(k=3))
    )
    assert TrainingPlan.from_dict(plan.to_dict()) == plan
    other = TrainingPlan.transcoder(1, start=RandomRows(2.0), revival=None)
    assert TrainingPlan.from_dict(json.loads(json.dumps(other.to_dict()))) == other


@pytest.mark.parametrize("config", [TrainingPlan, TrainingRun])
def test_configs_are_small_and_frozen(config):
    assert len(dataclasses.fields(config)) <= 12
    plan = TrainingPlan.transcoder(0) if config is TrainingPlan else TrainingRun()
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.seed = 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lerning_rate": 1}, "learning_rate"),
        ({"n_features": 0}, "n_features"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"activation": {"kind": "jumprelu"}}, "topk, batchtopk"),
        ({"activation": {"kind": "topk", "kk": 3}}, "kk"),
        ({"activation": {"kind": "topk", "k": 0}}, "positive k"),
        ({"losses": ()}, "no loss"),
        ({"losses": ({"kind": "l3"},)}, "reconstruction, auxk"),
        ({"losses": ({"kind": "auxk", "size": 3},)}, "coefficient, k, share"),
        ({"start": {"kind": "zeros"}}, "random, tokens"),
        ({"start": {"kind": "random", "norm": 0}}, "positive"),
        ({"start": {"kind": "tokens", "margin": -1}}, "margin"),
        ({"revival": {"kind": "prayer"}}, "resample"),
        ({"revival": {"kind": "resample", "every": 0}}, "every"),
        ({"reads": ()}, "no site"),
        ({"reads": ("mlp_in",)}, "mlp_in"),
    ],
)
def test_unusable_plans_are_refused_with_the_cure(changes, said):
    with pytest.raises(InputError, match=said):
        TrainingPlan.transcoder(0, **changes)


def test_a_plan_without_sites_is_refused():
    with pytest.raises(InputError, match="reads"):
        TrainingPlan.from_dict({"name": "x"})


@pytest.mark.parametrize("changes", [{"tokens": 0}, {"batch": 0}, {"warm_up": 0.7, "decay": 0.7}, {"decay": -0.1}])
def test_unusable_runs_are_refused(changes):
    with pytest.raises(InputError):
        TrainingRun(**changes)


def test_the_rate_rises_holds_and_falls():
    run = TrainingRun(tokens=100, batch=1, warm_up=0.1, decay=0.4)
    rates = [run.rate(step) for step in range(run.steps)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:60] == pytest.approx([1.0] * 51)
    assert rates[80] == pytest.approx(0.5)
    assert rates[-1] == pytest.approx(0.025)
    assert TrainingRun(tokens=10, batch=1, warm_up=0, decay=0).rate(0) == 1


def test_steps_are_rounded_up():
    assert TrainingRun(tokens=1025, batch=1024).steps == 2
