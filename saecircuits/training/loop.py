"""Trains several dictionaries in one pass over a model.

1. Activations of all sites that any plan needs are streamed and shuffled (`harvest`, `shuffle`), or read from a store.
2. Every batch goes to every plan's `Fit`; the plans share nothing but the batch, so a dictionary does not depend on
   what is trained beside it.
3. From time to time everything that the next step depends on is saved; a run that was cut off goes on from there, and
   ends with the very weights of a run that was not.
4. The fits are frozen into results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter

from torch import Tensor

from saecircuits.errors import InputError, TrainingError, TrainingInterrupted
from saecircuits.sites import Site
from saecircuits.subject import Subject

from .checkpoint import load_checkpoint, recipe_of, save_checkpoint
from .corpus import Corpus
from .fit import Fit, TrainingResult
from .harvest import Stream
from .interrupt import Interrupt, interruptible
from .losses import Matryoshka, Reconstruction
from .plan import TrainingPlan
from .run import TrainingRun
from .saving import save_results
from .shuffle import Chunks, ShuffledTokens, TensorChunks
from .watch import Progress, Watcher
from .watchers import JsonLog, ProgressBar

_SAVE_AFTER = 600.0
"""Seconds after which a checkpoint is written even if `save_every` steps are not over."""


def train(
    subject: Subject | Mapping[str, Subject],
    corpus: Corpus,
    plans: Sequence[TrainingPlan],
    run: TrainingRun | None = None,
    *,
    folder: str | Path | None = None,
    watch: Sequence[Watcher] = (),
    progress: bool = True,
) -> list[TrainingResult]:
    """Train dictionaries on a model's activations.

    Args:
        subject: the model, or several by the names that sites use (`"tuned:resid_post.2"`).
        corpus: texts; begun again when it ends before enough tokens are seen.
        plans: one a dictionary.
        run: how long, and in batches of what size.
        folder: where checkpoints, a log (`log.jsonl`) and in the end the dictionaries go. Called again with the same
            folder, a run that was cut off goes on.
        watch: told about the run; may stop single plans. It changes nothing in what is learned.
        progress: show a progress bar with means over the plans.

    Returns:
        One result a plan, in their order. The same seed gives the same weights on the same machine with the same
        number of threads, whether the run was cut off in between or not.

    Raises:
        InputError: if there is no plan, two share a name, a plan names a site that the model does not have, or the
            folder holds a run with other settings.
        TrainingError: if an activation or a loss is not finite, or a checkpoint cannot be written; the last one stays.
        TrainingInterrupted: on Ctrl-C, after the step has been finished and saved.
    """
    run = run or TrainingRun()
    _check_plans(plans)
    wanted = sorted({site for plan in plans for site in plan.sites})
    chunks = Stream(subject, corpus, wanted, run.rows)
    return train_on(chunks, plans, run, folder=folder, watch=watch, progress=progress)


def train_on(
    activations: Chunks | Iterable[Tensor],
    plans: Sequence[TrainingPlan],
    run: TrainingRun | None = None,
    *,
    sites: Sequence[Site | str] = (),
    folder: str | Path | None = None,
    watch: Sequence[Watcher] = (),
    progress: bool = True,
) -> list[TrainingResult]:
    """Train dictionaries on activations that are already there: an `ActivationStore`, or tensors.

    Args:
        activations: a store, or any iterable of tensors `[token, site, d_model]` (`[token, d_model]` for one site). The
            training is done where they lie.
        plans, run, folder, watch, progress: as for `train`.
        sites: what the tensors hold, in order; needed for tensors only.

    Returns:
        One result a plan, in their order.

    Raises:
        InputError: as for `train`, or if a plan needs a site that is not there.
        TrainingError, TrainingInterrupted: as for `train`.
    """
    run = run or TrainingRun()
    _check_plans(plans)
    chunks = activations if isinstance(activations, Chunks) else TensorChunks(activations, _sites(sites, plans))
    _check_sites(plans, chunks.sites)
    watchers = [*watch]
    if progress:
        watchers.append(ProgressBar())
    if folder is not None:
        watchers.append(JsonLog(Path(folder) / "log.jsonl"))
    training = _Training(chunks, tuple(plans), run, None if folder is None else Path(folder), tuple(watchers))
    with _watched(watchers, plans, run), interruptible() as interrupt:
        seconds = training.go(interrupt)
    results = [fit.result(seconds) for fit in training.fits]
    if folder is not None:
        save_results(results, run, chunks.name, Path(folder) / "dictionaries")
    return results


@dataclass
class _Training:
    """A run: begun anew, or from the checkpoint in its folder."""

    chunks: Chunks
    plans: tuple[TrainingPlan, ...]
    run: TrainingRun
    folder: Path | None
    watchers: tuple[Watcher, ...]
    fits: list[Fit] = field(init=False)
    step: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        run = self.run
        self.source = ShuffledTokens(self.chunks, run.pool, run.batch, run.seed)
        self.recipe = recipe_of(self.plans, run, self.chunks.name)
        saved = None if self.folder is None else load_checkpoint(self.folder, self.recipe)
        if saved is None:
            sample = self.source.sample()
            self.fits = [Fit.begin(plan, sample, self.chunks.sites, run.seed, run.precision) for plan in self.plans]
        else:
            self.step = saved.step
            self.source.restore(saved.source)
            device = self.source.device
            self.fits = [
                Fit.resume(plan, saved.fits[plan.name], self.chunks.sites, run.precision, device) for plan in self.plans
            ]

    def go(self, interrupt: Interrupt) -> float:
        """Make the steps that are left; returns the seconds that they took."""
        run, started, first = self.run, perf_counter(), self.step
        saved = started
        for batch in islice(self.source.batches(), run.steps - first):
            self._step(batch)
            done = self.step == run.steps
            if done or self.step % run.log_every == 0:
                done |= self._log(perf_counter() - started, (self.step - first) * run.batch)
            due = self.step % run.save_every == 0 or perf_counter() - saved > _SAVE_AFTER
            if self.folder is not None and (done or interrupt.asked or due):
                save_checkpoint(self.folder, self.step, self.fits, self.source.state(), self.recipe)
                saved = perf_counter()
            if done:
                break
            if interrupt.asked:
                raise self._interrupted()
        return perf_counter() - started

    def _step(self, batch: Tensor) -> None:
        rate, penalty = self.run.rate(self.step), self.run.penalty(self.step)
        for fit in self.fits:
            if fit.stopped:
                continue
            try:
                fit.step(batch, rate, penalty)
            except TrainingError as error:
                kept = "" if self.folder is None else " The last checkpoint is as it was."
                raise TrainingError(f"Step {self.step}: {error.message}", error.cure + kept) from error
        self.step += 1

    def _log(self, seconds: float, tokens: int) -> bool:
        """Tell the watchers; returns whether there is nothing left to train."""
        entries = {fit.plan.name: fit.close_entry() for fit in self.fits if not fit.stopped}
        told = Progress(self.step, self.run.steps, self.step * self.run.batch, seconds, tokens / seconds, entries)
        for watcher in self.watchers:
            watcher.logged(told)
        stopped = {name for watcher in self.watchers for name in watcher.to_stop()}
        for fit in self.fits:
            fit.stopped |= fit.plan.name in stopped
        return all(fit.stopped for fit in self.fits)

    def _interrupted(self) -> TrainingInterrupted:
        done = f"Training was interrupted after step {self.step} of {self.run.steps}"
        if self.folder is None:
            return TrainingInterrupted(f"{done}; nothing was saved.", "Give a folder, and it can go on after this.")
        return TrainingInterrupted(f"{done}, which is saved.", f"Start it again with folder={str(self.folder)!r}.")


@contextmanager
def _watched(watchers: Sequence[Watcher], plans: Sequence[TrainingPlan], run: TrainingRun) -> Iterator[None]:
    """Tell watchers that the run begins, and in the end that it is over, whatever ended it."""
    for watcher in watchers:
        watcher.started(plans, run)
    error: BaseException | None = None
    try:
        yield
    except BaseException as caught:
        error = caught
        raise
    finally:
        for watcher in watchers:
            watcher.finished(error)


def _check_plans(plans: Sequence[TrainingPlan]) -> None:
    if not plans:
        raise InputError("There is no plan to train.", "Give at least one TrainingPlan.")
    for plan in plans:
        if not any(isinstance(loss, Reconstruction | Matryoshka) for loss in plan.losses):
            raise InputError(
                f"No loss of {plan.name!r} asks for a reconstruction: {', '.join(loss.kind for loss in plan.losses)}.",
                "Add Reconstruction() or Matryoshka().",
            )
    for what, names in (
        ("plans", [plan.name for plan in plans]),
        ("dictionaries", [wiring.name for plan in plans for wiring in plan.wirings]),
    ):
        if len(set(names)) < len(names):
            raise InputError(f"Two {what} share a name: {sorted(names)}.", "Give each its own name.")


def _check_sites(plans: Sequence[TrainingPlan], there: Sequence[Site]) -> None:
    missing = sorted({str(site) for plan in plans for site in plan.sites} - set(map(str, there)))
    if missing:
        raise InputError(
            f"The activations hold {', '.join(map(str, there))}, not {', '.join(missing)}.",
            "Plan for the sites that are there, or harvest the others too.",
        )


def _sites(given: Sequence[Site | str], plans: Sequence[TrainingPlan]) -> tuple[Site, ...]:
    """The sites of tensors: as given, or the only one that the plans name."""
    if given:
        return tuple(Site.parse(site) for site in given)
    named = {site for plan in plans for site in plan.sites}
    if len(named) > 1:
        raise InputError("The tensors' sites are not named.", f"Give sites=[…], e.g. {sorted(map(str, named))}.")
    return tuple(named)
