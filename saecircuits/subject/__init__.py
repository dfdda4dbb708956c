"""The model under study: loading it, and reading and writing its activations through nnsight."""

from .architecture import Architecture
from .architectures import ARCHITECTURES
from .check import check_architecture
from .freezing import attention_implementation, held
from .loading import load_model
from .norms import HeadNorm, Norm
from .projections import AttentionWeights, QueryKeyWeights, rotate
from .registration import register_architecture
from .stored import HOOK, at_least_single, linear, moved
from .subject import Subject
from .tokens import Tokens, single_token, tokenize
from .weights import Weights

__all__ = [
    "HOOK",
    "ARCHITECTURES",
    "Architecture",
    "AttentionWeights",
    "HeadNorm",
    "Norm",
    "QueryKeyWeights",
    "Subject",
    "Tokens",
    "Weights",
    "at_least_single",
    "attention_implementation",
    "check_architecture",
    "held",
    "linear",
    "load_model",
    "moved",
    "register_architecture",
    "rotate",
    "single_token",
    "tokenize",
]
