"""The direct method: an explicit sweep through the model with its nonlinear parts held."""

from .explained import Explained, read_target, reading_of, whole_prompt
from .graph import Direct, attribute_direct

__all__ = ["Direct", "Explained", "attribute_direct", "read_target", "reading_of", "whole_prompt"]
