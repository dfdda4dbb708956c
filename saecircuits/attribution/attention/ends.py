"""The two ends of an edge: what its source writes, and what its target reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from saecircuits.attribution.direct.explained import reading_of as explained_reading
from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, before, between, feature_readings
from saecircuits.attribution.targets import readouts
from saecircuits.circuit import Circuit, Feature, NodeKind, NodeTable
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement

from .paths import Written


def written_by(linear: HeldModel, nodes: NodeTable, row: int) -> Written:
    """What a node writes.

    Raises:
        InputError: for a target, which writes nothing, and for a feature that does not fire there.
    """
    sources, layer, position = linear.sources, int(nodes.layer[row]), int(nodes.position[row])
    match NodeKind(nodes.kind[row]):
        case NodeKind.FEATURE:
            vectors = _of_feature(sources.replacement, sources.captured, nodes.feature(row), position)
        case NodeKind.ERROR:
            vectors = {before(layer + 1): sources.captured.errors[layer][position]}
        case NodeKind.TOKEN | NodeKind.BIAS if layer < 0:
            embedded = sources.embedded()
            vectors = {before(0): v[position] for group, v in embedded if group.kind == nodes.kind[row]}
        case NodeKind.BIAS:
            vectors = _of_biases(linear, layer, position)
        case _:
            raise InputError(f"{nodes.ids[row]} writes nothing.", "Give a feature, error, token or bias as source.")
    return Written(position, vectors)


def reading_of(linear: HeldModel, circuit: Circuit, row: int) -> Readings:
    """What a node reads, as a reading of one row.

    Raises:
        InputError: for a node that reads nothing.
    """
    nodes, replacement, captured = circuit.nodes, linear.sources.replacement, linear.sources.captured
    feature, position = nodes.feature(row), int(nodes.position[row])
    if feature is not None:
        dictionary = replacement.dictionary(feature.dictionary)
        which = _active_row(captured, feature, position)
        return feature_readings(replacement, captured, dictionary, torch.tensor([which]))
    if nodes.kind[row] != NodeKind.TARGET:
        raise InputError(f"{nodes.ids[row]} reads nothing.", "Give a feature or a target of the circuit as target.")
    number = int(np.searchsorted(circuit.target_rows, row))
    return explained_reading(replacement, captured, readouts(circuit)[number])


def own_constant(nodes: NodeTable, source: int, readings: Readings) -> float:
    """What the biases of a reading itself add to it, if the source is the node that they belong to."""
    place, position = readings.entrance()
    here = nodes.layer[source] == int(place[0]) // 2 and nodes.position[source] == int(position[0])
    return float(readings.constant[0]) if here and nodes.kind[source] == NodeKind.BIAS else 0.0


def _active_row(captured: Capture, feature: Feature, position: int) -> int:
    row = captured.active[feature.dictionary].row(feature.index, position)
    if row is None:
        raise InputError(
            f"{feature} does not fire at position {position}.", "Give the model and prompt that the circuit came from."
        )
    return row


def _of_feature(
    replacement: Replacement, captured: Capture, feature: Feature | None, position: int
) -> Mapping[int, Tensor]:
    assert feature is not None  # the node is one
    dictionary = replacement.dictionary(feature.dictionary)
    value = captured.active[feature.dictionary].value[_active_row(captured, feature, position)]
    rows = dictionary.decoder_rows(feature.index) * value
    return {before(site.layer + 1): row for site, row in zip(dictionary.writes, rows, strict=True)}


def _of_biases(linear: HeldModel, layer: int, position: int) -> Mapping[int, Tensor]:
    """What the biases of a layer's attention write, and what its dictionaries write whatever they read."""
    if layer == linear.sources.top:
        return {}
    (_, biases), constants = linear.constants(layer)
    assert biases.kind == NodeKind.BIAS
    return {between(layer): linear.attention(layer).bias[position], before(layer + 1): constants[position, 1]}
