"""Small circuits without a model: one that can be worked out by hand, and random ones."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from saecircuits.circuit import Circuit, Feature, NodeKind, NodeTable, NodeTableBuilder, Provenance
from saecircuits.sites import SITE_KINDS

MLP_OUT = SITE_KINDS.index("mlp_out")


def provenance(n_tokens: int, n_layers: int, tokens: tuple[str, ...] | None = None, n_targets: int = 1) -> Provenance:
    words = tokens or tuple(f"t{i}" for i in range(n_tokens))
    readouts = [{"token": i + 5, "against": -1, "feature": "", "position": -1} for i in range(n_targets)]
    settings = {"target": "Tokens", "readouts": readouts}
    return Provenance(
        "a model", " ".join(words), tuple(range(n_tokens)), words, n_layers, "direct", "y", "0.1.0", settings
    )


def hand_circuit(error_to_target: float = -2.0) -> Circuit:
    """Token → feature → target, with an error that acts on both.

    Effects on the feature: token 3, error 1. On the target: token 2, error −2, feature 4.
    """
    builder = NodeTableBuilder(("d",))
    builder.add(NodeKind.TOKEN, -1, np.array([0]))
    builder.add(NodeKind.ERROR, 0, np.array([0]), site=MLP_OUT, value=0.5)
    builder.add(NodeKind.FEATURE, 1, np.array([0]), dictionary=0, index=7, value=4.0)
    builder.add_target("y", 2, 0, value=6.0 + error_to_target, probability=0.25)
    nodes, _ = builder.build()
    adjacency = np.zeros((4, 4), dtype=np.float32)
    adjacency[2, :2] = 3, 1
    adjacency[3, :3] = 2, error_to_target, 4
    weights = np.array([0, 0, 0, 1.0])
    labels = {Feature("d", 7): "seven"}
    return Circuit.build(nodes, sparse.csr_array(adjacency), weights, provenance(1, 2), labels=labels)


def random_circuit(
    seed: int,
    n_layers: int = 2,
    n_positions: int = 2,
    per_layer: int = 3,
    n_targets: int = 2,
    density: float = 0.6,
) -> Circuit:
    """Random kinds, effects and weights; sources always lie below what they act on, and edges are missing at random."""
    random = np.random.default_rng(seed)
    nodes = _random_nodes(random, n_layers, n_positions, per_layer, n_targets)
    adjacency = _random_effects(random, nodes, density)
    weights = np.zeros(len(nodes))
    weights[-n_targets:] = random.uniform(0.05, 1, n_targets)
    labels = {Feature("d1", 2): "a label"}
    origin = provenance(n_positions, n_layers, n_targets=n_targets)
    return Circuit.build(nodes, sparse.csr_array(adjacency), weights, origin, labels=labels)


def _random_nodes(
    random: np.random.Generator, n_layers: int, n_positions: int, per_layer: int, n_targets: int
) -> NodeTable:
    builder = NodeTableBuilder(tuple(f"d{layer}" for layer in range(n_layers)))
    positions = np.arange(n_positions)
    builder.add(NodeKind.TOKEN, -1, positions)
    for layer in range(n_layers):
        index = random.choice(40, per_layer, replace=False)
        where = random.integers(0, n_positions, per_layer)
        value = random.uniform(0.1, 3, per_layer)
        builder.add(NodeKind.FEATURE, layer, where, dictionary=layer, index=index, value=value)
        builder.add(NodeKind.ERROR, layer, positions[:1], site=MLP_OUT, value=0.3)
        builder.add(NodeKind.BIAS, layer, positions[-1:])
    for number in range(n_targets):
        builder.add_target(f"y{number}", n_layers, n_positions - 1, value=float(random.normal()), probability=0.2)
    return builder.build()[0]


def _random_effects(random: np.random.Generator, nodes: NodeTable, density: float) -> np.ndarray:
    size = len(nodes)
    # Sizes within a factor of fifty: no influence is so small beside the others that rounding decides about it.
    effects = random.uniform(0.1, 5, (size, size)) * random.choice([-1, 1], (size, size))
    receives = nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
    is_target = nodes.is_kind(NodeKind.TARGET)
    below = (nodes.layer[:, None] > nodes.layer[None, :]) | (is_target[:, None] & ~is_target[None, :])
    own_bias = nodes.is_kind(NodeKind.BIAS)[None, :] & (nodes.layer[:, None] == nodes.layer[None, :])
    allowed = receives[:, None] & (below | own_bias) & ~is_target[None, :]
    chosen = allowed & (random.random((size, size)) < density)
    from_nowhere = nodes.is_kind(NodeKind.FEATURE) & ~chosen.any(axis=1)
    chosen[from_nowhere, nodes.rows["token@0"]] = True  # a real feature has its encoder's bias at least
    return np.where(chosen, effects, 0).astype(np.float32)
