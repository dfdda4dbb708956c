"""A circuit as the Explorer takes it: small fields as they are, columns as bytes. The one home of this schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from saecircuits.circuit import Circuit

GRAPH_VERSION = 1


def graph_state(circuit: Circuit, live: bool) -> dict[str, Any]:
    """The `graph` trait of the Explorer.

    Args:
        circuit: what to show; prune it first, browsers draw some ten thousand edges well.
        live: whether a model can answer edits.
    """
    nodes, edges, origin = circuit.nodes, circuit.adjacency.tocoo(), circuit.provenance
    return {
        "version": GRAPH_VERSION,
        "prompt": origin.prompt,
        "tokens": list(origin.tokens),
        "n_layers": origin.n_layers,
        "model": origin.model,
        "target": {"label": origin.target, "value": circuit.target_value},
        "scores": {
            "replacement": circuit.scores.replacement,
            "completeness": circuit.scores.completeness,
            "error_share": circuit.scores.error_share,
        },
        "dictionaries": list(nodes.dictionaries),
        "live": live,
        "nodes": {
            "id": list(nodes.ids),
            "label": [circuit.label(row) for row in range(len(circuit))],
            "kind": _bytes(nodes.kind, np.uint8),
            "layer": _bytes(nodes.layer, np.int16),
            "position": _bytes(nodes.position, np.uint16),
            "dictionary": _bytes(nodes.dictionary, np.int16),
            "feature": _bytes(nodes.index, np.int32),
            "value": _bytes(nodes.value, np.float32),
            "influence": _bytes(circuit.influence + circuit.weights, np.float32),
            "probability": _bytes(nodes.probability, np.float32),
        },
        "edges": {
            "source": _bytes(edges.col, np.uint32),
            "target": _bytes(edges.row, np.uint32),
            "weight": _bytes(edges.data, np.float32),
        },
    }


def page_state(circuit: Circuit, cards: Mapping[str, Any]) -> dict[str, Any]:
    """All traits of an Explorer without a kernel."""
    return {
        "graph": graph_state(circuit, live=False),
        "selected": None,
        "pinned": [],
        "supernodes": supernode_records(circuit),
        "prune": 1.0,
        "edits": [],
        "frozen": False,
        "effect": None,
        "cards": dict(cards),
        "error": None,
        "busy": "",
    }


def supernode_records(circuit: Circuit) -> list[dict[str, Any]]:
    """Supernodes as JSON."""
    return [{"name": name, "members": list(members)} for name, members in circuit.supernodes.items()]


def _bytes(values: np.ndarray, dtype: type) -> bytes:
    return np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()
