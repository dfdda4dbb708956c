"""Paths between a source and a reading, layer by layer, with attention patterns and norm denominators held.

`climb` carries what one source writes up to every attention layer, `descend` carries one reading down to every place
at which something writes. Either can be kept from passing attention heads, so that a head can be the first or the last
of a path; skip connections of dictionaries are always passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.attribution.direct.held_attention import HeldAttention
from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, before, between, mlp_reads
from saecircuits.replacement import FIRST_REPLACED


@dataclass(frozen=True)
class Written:
    """What one source writes.

    Attributes:
        position: where.
        vectors: by the place that it is added below: `before(0)` for embeddings, `between(layer)` for what attention
            puts out, `before(layer + 1)` for MLPs.
    """

    position: int
    vectors: Mapping[int, Float[Tensor, " d_model"]]


class Paths:
    """The held model on the first positions of a captured prompt.

    Args:
        linear: the prompt's model, its nonlinear parts held.
        length: how many positions.
    """

    def __init__(self, linear: HeldModel, length: int) -> None:
        self._linear = linear
        self._replacement, self._captured = linear.sources.replacement, linear.sources.captured
        self._length = length
        self._skips = [
            (site.layer, write.layer, dictionary.W_skip[w, :, r])
            for dictionary in self._replacement.replacers
            if dictionary.W_skip is not None
            for w, write in enumerate(dictionary.writes)
            for r, site in enumerate(dictionary.reads)
        ]

    def attention(self, layer: int) -> HeldAttention:
        """One attention layer, held."""
        return self._linear.attention(layer)

    def climb(self, written: Written, heads: bool = True) -> Iterator[tuple[int, Float[Tensor, "position d_model"]]]:
        """Carry what a source writes up: each layer, from the lowest, with what attention reads of it there."""
        read: dict[int, Tensor] = {}
        x = self._placed(written, before(0))
        for layer in range(self._replacement.subject.n_layers):
            yield layer, x
            moved = push(self.attention(layer), x) if heads else 0
            mid = x + moved + self._placed(written, between(layer))
            read[layer] = x if self._replacement.subject.parallel else mid
            x = mid + self._placed(written, before(layer + 1)) + self._past_features(layer, read)

    def descend(
        self, readings: Readings, heads: bool = True
    ) -> Iterator[tuple[int, Float[Tensor, "position d_model"]]]:
        """Carry a reading of one row down: each place, from the highest, with what is written below it counts for."""
        waiting: dict[int, Tensor] = {}
        g = readings.vector.new_zeros(self._length, readings.vector.shape[1])
        for place in reversed(range(int(readings.place.max()) + 1)):
            here = readings.place == place
            g = g.index_put((readings.position[here],), readings.vector[here], accumulate=True)
            g = g + waiting.pop(place, 0)
            yield place, g
            stays = here & ~readings.passes
            passed = g.index_put((readings.position[stays],), -readings.vector[stays], accumulate=True)
            if place % 2 and heads:
                passed = passed + pull(self.attention(place // 2), g)
            elif place % 2 == 0:
                self._into_skips(place // 2 - 1, g, waiting)
            g = passed

    def _placed(self, written: Written, place: int) -> Tensor:
        out = self._captured.embedding.new_zeros(self._length, self._captured.embedding.shape[1])
        if place in written.vectors and written.position < self._length:
            out[written.position] = written.vectors[place]
        return out

    def _past_features(self, layer: int, read: dict[int, Tensor]) -> Tensor | float:
        out: Tensor | float = 0.0
        for source, target, matrix in self._skips:
            if target == layer and source in read:
                norm = self._replacement.subject.weights.mlp_norm(source)
                scale = self._captured.mlp_scale[source][: self._length]
                past = (norm.gain * norm.centred(read[source]) * scale) @ matrix.T
                past[:FIRST_REPLACED] = 0
                out = out + past
        return out

    def _into_skips(self, layer: int, g: Tensor, waiting: dict[int, Tensor]) -> None:
        for source, target, matrix in self._skips:
            if target == layer:
                norm = self._replacement.subject.weights.mlp_norm(source)
                back = norm.pull_back(g @ matrix) * self._captured.mlp_scale[source][: self._length]
                back[:FIRST_REPLACED] = 0
                place = mlp_reads(self._replacement, source)
                waiting[place] = waiting.get(place, 0) + back


def push(attention: HeldAttention, x: Float[Tensor, "position d_model"]) -> Float[Tensor, "position d_model"]:
    """What attention adds to the stream for a part of what it reads, without biases."""
    length = len(x)
    mixed = attention.pattern[:, :length, :length] @ (x @ attention.value.transpose(1, 2))  # [head, query, d_head]
    return mixed.transpose(0, 1).flatten(1) @ attention.output.T


def pull(attention: HeldAttention, g: Float[Tensor, "position d_model"]) -> Float[Tensor, "position d_model"]:
    """Cotangents of what attention adds to the stream as cotangents of what it reads."""
    through = torch.zeros_like(g)[:, None]
    through += g[:, None]
    attention.carry(through, 1)
    return through[:, 0] - g


def through_heads(
    attention: HeldAttention,
    x: Float[Tensor, "position d_model"],
    g: Float[Tensor, "position d_model"],
    queries: Int[Tensor, " query"],
    keys: Int[Tensor, " key"],
) -> Float[Tensor, "head query key"]:
    """Through each head, what a part of the stream at some keys adds to a reading at some queries."""
    heads = len(attention.pattern)
    at_heads = (g[queries] @ attention.output).unflatten(1, (heads, -1))
    values = x[keys] @ attention.value.transpose(1, 2)
    return attention.pattern[:, queries][:, :, keys] * torch.einsum("qhe,hke->hqk", at_heads, values)
