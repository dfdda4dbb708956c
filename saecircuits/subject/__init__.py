"""The model under study: loading it, and reading and writing its activations through nnsight."""

from .architectures import ARCHITECTURES, Architecture, AttentionWeights
from .freezing import attention_implementation, held
from .loading import load_model
from .subject import Subject
from .tokens import Tokens, single_token, tokenize
from .weights import Norm, Weights, at_least_single

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "AttentionWeights",
    "Norm",
    "Subject",
    "Tokens",
    "Weights",
    "at_least_single",
    "attention_implementation",
    "held",
    "load_model",
    "single_token",
    "tokenize",
]
