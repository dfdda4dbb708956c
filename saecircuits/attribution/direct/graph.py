"""The direct method: a circuit of direct effects between features, errors, tokens, biases and targets.

1. Run the prompt once and keep activations, attention patterns and norm denominators (`capture`).
2. Turn the target into linear readings of the residual stream, and every active feature too (`readings`).
3. Sweep readings down to the embeddings, a block of rows at a time (`sweep`): first the targets, then the features,
   all of them or those with the most influence on what has been explained so far.
4. Put the rows into one sparse matrix and build the circuit (`rows`).

For every feature and target the effects add up to its value (`Circuit.books`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int

from saecircuits.attribution.targets import Target, text_of
from saecircuits.circuit import Circuit, NodeKind, NodeTable, NodeTableBuilder, Provenance
from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.replacement import Capture, Replacement, capture
from saecircuits.sites import SITE_KINDS
from saecircuits.version import __version__

from .explained import Explained, read_target, whole_prompt
from .held_model import HeldModel
from .readings import Readings, feature_readings
from .rows import Rows
from .sources import Group, Sources
from .sweep import sweep

BLOCK_VALUES = 2**24
"""Numbers that a block of rows may hold at a time, so that memory stays bounded on long prompts."""


@dataclass(frozen=True)
class Direct:
    """The direct method, for dictionaries that replace MLPs: Ameisen et al. 2025, "Circuit Tracing".

    Args:
        max_features: features that are explained at the most, those with the most influence first. The others are left
            out; what they add to those that are kept is then missing in the books.
        unexplained: stop when the features not yet explained carry less than this share of all influence.
        edge_share: what is kept of the inputs of each node: the largest, up to this share of their absolute sum.
        block: rows that are swept together.
    """

    name: ClassVar[str] = "direct"
    max_features: int = 10_000
    unexplained: float = 0.0
    edge_share: float = 1.0
    block: int = 128

    def __post_init__(self) -> None:
        if self.max_features < 1 or self.block < 1:
            raise InputError(f"max_features is {self.max_features}, block is {self.block}.", "Give positive numbers.")
        if not 0 <= self.unexplained < 1 or not 0 < self.edge_share <= 1:
            raise InputError(
                f"unexplained is {self.unexplained}, edge_share is {self.edge_share}.",
                "Give shares: unexplained from 0 to below 1, edge_share above 0, up to 1.",
            )


def attribute_direct(replacement: Replacement, prompt: Any, target: Target, method: Direct | None = None) -> Circuit:
    """The circuit of one prompt by the direct method.

    Args:
        replacement: a model whose dictionaries replace MLPs.
        prompt: the text.
        target: what to explain.
        method: how much to explain; by default everything, up to 10,000 features.

    Returns:
        The graph, not pruned.

    Raises:
        InputError: for a prompt or target that cannot be used, or dictionaries of another wiring.
    """
    others = sorted(name for name, d in replacement.dictionaries.items() if not d.replaces_mlps)
    if others:
        raise InputError(
            f"The direct method explains through dictionaries that replace MLPs; {others} do not.",
            "Choose method=sc.IntegratedGradients() or sc.RelP(), or load transcoders.",
        )
    replacement.check_linear()
    captured = capture(replacement, whole_prompt(replacement, prompt, target))
    explained = read_target(replacement, captured, target)
    return _Graph(replacement, captured, explained, method or Direct()).circuit(prompt, target)


class _Graph:
    """A graph that grows from its targets."""

    def __init__(self, replacement: Replacement, captured: Capture, explained: list[Explained], method: Direct) -> None:
        self._replacement, self._captured, self._explained = replacement, captured, explained
        self._method = method
        tops = [int(each.readings.place.max()) // 2 for each in explained]
        ahead = [site.layer for d in replacement.replacers if d.reads_ahead for site in d.reads]
        self._sources = Sources(replacement, captured, max(tops + ahead))
        self._linear = HeldModel(self._sources)
        self._features = [group for group in self._sources.groups if group.kind == NodeKind.FEATURE]
        self._rows = Rows(self._sources.size, len(explained), method.edge_share)
        self._weights = _shares([each.weight for each in explained])
        self._block = max(1, min(method.block, BLOCK_VALUES // self._sources.size))
        self._visited = np.zeros(self._sources.size, dtype=bool)
        self._left_out = 0.0

    def circuit(self, prompt: Any, target: Target) -> Circuit:
        """Explain the targets, then features, and build the circuit."""
        self._explain_targets()
        wanted = sum(len(group.position) for group in self._features)
        if wanted <= self._method.max_features and self._method.unexplained == 0:
            for columns in self._all_blocks():
                self._explain_features(columns)
        else:
            self._explain_best(min(wanted, self._method.max_features))
        self._linear.forget()
        nodes, row_of = self._table()
        weights = np.zeros(len(nodes))
        weights[-len(self._explained) :] = self._weights
        adjacency = self._rows.assemble(row_of, len(nodes))
        partial = not self._visited[self._is_feature()].all() or self._method.edge_share < 1
        return Circuit.build(nodes, adjacency, weights, self._provenance(prompt, target), pruned=partial)

    def _explain_targets(self) -> None:
        rows = self._sources.size + np.arange(len(self._explained))
        self._explain(rows, Readings.stack([each.readings for each in self._explained]))

    def _all_blocks(self) -> Iterator[Int[np.ndarray, " column"]]:
        for group in self._features:
            columns = np.arange(group.columns.start, group.columns.stop)
            yield from (columns[start : start + self._block] for start in range(0, len(columns), self._block))

    def _explain_best(self, budget: int) -> None:
        """Blocks of the features with the most influence, until the budget is spent or little is left."""
        done, feature = 0, self._is_feature()
        while True:
            through = np.where(feature & ~self._visited, self._rows.influence(self._weights), 0)
            self._left_out = float(through.sum())
            if done >= budget or self._left_out <= self._method.unexplained or not through.any():
                return
            # Later influences move little: ever larger steps keep the number of passes over all rows small.
            step = min(budget - done, max(self._block, done // 4))
            best = np.argsort(-through, kind="stable")[:step]
            best = np.sort(best[through[best] > 0])
            for start in range(0, len(best), self._block):
                self._explain_features(best[start : start + self._block])
            done += len(best)

    def _explain_features(self, columns: Int[np.ndarray, " column"]) -> None:
        wanted = sum(len(group.position) for group in self._features)
        report("explaining features", int(self._visited.sum()), min(wanted, self._method.max_features))
        parts, chosen = [], []
        for group in reversed(self._features):
            inside = columns[(columns >= group.columns.start) & (columns < group.columns.stop)]
            if len(inside):
                which = torch.from_numpy(inside - group.columns.start).to(group.position.device)
                dictionary = self._replacement.dictionary(group.dictionary)
                parts.append(feature_readings(self._replacement, self._captured, dictionary, which))
                chosen.append(inside)
        self._explain(np.concatenate(chosen), Readings.stack(parts))
        self._visited[columns] = True

    def _explain(self, rows: Int[np.ndarray, " row"], readings: Readings) -> None:
        effects = sweep(self._linear, readings)
        place, position = readings.entrance()
        for layer in (place // 2).unique().tolist():
            here = torch.nonzero(place // 2 == layer).flatten()
            own = self._sources.group(NodeKind.BIAS, layer).columns.start + position[here]
            effects[here, own] += readings.constant[here]
        self._rows.add(rows, place.numpy(force=True), effects.numpy(force=True))

    def _is_feature(self) -> np.ndarray:
        feature = np.zeros(self._sources.size, dtype=bool)
        for group in self._features:
            feature[group.columns] = True
        return feature

    def _table(self) -> tuple[NodeTable, Int[np.ndarray, " number"]]:
        """The nodes that are kept, and for each row number its row among them, -1 for those left out."""
        builder, kept = NodeTableBuilder(self._replacement.names), []
        for group in self._sources.groups:
            stays = self._visited[group.columns] | (group.kind != NodeKind.FEATURE)
            columns = {
                name: values[stays] if np.ndim(values) else values for name, values in self._columns(group).items()
            }
            builder.add(group.kind, group.layer, group.position.numpy(force=True)[stays], **columns)
            kept.append(np.arange(group.columns.start, group.columns.stop)[stays])
        for number, each in enumerate(self._explained):
            columns = {"value": each.value, "probability": each.probability}
            place, position = each.readings.entrance()
            builder.add_target(each.label, int(place[0]) // 2, int(position[0]), **columns)
            kept.append(np.array([self._sources.size + number]))
        nodes, order = builder.build()
        row_of = np.full(self._sources.size + len(self._explained), -1, dtype=np.int64)
        row_of[np.concatenate(kept)[order]] = np.arange(len(nodes))
        return nodes, row_of

    def _columns(self, group: Group) -> dict[str, Any]:
        columns = self._sources.node_columns(group)
        return columns | {"site": SITE_KINDS.index("mlp_out")} if group.kind == NodeKind.ERROR else columns

    def _provenance(self, prompt: Any, target: Target) -> Provenance:
        subject, ids = self._replacement.subject, self._captured.tokens.ids[0].tolist()
        return Provenance(
            model=subject.name,
            prompt=text_of(prompt, target) or subject.tokenizer.decode(ids),
            token_ids=tuple(ids),
            tokens=tuple(subject.token_texts(ids)),
            n_layers=subject.n_layers,
            method=self._method.name,
            target=", ".join(each.label.strip() for each in self._explained),
            version=__version__,
            settings={
                "target": type(target).__name__,
                "readouts": [each.readout.record() for each in self._explained],
                "left_out": self._left_out,
                **asdict(self._method),
            },
        )


def _shares(weights: list[float]) -> Float[np.ndarray, " target"]:
    """Weights as shares of one; equal ones if none is above zero."""
    total = sum(weights)
    return np.array(weights) / total if total > 0 else np.full(len(weights), 1 / len(weights))
