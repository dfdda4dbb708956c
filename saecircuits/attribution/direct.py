"""The direct method: a circuit of direct effects between features, errors, tokens, biases and targets.

1. Run the prompt once and keep activations, attention patterns and norm denominators (`capture`).
2. Turn the target into linear readings of the residual stream, and every active feature too.
3. Sweep the readings of each layer down to the embeddings, a block of rows at a time (`sweep`).
4. Put the rows into one sparse matrix and build the circuit.

For every feature and target the effects add up to its value (`Circuit.books`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from saecircuits.circuit import Circuit, NodeKind, NodeTable, NodeTableBuilder, Provenance
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement, capture
from saecircuits.sites import SITE_KINDS
from saecircuits.version import __version__

from .sweep import Effects, Readings, Sweep
from .targets import Reading, Target, encoder_readings, read_target

BLOCK = 512
"""Readings that are swept together: enough for efficient products, few enough to stay in cache and memory."""


def attribute_direct(replacement: Replacement, prompt: str, target: Target) -> Circuit:
    """The circuit of one prompt by the direct method.

    Args:
        replacement: a model whose dictionaries replace MLPs.
        prompt: the text.
        target: what to explain.

    Returns:
        The whole graph, not pruned.

    Raises:
        InputError: for a prompt or target that cannot be used, or dictionaries of another wiring.
    """
    others = sorted(name for name, d in replacement.dictionaries.items() if not d.is_transcoder)
    if others:
        raise InputError(
            f"The direct method explains through dictionaries that replace MLPs; {others} do not.",
            "Load transcoders only.",
        )
    captured = capture(replacement, prompt)
    readings = read_target(replacement, captured, target)
    builder = _Rows(replacement, captured, readings)
    adjacency = builder.adjacency()
    weights = np.zeros(len(builder.nodes))
    weights[-len(readings) :] = _shares([reading.weight for reading in readings])
    ids = captured.tokens.ids[0].tolist()
    provenance = Provenance(
        model=replacement.subject.name,
        prompt=prompt if isinstance(prompt, str) else replacement.subject.tokenizer.decode(ids),
        token_ids=tuple(ids),
        tokens=tuple(replacement.subject.token_texts(ids)),
        n_layers=replacement.subject.n_layers,
        method="direct",
        target=", ".join(reading.label.strip() for reading in readings),
        version=__version__,
        settings={"target": type(target).__name__, "readouts": [asdict(reading.readout) for reading in readings]},
    )
    return Circuit.build(builder.nodes, adjacency, weights, provenance)


def _shares(weights: list[float]) -> np.ndarray:
    """Weights as shares of one; equal ones if none is above zero."""
    total = sum(weights)
    return np.array(weights) / total if total > 0 else np.full(len(weights), 1 / len(weights))


class _Rows:
    """Nodes of a circuit, and the sweeps that fill its rows."""

    def __init__(self, replacement: Replacement, captured: Capture, targets: list[Reading]) -> None:
        self._replacement = replacement
        self._captured = captured
        self._targets = targets
        self._top = max(reading.layer for reading in targets)
        self._starts: dict[tuple[NodeKind, int], int] = {}
        self.nodes, order = self._table()
        self._row_of = np.empty(len(order), dtype=np.int64)  # place at which a node was added -> its row
        self._row_of[order] = np.arange(len(order))

    def adjacency(self) -> sparse.csr_array:
        """Signed direct effects `[target, source]`."""
        size = len(self.nodes)
        parts = list(self._parts())
        data, rows, columns = (np.concatenate(column) for column in zip(*parts, strict=True))
        return sparse.csr_array((data, (rows, columns)), shape=(size, size))

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        sweep = Sweep(self._replacement, self._captured)
        for rows, constants, readings in self._readings():
            yield self._own_bias(rows, constants, readings)
            for effects in sweep.effects(readings):
                yield from self._edges(rows, effects)

    def _readings(self) -> Iterator[tuple[np.ndarray, Tensor, Readings]]:
        """Blocks of readings with their rows and constants: targets, then the features below the highest target."""
        first = len(self._row_of) - len(self._targets)
        for number, target in enumerate(self._targets):
            position = torch.tensor([target.position], device=target.vector.device)
            constant = target.vector.new_tensor([target.constant])
            yield np.array([first + number]), constant, Readings(target.layer, position, target.vector[None])
        for layer in sorted(self._feature_layers()):
            vectors, constants = encoder_readings(self._replacement, self._captured, layer)
            rows = self._rows(NodeKind.FEATURE, layer, len(vectors))
            for start in range(0, len(rows), BLOCK):
                block = slice(start, start + BLOCK)
                position = self._captured.active[layer].position[block]
                yield rows[block], constants[block], Readings(layer, position, vectors[block])

    def _own_bias(
        self, rows: np.ndarray, constants: Tensor, readings: Readings
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the biases at a reading's own layer and position add to it."""
        biases = self._rows(NodeKind.BIAS, readings.layer, self._captured.length)
        return constants.numpy(force=True), rows, biases[readings.position.numpy(force=True)]

    def _edges(self, rows: np.ndarray, effects: Effects) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for kind, block in (
            (NodeKind.FEATURE, effects.features),
            (NodeKind.ERROR, effects.errors),
            (NodeKind.BIAS, effects.biases),
            (NodeKind.TOKEN, effects.tokens),
        ):
            values = block.numpy(force=True)
            reading, source = values.nonzero()
            yield values[reading, source], rows[reading], self._rows(kind, effects.layer, values.shape[1])[source]

    def _rows(self, kind: NodeKind, layer: int, count: int) -> np.ndarray:
        if count == 0:
            return np.empty(0, dtype=np.int64)
        start = self._starts[kind, layer]
        return self._row_of[start : start + count]

    def _feature_layers(self) -> list[int]:
        return [layer for layer in self._captured.active if layer < self._top]

    def _table(self) -> tuple[NodeTable, np.ndarray]:
        replacement, captured = self._replacement, self._captured
        builder = NodeTableBuilder(replacement.names)
        positions = np.arange(captured.length)
        added = 0

        def add(kind: NodeKind, layer: int, position: np.ndarray, **columns: np.ndarray | float) -> None:
            nonlocal added
            builder.add(kind, layer, position, **columns)
            self._starts[kind, layer] = added
            added += len(position)

        add(NodeKind.TOKEN, -1, positions)
        if replacement.subject.weights.position_embedding is not None:
            add(NodeKind.BIAS, -1, positions)
        for layer in range(self._top + 1):
            add(NodeKind.BIAS, layer, positions)
        for layer in self._feature_layers():
            active = captured.active[layer]
            name = replacement.names.index(replacement.by_layer[layer].name)
            add(
                NodeKind.FEATURE,
                layer,
                active.position.numpy(force=True),
                dictionary=name,
                index=active.index.numpy(force=True),
                value=active.value.numpy(force=True),
            )
        for layer in range(self._top):
            size = captured.error(layer).norm(dim=-1).numpy(force=True)
            add(NodeKind.ERROR, layer, positions, value=size, site=SITE_KINDS.index("mlp_out"))
        for target in self._targets:
            columns = {"value": target.value, "probability": target.probability}
            builder.add_target(target.label, target.layer, target.position, **columns)
        return builder.build()
