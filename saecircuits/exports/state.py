"""A circuit as the Explorer takes it: small fields as they are, columns as bytes. The one home of this schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from saecircuits.attribution import Ablation, Gradient, IntegratedGradients, RelP
from saecircuits.circuit import Circuit, Provenance

GRAPH_VERSION = 1
_METHODS = {method.name: method for method in (Ablation, Gradient, IntegratedGradients, RelP)}


def graph_state(
    circuit: Circuit,
    live: bool,
    kernel: bool = False,
    refusal: Mapping[str, str] | None = None,
    density: np.ndarray | None = None,
) -> dict[str, Any]:
    """The `graph` trait of the Explorer.

    Args:
        circuit: what to show; prune it first, browsers draw some ten thousand edges well.
        live: whether a model can answer questions about the circuit.
        kernel: whether Python is there at all, to write files.
        refusal: message and cure, if the circuit can be neither edited nor checked.
        density: share of tokens at which each feature fires, NaN where that is not known, `[node]`.
    """
    nodes, edges, origin = circuit.nodes, circuit.adjacency.tocoo(), circuit.provenance
    effect = np.asarray(circuit.effect)
    return {
        "version": GRAPH_VERSION,
        "prompt": origin.prompt,
        "tokens": list(origin.tokens),
        "n_layers": origin.n_layers,
        "model": origin.model,
        "target": {"label": origin.target, "value": circuit.target_value, **_feature_target(origin)},
        "scores": circuit.scores.known(),
        "dictionaries": list(nodes.dictionaries),
        "live": live,
        "kernel": kernel,
        "refusal": None if refusal is None else dict(refusal),
        "origin": origin_record(origin),
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
            **({} if np.isnan(effect).all() else {"effect": _bytes(effect, np.float32)}),
            **({} if density is None or np.isnan(density).all() else {"density": _bytes(density, np.float32)}),
        },
        "edges": {
            "source": _bytes(edges.col, np.uint32),
            "target": _bytes(edges.row, np.uint32),
            "weight": _bytes(edges.data, np.float32),
        },
    }


def origin_record(origin: Provenance) -> dict[str, Any]:
    """What a circuit was made of.

    Returns:
        `kind`: `"prompt"`, `"merged"` or `"difference"`; `prompts` of the last two, the second of a difference less the
        first; `method`: the call that makes the method, empty for the direct one; `nodes`: `"features"` or `"neurons"`;
        `file`: that of another tool that the circuit was read from, where there is one.
    """
    settings, nodes = origin.settings, str(origin.settings.get("nodes", "features"))
    if "difference" in settings:
        return {"kind": "difference", "prompts": _texts(settings["difference"]), "method": "", "nodes": nodes}
    if settings.get("merged", 1) != 1 or settings.get("mode") == "summed":
        return {"kind": "merged", "prompts": _texts(settings.get("prompts")), "method": "", "nodes": nodes}
    file = {"file": str(settings["file"])} if "file" in settings else {}
    return {"kind": "prompt", "prompts": [], "method": _method_call(origin), "nodes": nodes, **file}


def _texts(given: Any) -> list[str]:
    return [str(text) for text in given or ()]


def _method_call(origin: Provenance) -> str:
    """`sc.RelP(nodes='neurons')`: what was not left as it is by default."""
    method = _METHODS.get(origin.method)
    if method is None:
        return ""
    chosen = {f.name: origin.settings[f.name] for f in fields(method) if f.name in origin.settings}
    defaults = {f.name: f.default for f in fields(method)}
    given = ", ".join(f"{name}={value!r}" for name, value in chosen.items() if value != defaults[name])
    return f"sc.{method.__name__}({given})"


def _feature_target(origin: Provenance) -> dict[str, Any]:
    """`feature` and `position`, where a feature was the target."""
    match origin.settings.get("readouts"):
        case [{"feature": str(feature), "position": int(position)}] if feature:
            return {"feature": feature, "position": position}
        case _:
            return {}


def page_state(circuit: Circuit, cards: Mapping[str, Any]) -> dict[str, Any]:
    """All traits of an Explorer without a kernel."""
    return {
        "graph": graph_state(circuit, live=False),
        "selected": None,
        "pinned": pins_of(circuit),
        "supernodes": supernode_records(circuit),
        "places": {},
        "names": {},
        "flow": "across",
        "filter": {},
        "prune": 1.0,
        "edits": [],
        "frozen": False,
        "effect": None,
        "report": None,
        "cards": dict(cards),
        "error": None,
        "busy": "",
    }


def pins_of(circuit: Circuit) -> list[str]:
    """The nodes that were pinned when the circuit was saved or exported, as far as it still has them."""
    return [str(pin) for pin in circuit.provenance.settings.get("pins", ()) if pin in circuit.nodes.rows]


def supernode_records(circuit: Circuit) -> list[dict[str, Any]]:
    """Supernodes as JSON."""
    return [{"name": name, "members": list(members)} for name, members in circuit.supernodes.items()]


def _bytes(values: np.ndarray, dtype: type) -> bytes:
    return np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()
