"""A model with its dictionaries in place, and the capture of one prompt."""

from .capture import ActiveFeatures, Capture, capture, fires
from .replacement import FIRST_REPLACED, HasDictionaries, Replacement

__all__ = ["FIRST_REPLACED", "ActiveFeatures", "Capture", "HasDictionaries", "Replacement", "capture", "fires"]
