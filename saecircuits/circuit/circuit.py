"""The circuit of one prompt: nodes, signed direct effects between them, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import networkx as nx
import numpy as np
from jaxtyping import Float
from scipy import sparse

from saecircuits.errors import FileFormatError, InputError, NotAttachedError
from saecircuits.table import Table

from .checks import EDGE_ARRAYS, PER_NODE, check_arrays, check_edges, check_nodes
from .files import read, write
from .influence import Scores, influence, normalise, scores
from .nodes import COLUMNS, Feature, Node, NodeKind, NodeTable
from .pruning import prune


@dataclass(frozen=True)
class Provenance:
    """Where a circuit came from.

    Attributes:
        model: name of the model.
        prompt: the text.
        token_ids, tokens: its tokens, as ids and as texts.
        n_layers: number of layers of the model.
        method: attribution method.
        target: the target in words, e.g. `"Warsaw − Paris"`.
        version: version of saecircuits.
        settings: what else was asked for.
    """

    model: str
    prompt: str
    token_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    n_layers: int
    method: str
    target: str
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Host(Protocol):
    """What a circuit asks of the model that it came from."""

    def check(self, circuit: Circuit, **options: Any) -> Any:
        """Measure by intervening what the circuit predicts."""
        ...

    def view(self, circuit: Circuit) -> Any:
        """The circuit as a widget."""
        ...

    def cards(self, circuit: Circuit) -> Mapping[str, Any]:
        """What is known of the circuit's features, by `"dictionary/index"`, as JSON."""
        ...


@dataclass(frozen=True, eq=False)
class Circuit:
    """An attribution graph.

    Attributes:
        nodes: the nodes.
        adjacency: signed direct effects `[target, source]`: what a source's value adds to a target's.
        weights: weight of each target, 0 for other nodes, adding up to 1, `[node]`.
        provenance: where it came from.
        scores: scores of the whole graph, kept when it is pruned.
        influence: influence of each node in the whole graph, kept when it is pruned, `[node]`.
        labels: what features are about.
        supernodes: names of groups of nodes, with the ids of their members.
        pruned: whether something was left out; in a whole graph every value is the sum of its inputs.
        effect: total effect of each node on the weighted targets, where the method estimates it; else NaN, `[node]`.
    """

    nodes: NodeTable
    adjacency: sparse.csr_array
    weights: Float[np.ndarray, " node"]
    provenance: Provenance
    scores: Scores
    influence: Float[np.ndarray, " node"]
    labels: Mapping[Feature, str] = field(default_factory=dict)
    supernodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pruned: bool = False
    host: Host | None = field(default=None, repr=False)
    effect: Float[np.ndarray, " node"] = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        if len(self.effect) != len(self.nodes):
            object.__setattr__(self, "effect", np.full(len(self.nodes), np.nan))

    @classmethod
    def build(
        cls,
        nodes: NodeTable,
        adjacency: sparse.csr_array,
        weights: Float[np.ndarray, " node"],
        provenance: Provenance,
        **rest: Any,
    ) -> Circuit:
        """A whole graph, with its scores and influences worked out."""
        is_token, is_error = nodes.is_kind(NodeKind.TOKEN), nodes.is_kind(NodeKind.ERROR)
        normalised = normalise(adjacency)
        through = influence(normalised, weights)
        graded = scores(adjacency, normalised, through, weights, nodes.value, is_token, is_error)
        return cls(nodes, adjacency, weights, provenance, graded, through, **rest)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        s = self.scores
        return (
            f"Circuit({self.provenance.prompt!r} → {self.provenance.target}: {len(self)} nodes, "
            f"{self.adjacency.nnz} edges, replacement {s.replacement:.2f}, completeness {s.completeness:.2f})"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if self.host is None:
            return {"text/plain": repr(self)}
        return self.host.view(self)._repr_mimebundle_(**kwargs)

    @property
    def prompt(self) -> str:
        """The text that was attributed."""
        return self.provenance.prompt

    @cached_property
    def target_rows(self) -> np.ndarray:
        """Rows of the targets."""
        return np.flatnonzero(self.nodes.kind == NodeKind.TARGET)

    @property
    def target_value(self) -> float:
        """Value of the targets, weighted."""
        return float(self.weights[self.target_rows] @ self.nodes.value[self.target_rows])

    def node(self, key: str | int) -> Node:
        """One node by id or row.

        Raises:
            InputError: if there is none.
        """
        row = self.row(key)
        feature, position = self.nodes.feature(row), int(self.nodes.position[row])
        return Node(
            self.nodes.ids[row],
            NodeKind(self.nodes.kind[row]),
            int(self.nodes.layer[row]),
            position,
            self.provenance.tokens[position],
            feature,
            float(self.nodes.value[row]),
            float(self.influence[row]),
            self.label(row),
            None if np.isnan(self.effect[row]) else float(self.effect[row]),
        )

    def row(self, key: str | int) -> int:
        """Row of a node given by id or row."""
        if isinstance(key, str):
            if key not in self.nodes.rows:
                raise InputError(f"There is no node {key!r} in this circuit.", "circuit.nodes.ids lists them all.")
            return self.nodes.rows[key]
        if not 0 <= key < len(self):
            raise InputError(f"There is no row {key}: the circuit has {len(self)} nodes.")
        return int(key)

    def label(self, row: int) -> str:
        """What a node is about, in a few words."""
        position, layer = self.nodes.position[row], self.nodes.layer[row]
        match NodeKind(self.nodes.kind[row]):
            case NodeKind.FEATURE:
                feature = self.nodes.feature(row)
                assert feature is not None
                return self.labels.get(feature, str(feature))
            case NodeKind.ERROR:
                return f"not reconstructed, layer {layer}"
            case NodeKind.TOKEN:
                return self.provenance.tokens[position]
            case NodeKind.BIAS:
                return f"position {position}" if layer < 0 else f"biases, layer {layer}"
            case NodeKind.TARGET:
                return self.nodes.target_labels[int(np.searchsorted(self.target_rows, row))]

    def top(self, n: int = 10, kinds: Sequence[NodeKind] = (NodeKind.FEATURE,), by: str | None = None) -> Table[Node]:
        """The `n` strongest nodes of some kinds.

        Args:
            n: how many.
            kinds: which.
            by: `"influence"`, or `"effect"`, its size; default the effect where the method estimates it.
        """
        if by not in (None, "influence", "effect"):
            raise InputError(f"by is {by!r}.", 'Use "influence" or "effect".')
        rows = np.flatnonzero(self.nodes.is_kind(*kinds))
        known = by == "effect" or (by is None and bool(np.isfinite(self.effect[rows]).any()))
        strength = np.nan_to_num(np.abs(self.effect)) if known else self.influence
        order = np.argsort(-strength[rows], kind="stable")[:n]
        columns = {"node": "id", "layer": "layer", "at": "token", "value": "value", "influence": "influence"}
        columns |= {"effect": "effect"} if known else {}
        return Table([self.node(int(row)) for row in rows[order]], columns | {"fires on": "label"})

    def inputs(self, key: str | int) -> list[tuple[Node, float]]:
        """Sources of a node with their signed direct effects, strongest first."""
        return self._neighbours(self.adjacency[[self.row(key)]].tocoo(), "col")

    def outputs(self, key: str | int) -> list[tuple[Node, float]]:
        """Nodes that a node acts on, with its signed direct effects, strongest first."""
        return self._neighbours(self.adjacency[:, [self.row(key)]].tocoo(), "row")

    def books(self) -> Float[np.ndarray, " node"]:
        """Relative gap between each node's value and the sum of its inputs; NaN for nodes without inputs.

        Zero up to rounding in a whole graph; pruning opens gaps. The gap is relative to the sum of absolute inputs,
        since a value may cancel to zero.
        """
        receives = self.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
        total = self.adjacency.sum(axis=1)
        size = np.maximum(abs(self.adjacency).sum(axis=1), np.abs(self.nodes.value))
        return np.where(receives, np.abs(self.nodes.value - total) / np.maximum(size, 1e-12), np.nan)

    def prune(self, node_share: float = 0.8, edge_share: float = 0.98) -> Circuit:
        """The part that carries `node_share` of the influence over nodes and `edge_share` over edges."""
        fixed = self.nodes.is_kind(NodeKind.TOKEN, NodeKind.TARGET)
        features = self.nodes.is_kind(NodeKind.FEATURE)
        rows, adjacency = prune(self.adjacency, self.weights, fixed, features, node_share, edge_share)
        nodes = self.nodes.take(rows)
        left = {name: tuple(m for m in members if m in nodes.rows) for name, members in self.supernodes.items()}
        return replace(
            self,
            nodes=nodes,
            adjacency=adjacency,
            weights=self.weights[rows],
            influence=self.influence[rows],
            effect=self.effect[rows],
            supernodes={name: members for name, members in left.items() if members},
            pruned=True,
        )

    def check(self, **options: Any) -> Any:
        """Measure by intervening what the graph predicts; see `ReplacementModel.check`."""
        if self.host is None:
            raise NotAttachedError(
                "This circuit is not attached to a model, so nothing can be measured.",
                "Call circuit.attach(lab) with the model that it came from.",
            )
        return self.host.check(self, **options)

    def attach(self, host: Host) -> Circuit:
        """The same circuit, with the model that can check and edit it."""
        return replace(self, host=host)

    def to_networkx(self) -> nx.DiGraph:
        """A directed graph from sources to targets, with `weight` on the edges and plain attributes on the nodes."""
        graph = nx.DiGraph(
            prompt=self.prompt,
            target=self.provenance.target,
            model=self.provenance.model,
            method=self.provenance.method,
        )
        for row, identifier in enumerate(self.nodes.ids):
            node = self.node(row)
            graph.add_node(
                identifier,
                kind=node.kind.name.lower(),
                layer=node.layer,
                position=node.position,
                token=node.token,
                feature=str(node.feature or ""),
                value=node.value,
                influence=node.influence,
                label=node.label,
            )
        edges = self.adjacency.tocoo()
        ids = self.nodes.ids
        graph.add_weighted_edges_from(
            (ids[s], ids[t], float(w)) for t, s, w in zip(edges.row, edges.col, edges.data, strict=True)
        )
        return graph

    def save(self, path: str | Path) -> Path:
        """Write the circuit to one file; `Circuit.load` reads it again."""
        arrays = {name: getattr(self.nodes, name) for name in COLUMNS}
        arrays |= {"edge_data": self.adjacency.data, "edge_source": self.adjacency.indices}
        arrays |= {"edge_offset": self.adjacency.indptr, **{name: getattr(self, name) for name in PER_NODE}}
        header = {
            "dictionaries": self.nodes.dictionaries,
            "target_labels": self.nodes.target_labels,
            "provenance": asdict(self.provenance),
            "scores": asdict(self.scores),
            "labels": {str(feature): label for feature, label in self.labels.items()},
            "supernodes": dict(self.supernodes),
            "pruned": self.pruned,
        }
        return write(path, arrays, header)

    @classmethod
    def load(cls, path: str | Path) -> Circuit:
        """Read a circuit that `save` wrote; `attach` gives it its model back.

        Raises:
            InputError: if there is no such file.
            FileFormatError: if the file is not a whole circuit.
        """
        arrays, header = read(path)
        try:
            check_arrays(arrays)
            columns = {name: arrays[name] for name in COLUMNS}
            nodes = NodeTable(**columns, dictionaries=header.dictionaries, target_labels=header.target_labels)
            check_nodes(nodes, len(header.provenance.tokens))
            check_edges(nodes, arrays)
            edges = tuple(arrays[name] for name in EDGE_ARRAYS)
            return cls(
                nodes,
                sparse.csr_array(edges, shape=(len(nodes), len(nodes))),
                arrays["weights"],
                Provenance(**dict(header.provenance)),
                Scores(**header.scores),
                arrays["influence"],
                {Feature.parse(feature): label for feature, label in header.labels.items()},
                header.supernodes,
                header.pruned,
                effect=arrays["effect"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FileFormatError(f"{path} is not a whole circuit: {error!r}.", "Save it again.") from error

    def _neighbours(self, found: Any, axis: str) -> list[tuple[Node, float]]:
        rows, weights = getattr(found, axis), found.data
        return [(self.node(int(rows[i])), float(weights[i])) for i in np.argsort(-np.abs(weights), kind="stable")]
