"""What the arrays of a circuit must fulfil. A damaged file is refused here, before an index runs out of an array."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from saecircuits.sites import SITE_KINDS

from .nodes import COLUMN_TYPES, NodeKind, NodeTable

EDGE_ARRAYS = ("edge_data", "edge_source", "edge_offset")
LARGEST_WEIGHT = 1e30
"""What the size of an edge stays below, so that sums of edges stay numbers in float32."""
PER_NODE = ("weights", "influence", "effect")


def check_arrays(arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse arrays of other lengths or types than a circuit's, and edges from rows that are not there.

    Raises:
        KeyError: if one is missing.
        ValueError: for anything else.
    """
    size = len(arrays["kind"])
    for name in (*COLUMN_TYPES, *PER_NODE):
        _refuse(arrays[name].shape != (size,), f"{name} has shape {arrays[name].shape}, not ({size},)")
    for name, dtype in COLUMN_TYPES.items():
        _refuse(arrays[name].dtype != dtype, f"{name} is {arrays[name].dtype}, not {np.dtype(dtype)}")
    data, source, offset = (arrays[name] for name in EDGE_ARRAYS)
    _refuse(data.ndim != 1 or data.shape != source.shape, f"{data.shape} weights for {source.shape} sources")
    for name, kind in (("edge_data", "f"), ("edge_source", "i"), ("edge_offset", "i"), *((n, "f") for n in PER_NODE)):
        _refuse(arrays[name].dtype.kind != kind, f"{name} holds {arrays[name].dtype}")
    _refuse(not bool((np.abs(data) < LARGEST_WEIGHT).all()), "an edge is no finite number, or too large")
    _refuse(offset.shape != (size + 1,), f"edge_offset has shape {offset.shape}, not ({size + 1},)")
    bounded = offset[0] == 0 and offset[-1] == len(data) and bool((np.diff(offset) >= 0).all())
    _refuse(not bounded, "edge_offset does not divide the edges into rows")
    _refuse(bool(((source < 0) | (source >= size)).any()), "an edge comes from no row")


def check_nodes(nodes: NodeTable, n_tokens: int) -> None:
    """Refuse nodes that refer to a kind, a dictionary, a site, a token or a target label that is not there.

    Raises:
        ValueError: says which.
    """
    _refuse(bool((nodes.kind > max(NodeKind)).any()), "a node is of no known kind")
    feature, target = nodes.is_kind(NodeKind.FEATURE), nodes.is_kind(NodeKind.TARGET)
    known = (nodes.dictionary >= 0) & (nodes.dictionary < len(nodes.dictionaries)) & (nodes.index >= 0)
    _refuse(not bool((known == feature).all()), "a feature's dictionary is not in the list")
    _refuse(bool((nodes.dictionary[~feature] != -1).any()), "a node that is no feature has a dictionary")
    error_sites = nodes.site[nodes.is_kind(NodeKind.ERROR)]
    _refuse(bool((error_sites >= len(SITE_KINDS)).any()), "an error is of no known site")
    _refuse(bool(((nodes.position < 0) | (nodes.position >= n_tokens)).any()), "a node stands at no token")
    _refuse(int(target.sum()) != len(nodes.target_labels), "there is not one label a target")
    _refuse(len(nodes.rows) != len(nodes), "two nodes share an id")


def check_edges(nodes: NodeTable, arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse edges out of targets, and edges into what is given: tokens and biases.

    Raises:
        ValueError: says which.
    """
    into = np.repeat(np.arange(len(nodes)), np.diff(arrays["edge_offset"]))
    _refuse(bool(nodes.is_kind(NodeKind.TARGET)[arrays["edge_source"]].any()), "an edge comes out of a target")
    given = nodes.is_kind(NodeKind.TOKEN, NodeKind.BIAS)
    _refuse(bool(given[into].any()), "a token or bias has an input")


def _refuse(wrong: bool, reason: str) -> None:
    if wrong:
        raise ValueError(reason)
