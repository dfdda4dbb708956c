"""One prompt, run once, with everything that attribution and frozen interventions need to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.sites import Site
from saecircuits.subject import Norm, Subject, Tokens, at_least_single, attention_implementation

from .replacement import Replacement


@dataclass(frozen=True)
class ActiveFeatures:
    """The latents of one dictionary that fire, sorted by position.

    Attributes:
        position, index: where and which.
        value: activations.
        reconstruction: what they and the bias add up to, `[position, d_model]`; zero where nothing is replaced.
    """

    position: Int[Tensor, " active"]
    index: Int[Tensor, " active"]
    value: Float[Tensor, " active"]
    reconstruction: Float[Tensor, "position d_model"]


@dataclass(frozen=True)
class Capture:
    """One prompt as the model ran it.

    Attributes:
        tokens: the prompt, a batch of one without padding.
        embedding: `[position, d_model]`, tokens and positions together.
        mlp_in, mlp_out: by layer, `[position, d_model]`.
        patterns: attention by layer, `[head, query, key]`.
        attention_scale, mlp_scale: `1 / denominator` of the norms by layer, `[position, 1]`.
        final_scale: the same of the last norm.
        logits: of the last position, `[vocabulary]`.
        active: by layer, for layers with a dictionary.
    """

    tokens: Tokens
    embedding: Float[Tensor, "position d_model"]
    mlp_in: list[Float[Tensor, "position d_model"]]
    mlp_out: list[Float[Tensor, "position d_model"]]
    patterns: list[Float[Tensor, "head query key"]]
    attention_scale: list[Float[Tensor, "position 1"]]
    mlp_scale: list[Float[Tensor, "position 1"]]
    final_input: Float[Tensor, "position d_model"]
    final_scale: Float[Tensor, "position 1"]
    logits: Float[Tensor, " vocabulary"]
    active: dict[int, ActiveFeatures]

    @property
    def length(self) -> int:
        """Number of tokens."""
        return len(self.embedding)

    def error(self, layer: int) -> Float[Tensor, "position d_model"]:
        """What the dictionary of a layer leaves of its MLP's output; all of it where there is no dictionary."""
        active = self.active.get(layer)
        return self.mlp_out[layer] if active is None else self.mlp_out[layer] - active.reconstruction

    def value(self, layer: int, index: int, position: int) -> float:
        """Activation of one feature of a layer's dictionary at one position."""
        active = self.active[layer]
        found = (active.index == index) & (active.position == position)
        return float(active.value[found].sum())

    def held_norms(self, subject: Subject) -> list[tuple[Norm, Tensor]]:
        """Every norm of the model with the factor at which a frozen run holds it."""
        weights = subject.weights
        pairs = [(weights.final_norm, self.final_scale[None])]
        for layer in range(subject.n_layers):
            pairs.append((weights.attention_norm(layer), self.attention_scale[layer][None]))
            pairs.append((weights.mlp_norm(layer), self.mlp_scale[layer][None]))
        return pairs


def capture(replacement: Replacement, prompt: Any) -> Capture:
    """Run one prompt and keep what attribution needs.

    Args:
        replacement: model and dictionaries.
        prompt: text, token ids or `Tokens`; one prompt.

    Raises:
        InputError: for more than one prompt, and for what `Subject.tokenize` refuses.
    """
    subject = replacement.subject
    tokens = subject.tokenize_one(prompt)
    layers = range(subject.n_layers)

    def body() -> tuple[list[list[Tensor]], Tensor, Tensor]:
        read = [
            [
                subject.get(Site("resid_pre", layer)),
                subject.attention_pattern(layer),
                subject.get(Site("resid_mid", layer)),
                subject.get(Site("mlp_in", layer)),
                subject.get(Site("mlp_out", layer)),
            ]
            for layer in layers
        ]
        return read, subject.final_input(), subject.logits()[:, -1]

    with attention_implementation(subject, "eager"):
        read, final, logits = subject.run(tokens, body)
    columns = zip(*read, strict=True)
    pre, patterns, mid, mlp_in, mlp_out = ([at_least_single(value[0]) for value in column] for column in columns)
    final, weights = at_least_single(final[0]), subject.weights
    return Capture(
        tokens=tokens,
        embedding=pre[0],
        mlp_in=mlp_in,
        mlp_out=mlp_out,
        patterns=patterns,
        attention_scale=[weights.attention_norm(layer).scale(pre[layer]) for layer in layers],
        mlp_scale=[weights.mlp_norm(layer).scale(mid[layer]) for layer in layers],
        final_input=final,
        final_scale=weights.final_norm.scale(final),
        logits=at_least_single(logits[0]),
        active={layer: _active(replacement, layer, mlp_in[layer], tokens) for layer in replacement.by_layer},
    )


def feature_layer(replacement: Replacement, feature: Feature) -> int:
    """The layer that a feature belongs to."""
    return replacement.dictionary(replacement.check_feature(feature).dictionary).writes[0].layer


@torch.no_grad()
def _active(replacement: Replacement, layer: int, x: Tensor, tokens: Tokens) -> ActiveFeatures:
    dictionary = replacement.by_layer[layer]
    latents = replacement.encode(dictionary, x[None], tokens)[0]
    reconstruction = dictionary.decode(latents)[:, 0] * replacement.replaced(tokens)[0, :, None]
    position, index = latents.nonzero(as_tuple=True)
    return ActiveFeatures(position, index, latents[position, index], reconstruction)
