"""Widgets: the Python halves. The TypeScript halves lie in the top-level folder `widgets/` under the same names."""

from .comparison_view import ComparisonView
from .crosscoder_map import CrosscoderMap
from .disentangler import Disentangler
from .explorer import Explorer
from .feature_atlas import FeatureAtlas
from .feature_card import FeatureCard
from .pareto_plot import ParetoPlot
from .pareto_points import ParetoPoint
from .patch_board import PatchBoard
from .selection import share_selection
from .sparsity_explorer import SparsityExplorer
from .steering_panel import SteeringPanel
from .training_monitor import TrainingMonitor

__all__ = [
    "ComparisonView",
    "CrosscoderMap",
    "Disentangler",
    "Explorer",
    "FeatureAtlas",
    "FeatureCard",
    "ParetoPlot",
    "ParetoPoint",
    "PatchBoard",
    "SparsityExplorer",
    "SteeringPanel",
    "TrainingMonitor",
    "share_selection",
]
