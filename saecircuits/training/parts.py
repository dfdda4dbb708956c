"""The terms of the loss by the name that recipes use, and those that each activation function is trained with."""

from __future__ import annotations

from typing import Any

from .dead_losses import AuxK, GhostGradients
from .losses import L0, L1, GateLoss, Loss, Matryoshka, PreActivation, Reconstruction, Tanh

LOSSES: dict[str, Any] = {
    each.kind: each
    for each in (Reconstruction, Matryoshka, L1, L0, Tanh, PreActivation, GateLoss, AuxK, GhostGradients)
}
"""The terms of the loss by the name that recipes use."""

USUAL_LOSSES: dict[str, tuple[Loss, ...]] = {
    "relu": (Reconstruction(), L1(), AuxK()),
    "topk": (Reconstruction(), AuxK()),
    "batchtopk": (Reconstruction(), AuxK()),
    "jumprelu": (Reconstruction(), L0(0.1, target=16.0), AuxK()),
    "gated": (Reconstruction(), GateLoss(), AuxK()),
}
"""The terms that a plan has if none are given, by the kind of its activation function; coefficients were chosen on
synthetic activations (`benchmarks/synthetic_truth.py`)."""
