"""Parts of a dictionary, for where a whole one is too much: a pass on a server gets no weights that it does not use."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor, nn

from .activations import Activation, JumpReLU, ReLU
from .dictionary import Dictionary


def encodes_each_alone(dictionary: Dictionary) -> bool:
    """Whether a feature fires whatever others do, so that some can be encoded without the rest."""
    return isinstance(dictionary.activation, ReLU | JumpReLU)


def encoder_of(dictionary: Dictionary, features: Int[Tensor, " feature"] | None = None) -> Dictionary:
    """A dictionary that encodes alike and has no decoder.

    Args:
        dictionary: the whole one.
        features: those to encode, renumbered from 0; None for all. Where they do not fire each alone, their
            pre-activations are the same, and their latents are not.
    """
    activation = dictionary.activation if features is None else _of_some(dictionary.activation, features)
    with torch.device("meta"):  # nothing is made only to be thrown away
        part = Dictionary(dictionary.name, dictionary.reads, dictionary.writes, 1, dictionary.d_model, activation)
    for name, value in (
        ("W_enc", dictionary.W_enc if features is None else dictionary.encoder_rows(features)),
        ("b_enc", dictionary.b_enc if features is None else dictionary.b_enc[features]),
        ("b_in", dictionary.b_in),
        ("W_dec", dictionary.b_enc.new_empty(0, len(dictionary.writes), dictionary.d_model)),
        ("b_dec", dictionary.b_dec),
    ):
        part.register_parameter(name, nn.Parameter(value.detach(), requires_grad=False))
    part.token_norm = dictionary.token_norm
    return part


def _of_some(activation: Activation, features: Tensor) -> Activation:
    if not isinstance(activation, JumpReLU):
        return ReLU()
    threshold = activation.threshold.detach()
    return JumpReLU(threshold[features] if threshold.ndim else threshold, activation.bandwidth)
