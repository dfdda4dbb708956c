"""From a prompt to a circuit."""

from .check import CheckReport, Measured, check, predict
from .direct import attribute_direct
from .sweep import Effects, Readings, Sweep
from .targets import Difference, FeatureAt, NextTokens, Readout, Target, TopTokens, read_target, readouts

__all__ = [
    "CheckReport",
    "Difference",
    "Effects",
    "FeatureAt",
    "Measured",
    "Readings",
    "Readout",
    "Sweep",
    "Target",
    "NextTokens",
    "TopTokens",
    "attribute_direct",
    "check",
    "predict",
    "read_target",
    "readouts",
]
