"""The explicit sweep: direct effects of all sources on many linear readings of the residual stream.

With attention patterns and norm denominators held at their values the model is linear between MLPs, so no autograd is
needed. The cotangents of all readings are carried from the top layer to the bottom together:

1. the readings of a layer enter at `resid_mid`, each at its own position;
2. through attention of layer l: `g[q] += norm'( Σ_heads pattern[p, q] · W_V W_Oᵀ g[p] )`, plus what its biases add;
3. at the layer below, contract the cotangents with every feature's decoder row times its activation, with the error
   and with the dictionary's bias, at each position;
4. at the bottom, contract with token and position embeddings.

Only positions at or before the last reading are touched, and there is no copy of the prompt a reading.

Source: the mathematics of Ameisen et al. 2025, "Circuit Tracing".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.replacement import FIRST_REPLACED, Capture, Replacement
from saecircuits.subject import AttentionWeights, Norm


@dataclass(frozen=True)
class Readings:
    """Linear readings at one layer.

    Attributes:
        layer: they read `resid_mid` of this layer, or the last norm's input if it is the number of layers.
        position: where.
        vector: what they multiply the residual stream with.
    """

    layer: int
    position: Int[Tensor, " reading"]
    vector: Float[Tensor, "reading d_model"]


@dataclass(frozen=True)
class Effects:
    """Direct effects of one layer's sources on the readings.

    Attributes:
        layer: -1 for the embeddings.
        features: on the readings by each active feature, in the capture's order, `[reading, active]`.
        errors: by the error at each position; none at layer -1 and from attention.
        biases: by the biases that enter at each position (position embeddings at layer -1).
        tokens: by the token embedding at each position; only at layer -1.
    """

    layer: int
    features: Float[Tensor, "reading active"]
    errors: Float[Tensor, "reading error"]
    biases: Float[Tensor, "reading bias"]
    tokens: Float[Tensor, "reading token"]


class Sweep:
    """Carries cotangents down through one captured prompt.

    Args:
        replacement: model and dictionaries.
        captured: the prompt.
    """

    def __init__(self, replacement: Replacement, captured: Capture) -> None:
        self._replacement = replacement
        self._captured = captured
        weights = replacement.subject.weights
        self._layers = [
            _Attention.of(weights.attention(layer), weights.attention_norm(layer))
            for layer in range(replacement.subject.n_layers)
        ]
        self._sources = {layer: self._mlp_sources(layer) for layer in range(replacement.subject.n_layers)}

    @torch.no_grad()
    def effects(self, readings: Readings) -> Iterator[Effects]:
        """Direct effects on readings of one layer, from the layer just below down to the embeddings."""
        length = int(readings.position.max()) + 1
        rows = torch.arange(len(readings.position), device=readings.vector.device)
        g = readings.vector.new_zeros(length, len(rows), readings.vector.shape[-1])  # position first: slices are whole
        g[readings.position, rows] = readings.vector
        top = readings.layer == self._replacement.subject.n_layers
        if not top:
            yield self._through_attention(readings.layer, g)
        for layer in reversed(range(readings.layer)):
            yield self._from_mlp(layer, g)
            yield self._through_attention(layer, g)
        yield self._from_embeddings(g)

    def _through_attention(self, layer: int, g: Tensor) -> Effects:
        """Move `g` from `resid_mid` to `resid_pre` in place; what the attention biases add."""
        attention, length = self._layers[layer], len(g)
        biases = (g @ attention.bias).T
        pattern = self._captured.patterns[layer][:, :length, :length]
        g += self._captured.attention_scale[layer][:length, None] * attention.pull_back(g, pattern)
        return _only_biases(layer, biases)

    def _from_mlp(self, layer: int, g: Tensor) -> Effects:
        features, errors, bias = self._sources[layer]
        biases = (g @ bias).T
        biases[:, :FIRST_REPLACED] = 0
        return Effects(layer, features.contract(g), _at_each_position(g, errors), biases, g.new_zeros(g.shape[1], 0))

    def _from_embeddings(self, g: Tensor) -> Effects:
        weights, length = self._replacement.subject.weights, len(g)
        ids = self._captured.tokens.ids[0, :length]
        table = weights.position_embedding
        # What the embedding holds beyond the token's row comes from the position.
        token = weights.token_embedding[ids].to(g.dtype)
        position = (
            g.new_zeros(g.shape[1], 0)
            if table is None
            else _at_each_position(g, self._captured.embedding[:length] - token)
        )
        return Effects(
            -1, g.new_zeros(g.shape[1], 0), g.new_zeros(g.shape[1], 0), position, _at_each_position(g, token)
        )

    def _mlp_sources(self, layer: int) -> tuple[_FeatureSources, Tensor, Tensor]:
        captured = self._captured
        active, errors = captured.active.get(layer), captured.error(layer)
        if active is None:
            empty = errors.new_zeros(0, errors.shape[-1])
            return _FeatureSources(empty, [0] * captured.length), errors, errors.new_zeros(errors.shape[-1])
        dictionary = self._replacement.by_layer[layer]
        rows = dictionary.W_dec[active.index, 0] * active.value[:, None]
        counts = torch.bincount(active.position, minlength=captured.length).tolist()
        return _FeatureSources(rows, counts), errors, dictionary.b_dec[0]


@dataclass(frozen=True)
class _FeatureSources:
    """Decoder rows times activations, sorted by position, and how many lie at each position."""

    rows: Float[Tensor, "active d_model"]
    counts: list[int]

    def contract(self, g: Float[Tensor, "position reading d_model"]) -> Float[Tensor, "reading active"]:
        out = g.new_zeros(g.shape[1], len(self.rows))
        start = 0
        for position, count in enumerate(self.counts[: len(g)]):
            out[:, start : start + count] = g[position] @ self.rows[start : start + count].T
            start += count
        return out


@dataclass(frozen=True)
class _Attention:
    """One attention layer for the sweep: gains folded in, biases summed to one vector.

    A row of an attention pattern adds up to one, so the norm's and the values' biases add the same vector at every
    position.
    """

    value: Float[Tensor, "d_model head d_head"]
    output: Float[Tensor, "d_model head d_head"]
    bias: Float[Tensor, " d_model"]
    norm: Norm

    @classmethod
    def of(cls, weights: AttentionWeights, norm: Norm) -> _Attention:
        through = torch.einsum("d,hdk->hk", norm.bias, weights.value) + weights.value_bias
        bias = torch.einsum("hk,hkd->d", through, weights.output) + weights.output_bias
        return cls(
            weights.value.permute(1, 0, 2).contiguous(), weights.output.permute(2, 0, 1).contiguous(), bias, norm
        )

    def pull_back(self, g: Tensor, pattern: Tensor) -> Tensor:
        """Cotangents at the attention's output to cotangents before the norm's denominator."""
        d_model, heads, _ = self.output.shape
        at_heads = (g @ self.output.reshape(d_model, -1)).unflatten(-1, (heads, -1))
        at_keys = torch.einsum("hqk,qrhd->krhd", pattern, at_heads)
        return self.norm.pull_back(at_keys.flatten(-2) @ self.value.reshape(d_model, -1).T)


def _at_each_position(g: Tensor, vectors: Tensor) -> Float[Tensor, "reading position"]:
    return torch.einsum("prd,pd->rp", g, vectors[: len(g)])


def _only_biases(layer: int, biases: Tensor) -> Effects:
    none = biases.new_zeros(len(biases), 0)
    return Effects(layer, none, none, biases, none)
