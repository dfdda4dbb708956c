"""Architectures that the table does not know."""

from __future__ import annotations

from typing import Any

from torch import nn

from saecircuits.errors import InputError

from .architecture import Architecture
from .architectures import ARCHITECTURES, registered
from .check import check_architecture
from .configs import model_type
from .subject import Subject


def register_architecture(row: Architecture, model: nn.Module, tokenizer: Any) -> dict[str, float]:
    """Add a row to the table, if it says the truth about a model of the family.

    Every claim of the row is held against one forward pass of the model: that embeddings, attention and MLPs add up to
    the residual stream, that norms, queries, keys, values and neurons make what the model makes, that the logits come
    out. A small random model serves as well as a large one, if its biases and gains are random too.

    Args:
        row: best made from the nearest one, by `dataclasses.replace`.
        model: a causal language model of the family.
        tokenizer: its tokenizer.

    Returns:
        By claim, the largest difference over layers, relative to the largest value.

    Raises:
        InputError: if the model is of another type, or one of the types has a row already.
        UnsupportedModelError: for claims that do not hold; nothing is added then.
    """
    name = model_type(model)
    if name not in row.model_types:
        raise InputError(
            f"The row covers models of type {', '.join(row.model_types)}, the model is of type {name!r}.",
            "Give a model of the family.",
        )
    in_table = {name for known in ARCHITECTURES for name in known.model_types}
    if taken := sorted(in_table.intersection(row.model_types)):
        raise InputError(f"Models of type {taken[0]!r} are in the table already.", "Give a type of its own.")
    errors = check_architecture(Subject(model, tokenizer, name, row))
    registered[:] = [other for other in registered if other.model_types != row.model_types]
    registered.append(row)
    return errors
