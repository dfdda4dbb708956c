"""Tiny models with random dictionaries of every wiring, built once a test session, and random prompts for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from saecircuits.dictionaries import Dictionary, JumpReLU, ReLU, TopK
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject
from tests.tiny import TINY_CONFIGS, VOCABULARY, tiny_subject

ARCHITECTURES = ("gpt2", "llama")
FAMILIES = tuple(sorted(TINY_CONFIGS))
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
    return _with_biases(dictionary, generator)


@dataclass(frozen=True)
class Wire:
    """A dictionary of a wiring: the layers whose MLPs it reads and writes, and whether it has a skip connection."""

    name: str
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    skip: bool = False


CAUSAL = ("transcoders", "transcoders, skip", "cross-layer", "cross-layer, skip", "crosscoder", "gap")
"""Wirings in which nothing reads ahead of what it writes: a single pass runs through them."""
WIRINGS = (*CAUSAL, "crosscoder ahead")


def wires(wiring: str, n_layers: int) -> list[Wire]:
    """The dictionaries of a wiring."""
    layers = tuple(range(n_layers))
    each = [Wire(f"transcoder.{layer}", (layer,), (layer,), wiring == "transcoders, skip") for layer in layers]
    match wiring:
        case "cross-layer" | "cross-layer, skip":
            return [Wire(f"clt.{layer}", (layer,), layers[layer:], wiring == "cross-layer, skip") for layer in layers]
        case "crosscoder":  # of three layers: 0, 1 to 1, 2; between transcoders, which pass on to it and get from it
            crosscoder = Wire("crosscoder", layers[:-1] or layers, layers[-2:], skip=True)
            return [crosscoder, *(one for one in (each[0], each[-1]) if n_layers > 2)]
        case "crosscoder ahead":
            return [Wire("crosscoder", layers, layers)]
        case "gap":
            return [one for one in each if one.reads != (1,)]
        case _:
            return each


@cache
def wired(name: str, wiring: str = "transcoders", dtype: torch.dtype = torch.float32) -> Replacement:
    """A tiny model with random dictionaries of a wiring."""
    return with_dictionaries(tiny_subject(name, dtype=dtype), wiring)


def with_dictionaries(subject: Subject, wiring: str, seed: int = 0) -> Replacement:
    """Any model with random dictionaries of a wiring."""
    return _replacement(subject, wires(wiring, subject.n_layers), seed)


def replacement_of(name: str, given: Sequence[Wire]) -> Replacement:
    """A tiny model with random dictionaries of any wiring."""
    return _replacement(tiny_subject(name), given)


def _replacement(subject: Subject, given: Sequence[Wire], seed: int = 0) -> Replacement:
    made = [_dictionary(wire, seed, subject.d_model) for wire in given]
    return Replacement(subject, [dictionary.to(subject.weights.dtype) for dictionary in made])


def _dictionary(wire: Wire, seed: int, d_model: int) -> Dictionary:
    generator = torch.Generator().manual_seed(1000 * seed + sum(map(ord, wire.name)))
    n_features = 24
    activation = (TopK(5), JumpReLU(0.5 + torch.rand(n_features, generator=generator)), ReLU())[wire.reads[0] % 3]
    sites = [Site("mlp_in", layer) for layer in wire.reads], [Site("mlp_out", layer) for layer in wire.writes]
    made = Dictionary(wire.name, *sites, n_features, d_model, activation, skip=wire.skip).initialise(generator)
    return _with_biases(made, generator)


def _with_biases(dictionary: Dictionary, generator: torch.Generator) -> Dictionary:
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
        if dictionary.W_skip is not None:
            dictionary.W_skip.copy_(torch.randn(dictionary.W_skip.shape, generator=generator) / dictionary.d_model**0.5)
    return dictionary.requires_grad_(False)


def random_prompt(seed: int, length: int) -> str:
    """`length` words; the tokenizer adds one token before them."""
    words = np.random.default_rng(seed).integers(0, VOCABULARY - FIRST_WORD, length)
    return " ".join(f"w{word}" for word in words)
