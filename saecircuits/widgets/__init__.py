"""Widgets: the Python halves. The TypeScript halves lie in the top-level folder `widgets/` under the same names."""

from .explorer import Explorer
from .feature_card import FeatureCard
from .pareto_plot import ParetoPlot
from .pareto_points import ParetoPoint
from .training_monitor import TrainingMonitor

__all__ = ["Explorer", "FeatureCard", "ParetoPlot", "ParetoPoint", "TrainingMonitor"]
