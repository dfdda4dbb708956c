"""circuit-tracer's graph files (`.pt`), written without that library.

A file is a pickled dictionary: `adjacency_matrix` `[node, node]`, targets in rows, sources in columns, in the order
selected features, errors (layer by layer, at each position), token embeddings, targets; `active_features`
`[active, 3]` (layer, position, index); `selected_features`, rows of it; `activation_values` `[active]`;
`logit_targets`, pairs of text and vocabulary id; `logit_probabilities`; `input_tokens`; `input_string`; `cfg`, of which
the number of layers and some names are used; `scan`, the name of the dictionaries. `circuit_tracer_read` reads them.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from scipy import sparse

from saecircuits.atomic import replace_file
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS

MLP_OUT = SITE_KINDS.index("mlp_out")
MOST_NODES = 50_000
"""Of a circuit that is written: as a dense matrix it takes 10 GB."""


class LogitTarget(NamedTuple):
    """Stands in for circuit-tracer's class of this name: a target's text and vocabulary id."""

    token_str: str
    vocab_idx: int


class Config:
    """Stands in for circuit-tracer's and TransformerLens' configurations: fields, and nothing that runs."""


_NAMES: dict[type, str] = {
    LogitTarget: "circuit_tracer.attribution.targets.LogitTarget",
    Config: "circuit_tracer.utils.tl_nnsight_mapping.UnifiedConfig",
}
"""The names under which our stand-ins are written."""
STAND_INS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    *_NAMES.items(),
    (Config, "transformer_lens.HookedTransformerConfig.HookedTransformerConfig"),
    (Config, "transformer_lens.config.HookedTransformerConfig.HookedTransformerConfig"),
]
"""What a file may name, older files' configurations too, and our class for each."""


def write_circuit_tracer(
    circuit: Circuit,
    path: str | Path,
    *,
    biases: Literal["drop", "tokens"] = "drop",
    vocab_size: int | None = None,
) -> Path:
    """Write a circuit as a graph that circuit-tracer's `Graph.from_pt` loads.

    What that format has no place for is lost: labels, supernodes, scores, targets' values, at which position a target
    stands. A target that is no single token becomes a custom target (a vocabulary id from `vocab_size` on).

    Args:
        circuit: what to write; the matrix is dense, so prune large ones first.
        path: where.
        biases: circuit-tracer has no nodes for biases and position embeddings. `"drop"` leaves their edges out, as
            that library does; `"tokens"` adds them to the token embedding at their position, so that rows still add up.
        vocab_size: size of the model's vocabulary; by default just above the largest token id of the circuit.

    Raises:
        InputError: for a circuit with dictionaries at other places than MLPs, or two in one layer, or one that is too
            large.
    """
    if biases not in ("drop", "tokens"):
        raise InputError(f"There is no way {biases!r} to write biases.", 'Use "drop" or "tokens".')
    features = _features(circuit)
    column = _columns(circuit, features, biases)
    size = int(column.max()) + 1
    if size > MOST_NODES:
        raise InputError(
            f"A dense matrix of {size} nodes takes {4e-9 * size**2:.0f} GB; {MOST_NODES} nodes are the most.",
            "Prune the circuit first.",
        )
    edges = circuit.adjacency.tocoo()
    kept = (column[edges.row] >= 0) & (column[edges.col] >= 0)
    places = column[edges.row[kept]], column[edges.col[kept]]
    dense = sparse.coo_array((edges.data[kept].astype(np.float32), places), shape=(size, size)).toarray()
    document = _document(circuit, features, torch.from_numpy(dense), vocab_size)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pickling = SimpleNamespace(__name__="pickle", Pickler=_Pickler)
    return replace_file(path, lambda beside: torch.save(document, beside, pickle_module=pickling))


def _features(circuit: Circuit) -> np.ndarray:
    """Rows of the features, sorted by layer, position and index as that library sorts them."""
    nodes = circuit.nodes
    elsewhere = nodes.is_kind(NodeKind.ERROR) & (nodes.site != MLP_OUT)
    if elsewhere.any():
        name = nodes.ids[int(np.flatnonzero(elsewhere)[0])]
        raise InputError(f"circuit-tracer's graphs know errors of MLPs only, not {name}.", "Export it as JSON.")
    rows = np.flatnonzero(nodes.is_kind(NodeKind.FEATURE))
    keys = np.stack([nodes.layer[rows], nodes.position[rows], nodes.index[rows]]).astype(np.int64)
    order = np.lexsort(keys[::-1])
    same = (np.diff(keys[:, order], axis=1) == 0).all(axis=0)
    if same.any():
        first = rows[order[int(np.flatnonzero(same)[0])]]
        raise InputError(
            f"Two dictionaries have the feature of {nodes.ids[first]} in layer {nodes.layer[first]}.",
            "circuit-tracer's graphs have one dictionary a layer; export it as JSON.",
        )
    return rows[order]


def _columns(circuit: Circuit, features: np.ndarray, biases: str) -> np.ndarray:
    """The place of each of our rows in the matrix; -1 for what is dropped."""
    nodes, length = circuit.nodes, len(circuit.provenance.tokens)
    tokens_from = len(features) + circuit.provenance.n_layers * length
    column = np.full(len(nodes), -1, dtype=np.int64)
    column[features] = np.arange(len(features))
    errors, tokens, bias = (nodes.is_kind(kind) for kind in (NodeKind.ERROR, NodeKind.TOKEN, NodeKind.BIAS))
    column[errors] = len(features) + nodes.layer[errors].astype(np.int64) * length + nodes.position[errors]
    column[tokens] = tokens_from + nodes.position[tokens]
    if biases == "tokens":
        column[bias] = tokens_from + nodes.position[bias]
    column[circuit.target_rows] = tokens_from + length + np.arange(len(circuit.target_rows))
    return column


def _document(
    circuit: Circuit, features: np.ndarray, adjacency: torch.Tensor, vocab_size: int | None
) -> dict[str, Any]:
    nodes, origin = circuit.nodes, circuit.provenance
    columns = (nodes.layer, nodes.position, nodes.index)
    targets, size = _targets(circuit, vocab_size)
    probability = nodes.probability[circuit.target_rows].astype(np.float32)
    weights = circuit.weights[circuit.target_rows].astype(np.float32)
    scan = origin.settings.get("scan") or _scan(circuit)
    return {
        "input_string": origin.prompt,
        "adjacency_matrix": adjacency,
        "cfg": _config(circuit, size),
        "active_features": torch.from_numpy(np.stack([c[features].astype(np.int64) for c in columns], axis=1)),
        "logit_targets": targets,
        "logit_probabilities": torch.from_numpy(probability if np.isfinite(probability).all() else weights),
        "vocab_size": size,
        "input_tokens": torch.tensor(origin.token_ids, dtype=torch.int64),
        "selected_features": torch.arange(len(features)),
        "activation_values": torch.from_numpy(nodes.value[features].astype(np.float32)),
        "scan": scan,
    }


def _targets(circuit: Circuit, vocab_size: int | None) -> tuple[list[LogitTarget], int]:
    """The targets with their vocabulary ids, and the size of the vocabulary."""
    settings = circuit.provenance.settings
    readouts = settings.get("readouts", [{}] * len(circuit.target_rows))
    tokens = [-1 if entry.get("against", -1) != -1 else int(entry.get("token", -1)) for entry in readouts]
    size = vocab_size or settings.get("vocab_size") or 1 + max(*tokens, *circuit.provenance.token_ids)
    pairs = zip(circuit.nodes.target_labels, tokens, strict=True)
    return [LogitTarget(label, t if t >= 0 else size + place) for place, (label, t) in enumerate(pairs)], int(size)


def _scan(circuit: Circuit) -> str | list[str]:
    """A name for each layer's dictionary, if each layer has one; else the model's."""
    names = list(circuit.nodes.dictionaries)
    return names if len(names) == circuit.provenance.n_layers else circuit.provenance.model


def _config(circuit: Circuit, vocab_size: int) -> Config:
    """What is known of the model; widths that a circuit does not hold are 0."""
    model = circuit.provenance.model
    config = Config()
    config.__dict__ |= dict.fromkeys(("d_model", "d_head", "n_heads", "d_mlp"), 0)
    config.__dict__ |= dict.fromkeys(("tokenizer_name", "model_name", "original_architecture"), model)
    config.__dict__ |= {"n_key_value_heads": None, "dtype": None, "d_vocab": vocab_size}
    config.__dict__ |= dict(circuit.provenance.settings.get("config", {}))
    config.__dict__ |= {"n_layers": circuit.provenance.n_layers}
    return config


class _Pickler(pickle._Pickler):
    """Writes our stand-ins under the names of the classes for which they stand, which need not be installed."""

    def save_global(self, obj: Any, name: str | None = None) -> None:
        theirs = _NAMES.get(obj) if isinstance(obj, type) else None
        if theirs is None:
            super().save_global(obj, name)  # type: ignore[misc]
            return
        module, _, attribute = theirs.rpartition(".")
        self.write(pickle.GLOBAL + f"{module}\n{attribute}\n".encode())  # type: ignore[attr-defined]
        self.memoize(obj)  # type: ignore[attr-defined]

    dispatch = {**pickle._Pickler.dispatch, type: save_global}  # type: ignore[attr-defined]
