"""Linear readings of the residual stream: what attribution explains, as vectors at places of the model.

With attention patterns and norm denominators held, a feature's pre-activation, a logit, or the product of any site with
a direction is a sum of vectors times the stream at some places, plus a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import Capture, Replacement

from .rounding import beside_norm


def before(layer: int) -> int:
    """The place at which a layer begins (`resid_pre`); of the number of layers: what the last norm reads."""
    return 2 * layer


def between(layer: int) -> int:
    """The place between attention and MLP of a layer (`resid_mid`)."""
    return 2 * layer + 1


def mlp_reads(replacement: Replacement, layer: int) -> int:
    """The place at which the MLP of a layer reads; where blocks are parallel, that is before attention."""
    return before(layer) if replacement.subject.parallel else between(layer)


@dataclass(frozen=True)
class Readings:
    """Some readings, each a row, made of entries.

    Attributes:
        row: of each entry; each row has at least one.
        place: of each entry, `before(layer)` or `between(layer)`.
        position: token position of each entry.
        vector: what the stream is multiplied with there.
        passes: whether the entry reads the stream itself, or only what the part of the model just below adds to it
            (`attn_out`, `mlp_out`).
        constant: what norm, encoder and unembedding biases add to each row.
    """

    row: Int[Tensor, " entry"]
    place: Int[Tensor, " entry"]
    position: Int[Tensor, " entry"]
    vector: Float[Tensor, "entry d_model"]
    passes: Bool[Tensor, " entry"]
    constant: Float[Tensor, " row"]

    def __len__(self) -> int:
        return len(self.constant)

    @classmethod
    def single(
        cls, place: int, position: Int[Tensor, " row"], vector: Float[Tensor, "row d_model"], constant: Tensor
    ) -> Readings:
        """Rows of one entry each, all at one place of the stream."""
        rows = torch.arange(len(position), device=vector.device)
        position = position.to(vector.device)
        return cls(
            rows, torch.full_like(rows, place), position, vector, torch.ones_like(rows, dtype=torch.bool), constant
        )

    @classmethod
    def stack(cls, parts: Sequence[Readings]) -> Readings:
        """Rows of several, one after the other."""
        first, rows = 0, []
        for part in parts:
            rows.append(part.row + first)
            first += len(part)
        columns = ("place", "position", "vector", "passes", "constant")
        return cls(torch.cat(rows), *(torch.cat([getattr(part, name) for part in parts]) for name in columns))

    def entrance(self) -> tuple[Int[Tensor, " row"], Int[Tensor, " row"]]:
        """The highest place of each row, and the position at which it enters there."""
        top = torch.zeros(len(self), dtype=self.place.dtype, device=self.place.device)
        top = top.scatter_reduce(0, self.row, self.place, "amax")
        position = torch.empty_like(top)
        highest = self.place == top[self.row]
        position[self.row[highest]] = self.position[highest]
        return top, position


def feature_readings(
    replacement: Replacement, captured: Capture, dictionary: Dictionary, which: Int[Tensor, " row"]
) -> Readings:
    """Pre-activations of some of a dictionary's active features.

    Args:
        replacement: model and dictionaries.
        captured: the prompt.
        dictionary: one that replaces MLPs.
        which: rows of `captured.active[dictionary.name]`.
    """
    active = captured.active[dictionary.name]
    position, index = active.position[which], active.index[which]
    constant, parts = dictionary.b_enc[index], []
    for number, site in enumerate(dictionary.reads):
        norm = replacement.subject.weights.mlp_norm(site.layer)
        rows = dictionary.encoder_rows(index, number)
        rounded = beside_norm(replacement.subject.weights, captured, site.layer)[position]
        constant = constant + rows @ (norm.bias - dictionary.b_in[number]) + (rows * rounded).sum(-1)
        vector = norm.pull_back(rows) * captured.mlp_scale[site.layer][position]
        parts.append(Readings.single(mlp_reads(replacement, site.layer), position, vector, constant))
    together = Readings.stack(parts)
    row = torch.arange(len(which), device=position.device).repeat(len(parts))
    return Readings(row, together.place, together.position, together.vector, together.passes, constant)
