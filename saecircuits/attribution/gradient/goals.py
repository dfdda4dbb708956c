"""Targets as outputs of a run: what `read_target` finds, in a form that gradients flow through.

A token's logit is taken above the mean over the vocabulary, through the model's own last norm and before a soft cap. A
feature counts by its pre-activation, which is its value where it fires; a continuation by the mean log-probability of
its tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.attribution.direct.explained import read_target
from saecircuits.attribution.targets import BY_PROBABILITY, Direction, FeatureAt, Readout, Target
from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement, capture
from saecircuits.sites import Site
from saecircuits.subject import at_least_single

from .bases import Basis
from .places import Walked, order
from .split import Split

"""`Readout.against` of the tokens of a continuation."""


@dataclass(frozen=True)
class Goal:
    """One target of one prompt.

    Attributes:
        label: in words.
        layer, position: where its node stands in the circuit.
        weight: its share among the prompt's targets.
        probability: of the target's token, NaN for other targets.
        readout: where its value stands in the output of a run.
    """

    label: str
    layer: int
    position: int
    weight: float
    probability: float
    readout: Readout


def sites_of(targets: Iterable[Target]) -> set[Site]:
    """The sites that targets read themselves."""
    return {target.site.bare for target in targets if isinstance(target, Direction)}


def read_goals(replacement: Replacement, parts: Split, row: int, target: Target) -> list[Goal]:
    """The goals of one prompt of a batch.

    Raises:
        InputError: for a target that cannot be used on this prompt.
    """
    if isinstance(target, FeatureAt):
        return [_feature(parts, row, target)]
    explained = read_target(replacement, capture(replacement, parts.tokens.row(row)), target)
    weights = torch.tensor([each.weight for each in explained], dtype=torch.float64)
    shares = weights / weights.sum() if weights.sum() > 0 else torch.full_like(weights, 1 / len(weights))
    layer = target.site.layer if isinstance(target, Direction) else parts.subject.n_layers
    return [
        Goal(each.label, layer, each.readout.position % parts.length, share, each.probability, each.readout)
        for each, share in zip(explained, shares.tolist(), strict=True)
    ]


def measure(goal: Goal, bases: Sequence[Basis], walked: Walked, rows: slice) -> Float[Tensor, " row"]:
    """The value of a goal in some rows of a run; differentiable."""
    readout = goal.readout
    if readout.feature:
        return _preactivations(Feature.parse(readout.feature), goal.position, bases, walked, rows)
    if readout.site:
        value = at_least_single(walked.passed[Site.parse(readout.site).bare][rows, goal.position])
        return value @ value.new_tensor(readout.vector)
    if readout.against == BY_PROBABILITY:
        return at_least_single(walked.logits[rows, goal.position]).log_softmax(-1)[:, readout.token]
    scores = at_least_single(walked.scores[rows, goal.position])
    return scores[:, readout.token] - (scores.mean(-1) if readout.against < 0 else scores[:, readout.against])


def metric(goals: Sequence[Sequence[Goal]], bases: Sequence[Basis], walked: Walked) -> Float[Tensor, " row"]:
    """Weighted goals of a run whose rows are the prompts, repeated as often as they fit.

    Args:
        goals: by prompt.
        bases: those of the split.
        walked: a run of whole repetitions of the prompts.
    """
    count = len(walked.scores)
    values = []
    for prompt, own in enumerate(goals):
        rows = slice(prompt, count, len(goals))
        values.append(torch.stack([goal.weight * measure(goal, bases, walked, rows) for goal in own]).sum(0))
    return torch.stack(values, 1).flatten()


def _feature(parts: Split, row: int, target: FeatureAt) -> Goal:
    by_name: Mapping[str, Basis] = {basis.name: basis for basis in parts.bases}
    feature, length = target.feature, parts.length
    basis = by_name.get(feature.dictionary)
    if basis is None or feature.index >= basis.n_features:
        known = ", ".join(f"{name} ({b.n_features})" for name, b in by_name.items())
        raise InputError(f"There is no feature {feature} here.", f"There are {known}.")
    if not -length <= target.position < length:
        raise InputError(
            f"There is no position {target.position}: the prompt has {length} tokens.",
            f"Use 0 to {length - 1}, or -1 for the last.",
        )
    position, nodes = target.position % length, parts.features[feature.dictionary]
    own = (nodes.spot // length == row) & (nodes.index == feature.index) & (nodes.value != 0)
    fires = (nodes.spot[own] % length).tolist()
    if position not in fires:
        where = f"It fires at positions {fires}." if fires else "It fires nowhere in this prompt."
        raise InputError(f"{feature} does not fire at position {position}.", where)
    layer = max(place.layer for place in sorted(basis.reads, key=order))
    readout = Readout(feature=str(feature), position=position)
    return Goal(f"{feature}@{position}", layer, position, 1.0, float("nan"), readout)


def _preactivations(
    feature: Feature, position: int, bases: Sequence[Basis], walked: Walked, rows: slice
) -> Float[Tensor, " row"]:
    basis = next(b for b in bases if b.name == feature.dictionary)
    values = {place: walked.computed[place][rows] for place in basis.reads}
    count, length, _ = values[basis.reads[0]].shape
    spot = torch.arange(count, device=walked.scores.device) * length + position
    return basis.preactivation(values, spot, torch.full_like(spot, feature.index))
