"""From a prompt to a circuit, by whichever method."""

from __future__ import annotations

from typing import Any

from saecircuits.circuit import Circuit
from saecircuits.replacement import Replacement

from .direct import Direct, attribute_direct
from .gradient import GradientMethod, IntegratedGradients, attribute_gradient
from .targets import Target

Method = Direct | GradientMethod
"""How a circuit is worked out."""


def attribute(replacement: Replacement, prompt: Any, target: Target, method: Method | None = None) -> Circuit:
    """The circuit of one prompt.

    Args:
        replacement: model and dictionaries.
        prompt: text or tokens.
        target: what to explain.
        method: by default the direct one where all dictionaries replace MLPs, else integrated gradients.

    Raises:
        InputError: for a prompt or target that cannot be used, or a method that does not fit the dictionaries.
    """
    if method is None:
        direct = all(dictionary.replaces_mlps for dictionary in replacement.dictionaries.values())
        method = Direct() if direct else IntegratedGradients()
    if isinstance(method, Direct):
        return attribute_direct(replacement, prompt, target, method)
    return attribute_gradient(replacement, prompt, target, method)
