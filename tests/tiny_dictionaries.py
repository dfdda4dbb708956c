"""Random transcoders for the tiny models."""

from __future__ import annotations

import torch

from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.tiny import tiny_subject


def random_transcoder(layer: int, d_model: int, n_features: int = 48, k: int = 6) -> Dictionary:
    """Random weights and biases, none of them zero."""
    generator = torch.Generator().manual_seed(layer)
    dictionary = Dictionary(
        f"transcoder.{layer}", [Site("mlp_in", layer)], [Site("mlp_out", layer)], n_features, d_model, TopK(k)
    ).initialise(generator)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
    return dictionary.requires_grad_(False)


def tiny_replacement(name: str, dtype: torch.dtype = torch.float32, layers: tuple[int, ...] = (0, 1, 2)) -> Replacement:
    """A tiny model with random transcoders at some layers."""
    subject = tiny_subject(name, dtype=dtype)
    return Replacement(subject, [random_transcoder(layer, subject.d_model).to(dtype) for layer in layers])
