"""Widgets: the Python halves. The TypeScript halves lie in the top-level folder `widgets/` under the same names."""

from .explorer import Explorer
from .feature_card import FeatureCard

__all__ = ["Explorer", "FeatureCard"]
