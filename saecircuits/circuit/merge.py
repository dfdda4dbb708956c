"""Circuits of many prompts as one.

Nodes of different prompts are one node if they are the same feature (error, token, bias) at the same place: *aligned*
at the last token, for prompts of one template, or *summed* over the tokens of a prompt, for prompts that have nothing
in common. Values, effects and influences are means over the prompts; what does not occur in a prompt counts 0 there.
Means are linear, so the books of whole circuits still balance.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647), aggregation and thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from saecircuits.errors import InputError

from .circuit import Circuit, Provenance
from .influence import Scores
from .nodes import Feature, NodeKind, NodeTable, NodeTableBuilder

MODES = ("aligned", "summed")
"""How nodes of several prompts are brought together."""
ANY_TOKEN = "*"
"""The token of a position at which prompts differ."""
NO_TOKEN = -1
"""Its id."""


def merge(circuits: Sequence[Circuit], mode: str = "aligned") -> Circuit:
    """Circuits of several prompts as one, the mean of them.

    Targets are brought together by their labels or, where prompts ask for different tokens, by their order.

    Args:
        circuits: of one model.
        mode: one of `MODES`.

    Raises:
        InputError: for no circuits, an unknown mode, several models, or targets that do not correspond.
    """
    if mode not in MODES:
        raise InputError(f"mode is {mode!r}.", f"Use one of {', '.join(MODES)}.")
    if not circuits:
        raise InputError("There are no circuits to merge.", "Give at least one.")
    together = unite(circuits, _positions(circuits, mode), _target_labels(circuits))
    return Circuit(
        nodes=together.table([c.nodes.value for c in circuits], [c.nodes.probability for c in circuits]),
        adjacency=together.mean_matrix([c.adjacency for c in circuits]),
        weights=together.mean([c.weights for c in circuits]),
        provenance=_provenance(circuits, mode, together.nodes.target_labels),
        scores=_mean_scores(circuits),
        influence=together.mean([c.influence for c in circuits]),
        labels=_labels(circuits),
        supernodes=_supernodes(circuits, together),
        pruned=any(c.pruned for c in circuits),
        effect=together.mean([np.asarray(c.effect) for c in circuits]),
    )


def threshold(circuit: Circuit, node: float = 0.0, edge: float = 0.0, by: str = "influence") -> Circuit:
    """The nodes and edges of at least some size; tokens and targets always stay.

    Args:
        circuit: what to cut.
        node: smallest size of a node, in the units of `by`.
        edge: smallest absolute effect of an edge.
        by: `"influence"` or `"effect"`, absolute.

    Raises:
        InputError: for another `by`, or a circuit whose method estimates no effects.
    """
    if by not in ("influence", "effect"):
        raise InputError(f"by is {by!r}.", "Use influence or effect.")
    size = np.abs(np.asarray(getattr(circuit, by)))
    if np.isnan(size).all():
        raise InputError(f"The method {circuit.provenance.method!r} estimates no effects.", "Cut by influence.")
    fixed = circuit.nodes.is_kind(NodeKind.TOKEN, NodeKind.TARGET)
    rows = np.flatnonzero(fixed | (size >= node))
    adjacency = circuit.adjacency[rows][:, rows].tocsr()
    adjacency.data[np.abs(adjacency.data) < edge] = 0
    adjacency.eliminate_zeros()
    nodes = circuit.nodes.take(rows)
    left = {name: tuple(m for m in members if m in nodes.rows) for name, members in circuit.supernodes.items()}
    return replace(
        circuit,
        nodes=nodes,
        adjacency=adjacency,
        weights=circuit.weights[rows],
        influence=circuit.influence[rows],
        effect=np.asarray(circuit.effect)[rows],
        supernodes={name: members for name, members in left.items() if members},
        pruned=True,
    )


@dataclass(frozen=True)
class Union:
    """The nodes of several circuits in one table.

    Attributes:
        nodes: every node once, without values.
        rows: for each circuit, the row of each of its nodes.
    """

    nodes: NodeTable
    rows: list[Int[np.ndarray, " node"]]

    def table(self, values: Sequence[np.ndarray], probabilities: Sequence[np.ndarray]) -> NodeTable:
        """The nodes with the mean of their values."""
        typed = (self.mean(columns).astype(np.float32) for columns in (values, probabilities))
        return replace(self.nodes, **dict(zip(("value", "probability"), typed, strict=True)))

    def mean(self, columns: Sequence[np.ndarray]) -> Float[np.ndarray, " node"]:
        """Mean over the circuits of a column, 0 where a node is missing."""
        return np.mean([self.spread(number, column) for number, column in enumerate(columns)], axis=0)

    def mean_matrix(self, matrices: Sequence[sparse.csr_array]) -> sparse.csr_array:
        """Mean over the circuits of their effects."""
        total = self.spread_matrix(0, matrices[0])
        for number, matrix in enumerate(matrices[1:], start=1):
            total = total + self.spread_matrix(number, matrix)
        return sparse.csr_array(total / len(matrices), dtype=np.float32)

    def spread(self, number: int, column: np.ndarray) -> Float[np.ndarray, " node"]:
        """A column of one circuit, added up where several of its nodes are one."""
        out = np.zeros(len(self.nodes))
        np.add.at(out, self.rows[number], column)
        return out

    def spread_matrix(self, number: int, matrix: sparse.csr_array) -> sparse.csr_array:
        """The same of its effects."""
        edges, rows = matrix.tocoo(), self.rows[number]
        shape = (len(self.nodes), len(self.nodes))
        return sparse.csr_array((edges.data.astype(np.float64), (rows[edges.row], rows[edges.col])), shape=shape)


def unite(
    circuits: Sequence[Circuit], positions: Sequence[np.ndarray], target_labels: Sequence[Sequence[str]]
) -> Union:
    """Bring the nodes of circuits together.

    Args:
        circuits: with as many layers each.
        positions: of the nodes of each circuit, where they are to stand.
        target_labels: of the targets of each circuit; equal labels become one node.
    """
    names = sorted({name for circuit in circuits for name in circuit.nodes.dictionaries})
    labels = list(dict.fromkeys(label for own in target_labels for label in own))
    keys = np.concatenate(
        [_keys(c, p, own, names, labels) for c, p, own in zip(circuits, positions, target_labels, strict=True)]
    )
    where = np.concatenate(positions)
    unique, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    builder, added = NodeTableBuilder(tuple(names)), []
    for kind, layer in np.unique(unique[:, :2], axis=0).tolist():
        group = np.flatnonzero((unique[:, 0] == kind) & (unique[:, 1] == layer))
        added.append(group)
        if kind != NodeKind.TARGET:
            position, dictionary, index, site = unique[group, 2:6].T
            builder.add(NodeKind(kind), layer, position, dictionary=dictionary, index=index, site=site)
            continue
        for label, position in zip(unique[group, 6].tolist(), where[first[group]].tolist(), strict=True):
            builder.add_target(labels[label], layer, position)
    nodes, order = builder.build()
    row_of = np.empty(len(nodes), dtype=np.int64)
    row_of[np.concatenate(added)[order]] = np.arange(len(nodes))
    ends = np.cumsum([len(circuit) for circuit in circuits])[:-1]
    return Union(nodes, np.split(row_of[number.reshape(-1)], ends))


def _keys(
    circuit: Circuit, position: np.ndarray, own: Sequence[str], names: list[str], labels: list[str]
) -> Int[np.ndarray, "node 7"]:
    """What makes two nodes one: kind, layer, position, dictionary, index, site, target; a target by its label alone."""
    nodes = circuit.nodes
    dictionary = np.array([names.index(name) for name in nodes.dictionaries] + [-1])[nodes.dictionary]
    target = np.full(len(nodes), -1)
    target[circuit.target_rows] = [labels.index(label) for label in own]
    place = np.where(target < 0, position, 0)
    columns = nodes.kind, nodes.layer, place, dictionary, nodes.index, nodes.site, target
    return np.stack([column.astype(np.int64) for column in columns], axis=1)


def _positions(circuits: Sequence[Circuit], mode: str) -> list[np.ndarray]:
    if mode == "summed":
        return [np.zeros(len(circuit), dtype=np.int64) for circuit in circuits]
    width = max(len(circuit.provenance.tokens) for circuit in circuits)
    return [circuit.nodes.position + width - len(circuit.provenance.tokens) for circuit in circuits]


def _target_labels(circuits: Sequence[Circuit]) -> list[tuple[str, ...]]:
    """The labels under which targets are brought together."""
    given = [circuit.nodes.target_labels for circuit in circuits]
    if all(set(labels) == set(given[0]) for labels in given):
        return given
    if len({len(labels) for labels in given}) > 1:
        raise InputError(
            f"The circuits have {sorted({len(labels) for labels in given})} targets, of different names.",
            "Attribute each prompt to as many targets, for example to a difference of two tokens.",
        )
    joined = tuple(" | ".join(dict.fromkeys(labels)) for labels in zip(*given, strict=True))
    return [tuple(f"{label} #{n}" if joined.count(label) > 1 else label for n, label in enumerate(joined))] * len(given)


def _provenance(circuits: Sequence[Circuit], mode: str, labels: tuple[str, ...]) -> Provenance:
    origins = [circuit.provenance for circuit in circuits]
    for name in ("model", "n_layers", "method"):
        found = {getattr(origin, name) for origin in origins}
        if len(found) > 1:
            raise InputError(f"The circuits differ in their {name}: {sorted(map(str, found))}.", "Merge equals only.")
    tokens, ids = [ANY_TOKEN], [NO_TOKEN]
    if mode == "aligned":
        tokens = [_common([o.tokens for o in origins], place, ANY_TOKEN) for place in _places(origins)]
        ids = [_common([o.token_ids for o in origins], place, NO_TOKEN) for place in _places(origins)]
    settings = {"merged": len(circuits), "mode": mode, "prompts": [origin.prompt for origin in origins]}
    readouts = [origin.settings.get("readouts") for origin in origins]
    if all(one == readouts[0] for one in readouts):
        settings |= {"readouts": readouts[0]}
    return replace(
        origins[0],
        prompt=origins[0].prompt if len(circuits) == 1 else f"{len(circuits)} prompts",
        token_ids=tuple(ids),
        tokens=tuple(tokens),
        target=", ".join(label.strip() for label in labels),
        settings=settings,
    )


def _places(origins: Sequence[Provenance]) -> range:
    return range(-max(len(origin.tokens) for origin in origins), 0)


def _common(rows: Sequence[Sequence], place: int, otherwise: str | int) -> str | int:
    """What all rows that reach there have at a place counted from the end."""
    found = {row[place] for row in rows if len(row) >= -place}
    return found.pop() if len(found) == 1 else otherwise


def _mean_scores(circuits: Sequence[Circuit]) -> Scores:
    names = [field.name for field in fields(Scores)]
    return Scores(**{name: float(np.mean([getattr(c.scores, name) for c in circuits])) for name in names})


def _labels(circuits: Sequence[Circuit]) -> dict[Feature, str]:
    return {feature: label for circuit in circuits for feature, label in circuit.labels.items()}


def _supernodes(circuits: Sequence[Circuit], together: Union) -> dict[str, tuple[str, ...]]:
    """Groups keep their names; a node goes with the first group that has it."""
    found: dict[str, str] = {}
    for circuit, rows in zip(circuits, together.rows, strict=True):
        for name, members in circuit.supernodes.items():
            for member in members:
                found.setdefault(together.nodes.ids[rows[circuit.row(member)]], name)
    names = dict.fromkeys(found.values())
    return {name: tuple(node for node, own in found.items() if own == name) for name in names}
