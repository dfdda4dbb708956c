"""The public face: a model with its dictionaries, opened by name."""

from .loading import WORLD, convert, load, load_dictionaries, load_model
from .publishing import push_to_hub
from .replacement_model import ActiveFeature, ReplacementModel

__all__ = [
    "WORLD",
    "ActiveFeature",
    "ReplacementModel",
    "convert",
    "load",
    "load_dictionaries",
    "load_model",
    "push_to_hub",
]
