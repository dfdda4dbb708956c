"""What a circuit explains: tokens, a difference of tokens, or a feature at a position.

A target becomes a linear reading of the residual stream: a vector at one layer and position whose product with the
stream, plus a constant, is the target's value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement, feature_layer


@dataclass(frozen=True)
class TopTokens:
    """The likeliest next tokens, until they hold `share` of the probability, `most` at the most."""

    share: float = 0.95
    most: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.most < 1:
            raise InputError(f"share is {self.share}, most is {self.most}.", "Give a share in (0, 1] and most ≥ 1.")


@dataclass(frozen=True)
class NextTokens:
    """Given next tokens, each a target of its own, weighted by its share of their probability."""

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.texts, str):
            raise InputError(f"NextTokens takes several texts, not {self.texts!r}.", f"Write ({self.texts!r},).")


@dataclass(frozen=True)
class Difference:
    """The logit of one next token minus that of another."""

    token: str
    against: str


@dataclass(frozen=True)
class FeatureAt:
    """The activation of a feature at a position (negative positions count from the end)."""

    feature: Feature
    position: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "feature", Feature.parse(self.feature))


Target = TopTokens | NextTokens | Difference | FeatureAt


@dataclass(frozen=True)
class Readout:
    """Where a target's value stands in the output of a run: kept with the circuit, so that it can be measured again.

    Attributes:
        token: id of the token whose logit counts, -1 for a feature.
        against: id of the token whose logit is subtracted; -1 for the mean over the vocabulary.
        feature, position: of a feature target, else "" and -1.
    """

    token: int = -1
    against: int = -1
    feature: str = ""
    position: int = -1

    def measure(self, logits: Float[Tensor, " vocabulary"], latents: Mapping[str, Tensor]) -> float:
        """The target's value in a run: from the last position's logits, or latents `[position, feature]` by name."""
        if self.feature:
            feature = Feature.parse(self.feature)
            return float(latents[feature.dictionary][self.position, feature.index])
        scores = logits.double()
        return float(scores[self.token] - (scores.mean() if self.against < 0 else scores[self.against]))


def readouts(circuit: Circuit) -> list[Readout]:
    """Where the values of a circuit's targets stand, in the order of its target rows."""
    return [Readout(**fields) for fields in circuit.provenance.settings["readouts"]]


@dataclass(frozen=True)
class Reading:
    """A target as a linear reading of the residual stream.

    Attributes:
        label: in words.
        layer: it reads `resid_mid` of this layer; the last norm's input if it is the number of layers.
        position: token position.
        vector: what the residual stream is multiplied with, denominators of norms included, `[d_model]`.
        constant: what norm biases and unembedding or encoder biases add.
        value: the target's value on this prompt.
        weight: its weight among the targets.
        readout: where its value stands in the output of a run.
        probability: of the target's token, NaN for a feature.
    """

    label: str
    layer: int
    position: int
    vector: Float[Tensor, " d_model"]
    constant: float
    value: float
    weight: float
    readout: Readout
    probability: float = float("nan")


def read_target(replacement: Replacement, captured: Capture, target: Target) -> list[Reading]:
    """The readings of a target on a captured prompt.

    Raises:
        InputError: if a token is not one token, a position is outside the prompt, or a feature does not fire there.
    """
    subject = replacement.subject
    probabilities = captured.logits.float().softmax(-1)
    match target:
        case TopTokens():
            return _tokens(replacement, captured, _top(probabilities, target), probabilities)
        case NextTokens():
            ids = [subject.token_id(text) for text in target.texts]
            if not ids or len(set(ids)) < len(ids):
                raise InputError(f"The target tokens {target.texts} are empty or repeat.", "Name each token once.")
            return _tokens(replacement, captured, ids, probabilities)
        case Difference():
            return [_difference(replacement, captured, target, probabilities)]
        case FeatureAt():
            return [_feature(replacement, captured, target)]


def encoder_readings(
    replacement: Replacement, captured: Capture, layer: int
) -> tuple[Float[Tensor, "active d_model"], Float[Tensor, " active"]]:
    """Vectors at `resid_mid` and constants of all active features of a layer's dictionary, in their order."""
    active, dictionary = captured.active[layer], replacement.by_layer[layer]
    norm = replacement.subject.weights.mlp_norm(layer)
    rows = dictionary.W_enc[active.index, 0]
    vectors = norm.pull_back(rows) * captured.mlp_scale[layer][active.position]
    constants = rows @ (norm.bias - dictionary.b_in[0]) + dictionary.b_enc[active.index]
    return vectors, constants


def position_in(captured: Capture, position: int) -> int:
    """A position counted from 0; negative ones count from the end. `InputError` if the prompt has none such."""
    if not -captured.length <= position < captured.length:
        raise InputError(
            f"There is no position {position}: the prompt has {captured.length} tokens.",
            f"Use 0 to {captured.length - 1}, or -1 for the last.",
        )
    return position % captured.length


def _top(probabilities: Tensor, target: TopTokens) -> list[int]:
    values, ids = probabilities.topk(min(target.most, len(probabilities)))
    before = values.cumsum(0) - values
    return ids[before < target.share].tolist()


def _readout(
    replacement: Replacement, captured: Capture, direction: Tensor, bias: Tensor
) -> tuple[int, int, Tensor, float, float]:
    """Layer, position, vector, constant and value of a direction after the last norm."""
    subject, last = replacement.subject, captured.length - 1
    norm = subject.weights.final_norm
    vector = norm.pull_back(direction) * captured.final_scale[last]
    constant = float(direction @ norm.bias + bias)
    value = float(captured.final_input[last] @ vector) + constant
    return subject.n_layers, last, vector, constant, value


def _tokens(replacement: Replacement, captured: Capture, ids: list[int], probabilities: Tensor) -> list[Reading]:
    """One reading a token; tokens with one text between them (parts of a letter) are told apart by their ids."""
    readings = [_token(replacement, captured, i, probabilities) for i in ids]
    count = Counter(reading.label for reading in readings)
    return [
        replace(reading, label=f"{reading.label} #{reading.readout.token}") if count[reading.label] > 1 else reading
        for reading in readings
    ]


def _token(replacement: Replacement, captured: Capture, token: int, probabilities: Tensor) -> Reading:
    """A token's logit above the mean over the vocabulary: a shift of all logits changes no probability."""
    weights = replacement.subject.weights
    direction = weights.unembed[token] - weights.unembed.mean(0)
    bias = weights.unembed_bias[token] - weights.unembed_bias.mean()
    probability = float(probabilities[token])
    label = replacement.subject.token_texts([token])[0]
    read = _readout(replacement, captured, direction, bias)
    return Reading(label, *read, probability, Readout(token), probability)


def _difference(replacement: Replacement, captured: Capture, target: Difference, probabilities: Tensor) -> Reading:
    subject, weights = replacement.subject, replacement.subject.weights
    token, against = subject.token_id(target.token), subject.token_id(target.against)
    if token == against:
        raise InputError(f"The difference of {target.token!r} with itself is zero.", "Name two tokens.")
    direction = weights.unembed[token] - weights.unembed[against]
    bias = weights.unembed_bias[token] - weights.unembed_bias[against]
    label = " − ".join(subject.token_texts([token, against]))
    read = _readout(replacement, captured, direction, bias)
    return Reading(label, *read, 1.0, Readout(token, against), float(probabilities[token]))


def _feature(replacement: Replacement, captured: Capture, target: FeatureAt) -> Reading:
    layer, position = feature_layer(replacement, target.feature), position_in(captured, target.position)
    active = captured.active[layer]
    found = torch.nonzero((active.index == target.feature.index) & (active.position == position)).flatten()
    if len(found) == 0:
        fires = active.position[active.index == target.feature.index].tolist()
        where = f"It fires at positions {fires}." if fires else "It fires nowhere in this prompt."
        raise InputError(f"{target.feature} does not fire at position {position}.", where)
    vectors, constants = encoder_readings(replacement, captured, layer)
    row = int(found[0])
    label, value = f"{target.feature}@{position}", float(active.value[row])
    readout = Readout(feature=str(target.feature), position=position)
    return Reading(label, layer, position, vectors[row], float(constants[row]), value, 1.0, readout)
