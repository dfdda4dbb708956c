"""The JSON that Neuronpedia's and circuit-tracer's viewers read.

Schema: Neuronpedia's `graph-schema.json`, version 1. Node ids are unique: errors are `{layer}_error_mlp_{position}`,
biases `{layer}_bias_layer_{position}`. `influence` is the share of influence held by a node and all stronger ones, so
small is important.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from saecircuits.circuit import Circuit, NodeKind
from saecircuits.version import __version__

from .picture import show_token

SCHEMA_VERSION = 1


def to_neuronpedia(circuit: Circuit) -> str:
    """The circuit as JSON text for Neuronpedia's graph viewer."""
    ids = [_node_id(circuit, row) for row in range(len(circuit))]
    shares = _cumulative_shares(circuit.influence)
    edges = circuit.adjacency.tocoo()
    by_name = dict(zip(circuit.nodes.ids, ids, strict=True))
    document = {
        "metadata": _metadata(circuit),
        "qParams": {
            "pinnedIds": [],
            "supernodes": [[name, *(by_name[m] for m in members)] for name, members in circuit.supernodes.items()],
            "linkType": "both",
            "clickedId": "",
            "sg_pos": "",
        },
        "nodes": [_node(circuit, row, ids[row], float(shares[row])) for row in range(len(circuit))],
        "links": [
            {"source": ids[s], "target": ids[t], "weight": float(w)}
            for t, s, w in zip(edges.row, edges.col, edges.data, strict=True)
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _metadata(circuit: Circuit) -> dict[str, Any]:
    origin = circuit.provenance
    slug = re.sub(r"[^a-z0-9]+", "-", f"{origin.prompt} {origin.target}".lower()).strip("-")[:80] or "circuit"
    return {
        "slug": slug,
        "scan": origin.model,
        "transcoder_list": list(circuit.nodes.dictionaries),
        "prompt_tokens": list(origin.tokens),
        "prompt": origin.prompt,
        "schema_version": SCHEMA_VERSION,
        "info": {
            "description": f"Attribution graph of {origin.target}",
            "creator_name": "saecircuits",
            "generator": {"name": "saecircuits", "version": __version__},
        },
        "replacement_score": circuit.scores.replacement,
        "completeness_score": circuit.scores.completeness,
    }


def _node(circuit: Circuit, row: int, identifier: str, share: float) -> dict[str, Any]:
    node = circuit.node(row)
    is_target = node.kind is NodeKind.TARGET
    probability = float(np.nan_to_num(circuit.nodes.probability[row]))
    layer, feature = _place(circuit, row)
    return {
        "node_id": identifier,
        "feature": feature,
        "layer": layer,
        "ctx_idx": node.position,
        "feature_type": _TYPES[node.kind],
        "token_prob": probability if is_target else 0.0,
        "is_target_logit": is_target,
        "run_idx": 0,
        "reverse_ctx_idx": 0,
        "jsNodeId": f"{layer}_{feature}-{node.position if is_target else 0}",
        # The viewer parses this text, and a line break would end what it finds.
        "clerp": f'Output "{show_token(node.label)}" (p={probability:.3f})' if is_target else node.label,
        "influence": None if is_target else share,
        "activation": node.value if node.kind is NodeKind.FEATURE else None,
    }


_TYPES = {
    NodeKind.FEATURE: "cross layer transcoder",
    NodeKind.ERROR: "mlp reconstruction error",
    NodeKind.TOKEN: "embedding",
    NodeKind.BIAS: "bias",
    NodeKind.TARGET: "logit",
}


def _place(circuit: Circuit, row: int) -> tuple[str, int | None]:
    """The viewer's `layer` and `feature` of a node."""
    node = circuit.node(row)
    match node.kind:
        case NodeKind.FEATURE:
            layer, index = node.layer, int(circuit.nodes.index[row])
            return str(layer), (layer + index) * (layer + index + 1) // 2 + index  # Cantor's pairing
        case NodeKind.ERROR:
            return str(node.layer), -1
        case NodeKind.TOKEN:
            return "E", node.position
        case NodeKind.BIAS:
            return ("E" if node.layer < 0 else str(node.layer)), None
        case NodeKind.TARGET:
            return str(circuit.provenance.n_layers + 1), _readout_token(circuit, row)


def _node_id(circuit: Circuit, row: int) -> str:
    node = circuit.node(row)
    match node.kind:
        case NodeKind.FEATURE:
            return f"{node.layer}_{circuit.nodes.index[row]}_{node.position}"
        case NodeKind.ERROR:
            return f"{node.layer}_error_mlp_{node.position}"
        case NodeKind.TOKEN:
            return f"E_{circuit.provenance.token_ids[node.position]}_{node.position}"
        case NodeKind.BIAS:
            return f"E_bias_position_{node.position}" if node.layer < 0 else f"{node.layer}_bias_layer_{node.position}"
        case NodeKind.TARGET:
            return f"{circuit.provenance.n_layers + 1}_{_readout_token(circuit, row)}_{node.position}"


def _readout_token(circuit: Circuit, row: int) -> int:
    """Vocabulary id of a target; a feature target has none and counts from its own row."""
    number = int(np.searchsorted(circuit.target_rows, row))
    token = int(circuit.provenance.settings["readouts"][number]["token"])
    return token if token >= 0 else number


def _cumulative_shares(influence: np.ndarray) -> np.ndarray:
    order = np.argsort(-influence, kind="stable")
    shares = np.empty(len(influence))
    shares[order] = np.cumsum(influence[order]) / max(influence.sum(), 1e-30)
    return shares
