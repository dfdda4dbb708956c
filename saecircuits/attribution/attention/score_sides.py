"""One side of an attention head's score, the query or the key, as an affine reading of the residual stream.

With the denominators of the norms held, the query (or key) of a head at a position is linear in what the residual
stream holds there, up to a constant: attention's norm, the projection, the norm of queries and keys where there is
one, and the rotation by the position. A score is the product of the two, so it is bilinear in what was written.

A side may stand at several positions at once, each with a share: the key minus the mean of all keys is one side.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, before
from saecircuits.attribution.direct.sources import Sources
from saecircuits.attribution.direct.sweep import sweep
from saecircuits.replacement import Capture, Replacement
from saecircuits.subject import HeadNorm, Norm, QueryKeyWeights, rotate

from .score_sources import local_parts, n_sources

BUDGET = 1 << 26
"""Numbers that one block of cotangents may hold while a side is traced through the attention below."""


@dataclass(frozen=True)
class Side:
    """The query or the key of one head at some positions.

    Attributes:
        position: where, increasing.
        share: what it counts there.
        norm, scale: the norm that attention reads through, and its `1 / denominator`.
        weight, bias: the projection.
        own_norm, own_scale: the norm of the head's queries or keys, where there is one, and its `1 / denominator`.
        cos, sin: of the rotary embedding; of no width where there is none.
    """

    position: Int[Tensor, " place"]
    share: Float[Tensor, " place"]
    norm: Norm
    scale: Float[Tensor, "place 1"]
    weight: Float[Tensor, "d_model d_head"]
    bias: Float[Tensor, " d_head"]
    own_norm: Norm | None
    own_scale: Float[Tensor, "place 1"]
    cos: Float[Tensor, "place rotary"]
    sin: Float[Tensor, "place rotary"]

    def read(self, x: Float[Tensor, "part d_model"], place: Int[Tensor, " part"]) -> Float[Tensor, "part d_head"]:
        """What parts of the residual stream, each at one of the places, add."""
        out = (self.norm.gain * self.norm.centred(x) * self.scale[place]) @ self.weight
        if self.own_norm is not None:
            out = self.own_norm.gain * self.own_norm.centred(out) * self.own_scale[place]
        return rotate(out, self.cos[place], self.sin[place]) * self.share[place, None]

    def constant(self) -> Float[Tensor, "place d_head"]:
        """What the biases of the norms and of the projection add at each place."""
        out = (self.norm.bias @ self.weight + self.bias).expand(len(self.position), -1)
        if self.own_norm is not None:
            out = self.own_norm.apply(out, self.own_scale)
        return rotate(out, self.cos, self.sin) * self.share[:, None]

    def readings(self, layer: int, units: Float[Tensor, "row d_head"]) -> Readings:
        """Products of the side with some vectors, as readings of the stream before a layer; without the constants."""
        out = rotate(units[:, None] * self.share[:, None], self.cos, -self.sin)  # the transposed rotation
        if self.own_norm is not None:
            out = self.own_norm.pull_back(out) * self.own_scale
        vectors = self.norm.pull_back(out @ self.weight.T) * self.scale
        rows, places, _ = vectors.shape
        row = torch.arange(rows, device=vectors.device).repeat_interleave(places)
        place, passes = torch.full_like(row, before(layer)), torch.ones_like(row, dtype=torch.bool)
        return Readings(row, place, self.position.repeat(rows), vectors.flatten(0, 1), passes, units.new_zeros(rows))


class Scores:
    """The attention scores of one head on one prompt.

    Args:
        replacement: model and dictionaries.
        captured: the prompt.
        layer, head: which head.
    """

    def __init__(self, replacement: Replacement, captured: Capture, layer: int, head: int) -> None:
        self._captured = captured
        self._layer = layer
        self._head = head
        self._norm = replacement.subject.weights.attention_norm(layer)
        self.weights: QueryKeyWeights = replacement.subject.weights.query_key(layer)

    def query(self, position: int) -> Side:
        """The query at a position; the factor of the scores is in its share."""
        at = torch.tensor([position], device=self._captured.embedding.device)
        share = self._captured.embedding.new_tensor([self.weights.scale])
        return self._side(at, share, self.weights.query, self.weights.query_bias, self.weights.query_norm)

    def key(self, positions: Int[Tensor, " place"], shares: Float[Tensor, " place"]) -> Side:
        """The key at some increasing positions, each with a share."""
        return self._side(positions, shares, self.weights.key, self.weights.key_bias, self.weights.key_norm)

    def scores(self, query: int) -> Float[Tensor, " position"]:
        """The scores of a query with the keys of all positions, before cap, mask and softmax."""
        shares = torch.ones_like(self._captured.embedding[:, 0])
        keys = self.key(torch.arange(len(shares), device=shares.device), shares)
        return self._whole(keys) @ self._whole(self.query(query))[0]

    def _side(self, at: Tensor, share: Tensor, weights: Tensor, biases: Tensor, head_norm: HeadNorm | None) -> Side:
        captured, weight, bias = self._captured, weights[self._head], biases[self._head]
        scale = captured.attention_scale[self._layer][at]
        own_norm, own_scale = None, torch.ones_like(scale)
        if head_norm is not None:
            own_norm = head_norm.of(self._head, len(bias))
            read = self._norm.apply(captured.resid_pre[self._layer][at], scale)
            own_scale = head_norm.scale(read @ weights + biases[:, None])[self._head]
        cos, sin = (turn[at].to(weight.dtype) for turn in self.weights.cos_sin(captured.length))
        return Side(at, share, self._norm, scale, weight, bias, own_norm, own_scale, cos, sin)

    def _whole(self, side: Side) -> Float[Tensor, "place d_head"]:
        places = torch.arange(len(side.position), device=side.position.device)
        return side.read(self._captured.resid_pre[self._layer][side.position], places) + side.constant()


def local_factors(side: Side, sources: Sources) -> Float[Tensor, "source d_head"]:
    """What every source that writes at the positions of a side adds to it, whole sublayers included."""
    out = side.weight.new_zeros(n_sources(sources), side.weight.shape[1])
    for part in local_parts(sources, side.position):
        place = torch.searchsorted(side.position, part.position)
        out.index_add_(0, part.source, side.read(part.vector, place))
    return out


def traced_factors(side: Side, linear: HeldModel, layer: int) -> Float[Tensor, "source d_head"]:
    """What every column adds to a side, through the attention below."""
    d_model, d_head = side.weight.shape
    out = side.weight.new_zeros(linear.sources.size, d_head)
    rows = max(1, BUDGET // (d_model * (int(side.position[-1]) + 1)))
    for units in torch.eye(d_head, dtype=out.dtype, device=out.device).split(rows):
        out += sweep(linear, side.readings(layer, units)).T @ units
    return out
