"""Trains the dictionaries of the embedded world, all of them in one pass over the model: a transcoder for every MLP, a
sparse autoencoder for the residual stream after every layer, a cross-layer transcoder and a crosscoder over layers.

Seeds of the corpus: the training stream, the evidence and the scores see different rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saecircuits.dictionaries import Dictionary, save_dictionary
from saecircuits.evaluation import Evaluation, evaluate
from saecircuits.lab import WORLD
from saecircuits.replacement import Replacement
from saecircuits.subject import load_model
from saecircuits.training import (
    Adam,
    AuxK,
    Corpus,
    Reconstruction,
    TrainingPlan,
    TrainingResult,
    TrainingRun,
    train,
)

TRAINING_SEED, SCORES_SEED = 1_000, 2_000
SETS = ("transcoders", "saes", "clt", "crosscoder")
"""The sets of dictionaries, each with a folder of its own."""

_EQUALISED = (Reconstruction(equalise=0.5), AuxK())
"""A few tokens hold most of the variance here, and would rule a plain squared error."""
_COMMON: dict[str, Any] = {"n_features": 1024, "optimizer": Adam(learning_rate=2e-3)}


@dataclass(frozen=True)
class DictionaryRecipe:
    """How the dictionaries are trained.

    Args:
        run: tokens, batches and seed.
        plans: fields of the plans of each set that differ from `TrainingPlan`'s.
        scored_on: tokens that the scores in the config files are measured on.
    """

    run: TrainingRun = field(default_factory=lambda: TrainingRun(tokens=4_096_000, rows=64))
    plans: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: {
            "transcoders": _COMMON | {"activation": {"kind": "batchtopk", "k": 16}, "losses": _EQUALISED},
            "saes": _COMMON | {"activation": {"kind": "batchtopk", "k": 16}, "losses": _EQUALISED},
            "clt": _COMMON | {"activation": {"kind": "batchtopk", "k": 12}, "losses": _EQUALISED},
            "crosscoder": _COMMON | {"activation": {"kind": "batchtopk", "k": 24}, "losses": _EQUALISED},
        }
    )
    scored_on: int = 131_072

    def plans_of(self, n_layers: int) -> dict[str, list[TrainingPlan]]:
        """The plans by set, for a model with so many layers."""
        layers, given = range(n_layers), self.plans
        made = {
            "transcoders": [TrainingPlan.transcoder(layer, **given.get("transcoders", {})) for layer in layers],
            "saes": [TrainingPlan.sae(f"resid_post.{layer}", **given.get("saes", {})) for layer in layers],
            "clt": [TrainingPlan.cross_layer_transcoder(n_layers, **given.get("clt", {}))],
            "crosscoder": [
                TrainingPlan.crosscoder([f"resid_post.{layer}" for layer in layers], **given.get("crosscoder", {}))
            ],
        }
        return {name: plans for name, plans in made.items() if name in given}


def train_dictionaries(
    folder: Path, recipe: DictionaryRecipe | None = None, *, progress: bool = True
) -> list[TrainingResult]:
    """Train all sets and save each dictionary, with its scores, in `folder/dictionaries/<set>/<name>`.

    Args:
        folder: the world's folder; the language model is in `folder/model`.
        recipe: how long, and how.
        progress: show a progress bar.
    """
    recipe = recipe or DictionaryRecipe()
    subject = load_model(folder / "model", name=WORLD)
    plans = recipe.plans_of(subject.n_layers)
    corpus = Corpus.world(TRAINING_SEED)
    results = train(subject, corpus, [plan for each in plans.values() for plan in each], recipe.run, progress=progress)
    by_plan = {result.plan.name: result for result in results}
    for name, members in plans.items():
        trained = [by_plan[plan.name] for plan in members]
        dictionaries = [dictionary for result in trained for dictionary in result.dictionaries]
        scores = evaluate(Replacement(subject, dictionaries), Corpus.world(SCORES_SEED), recipe.scored_on)
        _save(folder / "dictionaries" / name, trained, scores, f"{subject.name} on {corpus.name}", recipe)
    return results


def _save(
    folder: Path, results: Sequence[TrainingResult], scores: Evaluation, data: str, recipe: DictionaryRecipe
) -> None:
    for result in results:
        for dictionary in result.dictionaries:
            save_dictionary(
                dictionary,
                folder / dictionary.name,
                trained_on=data,
                recipe={"plan": result.plan.to_dict(), "run": asdict(recipe.run)},
                scores=_scores(scores, dictionary),
                scored_on=f"{scores.tokens:,} fresh tokens ({scores.corpus})",
            )


def _scores(evaluation: Evaluation, dictionary: Dictionary) -> dict[str, float]:
    """Its scores; of a cross-layer transcoder's layer, how well all layers together write its own MLP's output."""
    values = asdict(evaluation.dictionaries[dictionary.name])
    if len(dictionary.writes) != len(dictionary.reads):
        values |= {"fvu": evaluation.sites[str(dictionary.writes[0])]}
        del values["relative_error"], values["mean_norm"]
    return {key: round(value, 6) for key, value in values.items()}
