"""Sparse dictionaries: the class, its activation functions, and its files. Pure torch; knows no model."""

from .activations import ACTIVATIONS, Activation, BatchTopK, Gated, JumpReLU, ReLU, TopK, activation_from_spec
from .dictionary import Dictionary
from .files import load_dictionary, save_dictionary
from .firing import Firing, decoded, picked
from .formats import FORMATS, convert, load_dictionaries
from .preactivations import Chosen, Preactivations
from .token_norm import TokenNorm

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "BatchTopK",
    "Chosen",
    "FORMATS",
    "Dictionary",
    "Firing",
    "Gated",
    "JumpReLU",
    "Preactivations",
    "ReLU",
    "TokenNorm",
    "TopK",
    "activation_from_spec",
    "convert",
    "decoded",
    "load_dictionaries",
    "load_dictionary",
    "picked",
    "save_dictionary",
]
