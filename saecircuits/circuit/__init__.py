"""Circuits: nodes, signed direct effects, provenance, pruning and scores. Knows neither model nor dictionary."""

from .circuit import Circuit, Host, Provenance
from .compare import Comparison, compare
from .influence import Scores, influence, normalise, scale_rows, scores, spread, threshold_for
from .merge import merge, threshold
from .nodes import COLUMNS, NO_SITE, Feature, Node, NodeKind, NodeTable, NodeTableBuilder
from .supernodes import Nearness, group, group_automatically, label_similarity, load_names, save_names, ungroup

__all__ = [
    "COLUMNS",
    "NO_SITE",
    "Circuit",
    "Comparison",
    "Feature",
    "Host",
    "Nearness",
    "Node",
    "NodeKind",
    "NodeTable",
    "NodeTableBuilder",
    "Provenance",
    "Scores",
    "compare",
    "group",
    "group_automatically",
    "influence",
    "label_similarity",
    "load_names",
    "merge",
    "normalise",
    "save_names",
    "scale_rows",
    "scores",
    "spread",
    "threshold",
    "threshold_for",
    "ungroup",
]
