"""A run that is killed and goes on ends with the very weights of one that was never stopped."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from saecircuits import atomic
from saecircuits.errors import FileFormatError, InputError, TrainingError, TrainingInterrupted
from saecircuits.training import TrainingPlan, TrainingRun, train, train_on
from saecircuits.training.checkpoint import FILE
from saecircuits.training.watchers import Onlooker
from tests.tiny import tiny_subject
from tests.training.killed import CORPUS, PLANS, RUN

ROOT = Path(__file__).parents[2]
SITE = "resid_post.0"
PLAN = TrainingPlan.sae(SITE, n_features=16, activation={"kind": "topk", "k": 2}, dead_after=200)
SHORT = TrainingRun(tokens=20 * 32, batch=32, pool=100, log_every=5, save_every=4)


def weights(folder: Path) -> dict[str, bytes]:
    files = sorted((folder / "dictionaries").glob("*/weights.safetensors"))
    return {path.parent.name: path.read_bytes() for path in files}


def killed_at_random(folder: Path, kills: int, seed: int) -> None:
    """Run `killed.py` again and again, killing it each time; then go on here to the end."""
    dice = random.Random(seed)
    for _ in range(kills):
        command = [sys.executable, "-m", "tests.training.killed", str(folder)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            for _ in range(dice.randint(1, 10)):
                process.stdout.readline()
            time.sleep(dice.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
    _train(folder, RUN)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    _train(folder, RUN)
    return weights(folder)


def test_two_kills_change_nothing(tmp_path, uninterrupted):
    killed_at_random(tmp_path, kills=2, seed=1)
    assert weights(tmp_path) == uninterrupted
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == RUN.steps * len(PLANS)  # every step once


@pytest.mark.slow
def test_twenty_kills_change_nothing(tmp_path, uninterrupted):
    killed_at_random(tmp_path, kills=20, seed=2)
    assert weights(tmp_path) == uninterrupted
    assert not list(tmp_path.glob(".*"))  # nothing half-written is left


def test_a_finished_run_is_not_run_again(tmp_path):
    torch.set_num_threads(1)
    first = train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    before = (tmp_path / FILE).stat().st_mtime_ns
    again = train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    assert torch.equal(first[0].dictionary.W_dec, again[0].dictionary.W_dec)
    assert first[0].log == again[0].log
    assert (tmp_path / FILE).stat().st_mtime_ns == before


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    whole = train_on([_activations()], [PLAN], SHORT, progress=False)
    with pytest.raises(TrainingInterrupted, match=r"after step 5 of 20, which is saved\. Start it again with folder="):
        train_on([_activations()], [PLAN], SHORT, folder=tmp_path, watch=[_Press()], progress=False)
    resumed = train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    assert torch.equal(whole[0].dictionary.W_dec, resumed[0].dictionary.W_dec)
    assert whole[0].log == resumed[0].log


def test_ctrl_c_without_a_folder_says_that_nothing_was_saved():
    with pytest.raises(TrainingInterrupted, match=r"nothing was saved\. Give a folder"):
        train_on([_activations()], [PLAN], SHORT, watch=[_Press()], progress=False)


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path, monkeypatch):
    with pytest.raises(TrainingInterrupted):
        train_on([_activations()], [PLAN], SHORT, folder=tmp_path, watch=[_Press()], progress=False)
    before = (tmp_path / FILE).read_bytes()

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(TrainingError, match=r"No space left .* Make room on the disk and start again"):
            train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob(f".*{atomic._BESIDE}"))
    train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)


def test_other_settings_are_refused(tmp_path):
    train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    longer = TrainingRun(tokens=40 * 32, batch=32, pool=100)
    with pytest.raises(InputError, match=r"other settings: its run differ.* another folder"):
        train_on([_activations()], [PLAN], longer, folder=tmp_path, progress=False)


def test_a_checkpoint_that_is_cut_short_is_told(tmp_path):
    train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(FileFormatError, match=r"cannot be read.*Delete it"):
        train_on([_activations()], [PLAN], SHORT, folder=tmp_path, progress=False)


def test_values_that_are_not_finite_stop_with_step_site_and_cure(tmp_path):
    huge = TrainingPlan.from_dict(PLAN.to_dict() | {"optimizer": {"learning_rate": 1e30, "unit_rows": False}})
    with pytest.raises(TrainingError, match=r"Step \d+: The loss of .* at resid_post\.0 .*Lower its learning rate"):
        train_on([_activations()], [huge], SHORT, folder=tmp_path, progress=False)


def test_the_weights_depend_on_the_seed(tmp_path, uninterrupted):
    other = TrainingRun(**{**vars(RUN), "seed": 1})
    _train(tmp_path, other)
    there = weights(tmp_path)
    assert there.keys() == uninterrupted.keys()
    assert all(there[name] != uninterrupted[name] for name in there)


class _Press(Onlooker):
    """Presses Ctrl-C at the first entry of the log."""

    def started(self, plans: object, run: object) -> None: ...

    def logged(self, progress: object) -> None:
        signal.raise_signal(signal.SIGINT)

    def finished(self, error: BaseException | None) -> None: ...


def _train(folder: Path, run: TrainingRun) -> None:
    train(tiny_subject("llama"), CORPUS, PLANS, run, folder=folder, progress=False)


def _activations() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(400, 8, generator=generator) @ torch.randn(8, 8, generator=generator)
