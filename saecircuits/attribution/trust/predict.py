"""What a graph says would happen if features were ablated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from saecircuits.circuit import Circuit, NodeKind, scale_rows, spread


def predict(circuit: Circuit, rows: Sequence[int]) -> Float[np.ndarray, "target ablated"]:
    """Change of each target if each of `rows` alone were set to zero, in the linear model of the graph."""
    is_feature = circuit.nodes.is_kind(NodeKind.FEATURE)
    inverse = np.where(is_feature, 1 / np.where(circuit.nodes.value == 0, 1, circuit.nodes.value), 0)
    relative = scale_rows(circuit.adjacency, inverse)
    step = np.zeros((len(circuit), len(rows)))
    step[rows, np.arange(len(rows))] = -1
    return circuit.adjacency[circuit.target_rows] @ spread(relative, step)
