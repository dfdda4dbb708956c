"""How a training is paced."""

from __future__ import annotations

import pytest

from saecircuits.errors import InputError
from saecircuits.training import TrainingRun


def test_the_rate_rises_holds_and_falls():
    run = TrainingRun(tokens=100, batch=1, warm_up=0.1, decay=0.4)
    rates = [run.rate(step) for step in range(run.steps)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:60] == pytest.approx([1.0] * 51)
    assert rates[80] == pytest.approx(0.5)
    assert rates[-1] == pytest.approx(0.025)
    assert TrainingRun(tokens=10, batch=1, warm_up=0, decay=0).rate(0) == 1


@pytest.mark.parametrize(("tokens", "batch"), [(1, 1), (10, 1024), (100_000, 7), (5, 5)])
@pytest.mark.parametrize(("warm_up", "decay"), [(0.02, 0.4), (0.5, 0.5), (0, 1), (1, 0), (0, 0)])
def test_no_step_is_without_effect(tokens, batch, warm_up, decay):
    run = TrainingRun(tokens=tokens, batch=batch, warm_up=warm_up, decay=decay)
    assert all(0 < run.rate(step) <= 1 for step in range(run.steps))


def test_penalties_rise_once():
    run = TrainingRun(tokens=100, batch=1, sparsity_warm_up=0.2)
    shares = [run.penalty(step) for step in range(100)]
    assert shares[0] == pytest.approx(0.05)
    assert shares[9] == pytest.approx(0.5)
    assert shares[19:] == pytest.approx([1.0] * 81)
    assert TrainingRun(tokens=10, batch=1, sparsity_warm_up=0).penalty(0) == 1


def test_steps_are_rounded_up():
    assert [TrainingRun(tokens=tokens, batch=1024).steps for tokens in (1, 1024, 1025)] == [1, 1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens": 0},
        {"batch": 0},
        {"rows": 0},
        {"pool": -1},
        {"log_every": 0},
        {"save_every": 0},
        {"warm_up": 0.7, "decay": 0.7},
        {"decay": -0.1},
        {"warm_up": float("nan")},
        {"sparsity_warm_up": 1.1},
        {"sparsity_warm_up": -0.1},
        {"precision": "float16"},
    ],
    ids=str,
)
def test_unusable_runs_are_refused(changes):
    with pytest.raises(InputError):
        TrainingRun(**changes)
