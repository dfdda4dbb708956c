"""The public face of a model with its dictionaries: ask, attribute, explore, edit, check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from saecircuits.attribution import (
    CheckReport,
    Continuation,
    Difference,
    Direction,
    Example,
    FaithfulnessCurve,
    FeatureAt,
    HeadExplanation,
    HeadShares,
    Method,
    NextTokens,
    Ranking,
    Target,
    TopTokens,
    attribute,
    check,
    edge_heads,
    explain_head,
    faithfulness,
    rank_by_gradient,
)
from saecircuits.circuit import Circuit, Feature, NodeKind
from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.features import ContrastingFeature, Evidence, LabelBook, contrast, find_features, neighbours
from saecircuits.interventions import Edit, Effect, Generation, Outcome, generate, generate_step_by_step, intervene
from saecircuits.replacement import Replacement, fires
from saecircuits.sites import Site
from saecircuits.subject import Subject
from saecircuits.table import Table

from .views import Views

_NEAR, _SHOWN = 64, 8
"""Neighbours of a feature that are looked at, and those that fire and are told."""


@dataclass(frozen=True)
class ActiveFeature:
    """A feature that fires in a prompt."""

    feature: Feature
    position: int
    token: str
    activation: float
    share_of_max: float
    label: str


class ReplacementModel(Views):
    """A language model with sparse dictionaries in place of its MLPs.

    What the dictionaries cannot reconstruct is kept as an error, so without edits the output is the model's own.

    Args:
        subject: the model, from `sc.load_model`.
        dictionaries: from `sc.load_dictionaries`.
        evidence: what is known of their features, by dictionary; may be empty.

    Raises:
        InputError: if model, dictionaries and evidence do not belong together.
    """

    def __init__(
        self, subject: Subject, dictionaries: Sequence[Dictionary], evidence: Mapping[str, Evidence] | None = None
    ) -> None:
        self.replacement = Replacement(subject, dictionaries)
        self.evidence = dict(evidence or {})
        self._named = LabelBook(self.replacement.dictionaries.values())
        for name, known in self.evidence.items():
            size = self.replacement.dictionary(name).n_features
            if known.n_features != size:
                raise InputError(
                    f"The evidence of {name!r} describes {known.n_features} features, the dictionary has {size}.",
                    "Collect it again with sc.collect_evidence.",
                )

    @property
    def subject(self) -> Subject:
        """The model itself."""
        return self.replacement.subject

    @property
    def dictionaries(self) -> dict[str, Dictionary]:
        """The dictionaries by name."""
        return {name: self.replacement.dictionaries[name] for name in self.replacement.names}

    def __repr__(self) -> str:
        names = ", ".join(f"{name} ({d.n_features})" for name, d in self.dictionaries.items())
        return f"ReplacementModel({self.subject.name}, {self.subject.n_layers} layers, dictionaries: {names})"

    def predict(self, prompt: str) -> Outcome:
        """What the model says next: logits, probabilities, and `.answer`."""
        logits = self.subject.predict(self.subject.tokenize_one(prompt))
        return Outcome(logits[0], self.subject.tokenizer)

    def attribute(
        self,
        prompt: str,
        target: str | Sequence[str] | Feature | Target | None = None,
        against: str | None = None,
        position: int = -1,
        method: Method | None = None,
    ) -> Circuit:
        """The circuit of one prompt.

        Args:
            prompt: the text.
            target: a next token, several, a feature, or a `Target`; by default the top tokens, 95 % of probability.
            against: explain the logit of `target` minus that of this token.
            position: where a feature target fires.
            method: `sc.Direct()`, `sc.IntegratedGradients()`, `sc.RelP()`, `sc.Gradient()` or `sc.Ablation()`; by
                default the direct one where all dictionaries replace MLPs, else integrated gradients.

        Returns:
            By the direct method the whole graph; `prune` it to what matters.
        """
        circuit = attribute(self.replacement, prompt, _target(target, against, position), method)
        return replace(circuit, labels=self.labels(circuit), host=self)

    def intervene(
        self, prompt: Any, edits: Sequence[Edit], frozen: bool = False, direct: bool = False, watch: Sequence[Site] = ()
    ) -> Effect:
        """What edits of features do to the output; see `saecircuits.interventions.intervene`."""
        return intervene(self.replacement, prompt, edits, frozen, direct, watch)

    def generate(self, prompt: str, edits: Sequence[Edit] = (), max_new_tokens: int = 20, **options: Any) -> str:
        """Continue a prompt with edits in place; greedy unless `do_sample=True`."""
        return generate(self.replacement, prompt, edits, max_new_tokens, **options)

    def generation(
        self,
        prompt: Any,
        edits: Sequence[Edit] = (),
        max_new_tokens: int = 20,
        temperature: float = 0.0,
        seed: int = 0,
        hold_attention: bool = False,
    ) -> Generation:
        """Continue a prompt, and tell what else could have come at each place; see `generate_step_by_step`."""
        return generate_step_by_step(self.replacement, prompt, edits, max_new_tokens, temperature, seed, hold_attention)

    def features(self, prompt: str, n: int | None = None) -> Table[ActiveFeature]:
        """Features that fire in a prompt, strongest first, relative to the most that each was seen to fire.

        Without evidence of its maximum a feature counts by its activation alone.
        """
        tokens = self.subject.tokenize_one(prompt)
        texts, fired = self.subject.token_texts(tokens.ids[0]), fires(self.replacement, tokens)
        found = [self._active(feature, at, texts[at], value) for feature, at, value in fired]
        found.sort(key=lambda row: (-np.nan_to_num(row.share_of_max, nan=-1), -row.activation))
        columns = {"feature": "feature", "at": "token", "position": "position", "activation": "activation"}
        return Table(found[:n], columns | {"of its max": "share_of_max", "fires on": "label"})

    def contrast(
        self,
        prompts: Sequence[str],
        against: Sequence[str],
        at: int | Sequence[int] = -1,
        against_at: int | Sequence[int] | None = None,
    ) -> Table[ContrastingFeature]:
        """Features that tell two sets of prompts apart by their mean activation; see `features.contrast`."""
        rows = contrast(self.replacement, prompts, against, at, against_at)
        columns = {
            "feature": "feature",
            "selectivity": "selectivity",
            "mean": "with_mean",
            "mean against": "without_mean",
        }
        return Table(rows, columns)

    def card(self, feature: Feature | str) -> dict[str, Any]:
        """Evidence of a feature, as JSON: the card, the label that it would have if nobody had named it, neighbours.

        Raises:
            InputError: if there is no such feature, or no evidence of its dictionary.
        """
        feature = self.replacement.check_feature(Feature.parse(feature))
        if feature.dictionary not in self.evidence:
            raise InputError(
                f"There is no evidence of {feature.dictionary!r}.", "Collect it with sc.collect_evidence(lab, corpus)."
            )
        card = self.evidence[feature.dictionary].card(feature.index).to_dict()
        automatic = self.evidence[feature.dictionary].automatic_label(feature.index)
        near = neighbours(self.dictionaries[feature.dictionary], feature.index, _NEAR)
        alive = [(i, cosine) for i, cosine in near if self.evidence[feature.dictionary].maximum(i) > 0]
        return card | {
            "label": self.label(feature),
            "automatic": automatic,
            "neighbours": [self._neighbour(Feature(feature.dictionary, i), cosine) for i, cosine in alive[:_SHOWN]],
        }

    def cards(self, circuit: Circuit) -> dict[str, Any]:
        """Evidence of all features of a circuit that have any, by `"dictionary/index"`."""
        return {str(f): self.card(f) for f in _features_of(circuit) if f.dictionary in self.evidence}

    def labels(self, circuit: Circuit) -> dict[Feature, str]:
        """What the features of a circuit are about."""
        return {f: self.label(f) for f in _features_of(circuit)}

    def label(self, feature: Feature | str) -> str:
        """What a feature is about, in a few words: what a person said, else an automatic label, else its name."""
        feature = Feature.parse(feature)
        known, given = self.evidence.get(feature.dictionary), self._named.get(feature.dictionary, feature.index)
        if given or known is None:
            return given or str(feature)
        automatic = known.label if given is None else known.automatic_label
        return automatic(feature.index) or str(feature)

    def set_label(self, feature: Feature | str, label: str) -> Path:
        """Name a feature; an empty label brings the automatic one back.

        Names are kept in `labels.json` beside the dictionary, or, for the embedded world, for folders that cannot be
        written to and for dictionaries that are on no disk, in `~/.saecircuits/labels`. They are read again with the
        dictionaries. Circuits keep the labels that they were made with: `replace(circuit, labels=lab.labels(circuit))`.

        Returns:
            The file that holds it.
        """
        feature = self.replacement.check_feature(Feature.parse(feature))
        return self._named.set(feature.dictionary, feature.index, label)

    def tell_of_labels(self, listener: Callable[[str, int], object]) -> None:
        """Call a method with dictionary and feature whenever a feature was named; it is not kept alive for that."""
        self._named.tell(listener)

    def find(self, text: str, n: int = 20) -> list[Feature]:
        """Features by number (`"3/203"`) or by words of their labels, the closest first; see `features.search`."""
        sizes = {name: dictionary.n_features for name, dictionary in self.dictionaries.items()}
        return find_features(sizes, self.label, text, n)

    def check(self, circuit: Circuit, n: int = 10, curve: bool = True) -> CheckReport:
        """How far to trust a circuit: its `n` most influential features ablated one by one, and its faithfulness."""
        return check(self.replacement, circuit, n, curve)

    def faithfulness(self, examples: Sequence[Example], ranking: Ranking, **options: Any) -> FaithfulnessCurve:
        """How much of the model's behaviour the first nodes of a ranking restore; see `attribution.faithfulness`."""
        return faithfulness(self.replacement, examples, ranking, **options)

    def rank_by_gradient(self, examples: Sequence[Example], **options: Any) -> Ranking:
        """Nodes (features, or neurons as the control) by gradient; see `attribution.rank_by_gradient`."""
        return rank_by_gradient(self.replacement, examples, **options)

    def explain_head(self, prompt: Any, layer: int, head: int, query: int = -1, **options: Any) -> HeadExplanation:
        """Which pairs of features made a head look where it looks; see `attribution.explain_head`."""
        found = explain_head(self.replacement, prompt, layer, head, query, **options)
        nodes = {node for each in found.explanations for node in (*each.query_nodes, *each.key_nodes)}
        labels = {node.feature: self.label(node.feature) for node in nodes if node.feature is not None}
        return HeadExplanation(tuple(replace(each, labels=labels) for each in found.explanations))

    def edge_heads(self, circuit: Circuit, source: str | int, target: str | int) -> HeadShares:
        """Through which attention heads an edge of a circuit flows; see `attribution.edge_heads`."""
        return edge_heads(self.replacement, circuit, source, target)

    def _neighbour(self, feature: Feature, cosine: float) -> dict[str, Any]:
        return {"feature": str(feature), "label": self.label(feature), "cosine": cosine}

    def _active(self, feature: Feature, position: int, token: str, value: float) -> ActiveFeature:
        known = self.evidence.get(feature.dictionary)
        most = float("nan") if known is None else known.maximum(feature.index)
        return ActiveFeature(feature, position, token, value, value / most if most > 0 else np.nan, self.label(feature))


def _features_of(circuit: Circuit) -> list[Feature]:
    rows = np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE))
    return sorted({feature for row in rows if (feature := circuit.nodes.feature(int(row))) is not None})


def _target(target: str | Sequence[str] | Feature | Target | None, against: str | None, position: int) -> Target:
    match target:
        case None if against is None:
            return TopTokens()
        case Feature() if against is None:
            return FeatureAt(target, position)
        case str() if against is not None:
            return Difference(target, against)
        case str():
            return NextTokens((target,))
        case TopTokens() | NextTokens() | Difference() | FeatureAt() | Direction() | Continuation() if against is None:
            return target
        case Sequence() if against is None:
            return NextTokens(tuple(target))
        case _:
            raise InputError(f"target {target!r} against {against!r} is no target.", "With against, name one token.")
