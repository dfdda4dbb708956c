"""Activation functions of sparse dictionaries: one file each, handed to a dictionary as a part."""

from __future__ import annotations

from typing import Any

from saecircuits.errors import FileFormatError

from .activation import Activation, Folded
from .batch_top_k import BatchTopK
from .gated import Gated
from .jump_relu import JumpReLU
from .relu import ReLU
from .top_k import TopK

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "BatchTopK",
    "Folded",
    "Gated",
    "JumpReLU",
    "ReLU",
    "TopK",
    "activation_from_spec",
]

ACTIVATIONS: dict[str, Any] = {each.kind: each for each in (ReLU, TopK, BatchTopK, JumpReLU, Gated)}
"""The activation functions by the name that config files use."""


def activation_from_spec(spec: dict[str, Any]) -> Activation:
    """Build an activation function from what `spec()` gave.

    Raises:
        FileFormatError: for an unknown kind or unknown fields.
    """
    fields = dict(spec)
    kind = fields.pop("kind", None)
    if not isinstance(kind, str) or kind not in ACTIVATIONS:
        raise FileFormatError(
            f"There is no activation function {kind!r}.", f"Known are {', '.join(sorted(ACTIVATIONS))}."
        )
    try:
        return ACTIVATIONS[kind](**fields)
    except TypeError as error:
        raise FileFormatError(
            f"The activation function {kind!r} does not take {sorted(fields)}: {error}.", "Copy the dictionary again."
        ) from error
