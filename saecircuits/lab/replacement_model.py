"""The public face of a model with its dictionaries: ask, attribute, explore, edit, check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from saecircuits.features import ContrastingFeature, Evidence, contrast
from saecircuits.interventions import Edit, Effect, Outcome, generate, intervene
from saecircuits.replacement import Replacement, capture
from saecircuits.sites import Site
from saecircuits.subject import Subject
from saecircuits.table import Table
from saecircuits.widgets import Explorer, FeatureCard


@dataclass(frozen=True)
class ActiveFeature:
    """A feature that fires in a prompt."""

    feature: Feature
    position: int
    token: str
    activation: float
    share_of_max: float
    label: str


class ReplacementModel:
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

    def features(self, prompt: str, n: int | None = None) -> Table[ActiveFeature]:
        """Features that fire in a prompt, strongest first, relative to the most that each was seen to fire.

        Without evidence of its maximum a feature counts by its activation alone.
        """
        captured = capture(self.replacement, prompt)
        tokens = self.subject.token_texts(captured.tokens.ids[0])
        found = [self._active(feature, at, tokens[at], value) for feature, at, value in captured.firing()]
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
        """Evidence of a feature, as JSON.

        Raises:
            InputError: if there is no such feature, or no evidence of its dictionary.
        """
        feature = self.replacement.check_feature(Feature.parse(feature))
        if feature.dictionary not in self.evidence:
            raise InputError(
                f"There is no evidence of {feature.dictionary!r}.", "Collect it with sc.collect_evidence(lab, corpus)."
            )
        return self.evidence[feature.dictionary].card(feature.index).to_dict()

    def cards(self, circuit: Circuit) -> dict[str, Any]:
        """Evidence of all features of a circuit that have any, by `"dictionary/index"`."""
        return {str(f): self.card(f) for f in _features_of(circuit) if f.dictionary in self.evidence}

    def feature_card(self, feature: Feature | str, value: float | None = None) -> FeatureCard:
        """The card of a feature as a widget."""
        return FeatureCard(self.card(feature), value)

    def labels(self, circuit: Circuit) -> dict[Feature, str]:
        """What the features of a circuit are about."""
        return {f: self.label(f) for f in _features_of(circuit)}

    def label(self, feature: Feature) -> str:
        """What a feature is about, in a few words; its name where nothing is known."""
        known = self.evidence.get(feature.dictionary)
        return str(feature) if known is None else known.label(feature.index) or str(feature)

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

    def explore(
        self, prompt: str | Circuit, target: Any = None, against: str | None = None, position: int = -1, **traits: Any
    ) -> Explorer:
        """The Explorer on a prompt (see `attribute`) or on a circuit."""
        circuit = prompt if isinstance(prompt, Circuit) else self.attribute(prompt, target, against, position)
        return Explorer(circuit, self, **traits)

    def view(self, circuit: Circuit) -> Explorer:
        """The widget that a circuit shows itself as."""
        return Explorer(circuit, self)

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
