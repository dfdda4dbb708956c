"""Sparse dictionaries: the class, its activation functions, and its files. Pure torch; knows no model."""

from .activations import ACTIVATIONS, Activation, BatchTopK, JumpReLU, ReLU, TopK, activation_from_spec
from .dictionary import Dictionary
from .files import load_dictionaries, load_dictionary, save_dictionary

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "BatchTopK",
    "Dictionary",
    "JumpReLU",
    "ReLU",
    "TopK",
    "activation_from_spec",
    "load_dictionaries",
    "load_dictionary",
    "save_dictionary",
]
