"""Two circuits side by side: which nodes and edges they share, what the second lost and what it gained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TypeVar

import networkx as nx
import numpy as np
from scipy import sparse

from saecircuits.errors import InputError
from saecircuits.table import Table

from .circuit import Circuit, Provenance
from .merge import Union, merge, unite
from .nodes import NodeKind

_SHOWN = 20

SHARED, LOST, GAINED = STATUSES = ("shared", "lost", "gained")
"""In both circuits, in the first only, in the second only."""

Change = TypeVar("Change", "NodeChange", "EdgeChange")


@dataclass(frozen=True)
class NodeChange:
    """A node of either circuit.

    Attributes:
        node: its id.
        kind: of the node, in lower case.
        label: what it is about.
        status: one of `STATUSES`.
        before, after: its influence in each circuit, 0 where it is missing.
    """

    node: str
    kind: str
    label: str
    status: str
    before: float
    after: float


@dataclass(frozen=True)
class EdgeChange:
    """An edge of either circuit; `before` and `after` are its signed effects, 0 where it is missing."""

    source: str
    target: str
    status: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two circuits share.

    Attributes:
        nodes, edges: all of either circuit, those that changed most first.
        difference: a circuit of all of them whose values and effects are the second's less the first's, and whose
            influences are by how much they moved; to be looked at, not to be measured.
    """

    nodes: Table[NodeChange]
    edges: Table[EdgeChange]
    difference: Circuit

    @property
    def shared(self) -> Table[NodeChange]:
        """Nodes of both circuits."""
        return _only(self.nodes, SHARED)

    @property
    def lost(self) -> Table[NodeChange]:
        """Nodes of the first circuit alone."""
        return _only(self.nodes, LOST)

    @property
    def gained(self) -> Table[NodeChange]:
        """Nodes of the second circuit alone."""
        return _only(self.nodes, GAINED)

    @property
    def node_jaccard(self) -> float:
        """Share of features and errors that both circuits have; NaN if there are none."""
        return _jaccard([row for row in self.nodes if row.kind in ("feature", "error")])

    @property
    def edge_jaccard(self) -> float:
        """Share of edges that both circuits have; NaN if there are none."""
        return _jaccard(self.edges)

    def to_networkx(self) -> nx.DiGraph:
        """All nodes and edges with `status`, and `before` and `after` in either circuit."""
        graph = self.difference.to_networkx()
        for row in self.nodes:
            graph.nodes[row.node].update(status=row.status, before=row.before, after=row.after)
        for row in self.edges:
            change = row.after - row.before
            graph.add_edge(row.source, row.target, weight=change, status=row.status, before=row.before, after=row.after)
        return graph

    def __repr__(self) -> str:
        return f"{self._summary()}\n{Table(self.nodes[:10], self.nodes.columns)!r}"

    def _repr_html_(self) -> str:
        shown = Table(self.nodes[:_SHOWN], self.nodes.columns, f"the {_SHOWN} largest changes")
        return f"<div><p>{escape(self._summary())}</p>{shown._repr_html_()}</div>"

    def _summary(self) -> str:
        def counts(rows: Table) -> str:
            return ", ".join(f"{len(_only(rows, status))} {status}" for status in STATUSES)

        return (
            f"nodes: {counts(self.nodes)}, Jaccard {self.node_jaccard:.2f}; "
            f"edges: {counts(self.edges)}, Jaccard {self.edge_jaccard:.2f}"
        )


def compare(a: Circuit, b: Circuit, positions: bool = True) -> Comparison:
    """Compare a circuit with another one.

    Args:
        a, b: circuits of models with as many layers.
        positions: match nodes by id, so by feature and position; else by feature alone, its positions added up. To
            match positions counted from the last token, bring both through `merge` first.

    Raises:
        InputError: if their models differ in the number of layers.
    """
    if a.provenance.n_layers != b.provenance.n_layers:
        raise InputError(
            f"The circuits come from models with {a.provenance.n_layers} and {b.provenance.n_layers} layers.",
            "Compare circuits of one model, or of two of a kind.",
        )
    if not positions:
        a, b = merge([a], "summed"), merge([b], "summed")
    both = a, b
    together = unite(both, [c.nodes.position for c in both], [c.nodes.target_labels for c in both])
    difference = _difference(a, b, together)
    return Comparison(_node_changes(a, b, together, difference), _edge_changes(a, b, together), difference)


def _difference(a: Circuit, b: Circuit, together: Union) -> Circuit:
    def change(name: str) -> np.ndarray:
        before, after = (together.spread(n, np.asarray(getattr(c, name))) for n, c in enumerate((a, b)))
        return after - before

    value = together.spread(1, b.nodes.value) - together.spread(0, a.nodes.value)
    adjacency = together.spread_matrix(1, b.adjacency) - together.spread_matrix(0, a.adjacency)
    return replace(
        b,
        nodes=replace(together.nodes, value=value.astype(np.float32)),
        adjacency=sparse.csr_array(adjacency, dtype=np.float32),
        weights=together.mean([a.weights, b.weights]),
        provenance=_provenance(a.provenance, b.provenance),
        influence=np.abs(change("influence")),
        labels={**a.labels, **b.labels},
        supernodes={},
        pruned=True,
        host=None,
        effect=change("effect"),
    )


def _node_changes(a: Circuit, b: Circuit, together: Union, difference: Circuit) -> Table[NodeChange]:
    has = [np.isin(np.arange(len(together.nodes)), rows) for rows in together.rows]
    influences = [together.spread(n, c.influence) for n, c in enumerate((a, b))]
    rows = [
        NodeChange(
            identifier,
            NodeKind(together.nodes.kind[row]).name.lower(),
            difference.label(row),
            _status(has[0][row], has[1][row]),
            float(influences[0][row]),
            float(influences[1][row]),
        )
        for row, identifier in enumerate(together.nodes.ids)
    ]
    rows.sort(key=lambda row: -abs(row.after - row.before))
    names = ("node", "status", "before", "after", "label")
    return Table(rows, {name: name for name in names}, "influence of nodes")


def _edge_changes(a: Circuit, b: Circuit, together: Union) -> Table[EdgeChange]:
    effects = [_edges(together.spread_matrix(n, c.adjacency)) for n, c in enumerate((a, b))]
    ids = together.nodes.ids
    rows = [
        EdgeChange(
            ids[source],
            ids[target],
            _status((target, source) in effects[0], (target, source) in effects[1]),
            effects[0].get((target, source), 0.0),
            effects[1].get((target, source), 0.0),
        )
        for target, source in effects[0] | effects[1]
    ]
    rows.sort(key=lambda row: -abs(row.after - row.before))
    names = ("source", "target", "status", "before", "after")
    return Table(rows, {name: name for name in names}, "direct effects")


def _edges(matrix: sparse.csr_array) -> dict[tuple[int, int], float]:
    edges = matrix.tocoo()
    return dict(zip(zip(edges.row.tolist(), edges.col.tolist(), strict=True), edges.data.tolist(), strict=True))


def _provenance(a: Provenance, b: Provenance) -> Provenance:
    longer = max(a.tokens, b.tokens, key=len)
    tokens = [
        " | ".join(dict.fromkeys(t[place] for t in (a.tokens, b.tokens) if place < len(t)))
        for place in range(len(longer))
    ]
    same = a.token_ids == b.token_ids
    return replace(
        b,
        prompt=b.prompt if a.prompt == b.prompt else f"{b.prompt} − {a.prompt}",
        token_ids=b.token_ids if same else (-1,) * len(longer),
        tokens=tuple(tokens),
        target=b.target if a.target == b.target else f"{b.target} − {a.target}",
        settings={"difference": [a.prompt, b.prompt]},
    )


def _status(before: bool, after: bool) -> str:
    return SHARED if before and after else LOST if before else GAINED


def _only(rows: Table[Change], status: str) -> Table[Change]:
    return Table([row for row in rows if row.status == status], rows.columns)


def _jaccard(rows: Table[Change] | list[Change]) -> float:
    return sum(row.status == SHARED for row in rows) / len(rows) if len(rows) else float("nan")
