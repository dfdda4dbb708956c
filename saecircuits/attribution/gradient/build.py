"""Chosen nodes and their direct effects as a circuit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from torch import Tensor

from saecircuits.circuit import Circuit, NodeKind, NodeTable, NodeTableBuilder, Provenance
from saecircuits.sites import SITE_KINDS

from .bases import error_site
from .edges import Chosen, direct_effects
from .goals import Goal, measure
from .methods import GradientMethod
from .places import EMBEDDING, Walked
from .split import Split


def build(
    parts: Split,
    goals: Sequence[Goal],
    chosen: Chosen,
    effect: Tensor,
    method: GradientMethod,
    provenance: Provenance,
) -> Circuit:
    """The circuit of one prompt.

    Args:
        parts: the prompt.
        goals: its targets.
        chosen: its nodes.
        effect: total effect of each chosen node, in their order.
        method: how direct effects are taken, if they are.
        provenance: where it came from.
    """
    nodes, order = _table(parts, goals, chosen)
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.arange(len(order))
    total = np.full(len(nodes), np.nan)
    total[row_of[: len(chosen)]] = effect.numpy(force=True)
    weights = np.zeros(len(nodes))
    weights[row_of[len(chosen) :]] = [goal.weight for goal in goals]
    adjacency = _adjacency(parts, goals, chosen, method, row_of) if method.edges else _none(len(nodes))
    return Circuit.build(nodes, adjacency, weights, provenance, effect=total, pruned=True)


def _none(size: int) -> sparse.csr_array:
    return sparse.csr_array((size, size), dtype=np.float32)


def _adjacency(
    parts: Split, goals: Sequence[Goal], chosen: Chosen, method: GradientMethod, row_of: np.ndarray
) -> sparse.csr_array:
    data, rows, columns = [], [], []
    for block in direct_effects(parts, goals, chosen, method):
        values = block.effects.numpy(force=True)
        reading, source = values.nonzero()
        data.append(values[reading, source])
        rows.append(row_of[block.reading.numpy(force=True)[reading]])
        columns.append(row_of[source])
    size = len(row_of)
    return sparse.csr_array((np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(size, size))


def _table(parts: Split, goals: Sequence[Goal], chosen: Chosen) -> tuple[NodeTable, np.ndarray]:
    builder = NodeTableBuilder(tuple(basis.name for basis in parts.bases))
    for number, basis in enumerate(parts.bases):
        own = chosen.features[basis.name]
        builder.add(
            NodeKind.FEATURE,
            basis.writes[0].layer,
            own.spot.numpy(force=True),
            dictionary=number,
            index=own.index.numpy(force=True),
            value=own.value.numpy(force=True),
        )
    for place, position in chosen.errors.items():
        if place == EMBEDDING:
            builder.add(NodeKind.TOKEN, -1, position.numpy(force=True))
            continue
        size = parts.errors[place][0, position].norm(dim=-1).numpy(force=True)
        site = SITE_KINDS.index(error_site(place).kind)
        builder.add(NodeKind.ERROR, place.layer, position.numpy(force=True), value=size, site=site)
    walked = Walked(parts.values, parts.values, parts.scores, parts.logits)
    for goal in goals:
        value = float(measure(goal, parts.bases, walked, slice(None))[0])
        builder.add_target(goal.label, goal.layer, goal.position, value=value, probability=goal.probability)
    return builder.build()
