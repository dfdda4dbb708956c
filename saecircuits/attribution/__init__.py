"""From a prompt to a circuit."""

from .direct import attribute_direct
from .sweep import Effects, Readings, Sweep
from .targets import Difference, FeatureAt, Target, Tokens, TopTokens, read_target

__all__ = [
    "Difference",
    "Effects",
    "FeatureAt",
    "Readings",
    "Sweep",
    "Target",
    "Tokens",
    "TopTokens",
    "attribute_direct",
    "read_target",
]
