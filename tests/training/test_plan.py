"""Plans and runs: what they take, what they refuse, and the learning rate."""

from __future__ import annotations

import dataclasses
import json

import pytest

from saecircuits.dictionaries import ACTIVATIONS
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.training import USUAL_LOSSES, RandomRows, Resample, TrainingPlan, TrainingRun
from tests.training import family


def test_a_transcoder_reads_and_writes_its_layer():
    plan = TrainingPlan.transcoder(2, n_features=64)
    assert (plan.name, plan.reads, plan.writes) == ("transcoder.2", (Site("mlp_in", 2),), (Site("mlp_out", 2),))
    assert plan.n_features == 64


def test_presets_wire_what_they_say():
    wired = {
        name: [(each.name, list(map(str, each.reads)), list(map(str, each.writes)), each.skip) for each in plan.wirings]
        for name, plan in {
            "sae": TrainingPlan.sae("resid_post.3"),
            "named": TrainingPlan.sae("resid_post.3", name="mine"),
            "skip": TrainingPlan.transcoder(2, skip=True),
            "clt": TrainingPlan.cross_layer_transcoder(2),
            "models": TrainingPlan.crosscoder(["a:resid_post.1", "b:resid_post.1"], name="diff"),
        }.items()
    }
    models = ["a:resid_post.1", "b:resid_post.1"]
    assert wired == {
        "sae": [("sae.resid_post.3", ["resid_post.3"], ["resid_post.3"], False)],
        "named": [("mine", ["resid_post.3"], ["resid_post.3"], False)],
        "skip": [("transcoder.2", ["mlp_in.2"], ["mlp_out.2"], True)],
        "clt": [
            ("clt.0", ["mlp_in.0"], ["mlp_out.0", "mlp_out.1"], False),
            ("clt.1", ["mlp_in.1"], ["mlp_out.1"], False),
        ],
        "models": [("diff", models, models, False)],
    }
    plan = TrainingPlan.cross_layer_transcoder(2)
    assert list(map(str, plan.sites)) == ["mlp_in.0", "mlp_out.0", "mlp_in.1", "mlp_out.1"]
    assert list(map(str, plan.reads)) == ["mlp_in.0", "mlp_in.1"]
    assert list(map(str, plan.writes)) == ["mlp_out.0", "mlp_out.1"]


@family.each_wiring
@family.each_variant
def test_a_plan_survives_plain_values(wiring, variant):
    plan = family.plan_of(wiring, variant, revival=Resample(every=7))
    assert TrainingPlan.from_dict(plan.to_dict()) == plan
    other = family.plan_of(wiring, variant, False, start=RandomRows(2.0, fires=4), centre="geometric median")
    assert TrainingPlan.from_dict(json.loads(json.dumps(other.to_dict()))) == other
    assert plan != other


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_activation_function_has_its_usual_losses(kind):
    activation = {"kind": kind, "k": 3} if "topk" in kind else {"kind": kind}
    plan = TrainingPlan.transcoder(0, activation=activation)
    assert plan.losses == USUAL_LOSSES[kind]
    assert TrainingPlan.from_dict(plan.to_dict()) == plan


@pytest.mark.parametrize("config", [TrainingPlan, TrainingRun])
def test_configs_are_small_and_frozen(config):
    assert len(dataclasses.fields(config)) <= 12
    plan = TrainingPlan.transcoder(0) if config is TrainingPlan else TrainingRun()
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.seed = 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lerning_rate": 1}, "'lerning_rate'.*optimizer"),
        ({"optimizer": {"learning_rate": float("nan")}}, "learning_rate"),
        ({"optimizer": {"rate": 1}}, "learning_rate"),
        ({"optimizer": {"clip": 0}}, "clip"),
        ({"dead_after": 0}, "dead_after"),
        ({"centre": "median"}, "geometric median"),
        ({"n_features": 0}, "n_features"),
        ({"activation": {"kind": "gelu"}}, "topk"),
        ({"losses": ({"kind": "l0"},)}, "It goes with jumprelu"),
        ({"losses": ({"kind": "gate"},)}, "It goes with gated"),
        ({"losses": ({"kind": "preactivation"},), "activation": {"kind": "gated"}}, "It goes with jumprelu"),
        ({"activation": {"kind": "topk", "kk": 3}}, "kk"),
        ({"activation": {"kind": "topk", "k": 0}}, "positive k"),
        ({"losses": ({"kind": "l3"},)}, "reconstruction, matryoshka"),
        ({"losses": ({"kind": "auxk", "size": 3},)}, "coefficient, k, share"),
        ({"start": {"kind": "zeros"}}, "random, tokens"),
        ({"start": {"kind": "random", "norm": 0}}, "positive"),
        ({"start": {"kind": "tokens", "margin": -1}}, "margin"),
        ({"revival": {"kind": "prayer"}}, "resample"),
        ({"revival": {"kind": "resample", "every": 0}}, "every"),
        ({"wirings": ()}, "no wiring"),
        ({"wirings": ({"name": "x", "reads": (), "writes": ("mlp_out.0",)},)}, "no site"),
        ({"wirings": ({"name": "x", "reads": ("mlp_in",), "writes": ("mlp_out.0",)},)}, "mlp_in"),
        ({"wirings": ({"name": "x", "reads": ("mlp_in.0",) * 2, "writes": ("mlp_out.0",)},)}, "named twice"),
        ({"wirings": ({"name": "x", "reads": ("mlp_in.0",), "weights": 3},)}, "weights"),
    ],
)
def test_unusable_plans_are_refused_with_the_cure(changes, said):
    with pytest.raises(InputError, match=said):
        TrainingPlan.transcoder(0, **changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: TrainingPlan.from_dict({"name": "x"}),
        lambda: TrainingPlan.from_dict({"wirings": ()}),
        lambda: TrainingPlan.cross_layer_transcoder(0),
        lambda: TrainingPlan.crosscoder([]),
    ],
)
def test_plans_without_a_name_or_sites_are_refused(make):
    with pytest.raises(InputError):
        make()
