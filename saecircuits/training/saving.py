"""Saves what a run has trained, each dictionary with its recipe and its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from saecircuits.dictionaries import save_dictionary
from saecircuits.errors import TrainingError

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

    Raises:
        TrainingError: if they cannot be written.
    """
    try:
        return _saved(results, run, source, Path(folder))
    except OSError as error:
        raise TrainingError(
            f"The dictionaries could not be written into {str(folder)!r}: {error}.",
            "Make room, and start again with the same folder: the training itself is saved there.",
        ) from error


def _saved(results: Sequence[TrainingResult], run: TrainingRun, source: str, folder: Path) -> list[Path]:
    return [
        save_dictionary(
            dictionary,
            folder / dictionary.name,
            trained_on=source,
            recipe={"plan": result.plan.to_dict(), "run": asdict(run), "tokens": result.tokens},
            scores=last_scores(result),
            scored_on="the last training batches, all dictionaries of the plan together",
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
