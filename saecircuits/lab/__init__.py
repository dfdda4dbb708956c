"""The public face: a model with its dictionaries, opened by name."""

from .loading import WORLD, load, load_dictionaries, load_model
from .replacement_model import ActiveFeature, ReplacementModel

__all__ = ["WORLD", "ActiveFeature", "ReplacementModel", "load", "load_dictionaries", "load_model"]
