"""Nodes of a circuit: their kinds, their ids and the order of their rows, defined here and nowhere else.

Rows are sorted by layer, within a layer biases before features before errors, then by position, dictionary and index;
targets come last. A source therefore always has a lower row than what it acts on: the adjacency matrix is strictly
lower triangular.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int, UInt

from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS


class NodeKind(IntEnum):
    """What a node stands for."""

    FEATURE = 0
    """A latent of a dictionary at a position."""
    ERROR = 1
    """What the dictionaries leave of a site at a position."""
    TOKEN = 2
    """A token embedding."""
    BIAS = 3
    """Position embedding (layer -1) or biases of a layer, its norms and its dictionary; of the readout (last layer)."""
    TARGET = 4
    """What the circuit explains."""


_RANK = np.array([2, 3, 0, 1, 4])  # order of the kinds within a layer, by NodeKind
NO_SITE = 255
"""The value of the `site` column for nodes that are not errors."""


@dataclass(frozen=True, order=True)
class Feature:
    """One latent of one dictionary.

    Args:
        dictionary: the dictionary's name.
        index: its row, counted from 0.
    """

    dictionary: str
    index: int

    def __post_init__(self) -> None:
        if isinstance(self.index, bool) or not isinstance(self.index, (int, np.integer)) or self.index < 0:
            raise InputError(f"A feature's index is a whole number from 0, not {self.index!r}.")

    @classmethod
    def parse(cls, text: str | Feature) -> Feature:
        """Read `"transcoder.0/12"`."""
        if isinstance(text, Feature):
            return text
        dictionary, slash, index = text.rpartition("/")
        if not slash or not index.isdecimal():
            raise InputError(f"{text!r} is not a feature.", 'Write dictionary, slash and index: "transcoder.0/12".')
        return cls(dictionary, int(index))

    def __str__(self) -> str:
        return f"{self.dictionary}/{self.index}"

    def __repr__(self) -> str:
        return f'sc.Feature("{self.dictionary}", {self.index})'


@dataclass(frozen=True)
class Node:
    """One node, for people.

    Attributes:
        id: unique within the circuit.
        kind: what it stands for.
        layer: -1 for embeddings, the number of layers for readout biases and logits.
        position: token position, counted from 0.
        token: text of the token there.
        feature: the feature, for feature nodes.
        value: activation of a feature, value of a target, norm of an error, 1 for the rest.
        influence: how much of the targets flows through it, in shares of their weight.
        label: what it is about.
        effect: its total effect on the targets, where the method estimates it; else None.
    """

    id: str
    kind: NodeKind
    layer: int
    position: int
    token: str
    feature: Feature | None
    value: float
    influence: float
    label: str
    effect: float | None = None


@dataclass(frozen=True)
class NodeTable:
    """The nodes of a circuit, a column each.

    Attributes:
        kind: `NodeKind` of each.
        layer, position, value: see `Node`.
        dictionary: row in `dictionaries`, -1 for nodes that are not features.
        index: index in the dictionary, -1 for nodes that are not features.
        site: row in `SITE_KINDS` for error nodes, else `NO_SITE`.
        probability: probability of a token target, else NaN.
        dictionaries: names.
        target_labels: one a target row, in order; unique.
    """

    kind: UInt[np.ndarray, " node"]
    layer: Int[np.ndarray, " node"]
    position: Int[np.ndarray, " node"]
    dictionary: Int[np.ndarray, " node"]
    index: Int[np.ndarray, " node"]
    site: UInt[np.ndarray, " node"]
    value: Float[np.ndarray, " node"]
    probability: Float[np.ndarray, " node"]
    dictionaries: tuple[str, ...]
    target_labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Unique ids: `transcoder.0/12@5`, `error.mlp_out.3@5`, `token@5`, `position@5`, `bias.3@5`, `target.are`."""
        targets = iter(self.target_labels)
        return tuple(self._id(row, targets) for row in range(len(self)))

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each id."""
        return {identifier: row for row, identifier in enumerate(self.ids)}

    def is_kind(self, *kinds: NodeKind) -> Bool[np.ndarray, " node"]:
        """Which rows are of one of `kinds`."""
        return np.isin(self.kind, kinds)

    def feature(self, row: int) -> Feature | None:
        """The feature of a row; None if the row is not a feature."""
        if self.dictionary[row] < 0:
            return None
        return Feature(self.dictionaries[self.dictionary[row]], int(self.index[row]))

    def take(self, rows: Int[np.ndarray, " chosen"]) -> NodeTable:
        """The table of some rows, in increasing order."""
        order = np.flatnonzero(self.kind == NodeKind.TARGET)
        labels = dict(zip(order.tolist(), self.target_labels, strict=True))
        columns = {name: getattr(self, name)[rows] for name in COLUMN_TYPES}
        kept = tuple(labels[row] for row in rows.tolist() if row in labels)
        return NodeTable(**columns, dictionaries=self.dictionaries, target_labels=kept)

    def _id(self, row: int, targets: object) -> str:
        kind, layer, position = self.kind[row], self.layer[row], self.position[row]
        match NodeKind(kind):
            case NodeKind.FEATURE:
                return f"{self.feature(row)}@{position}"
            case NodeKind.ERROR:
                return f"error.{SITE_KINDS[self.site[row]]}.{layer}@{position}"
            case NodeKind.TOKEN:
                return f"token@{position}"
            case NodeKind.BIAS:
                return f"position@{position}" if layer < 0 else f"bias.{layer}@{position}"
            case NodeKind.TARGET:
                return f"target.{next(targets)}"  # type: ignore[call-overload]


COLUMN_TYPES: dict[str, type[np.generic]] = {
    "kind": np.uint8,
    "layer": np.int16,
    "position": np.int32,
    "dictionary": np.int16,
    "index": np.int32,
    "site": np.uint8,
    "value": np.float32,
    "probability": np.float32,
}
"""Names and types of the array columns."""
COLUMNS = tuple(COLUMN_TYPES)
"""Names of the array columns."""


class NodeTableBuilder:
    """Collects groups of nodes, then sorts them into a table.

    Args:
        dictionaries: names of the dictionaries.
    """

    def __init__(self, dictionaries: tuple[str, ...]) -> None:
        self._dictionaries = dictionaries
        self._groups: list[dict[str, np.ndarray]] = []
        self._labels: list[str] = []

    def add(self, kind: NodeKind, layer: int, position: np.ndarray, **columns: np.ndarray | float) -> None:
        """Add nodes of one kind and layer; columns not given get the value that means none."""
        defaults = {"dictionary": -1, "index": -1, "site": NO_SITE, "value": 1.0, "probability": np.nan}
        unknown = set(columns) - set(defaults)
        if unknown:
            raise InputError(f"There are no node columns {sorted(unknown)}.")
        group = {"kind": kind, "layer": layer, "position": position, **defaults, **columns}
        self._groups.append({name: np.broadcast_to(values, position.shape) for name, values in group.items()})

    def add_target(self, label: str, layer: int, position: int, **columns: float) -> None:
        """Add a target; targets keep the order in which they are added."""
        self.add(NodeKind.TARGET, layer, np.array([position]), **{k: np.array([v]) for k, v in columns.items()})
        self._labels.append(label)

    def build(self) -> tuple[NodeTable, Int[np.ndarray, " node"]]:
        """The sorted table, and for each of its rows the place at which that node was added."""
        columns = {name: np.concatenate([g[name] for g in self._groups]) for name in COLUMNS}
        target = columns["kind"] == NodeKind.TARGET
        keys = [columns["index"], columns["dictionary"], columns["position"], _RANK[columns["kind"]], columns["layer"]]
        keys = [np.where(target, 0, key) for key in keys]  # targets: last, in the order given
        order = np.lexsort([*keys, target])
        typed = {name: values[order].astype(COLUMN_TYPES[name]) for name, values in columns.items()}
        return NodeTable(**typed, dictionaries=self._dictionaries, target_labels=tuple(self._labels)), order
