"""The JSON that Neuronpedia's and circuit-tracer's viewers read; `neuronpedia_read` reads it.

Schema: Neuronpedia's `graph-schema.json`, version 1. Node ids are unique: errors are `{layer}_error_mlp_{position}`,
biases `{layer}_bias_layer_{position}`. `influence` is the share of influence held by a node and all stronger ones, so
small is important. Labels, supernodes and pins (node ids in `provenance.settings["pins"]`) go to `qParams`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from saecircuits.circuit import Circuit, NodeKind
from saecircuits.sites import SITE_KINDS
from saecircuits.version import __version__

from .neuronpedia_schema import ERROR_WORDS, SG_FIELDS, paired
from .picture import show_token

SCHEMA_VERSION = 1


def to_neuronpedia(circuit: Circuit) -> str:
    """The circuit as JSON text for Neuronpedia's graph viewer."""
    ids = _node_ids(circuit)
    shares = _cumulative_shares(circuit.influence)
    edges = circuit.adjacency.tocoo()
    document = {
        "metadata": _metadata(circuit),
        "qParams": _viewer(circuit, dict(zip(circuit.nodes.ids, ids, strict=True))),
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
        "scan": origin.model or "unknown",
        "transcoder_list": list(circuit.nodes.dictionaries),
        "prompt_tokens": list(origin.tokens),
        "prompt": origin.prompt,
        "schema_version": SCHEMA_VERSION,
        "info": {
            "description": f"Attribution graph of {origin.target}",
            "creator_name": "saecircuits",
            "generator": {"name": "saecircuits", "version": __version__},
        },
        **{f"{name}_score": value for name, value in circuit.scores.known().items() if name != "error_share"},
    }


def _viewer(circuit: Circuit, by_name: dict[str, str]) -> dict[str, Any]:
    """Pins, supernodes and labels; the rest of a viewer's state, where the circuit was read from one."""
    settings, nodes = circuit.provenance.settings, circuit.nodes
    state = {name: str(settings.get("viewer", {}).get(name) or "") for name in SG_FIELDS}
    labelled = {
        str(paired(int(nodes.layer[row]), int(nodes.index[row]))): circuit.label(int(row))
        for row in np.flatnonzero(nodes.is_kind(NodeKind.FEATURE))
        if nodes.feature(int(row)) in circuit.labels
    }
    return {
        "pinnedIds": [by_name[name] for name in settings.get("pins", ()) if name in by_name],
        "supernodes": [
            [name, *(by_name[m] for m in members)] for name, members in circuit.supernodes.items() if members
        ],
        "linkType": state["linkType"] or "both",
        "clickedId": by_name.get(state["clickedId"], ""),
        "sg_pos": state["sg_pos"],
        "clerps": json.dumps(list(labelled.items()), ensure_ascii=False),
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
        "feature_type": _type(circuit, row),
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
    NodeKind.TOKEN: "embedding",
    NodeKind.BIAS: "bias",
    NodeKind.TARGET: "logit",
}


def _type(circuit: Circuit, row: int) -> str:
    kind = NodeKind(circuit.nodes.kind[row])
    if kind is NodeKind.ERROR:
        return "lorsa error" if _site(circuit, row) == "attn_out" else "mlp reconstruction error"
    return _TYPES[kind]


def _site(circuit: Circuit, row: int) -> str:
    return SITE_KINDS[circuit.nodes.site[row]]


def _place(circuit: Circuit, row: int) -> tuple[str, int | None]:
    """The viewer's `layer` and `feature` of a node."""
    node = circuit.node(row)
    match node.kind:
        case NodeKind.FEATURE:
            return str(node.layer), paired(node.layer, int(circuit.nodes.index[row]))
        case NodeKind.ERROR:
            return str(node.layer), -1
        case NodeKind.TOKEN:
            return "E", node.position
        case NodeKind.BIAS:
            return ("E" if node.layer < 0 else str(node.layer)), None
        case NodeKind.TARGET:
            token = _readout_token(circuit, row)
            return str(circuit.provenance.n_layers + 1), token if token >= 0 else None


def _node_ids(circuit: Circuit) -> list[str]:
    """Unique ids; where two dictionaries of a layer have one index, the later one's features say which it is."""
    ids: dict[str, int] = {}
    for row in range(len(circuit)):
        identifier = _node_id(circuit, row, "")
        if identifier in ids:
            identifier = _node_id(circuit, row, f"d{circuit.nodes.dictionary[row]}_")
        ids[identifier] = row
    return list(ids)


def _node_id(circuit: Circuit, row: int, word: str) -> str:
    node = circuit.node(row)
    match node.kind:
        case NodeKind.FEATURE:
            return f"{node.layer}_{word}{circuit.nodes.index[row]}_{node.position}"
        case NodeKind.ERROR:
            site = _site(circuit, row)
            return f"{node.layer}_error_{ERROR_WORDS.get(site, site)}_{node.position}"
        case NodeKind.TOKEN:
            return f"E_{circuit.provenance.token_ids[node.position]}_{node.position}"
        case NodeKind.BIAS:
            return f"E_bias_position_{node.position}" if node.layer < 0 else f"{node.layer}_bias_layer_{node.position}"
        case NodeKind.TARGET:
            token, number = _readout_token(circuit, row), int(np.searchsorted(circuit.target_rows, row))
            name = str(token) if token >= 0 else f"target{number}"
            return f"{circuit.provenance.n_layers + 1}_{name}_{node.position}"


def _readout_token(circuit: Circuit, row: int) -> int:
    """Vocabulary id of a target that is one token's logit above the mean; -1 for others."""
    readouts = circuit.provenance.settings.get("readouts", ())
    number = int(np.searchsorted(circuit.target_rows, row))
    entry = readouts[number] if number < len(readouts) else {}
    return -1 if entry.get("against", -1) != -1 else int(entry.get("token", -1))


def _cumulative_shares(influence: np.ndarray) -> np.ndarray:
    order = np.argsort(-influence, kind="stable")
    shares = np.empty(len(influence))
    shares[order] = np.cumsum(influence[order]) / max(influence.sum(), 1e-30)
    return shares
