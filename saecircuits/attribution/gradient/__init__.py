"""Circuits over dictionaries at any sites, or over neurons: by gradients, along a path, or by ablation."""

from .attribute import NodeEffects, attribute_gradient, effects
from .bases import Basis, Features, Neurons, features, neurons
from .methods import NODES, Ablation, Gradient, GradientMethod, IntegratedGradients, RelP

__all__ = [
    "NODES",
    "Ablation",
    "Basis",
    "Features",
    "Gradient",
    "GradientMethod",
    "IntegratedGradients",
    "Neurons",
    "NodeEffects",
    "RelP",
    "attribute_gradient",
    "effects",
    "features",
    "neurons",
]
