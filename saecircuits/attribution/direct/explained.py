"""Targets on a captured prompt, as linear readings of the residual stream.

A target becomes vectors at places of the model whose products with the stream, plus a constant, are its value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.attribution.targets import (
    BY_PROBABILITY,
    Continuation,
    Difference,
    Direction,
    FeatureAt,
    NextTokens,
    Readout,
    Target,
    TopTokens,
)
from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens

from .readings import Readings, before, between, feature_readings, mlp_reads
from .unembedding import Unembedding


@dataclass(frozen=True)
class Explained:
    """A target on a captured prompt.

    Attributes:
        label: in words.
        readings: one row.
        value: the target's value on this prompt.
        weight: its weight among the targets.
        readout: where its value stands in a run.
        probability: of the target's token, NaN for others.
    """

    label: str
    readings: Readings
    value: float
    weight: float
    readout: Readout
    probability: float = float("nan")


def whole_prompt(replacement: Replacement, prompt: Any, target: Target) -> Any:
    """What has to be run for a target: the prompt, and its continuation if that is the target."""
    if not isinstance(target, Continuation):
        return prompt
    subject = replacement.subject
    tokens = subject.tokenize_one(prompt)
    added = subject.tokenizer(target.text, add_special_tokens=False, return_tensors="pt").input_ids.to(tokens.ids)
    if added.numel() == 0 or subject.tokenizer.unk_token_id in added.tolist()[0]:
        raise InputError(f"The continuation {target.text!r} is empty or has unknown words.", "Give one of known words.")
    ids = torch.cat([tokens.ids, added], 1)
    return Tokens(ids, torch.ones_like(ids, dtype=tokens.mask.dtype))


def read_target(replacement: Replacement, captured: Capture, target: Target) -> list[Explained]:
    """The readings of a target on a captured prompt.

    Raises:
        InputError: if a token is not one token, a position is outside the prompt, or a feature does not fire there.
    """
    subject = replacement.subject
    if subject.remote and not isinstance(target, FeatureAt | Direction):  # the unembedding stays where it is
        return subject.there(_read_target, Replacement(subject, ()), captured.at_the_end(), target)
    return _read_target(replacement, captured, target)


def _read_target(replacement: Replacement, captured: Capture, target: Target) -> list[Explained]:
    logits = _Logits(replacement, captured)
    match target:
        case TopTokens():
            ids = _top(captured.logits.float().softmax(-1), target)
            return _told_apart([logits.token(i) for i in ids])
        case NextTokens():
            ids = [replacement.subject.token_id(text) for text in target.texts]
            if not ids or len(set(ids)) < len(ids):
                raise InputError(f"The target tokens {target.texts} are empty or repeat.", "Name each token once.")
            return _told_apart([logits.token(i) for i in ids])
        case Difference():
            return [logits.difference(target)]
        case FeatureAt():
            return [_feature(replacement, captured, target)]
        case Direction():
            return [_direction(replacement, captured, target)]
        case Continuation():
            return logits.continuation(target)


def reading_of(replacement: Replacement, captured: Capture, readout: Readout) -> Readings:
    """The reading whose value a readout measures, one row.

    Raises:
        InputError: for a position outside the prompt, or a feature that does not fire there.
    """
    position = position_in(captured, readout.position)
    if readout.feature:
        return _feature_reading(replacement, captured, Feature.parse(readout.feature), position)
    if readout.site:
        vector = captured.embedding.new_tensor(readout.vector)
        return _site_reading(replacement, captured, Site.parse(readout.site), vector, position)
    return _logit_reading(replacement, captured, Unembedding(replacement.subject, captured), readout)


def position_in(captured: Capture, position: int) -> int:
    """A position counted from 0; negative ones count from the end. `InputError` if the prompt has none such."""
    if not -captured.length <= position < captured.length:
        raise InputError(
            f"There is no position {position}: the prompt has {captured.length} tokens.",
            f"Use 0 to {captured.length - 1}, or -1 for the last.",
        )
    return position % captured.length


def _logit_reading(replacement: Replacement, captured: Capture, unembedding: Unembedding, readout: Readout) -> Readings:
    position, norm = position_in(captured, readout.position), replacement.subject.weights.final_norm
    (row, bias), (others, other_bias) = unembedding.row(readout.token), unembedding.against(readout.against, position)
    direction = row - others
    vector = norm.pull_back(direction) * captured.final_scale[position]
    constant = direction @ norm.bias + bias - other_bias
    return _single(before(replacement.subject.n_layers), position, vector, constant)


def _single(place: int, position: int, vector: Tensor, constant: Tensor) -> Readings:
    return Readings.single(place, torch.tensor([position], device=vector.device), vector[None], constant[None])


def _top(probabilities: Tensor, target: TopTokens) -> list[int]:
    values, ids = probabilities.topk(min(target.most, len(probabilities)))
    ahead = values.cumsum(0) - values
    return ids[ahead < target.share].tolist()


def _told_apart(found: list[Explained]) -> list[Explained]:
    """Tokens with one text between them (parts of a letter) are told apart by their ids."""
    count = Counter(each.label for each in found)
    return [
        replace(each, label=f"{each.label} #{each.readout.token}") if count[each.label] > 1 else each for each in found
    ]


class _Logits:
    """Targets of a captured prompt that are read from logits."""

    def __init__(self, replacement: Replacement, captured: Capture) -> None:
        self._replacement, self._captured = replacement, captured
        self._unembedding = Unembedding(replacement.subject, captured)

    def token(self, token: int) -> Explained:
        """A token's logit above the mean over the vocabulary: a shift of all logits changes no probability."""
        (label,) = self._replacement.subject.token_texts([token])
        return self._explained(Readout(token), label)

    def difference(self, target: Difference) -> Explained:
        """The logit of a token less that of another."""
        subject = self._replacement.subject
        token, against = subject.token_id(target.token), subject.token_id(target.against)
        if token == against:
            raise InputError(f"The difference of {target.token!r} with itself is zero.", "Name two tokens.")
        label = " − ".join(subject.token_texts([token, against]))
        return self._explained(Readout(token, against), label, weight=1.0)

    def continuation(self, target: Continuation) -> list[Explained]:
        """Each of its tokens."""
        subject, ids, length = self._replacement.subject, self._captured.tokens.ids[0].tolist(), self._captured.length
        count = len(subject.tokenizer(target.text, add_special_tokens=False).input_ids)
        explained = []
        for position in range(length - count - 1, length - 1):
            token = ids[position + 1]
            label = f"{subject.token_texts([token])[0]} @{position + 1}"
            explained.append(self._explained(Readout(token, BY_PROBABILITY, position=position), label, weight=1.0))
        return explained

    def _explained(self, readout: Readout, label: str, weight: float | None = None) -> Explained:
        """By default a target's weight is its token's probability."""
        captured = self._captured
        position = position_in(captured, readout.position)
        readings = _logit_reading(self._replacement, captured, self._unembedding, readout)
        value = float(captured.final_input[position] @ readings.vector[0] + readings.constant[0])
        probability = float(self._unembedding.probabilities(position)[readout.token])
        return Explained(label, readings, value, probability if weight is None else weight, readout, probability)


def _feature(replacement: Replacement, captured: Capture, target: FeatureAt) -> Explained:
    feature, position = replacement.check_feature(target.feature), position_in(captured, target.position)
    readings = _feature_reading(replacement, captured, feature, position)
    readout = Readout(feature=str(feature), position=position)
    return Explained(f"{feature}@{position}", readings, captured.value(feature, position), 1.0, readout)


def _feature_reading(replacement: Replacement, captured: Capture, feature: Feature, position: int) -> Readings:
    active = captured.active[feature.dictionary]
    row = active.row(feature.index, position)
    if row is None:
        fires = active.where(feature.index)
        where = f"It fires at positions {fires}." if fires else "It fires nowhere in this prompt."
        raise InputError(f"{feature} does not fire at position {position}.", where)
    which = torch.tensor([row], device=active.position.device)
    return feature_readings(replacement, captured, replacement.dictionary(feature.dictionary), which)


def _direction(replacement: Replacement, captured: Capture, target: Direction) -> Explained:
    subject, site, position = replacement.subject, target.site, position_in(captured, target.position)
    subject.check_sites([site])
    vector = captured.embedding.new_tensor(target.vector)
    if len(vector) != subject.d_model:
        raise InputError(f"The direction has {len(vector)} numbers.", f"{subject.name} is {subject.d_model} wide.")
    readings = _site_reading(replacement, captured, site, vector, position)
    readout = Readout(position=position, site=str(site), vector=tuple(vector.tolist()))
    return Explained(target.label, readings, float(_value(captured, site)[position] @ vector), 1.0, readout)


def _site_reading(
    replacement: Replacement, captured: Capture, site: Site, vector: Float[Tensor, " d_model"], position: int
) -> Readings:
    constant, layer = vector.new_tensor(0.0), site.layer
    match site.kind:
        case "resid_pre":
            place = before(layer)
        case "attn_out" | "resid_mid":
            place = between(layer)
        case "mlp_in":
            place, norm = mlp_reads(replacement, layer), replacement.subject.weights.mlp_norm(layer)
            constant = vector @ norm.bias
            vector = norm.pull_back(vector) * captured.mlp_scale[layer][position]
        case _:
            place = before(layer + 1)
    readings = _single(place, position, vector, constant)
    # these two are read before they are added to the stream
    passes = torch.full_like(readings.passes, site.kind not in ("attn_out", "mlp_out"))
    return replace(readings, passes=passes)


def _value(captured: Capture, site: Site) -> Float[Tensor, "position d_model"]:
    match site.kind:
        case "resid_mid":
            return captured.resid_pre[site.layer] + captured.attn_out[site.layer]
        case "resid_post":
            return [*captured.resid_pre[1:], captured.final_input][site.layer]
        case kind:
            return getattr(captured, kind)[site.layer]
