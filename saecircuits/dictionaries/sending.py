"""Parts of a dictionary, for where a whole one is too much: a pass on a server gets no weights that it does not use."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor, nn

from .activations import ReLU
from .dictionary import Dictionary


def encoder_of(dictionary: Dictionary, features: Int[Tensor, " feature"] | None = None) -> Dictionary:
    """A dictionary that encodes alike and has no decoder.

    Args:
        dictionary: the whole one.
        features: of which to give pre-activations alone, renumbered from 0; None for all, with their activation
            function.
    """
    some = slice(None) if features is None else features
    activation = dictionary.activation if features is None else ReLU()
    with torch.device("meta"):  # nothing is made only to be thrown away
        part = Dictionary(dictionary.name, dictionary.reads, dictionary.writes, 1, dictionary.d_model, activation)
    for name, value in (
        ("W_enc", dictionary.W_enc if features is None else dictionary.encoder_rows(features)),
        ("b_enc", dictionary.b_enc[some]),
        ("b_in", dictionary.b_in),
        ("W_dec", dictionary.b_enc.new_empty(0, len(dictionary.writes), dictionary.d_model)),
        ("b_dec", dictionary.b_dec),
    ):
        part.register_parameter(name, nn.Parameter(value.detach(), requires_grad=False))
    part.token_norm = dictionary.token_norm
    return part
