"""The card that lies beside every saved dictionary: a README with data, recipe, scores and limits.

Its first lines are what the Hugging Face Hub reads from a card, so a folder can be uploaded as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

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
TAGS = ("interpretability", "sparse-dictionary")
TRUE_OF_ALL = (
    "Where activations came from texts, the first token of each was left out: its activations are of another size.",
    "A feature is a direction that helped to reconstruct; whether it means what its label says, and whether the "
    "model uses it, has to be tested by intervening.",
)
"""Limits that every dictionary has."""


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
        front_matter(),
        f"# {dictionary.name}",
        _what(dictionary),
        f'```python\nimport saecircuits as sc\n\ndictionary = sc.load_dictionary("path/to/{dictionary.name}")\n```',
        f"**Data.** {trained_on or 'Not recorded.'}",
        f"**Scores.** {_scores(scores, scored_on)}",
        "**Limits.**\n\n" + "\n".join(f"- {each}" for each in _limits(dictionary, trained_on, scores)),
        f"**Recipe.**\n\n```json\n{json.dumps(recipe, indent=2)}\n```" if recipe else "**Recipe.** Not recorded.",
    ]
    return "\n\n".join(paragraphs) + "\n"


def front_matter(tags: Sequence[str] = TAGS, **more: str) -> str:
    """The lines that the hub reads; fields without a value are left out."""
    fields = {"library_name": "saecircuits", "tags": list(tags)} | {
        name: value for name, value in more.items() if value
    }
    text = yaml.safe_dump(fields, sort_keys=False, default_flow_style=None, allow_unicode=True, width=10**6)
    return f"---\n{text}---"


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
    return [
        f"It describes activations like those it was trained on ({trained_on or 'not recorded'}); on other text or "
        "another model it may reconstruct poorly and its features may mean something else.",
        *TRUE_OF_ALL,
        *own_limits(dictionary, scores),
    ]


def own_limits(dictionary: Dictionary, scores: Mapping[str, float]) -> list[str]:
    """What holds of this dictionary and not of every one."""
    explained = scores.get("variance_explained", 1 - scores.get("fvu", 0.0))
    limits = []
    if dictionary.token_norm is not None:
        limits.append("It normalises each token by its own size, so the direct method cannot explain through it.")
    if explained < _POOR:
        limits.append(f"{1 - explained:.0%} of the variance is not explained: circuits will have large error nodes.")
    if scores.get("dead", 0.0) > _MANY_DEAD:
        limits.append(f"{scores['dead']:.0%} of the features never fired when it was scored.")
    return limits
