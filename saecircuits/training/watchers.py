"""Who is told about a training: a progress bar, a log of JSON lines, TensorBoard."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from saecircuits.atomic import replace_file
from saecircuits.errors import InputError

from .plan import TrainingPlan
from .run import TrainingRun
from .watch import Progress


class Onlooker:
    """A watcher that never asks for anything."""

    def to_stop(self) -> Collection[str]:
        """Nothing is to be stopped."""
        return ()


class ProgressBar(Onlooker):
    """A progress bar in the terminal or notebook, with means over the plans that are running."""

    def __init__(self) -> None:
        self._bar: Any = None

    def started(self, plans: Sequence[TrainingPlan], run: TrainingRun) -> None:
        """Draw it."""
        self._bar = tqdm(total=run.steps * run.batch, unit="tok", unit_scale=True, mininterval=0.5)

    def logged(self, progress: Progress) -> None:
        """Move it."""
        if self._bar.n == 0:
            self._bar.initial = progress.tokens - round(progress.tokens_per_second * progress.seconds)
        entries = list(progress.entries.values())

        def mean(name: str) -> float:
            return sum(getattr(entry, name) for entry in entries) / len(entries)

        if entries:
            self._bar.set_postfix(
                loss=f"{mean('loss'):.4f}",
                L0=f"{mean('l0'):.1f}",
                explained=f"{mean('variance_explained'):.3f}",
                dead=f"{mean('dead'):.0%}",
                refresh=False,
            )
        self._bar.update(progress.tokens - self._bar.n)

    def finished(self, error: BaseException | None) -> None:
        """Leave it as it is."""
        self._bar.close()


class JsonLog(Onlooker):
    """One JSON line a stretch and plan, added to a file: step, tokens, tokens a second, and the entry of the log.

    Lines of steps that a run repeats after it was cut off are dropped when it goes on.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._begun = False

    def started(self, plans: Sequence[TrainingPlan], run: TrainingRun) -> None:
        """Nothing is written yet."""
        self._begun = False

    def logged(self, progress: Progress) -> None:
        """Write one line a plan; a file that cannot be written is warned of, and does not end the run."""
        try:
            self._write(progress)
        except OSError as error:
            warnings.warn(f"The log {self._path} could not be written: {error}.", stacklevel=2)

    def finished(self, error: BaseException | None) -> None:
        """All is written."""

    def _write(self, progress: Progress) -> None:
        if not self._begun:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._forget_from(progress.step)
            self._begun = True
        with self._path.open("a", encoding="utf-8") as file:
            for name, entry in progress.entries.items():
                line = {"plan": name, "step": progress.step, "seconds": round(progress.seconds, 3)}
                line |= {"tokens_per_second": round(progress.tokens_per_second, 1)} | asdict(entry)
                file.write(json.dumps(line) + "\n")

    def _forget_from(self, step: int) -> None:
        """Drop lines that an earlier run of the same folder wrote beyond its last checkpoint."""
        if not self._path.is_file():
            return
        lines = self._path.read_text("utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if line.endswith("\n") and json.loads(line)["step"] < step)
        replace_file(self._path, lambda path: path.write_text(kept, "utf-8"))


class TensorBoard(Onlooker):
    """Curves for TensorBoard, through torch's own writer.

    Args:
        folder: where event files go; one subfolder a plan, so that the curves of a sweep are drawn together.

    Raises:
        InputError: if the package `tensorboard` is not installed.
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise InputError("TensorBoard is not installed.", "Run `pip install tensorboard`.") from error
        self._folder, self._writer = Path(folder), SummaryWriter
        self._writers: dict[str, Any] = {}

    def started(self, plans: Sequence[TrainingPlan], run: TrainingRun) -> None:
        """Open one writer a plan."""
        self._writers = {plan.name: self._writer(str(self._folder / plan.name)) for plan in plans}

    def logged(self, progress: Progress) -> None:
        """Add a point to every curve."""
        for name, entry in progress.entries.items():
            for curve in ("loss", "l0", "variance_explained", "dead"):
                self._writers[name].add_scalar(curve, getattr(entry, curve), progress.tokens)
            self._writers[name].add_scalar("tokens_per_second", progress.tokens_per_second, progress.tokens)

    def finished(self, error: BaseException | None) -> None:
        """Write out what is held back."""
        for writer in self._writers.values():
            writer.close()
