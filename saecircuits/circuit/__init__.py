"""Circuits: nodes, signed direct effects, provenance, pruning and scores. Knows neither model nor dictionary."""

from .circuit import Circuit, Host, Provenance
from .influence import Scores, influence, normalise, scale_rows, scores, threshold_for
from .nodes import COLUMNS, NO_SITE, Feature, Node, NodeKind, NodeTable, NodeTableBuilder

__all__ = [
    "COLUMNS",
    "NO_SITE",
    "Circuit",
    "Feature",
    "Host",
    "Node",
    "NodeKind",
    "NodeTable",
    "NodeTableBuilder",
    "Provenance",
    "Scores",
    "influence",
    "normalise",
    "scale_rows",
    "scores",
    "threshold_for",
]
