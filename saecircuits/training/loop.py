"""Trains several dictionaries in one pass over a model.

1. Activations of all sites that any plan needs are streamed and shuffled (`harvest`).
2. Every batch goes to every plan's `Fit`; the plans share nothing but the batch, so a dictionary does not depend on
   what is trained beside it.
3. The fits are frozen into results.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from time import perf_counter

from tqdm.auto import tqdm

from saecircuits.errors import InputError
from saecircuits.subject import Subject

from .corpus import Corpus
from .fit import Fit, LogEntry, TrainingResult
from .harvest import ShuffledTokens
from .plan import TrainingPlan, TrainingRun


def train(
    subject: Subject,
    corpus: Corpus,
    plans: Sequence[TrainingPlan],
    run: TrainingRun | None = None,
    progress: bool = True,
) -> list[TrainingResult]:
    """Train dictionaries on a model's activations.

    Args:
        subject: the model.
        corpus: texts; begun again when it ends before enough tokens are seen.
        plans: one a dictionary.
        run: how long, and in batches of what size.
        progress: show a progress bar with means over the plans; changes nothing else.

    Returns:
        One result a plan, in their order. The same seed gives the same weights on the same machine with the same
        number of threads.

    Raises:
        InputError: if there is no plan, two share a name, or a plan names a site that the model does not have.
        TrainingError: if an activation or a loss is not finite.
    """
    run = run or TrainingRun()
    _check_plans(plans)
    started = perf_counter()
    sites = [site for plan in plans for site in (*plan.reads, *plan.writes)]
    source = ShuffledTokens(subject, corpus, sites, run.rows, run.pool, run.seed)
    fits = [Fit(plan, source.sample(), source.sites, run.seed) for plan in plans]
    batches = islice(source.batches(run.batch), run.steps)
    with tqdm(total=run.steps * run.batch, unit="tok", unit_scale=True, disable=not progress, mininterval=0.5) as bar:
        for step, batch in enumerate(batches):
            for fit in fits:
                fit.step(batch, run.rate(step))
            bar.update(run.batch)
            if (step + 1) % run.log_every == 0 or step + 1 == run.steps:
                bar.set_postfix(_means([fit.close_entry() for fit in fits]), refresh=False)
    seconds = perf_counter() - started
    return [fit.result(seconds) for fit in fits]


def _check_plans(plans: Sequence[TrainingPlan]) -> None:
    names = [plan.name for plan in plans]
    if not names:
        raise InputError("There is no plan to train.", "Give at least one TrainingPlan.")
    if len(set(names)) < len(names):
        raise InputError(f"Two plans share a name: {sorted(names)}.", "Give each its own name.")


def _means(entries: Sequence[LogEntry]) -> dict[str, str]:
    """What the progress bar shows."""

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    return {
        "loss": f"{mean([entry.loss for entry in entries]):.4f}",
        "L0": f"{mean([entry.l0 for entry in entries]):.1f}",
        "explained": f"{mean([entry.variance_explained for entry in entries]):.3f}",
        "dead": f"{mean([entry.dead for entry in entries]):.0%}",
    }
