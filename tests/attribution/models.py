"""Tiny models with random transcoders, built once a test session, and random prompts for them."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from saecircuits.dictionaries import Dictionary, JumpReLU, ReLU, TopK
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.tiny import VOCABULARY, tiny_subject

ARCHITECTURES = ("gpt2", "llama")
PROMPT = "w1 w20 w3 w4 w1 w6"
FIRST_WORD = 4  # ids below are special tokens


@cache
def replacement(
    name: str, seed: int = 0, dtype: torch.dtype = torch.float32, layers: tuple[int, ...] = (0, 1, 2)
) -> Replacement:
    """A tiny model with random transcoders of three kinds of activation function."""
    subject = tiny_subject(name, seed, dtype)
    return Replacement(subject, [_transcoder(layer, seed, subject.d_model).to(dtype) for layer in layers])


def _transcoder(layer: int, seed: int, d_model: int) -> Dictionary:
    generator = torch.Generator().manual_seed(100 * seed + layer)
    n_features = 40
    activation = (TopK(6), JumpReLU(1.5 + torch.rand(n_features, generator=generator)), ReLU())[layer % 3]
    dictionary = Dictionary(
        f"transcoder.{layer}", [Site("mlp_in", layer)], [Site("mlp_out", layer)], n_features, d_model, activation
    ).initialise(generator)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
    return dictionary.requires_grad_(False)


def random_prompt(seed: int, length: int) -> str:
    """`length` words; the tokenizer adds one token before them."""
    words = np.random.default_rng(seed).integers(0, VOCABULARY - FIRST_WORD, length)
    return " ".join(f"w{word}" for word in words)
