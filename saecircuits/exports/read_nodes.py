"""From the nodes and edges of a foreign file, in that file's own order, to a circuit in ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from saecircuits.circuit import Circuit, NodeKind, NodeTable, NodeTableBuilder, Provenance
from saecircuits.circuit.checks import LARGEST_WEIGHT
from saecircuits.errors import FileFormatError
from saecircuits.version import __version__

MOST_LAYERS = 2**15 - 1
LARGEST_INDEX = 2**31 - 1
"""What the columns of a node table can hold."""
_AGAIN = "Copy it again, or check the tool that wrote it."


class FileNodes:
    """Collects a file's nodes in its order, and numbers them so.

    Args:
        path: of the file, for errors.
        dictionaries: names of the dictionaries.
    """

    def __init__(self, path: object, dictionaries: tuple[str, ...]) -> None:
        self._path = path
        self._builder = NodeTableBuilder(dictionaries)
        self._places: list[np.ndarray] = []
        self._count = 0

    def add(
        self,
        kind: NodeKind,
        layer: Int[np.ndarray, " added"],
        position: Int[np.ndarray, " added"],
        **columns: np.ndarray | float,
    ) -> None:
        """The next nodes of the file, of one kind and any layers."""
        self._refuse_large(layer, MOST_LAYERS, "layer")
        self._refuse_large(np.asarray(columns.get("index", 0)), LARGEST_INDEX, "feature index")
        full = {name: np.broadcast_to(values, layer.shape) for name, values in columns.items()}
        for one in np.unique(layer):
            here = np.flatnonzero(layer == one)
            self._builder.add(kind, int(one), position[here], **{name: full[name][here] for name in full})
            self._places.append(self._count + here)
        self._count += len(layer)

    def add_target(self, label: str, layer: int, position: int, probability: float) -> None:
        """The next node of the file, a target."""
        self._builder.add_target(label, layer, position, probability=probability)
        self._places.append(np.array([self._count]))
        self._count += 1

    def circuit(
        self,
        edges: tuple[Float[np.ndarray, " edge"], Int[np.ndarray, " edge"], Int[np.ndarray, " edge"]],
        weights: Float[np.ndarray, " target"],
        provenance: Provenance,
        **rest: Any,
    ) -> Circuit:
        """The circuit of these nodes.

        Args:
            edges: weights, targets and sources, by the file's numbers of nodes.
            weights: of the targets, in the order in which they were added; taken as shares.
            provenance: where the circuit came from.
            rest: other fields of the circuit.

        Raises:
            FileFormatError: if two nodes are one, or an edge does not run from a lower node to a higher one.
        """
        nodes, _ = self._built
        if not bool((np.abs(edges[0]) < LARGEST_WEIGHT).all()):
            raise FileFormatError(
                f"{self._path} has an edge that is no finite number below {LARGEST_WEIGHT:g}.", _AGAIN
            )
        twice = [name for name, count in Counter(nodes.ids).items() if count > 1]
        if twice:
            raise FileFormatError(f"{self._path} has the node {twice[0]} twice.", _AGAIN)
        row_of = self.rows()
        data, target, source = edges[0], row_of[edges[1]], row_of[edges[2]]
        receives = nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)[target]
        is_target = nodes.is_kind(NodeKind.TARGET)
        wrong = np.flatnonzero(~receives | is_target[source] | (source >= target))
        if len(wrong):
            names = nodes.ids[source[wrong[0]]], nodes.ids[target[wrong[0]]]
            raise FileFormatError(
                f"{self._path} has an edge from {names[0]} to {names[1]}.",
                "Edges run upwards, to features and targets; check the tool that wrote it.",
            )
        adjacency = sparse.csr_array((data.astype(np.float32), (target, source)), shape=(len(nodes), len(nodes)))
        if adjacency.nnz < len(data):
            raise FileFormatError(f"{self._path} has an edge twice.", _AGAIN)
        # These files do not hold a target's value: what its inputs add up to is as near as one can come.
        value = np.where(is_target | np.isnan(nodes.value), adjacency.sum(axis=1), nodes.value).astype(np.float32)
        full = np.zeros(len(nodes))
        full[is_target] = weights / weights.sum() if weights.sum() > 0 else 1 / max(len(weights), 1)
        return Circuit.build(replace(nodes, value=value), adjacency, full, provenance, **rest)

    def rows(self) -> Int[np.ndarray, " node"]:
        """The circuit's row of each node, in the file's order."""
        row_of = np.empty(self._count, dtype=np.int64)
        row_of[np.concatenate(self._places)[self._built[1]]] = np.arange(self._count)
        return row_of

    @cached_property
    def _built(self) -> tuple[NodeTable, np.ndarray]:
        return self._builder.build()

    def _refuse_large(self, values: np.ndarray, largest: int, what: str) -> None:
        if values.size and int(values.max()) > largest:
            raise FileFormatError(
                f"{self._path} has a {what} of {int(values.max())}; {largest} is the largest.", _AGAIN
            )


def unique_labels(labels: Sequence[str], ids: Sequence[int]) -> list[str]:
    """Labels of targets told apart by their token ids where some are the same, and by their places if need be."""
    named = [label or f"#{number}" for label, number in zip(labels, ids, strict=True)]
    for mark in (ids, range(len(ids))):
        count = Counter(named)
        named = [f"{label} #{tail}" if count[label] > 1 else label for label, tail in zip(named, mark, strict=True)]
    return named


def origin(
    model: str, prompt: str, tokens: Sequence[tuple[int, str]], n_layers: int, labels: Sequence[str], **settings: Any
) -> Provenance:
    """Provenance of a circuit that another tool computed."""
    return Provenance(
        model=model,
        prompt=prompt,
        token_ids=tuple(number for number, _ in tokens),
        tokens=tuple(text for _, text in tokens),
        n_layers=n_layers,
        method="direct",
        target=", ".join(label.strip() for label in labels),
        version=__version__,
        settings=settings,
    )


def readout(token: int, position: int) -> Mapping[str, Any]:
    """Where a target's value stands in the output of a run; token is -1 where it is no token's logit."""
    return {"token": token, "against": -1, "feature": "", "position": position}
