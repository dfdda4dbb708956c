"""The sources of a captured prompt: all that a reading can be a sum of, a column each.

Columns lie layer by layer, embeddings first, so that a reading only reaches the first ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.circuit import NodeKind
from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import FIRST_REPLACED, Capture, Replacement

from .rounding import beside_mlp, beside_norm


@dataclass(frozen=True)
class Group:
    """Columns of one kind and layer.

    Attributes:
        kind, layer: of their nodes.
        dictionary: of features; else "".
        columns: where they stand.
        position: token position of each.
    """

    kind: NodeKind
    layer: int
    dictionary: str
    columns: slice
    position: Int[Tensor, " source"]


@dataclass(frozen=True)
class Decoded:
    """What a dictionary's active features add to one site: decoder rows times activations, sorted by position.

    Attributes:
        group: their columns.
        rows: `[source, d_model]`.
        starts: where each position begins, `[position + 1]`.
    """

    group: Group
    rows: Float[Tensor, "source d_model"]
    starts: list[int]


@dataclass
class Sources:
    """The columns of one captured prompt.

    Args:
        replacement: model and dictionaries.
        captured: the prompt.
        top: layers from this one on are left out.
    """

    replacement: Replacement
    captured: Capture
    top: int
    groups: list[Group] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        everywhere = torch.arange(self.captured.length, device=self.captured.embedding.device)
        self._add(NodeKind.TOKEN, -1, everywhere)
        if self.replacement.subject.weights.has_positions:
            self._add(NodeKind.BIAS, -1, everywhere)
        for layer in range(self.top + 1):
            self._add(NodeKind.BIAS, layer, everywhere)
            for dictionary in self.replacement.replacers:
                if layer == home(dictionary) and layer < self.top:
                    self._add(NodeKind.FEATURE, layer, self.captured.active[dictionary.name].position, dictionary.name)
            if layer < self.top:
                self._add(NodeKind.ERROR, layer, everywhere)
        self._found = {(group.kind, group.layer, group.dictionary): group for group in self.groups}

    def group(self, kind: NodeKind, layer: int, dictionary: str = "") -> Group:
        """The columns of a kind and layer; `KeyError` if there are none."""
        return self._found[kind, layer, dictionary]

    def constants(self, layer: int) -> tuple[tuple[Group, Group], Float[Tensor, "position two d_model"]]:
        """What is added in place of an MLP's output beside features, at each position: the error, and what the
        dictionaries add everywhere."""
        weights = self.replacement.subject.weights
        error, added = self.captured.errors[layer], beside_mlp(weights, self.captured, layer)
        for dictionary, write in self.replacement.writers(layer):
            added[FIRST_REPLACED:] += dictionary.b_dec[write] + self._through_skip(dictionary, write)
        groups = (self.group(NodeKind.ERROR, layer), self.group(NodeKind.BIAS, layer))
        return groups, torch.stack([error, added], 1)

    def decoded(self, dictionary: Dictionary, write: int) -> Decoded | None:
        """What the active features of a dictionary add to a site that it writes; None if they are no sources."""
        group = self._found.get((NodeKind.FEATURE, home(dictionary), dictionary.name))
        if group is None:
            return None
        active = self.captured.active[dictionary.name]
        rows = dictionary.decoder_rows(active.index, write) * active.value[:, None]
        counts = torch.bincount(active.position, minlength=self.captured.length)
        return Decoded(group, rows, [0, *counts.cumsum(0).tolist()])

    def embedded(self) -> list[tuple[Group, Float[Tensor, "position d_model"]]]:
        """What enters at the bottom at each position: tokens and, if there are any, position embeddings."""
        weights, embedding = self.replacement.subject.weights, self.captured.embedding
        tokens = self._found[NodeKind.TOKEN, -1, ""]
        if not weights.has_positions:
            return [(tokens, embedding)]
        ids = self.captured.tokens.ids[0]
        rows = weights.embedded(ids).to(embedding)
        # What the embedding holds beyond the token's row comes from the position.
        return [(tokens, rows), (self._found[NodeKind.BIAS, -1, ""], embedding - rows)]

    def node_columns(self, group: Group) -> dict[str, Any]:
        """Values for the node table, beside kind, layer and position."""
        match group.kind:
            case NodeKind.FEATURE:
                active = self.captured.active[group.dictionary]
                name = self.replacement.names.index(group.dictionary)
                return {"dictionary": name, "index": _numpy(active.index), "value": _numpy(active.value)}
            case NodeKind.ERROR:
                return {"value": _numpy(self.captured.errors[group.layer].norm(dim=-1))}
            case _:
                return {}

    def _through_skip(self, dictionary: Dictionary, write: int) -> Float[Tensor, "position d_model"] | float:
        """What biases send through a skip connection: the norms', less what the dictionary subtracts."""
        if dictionary.W_skip is None:
            return 0.0
        weights, layers = self.replacement.subject.weights, [site.layer for site in dictionary.reads]
        constant = torch.stack([weights.mlp_norm(layer).bias for layer in layers]) - dictionary.b_in
        rounded = torch.stack([beside_norm(weights, self.captured, layer)[FIRST_REPLACED:] for layer in layers], 1)
        skip = dictionary.W_skip[write]
        return torch.einsum("erd,rd->e", skip, constant) + torch.einsum("erd,prd->pe", skip, rounded)

    def _add(self, kind: NodeKind, layer: int, position: Tensor, dictionary: str = "") -> None:
        columns = slice(self.size, self.size + len(position))
        self.groups.append(Group(kind, layer, dictionary, columns, position))
        self.size += len(position)


def home(dictionary: Dictionary) -> int:
    """The layer at which a dictionary's features stand in a graph: the first that it writes."""
    return min(site.layer for site in dictionary.writes)


def _numpy(values: Tensor) -> np.ndarray:
    return values.numpy(force=True)
