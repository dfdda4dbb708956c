"""Training on a model: what it depends on, and what it does not depend on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from saecircuits.dictionaries import JumpReLU, TopK
from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import Adam, Corpus, TokenRows, TrainingPlan, TrainingRun, train, train_on
from tests.tiny import tiny_subject
from tests.training import family

RUN = TrainingRun(tokens=600, batch=60, rows=4, pool=240, log_every=3)
PLANS = [
    TrainingPlan.transcoder(0, n_features=24, activation={"kind": "topk", "k": 4}),
    TrainingPlan.transcoder(1, n_features=16, activation={"kind": "batchtopk", "k": 3}),
    TrainingPlan.sae("resid_post.2", n_features=20),
    TrainingPlan.cross_layer_transcoder(2, n_features=12, activation={"kind": "gated"}),
    TrainingPlan.crosscoder(["resid_post.0", "resid_post.1"], n_features=16, activation={"kind": "jumprelu"}),
]


def _corpus() -> Corpus:
    words = torch.randint(0, 56, (40, 12), generator=torch.Generator().manual_seed(5)).tolist()
    return Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])


@pytest.fixture(scope="module")
def tiny():
    return tiny_subject("llama")


def _weights(result) -> dict[str, torch.Tensor]:
    return {
        f"{dictionary.name} {name}": value.clone()
        for dictionary in result.dictionaries
        for name, value in dictionary.state_dict().items()
    }


def _assert_same(one, other) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(tiny):
    first, second = (train(tiny, _corpus(), PLANS, RUN, progress=False) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        _assert_same(_weights(one), _weights(other))
        assert one.log == other.log
    (third,) = train(tiny, _corpus(), PLANS[:1], replace(RUN, seed=1), progress=False)
    assert not torch.equal(third.dictionary.W_enc, first[0].dictionary.W_enc)


def test_progress_and_logging_change_nothing(tiny, capsys):
    quiet = train(tiny, _corpus(), PLANS, RUN, progress=False)
    assert capsys.readouterr().err == ""
    loud = train(tiny, _corpus(), PLANS, replace(RUN, log_every=1), progress=True)
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
    results = train(tiny, _corpus(), PLANS, RUN, progress=False)
    topk, batchtopk, sae, cross_layer, crosscoder = results
    assert isinstance(topk.dictionary.activation, TopK)
    for result in (batchtopk, cross_layer, crosscoder):
        assert all(isinstance(dictionary.activation, JumpReLU) for dictionary in result.dictionaries)
    assert sae.dictionary.reads == sae.dictionary.writes == (Site("resid_post", 2),)
    assert [dictionary.name for dictionary in cross_layer.dictionaries] == ["clt.0", "clt.1"]
    for result in results:
        for dictionary in result.dictionaries:
            assert not any(p.requires_grad for p in dictionary.parameters())
            assert all(value.isfinite().all() for value in dictionary.state_dict().values())
        assert result.tokens == 600
        assert result.log[-1].tokens == 600
    for result in (topk, batchtopk, sae):
        norms = result.dictionary.W_dec.flatten(1).norm(dim=1)
        torch.testing.assert_close(norms, torch.ones_like(norms))


def test_models_are_compared_by_a_crosscoder(tiny):
    over = ["a:resid_post.1", "b:resid_post.1"]
    plan = TrainingPlan.crosscoder(over, n_features=16, start=TokenRows())
    (result,) = train({"a": tiny, "b": tiny}, _corpus(), [plan], RUN, progress=False)
    assert list(map(str, result.dictionary.reads)) == over
    # the same model twice: a token is the same in both, and nothing tells the two apart
    torch.testing.assert_close(result.dictionary.W_dec[:, 0], result.dictionary.W_dec[:, 1], rtol=1e-3, atol=1e-3)


def test_tensors_are_as_good_as_a_model():
    plan = family.plan_of("transcoder", "topk")
    data = family.raw(plan, 500, dtype=torch.float32)
    first, second = (train_on([data], [plan], RUN, sites=plan.sites, progress=False)[0] for _ in range(2))
    _assert_same(_weights(first), _weights(second))


def test_the_order_of_sites_in_the_tensors_does_not_matter():
    plan = family.plan_of("cross-layer", "topk")
    data = family.raw(plan, 500, dtype=torch.float32)
    (first,) = train_on([data], [plan], RUN, sites=plan.sites, progress=False)
    (second,) = train_on([data.flip(1)], [plan], RUN, sites=plan.sites[::-1], progress=False)
    _assert_same(_weights(first), _weights(second))


class _Stopper:
    """Stops one plan at the second look, and writes down all that it is told."""

    def __init__(self, name: str) -> None:
        self.name, self.told, self.ended = name, [], []

    def started(self, plans, run) -> None:
        self.told.append(len(plans))

    def logged(self, progress) -> None:
        self.told.append((progress.step, sorted(progress.entries)))

    def to_stop(self):
        return [self.name] if len(self.told) == 3 else []

    def finished(self, error) -> None:
        self.ended.append(error)


def test_a_plan_that_is_stopped_keeps_what_it_learned_and_disturbs_no_other():
    plans = [family.plan_of("sae", "topk", name="a"), family.plan_of("sae", "relu", name="b")]
    data = family.raw(plans[0], 500, dtype=torch.float32)
    watcher = _Stopper("a")
    stopped, other = train_on([data], plans, RUN, watch=[watcher], progress=False)
    assert watcher.told == [2, (3, ["a", "b"]), (6, ["a", "b"]), (9, ["b"]), (10, ["b"])]
    assert watcher.ended == [None]
    assert (stopped.tokens, other.tokens) == (360, 600)
    (alone,) = train_on([data], plans[1:], RUN, progress=False)
    _assert_same(_weights(other), _weights(alone))


def test_a_run_that_breaks_tells_its_watchers():
    plan = family.plan_of("sae", "topk", optimizer=Adam(1e30, clip=1e30))
    watcher = _Stopper("")
    data = family.raw(plan, 500, dtype=torch.float32)
    with pytest.raises(
        TrainingError, match=r"^Step \d+: .*'sae.resid_post.1' is (nan|inf).*learning rate \(1e\+30\)"
    ) as caught:
        train_on([data], [plan], RUN, watch=[watcher], progress=False)
    assert watcher.ended == [caught.value]


def test_plans_that_cannot_be_trained_together_are_refused(tiny):
    with pytest.raises(InputError, match="no plan"):
        train(tiny, _corpus(), [], RUN)
    with pytest.raises(InputError, match="share a name"):
        train(tiny, _corpus(), [PLANS[0], PLANS[0]], RUN)
    with pytest.raises(InputError, match=r"mlp_in\.9"):
        train(tiny, _corpus(), [TrainingPlan.transcoder(9)], RUN)
    data = torch.randn(50, 2, 8)
    with pytest.raises(InputError, match="sites are not named"):
        train_on([data], [TrainingPlan.transcoder(0)], RUN)
    with pytest.raises(InputError, match=r"mlp_out\.0"):
        train_on([data], [TrainingPlan.transcoder(0)], RUN, sites=["mlp_in.0", "mlp_in.1"])
