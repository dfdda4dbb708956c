"""Trains the dictionaries of the embedded world: a transcoder for the MLP of each layer, all in one pass.

Seeds of the corpus: the training stream, the evidence and the scores see different rows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saecircuits.dictionaries import save_dictionary
from saecircuits.evaluation import Evaluation, evaluate
from saecircuits.lab import WORLD
from saecircuits.replacement import Replacement
from saecircuits.subject import load_model
from saecircuits.training import Corpus, Reconstruction, TrainingPlan, TrainingResult, TrainingRun, train

TRAINING_SEED, SCORES_SEED = 1_000, 2_000


@dataclass(frozen=True)
class DictionaryRecipe:
    """How the transcoders are trained.

    Args:
        run: tokens, batches and seed.
        plan: fields of every plan that differ from `TrainingPlan`'s.
        scored_on: tokens that the scores in the config files are measured on.
    """

    run: TrainingRun = field(default_factory=lambda: TrainingRun(tokens=4_096_000))
    plan: dict[str, Any] = field(
        default_factory=lambda: {
            "n_features": 2048,
            "activation": {"kind": "topk", "k": 16},
            "losses": (Reconstruction(equalise=0.5),),
        }
    )
    scored_on: int = 131_072


def train_dictionaries(
    folder: Path, recipe: DictionaryRecipe | None = None, *, progress: bool = True
) -> list[TrainingResult]:
    """Train `transcoder.0`, `transcoder.1`, … and save each, with its scores, in `folder/dictionaries/<name>`.

    Args:
        folder: the world's folder; the language model is in `folder/model`.
        recipe: how long, and how.
        progress: show a progress bar.
    """
    recipe = recipe or DictionaryRecipe()
    subject = load_model(folder / "model", name=WORLD)
    plans = [TrainingPlan.transcoder(layer, **recipe.plan) for layer in range(subject.n_layers)]
    results = train(subject, Corpus.world(TRAINING_SEED), plans, recipe.run, progress)
    model = Replacement(subject, [result.dictionary for result in results])
    scores = evaluate(model, Corpus.world(SCORES_SEED), recipe.scored_on)
    for result in results:
        save_dictionary(
            result.dictionary,
            folder / "dictionaries" / result.plan.name,
            trained_on=subject.name,
            recipe={"plan": result.plan.to_dict(), "run": asdict(recipe.run)},
            scores=_scores(scores, result.plan.name),
        )
    return results


def _scores(evaluation: Evaluation, name: str) -> dict[str, float]:
    alone = evaluation.dictionaries[name]
    return {key: round(value, 6) for key, value in asdict(alone).items()}
