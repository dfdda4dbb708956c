"""The card that lies beside every saved dictionary: a README with data, recipe, scores and limits.

Its first lines are what the Hugging Face Hub reads from a card, so a folder can be uploaded as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .dictionary import Dictionary

_MEANING = {
    "l0": "features that fire on a token",
    "fvu": "fraction of the variance of the written activations that is not explained",
    "variance_explained": "share of the variance of the written activations that is explained",
    "relative_error": "median over tokens of the residual's norm relative to the activation's, about the mean",
    "dead": "share of features that did not fire",
    "loss_recovered": "share of the loss that means in its place would cost and it does not",
    "mean_norm": "mean norm of the written activations about their mean",
}
_POOR = 0.9
_MANY_DEAD = 0.2


def card(
    dictionary: Dictionary,
    trained_on: str,
    recipe: Mapping[str, Any],
    scores: Mapping[str, float],
    scored_on: str = "",
) -> str:
    """The text of a dictionary's card, in Markdown.

    Args:
        dictionary: as it is used at inference.
        trained_on: what its activations came from.
        recipe: how it was trained.
        scores: its measured quality.
        scored_on: what that was measured on.
    """
    paragraphs = [
        "---\nlibrary_name: saecircuits\ntags: [interpretability, sparse-dictionary]\n---",
        f"# {dictionary.name}",
        _what(dictionary),
        f'```python\nimport saecircuits as sc\n\ndictionary = sc.load_dictionary("path/to/{dictionary.name}")\n```',
        f"**Data.** {trained_on or 'Not recorded.'}",
        f"**Scores.** {_scores(scores, scored_on)}",
        "**Limits.**\n\n" + "\n".join(f"- {each}" for each in _limits(dictionary, trained_on, scores)),
        f"**Recipe.**\n\n```json\n{json.dumps(recipe, indent=2)}\n```" if recipe else "**Recipe.** Not recorded.",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _what(dictionary: Dictionary) -> str:
    reads, writes = (", ".join(f"`{site}`" for site in sites) for sites in (dictionary.reads, dictionary.writes))
    skip = ", with a linear path beside them" if dictionary.W_skip is not None else ""
    return (
        f"A sparse dictionary with {dictionary.n_features} features{skip}. It reads {reads} and writes {writes} "
        f"(width {dictionary.d_model}), takes raw activations, and chooses features by "
        f"`{json.dumps(dictionary.activation.spec())}`."
    )


def _scores(scores: Mapping[str, float], scored_on: str) -> str:
    if not scores:
        return "Not measured."
    rows = [f"| {name} | {value:.4g} | {_MEANING.get(name, '')} |" for name, value in scores.items()]
    where = f"Measured on {scored_on}." if scored_on else ""
    return f"{where}\n\n| score | value | meaning |\n|---|---|---|\n" + "\n".join(rows)


def _limits(dictionary: Dictionary, trained_on: str, scores: Mapping[str, float]) -> list[str]:
    explained = scores.get("variance_explained", 1 - scores.get("fvu", 0.0))
    limits = [
        f"It describes activations like those it was trained on ({trained_on or 'not recorded'}); on other text or "
        "another model it may reconstruct poorly and its features may mean something else.",
        "Where activations came from texts, the first token of each was left out: its activations are of another size.",
        "A feature is a direction that helped to reconstruct; whether it means what its label says, and whether the "
        "model uses it, has to be tested by intervening.",
    ]
    if dictionary.token_norm is not None:
        limits.append("It normalises each token by its own size, so the direct method cannot explain through it.")
    if explained < _POOR:
        limits.append(f"{1 - explained:.0%} of the variance is not explained: circuits will have large error nodes.")
    if scores.get("dead", 0.0) > _MANY_DEAD:
        limits.append(f"{scores['dead']:.0%} of the features never fired when it was scored.")
    return limits
