"""Our own JSON: everything a circuit holds, readable by any language. Edges are columns, rows refer to `nodes`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from saecircuits.circuit import Circuit

FORMAT = "saecircuits.circuit.json"
VERSION = 1


def to_json(circuit: Circuit) -> str:
    """The circuit as JSON text, format `saecircuits.circuit.json`, version 1."""
    edges = circuit.adjacency.tocoo()
    document = {
        "format": FORMAT,
        "version": VERSION,
        "provenance": asdict(circuit.provenance),
        "scores": circuit.scores.known(),
        "pruned": circuit.pruned,
        "supernodes": {name: list(members) for name, members in circuit.supernodes.items()},
        "nodes": [_node(circuit, row) for row in range(len(circuit))],
        "edges": {
            "source": edges.col.tolist(),
            "target": edges.row.tolist(),
            "weight": [float(w) for w in edges.data],
        },
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _node(circuit: Circuit, row: int) -> dict[str, Any]:
    node = circuit.node(row)
    probability = float(circuit.nodes.probability[row])
    return {
        "id": node.id,
        "kind": node.kind.name.lower(),
        "layer": node.layer,
        "position": node.position,
        "token": node.token,
        "feature": None if node.feature is None else str(node.feature),
        "value": node.value,
        "influence": node.influence,
        "weight": float(circuit.weights[row]),
        "probability": None if math.isnan(probability) else probability,
        "label": node.label,
    }
