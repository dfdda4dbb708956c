"""Logs: JSON lines and TensorBoard."""

from __future__ import annotations

import json

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from saecircuits.training import JsonLog, TensorBoard, TrainingPlan, TrainingRun, train_on

RUN = TrainingRun(tokens=20 * 16, batch=16, pool=64, log_every=5)
PLANS = [
    TrainingPlan.sae("resid_post.0", name=f"k{k}", n_features=8, activation={"kind": "topk", "k": k}) for k in (1, 2)
]


@pytest.fixture
def activations() -> torch.Tensor:
    return torch.randn(200, 6, generator=torch.Generator().manual_seed(0))


def test_json_lines_and_event_files_hold_the_log(tmp_path, activations):
    watch = [JsonLog(tmp_path / "log.jsonl"), TensorBoard(tmp_path / "board")]
    results = train_on(activations, PLANS, RUN, watch=watch, progress=False)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    for result in results:
        own = [line for line in lines if line["plan"] == result.plan.name]
        assert [line["step"] for line in own] == [5, 10, 15, 20]
        assert [line["l0"] for line in own] == [entry.l0 for entry in result.log]
        assert all(line["tokens_per_second"] > 0 for line in own)
        board = EventAccumulator(str(tmp_path / "board" / result.plan.name)).Reload()
        curve = board.Scalars("variance_explained")
        assert [point.step for point in curve] == [entry.tokens for entry in result.log]
        assert [point.value for point in curve] == pytest.approx([e.variance_explained for e in result.log], rel=1e-6)


def test_watching_changes_nothing(tmp_path, activations):
    watch = [JsonLog(tmp_path / "log.jsonl"), TensorBoard(tmp_path / "board")]
    watched = train_on(activations, PLANS, RUN, watch=watch, progress=True)
    alone = train_on(activations, PLANS, TrainingRun(**{**vars(RUN), "log_every": 3}), progress=False)
    for a, b in zip(watched, alone, strict=True):
        for name, weight in a.dictionary.state_dict().items():
            assert torch.equal(weight, b.dictionary.state_dict()[name]), name
