"""The TrainingMonitor: the curves of a sweep while it is trained, and buttons that stop a run.

It is a `Watcher`: the training calls `started`, `logged`, `to_stop` and `finished`, in a thread of its own or in that
of a cell, while requests of the browser arrive in another. A lock keeps the two apart; traits are set under it, at
most twice a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import traitlets

from saecircuits.errors import InputError
from saecircuits.subject import Subject
from saecircuits.training import Corpus, LogEntry, Progress, TrainingPlan, TrainingResult, TrainingRun, train

from .history import History
from .kept import KeptWidget
from .messages import Answer, answer, describe
from .recipes import recipe

_INTERVAL = 0.5
"""Seconds between two updates of the browser."""
_CURVES = ("loss", "l0", "variance_explained", "dead")
_MISSING = (float("nan"),) * len(_CURVES)
_LIVE = ("running", "stopping")


class TrainingMonitor(KeptWidget):
    """Live curves of all runs of a sweep: loss, L0, variance explained, dead share.

    In the background, so that the notebook stays free:

        monitor = sc.TrainingMonitor()
        monitor.train(model, corpus, plans)      # returns at once; the last line of a cell shows the widget
        results = monitor.results()              # waits

    or in the cell: `sc.train(model, corpus, plans, watch=[monitor])`.

    Attributes:
        state: `waiting`, `running`, `finished`, `stopped` (every run was) or `failed`.
        runs: name and recipe of every run.
        states: of every run: `running`, `stopping`, `stopped`, `finished` or `failed`.
        progress: steps, tokens and seconds so far.
        error: what broke the training off, with its cure; or None.
    """

    bundle: ClassVar[str] = "training_monitor"
    height: ClassVar[int] = 480

    state = traitlets.Unicode("waiting").tag(sync=True)
    runs = traitlets.List(traitlets.Dict()).tag(sync=True)
    states = traitlets.List(traitlets.Unicode()).tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    past = traitlets.Bytes().tag(sync=True)
    recent = traitlets.Bytes().tag(sync=True)
    latest = traitlets.Bytes().tag(sync=True)
    error = traitlets.Dict(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._lock = threading.RLock()
        self._job: _Job | None = None
        self._states: dict[str, str] = {}
        self._latest: dict[str, LogEntry] = {}
        self._history = History(1)
        self._progress: dict[str, float] = {}
        self._published = 0.0
        super().__init__(**{"error": None, **traits})  # traitlets makes {} of a Dict's default None
        self.on_msg(self._on_message)

    def train(
        self,
        subject: Subject | Mapping[str, Subject],
        corpus: Corpus,
        plans: Sequence[TrainingPlan],
        run: TrainingRun | None = None,
        *,
        folder: str | Path | None = None,
    ) -> TrainingMonitor:
        """Train in the background: what `train` does, shown here.

        Returns:
            The monitor itself; `results` waits for what is learned.

        Raises:
            InputError: if it is training already.
        """
        job = lambda: train(subject, corpus, plans, run, folder=folder, watch=[self], progress=False)  # noqa: E731
        return self.start(job)

    def start(self, job: Callable[[], Sequence[TrainingResult]]) -> TrainingMonitor:
        """Run any training in the background; it has to name this monitor among its watchers.

        Returns:
            The monitor itself.

        Raises:
            InputError: if it is training already.
        """
        with self._lock:
            if self._job is not None and self._job.thread.is_alive():
                raise InputError("A training runs in this monitor already.", "End it with stop(), or open another.")
            self._job = _Job(job, self.finished)
            self.state, self.error = "running", None
            self._job.thread.start()
        return self

    def results(self, timeout: float | None = None) -> list[TrainingResult]:
        """Wait for the training in the background, and give what it learned.

        Args:
            timeout: seconds to wait at the most; by default as long as it takes.

        Raises:
            InputError: if nothing was started here.
            TimeoutError: if it has not ended by then; it goes on.
            Exception: what broke the training off.
        """
        if self._job is None:
            raise InputError("Nothing was trained in the background.", "Begin with train(model, corpus, plans).")
        return self._job.results(timeout)

    def stop(self, *names: str) -> None:
        """Stop runs, or without a name all of them. What they have learned is kept; runs that have ended stay so.

        Raises:
            InputError: if a name is not among the runs.
        """
        with self._lock:
            unknown = sorted(set(names) - set(self._states))
            if unknown:
                raise InputError(f"There is no run {unknown[0]!r}.", f"Known are {', '.join(self._states) or 'none'}.")
            for name in names or tuple(self._states):
                if self._states[name] == "running":
                    self._states[name] = "stopping"
            self._publish()

    def started(self, plans: Sequence[TrainingPlan], run: TrainingRun) -> None:
        """The training begins. If the same runs were shown before, their curves stay where the new ones go on."""
        with self._lock:
            runs = [
                {"name": plan.name, "recipe": recipe(plan.activation, plan.n_features, plan.reads, plan.writes)}
                for plan in plans
            ]
            if runs != self.runs:
                self._history, self._latest = History(1 + len(_CURVES) * len(plans)), {}
            self._states = dict.fromkeys((plan.name for plan in plans), "running")
            self._progress = {"step": 0, "steps": run.steps, "tokens": 0, "total": run.steps * run.batch}
            self.error = None
            self._publish("running", runs)

    def logged(self, progress: Progress) -> None:
        """A stretch of steps is over."""
        with self._lock:
            self._latest |= progress.entries
            row = [float(progress.tokens)]
            for name in self._states:
                entry = progress.entries.get(name)
                row += _MISSING if entry is None else _numbers(entry)
            self._history.add(row)
            self._progress |= {
                "step": progress.step,
                "steps": progress.steps,
                "tokens": progress.tokens,
                "seconds": progress.seconds,
                "tokens_per_second": progress.tokens_per_second,
            }
            if time.monotonic() - self._published >= _INTERVAL:
                self._publish()

    def to_stop(self) -> Collection[str]:
        """Runs that were asked to stop since this was asked last."""
        with self._lock:
            names = [name for name, state in self._states.items() if state == "stopping"]
            if names:
                self._end(names, "stopped")
                self._publish()
            return names

    def finished(self, error: BaseException | None) -> None:
        """The training is over; only the first word on it counts."""
        with self._lock:
            if self.state != "running":
                return
            live = [name for name, state in self._states.items() if state in _LIVE]
            self._end(live, "finished" if error is None else "failed")
            self.error = None if error is None else _failure(error)
            ended = "finished" if live or not self._states else "stopped"
            self._publish("failed" if error is not None else ended)

    def _end(self, names: Sequence[str], state: str) -> None:
        self._states |= dict.fromkeys(names, state)

    def _page_state(self) -> dict[str, Any]:
        # The copy of a training that runs is of how far it was, and nothing runs in it.
        return {**super()._page_state(), "error": self.error}

    def _publish(self, state: str | None = None, runs: list[dict[str, str]] | None = None) -> None:
        """Bring the traits up to date, in one message."""
        self._published = time.monotonic()
        latest = [_row(self._latest.get(name)) for name in self._states]
        with self.hold_sync():
            self.runs = self.runs if runs is None else runs
            self.states = list(self._states.values())
            self.progress = dict(self._progress)
            self.past = self._history.past.tobytes()
            self.recent = self._history.recent.tobytes()
            self.latest = np.array(latest, "<f4").tobytes()
            self.state = self.state if state is None else state
        # ipykernel 7.4 hands what the browser says to the shell that spoke last. While a cell trains that is the busy
        # one; where nothing is noted, it is the subshell that JupyterLab keeps for widgets.
        if self.comm is not None:  # a widget that was closed has none, and its training goes on
            vars(self.comm).pop("_reply_subshell_id", None)

    def _on_message(self, _: Any, message: Any, __: list[Any]) -> None:
        reply, buffers = answer({"stop": self._answer_stop}, message)
        if self.comm is not None:
            self.send(reply, buffers)

    def _answer_stop(self, message: Mapping[str, Any]) -> Answer:
        names = message.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InputError(f"The request has no list of names: it is {names!r}.")
        self.stop(*names)
        return {}, []


class _Job:
    """A training in a thread of its own: what it gave, or what broke it off."""

    def __init__(
        self, work: Callable[[], Sequence[TrainingResult]], ended: Callable[[BaseException | None], None]
    ) -> None:
        self._work, self._ended = work, ended
        self._results: list[TrainingResult] = []
        self._error: BaseException | None = None
        # A daemon: a kernel that is shut down does not wait for hours.
        self.thread = threading.Thread(target=self._run, name="saecircuits training", daemon=True)

    def results(self, timeout: float | None) -> list[TrainingResult]:
        self.thread.join(timeout)
        if self.thread.is_alive():
            raise TimeoutError(f"The training has not ended within {timeout:g} s. Ask again later, or call stop().")
        if self._error is not None:
            raise self._error
        return self._results

    def _run(self) -> None:
        try:
            self._results = list(self._work())
        except BaseException as error:
            self._error = error
        self._ended(self._error)  # a training that fails before it begins has not told its watchers


def _numbers(entry: LogEntry) -> list[float]:
    return [getattr(entry, name) for name in _CURVES]


def _row(entry: LogEntry | None) -> list[float]:
    return [float("nan"), *_MISSING] if entry is None else [entry.tokens, *_numbers(entry)]


def _failure(error: BaseException) -> dict[str, str]:
    if isinstance(error, Exception):
        return describe(error)
    return {
        "message": f"The training was broken off ({type(error).__name__}).",
        "cure": "If it has a folder, train again with the same folder to go on.",
    }
