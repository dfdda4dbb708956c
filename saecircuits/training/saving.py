"""Saves what a run has trained, each dictionary with its recipe and its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from saecircuits.dictionaries import save_dictionary

from .fit import TrainingResult
from .run import TrainingRun


def save_results(results: Sequence[TrainingResult], run: TrainingRun, source: str, folder: str | Path) -> list[Path]:
    """Save every dictionary in `folder/<its name>`.

    Args:
        results: of one run.
        run: its settings, for the card.
        source: what the activations came from, for the card.
        folder: made if it is not there.

    Returns:
        The folders.
    """
    return [
        save_dictionary(
            dictionary,
            Path(folder) / dictionary.name,
            trained_on=source,
            recipe={"plan": result.plan.to_dict(), "run": asdict(run), "tokens": result.tokens},
            scores=last_scores(result),
        )
        for result in results
        for dictionary in result.dictionaries
    ]


def last_scores(result: TrainingResult) -> dict[str, float]:
    """What the last stretch of the training log says: on training batches, of all dictionaries of the plan together."""
    if not result.log:
        return {}
    last = result.log[-1]
    return {name: round(getattr(last, name), 6) for name in ("l0", "variance_explained", "dead")}
