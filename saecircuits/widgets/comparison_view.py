"""The ComparisonView: two circuits side by side, or what the second has that the first had not."""

from __future__ import annotations

import math
from typing import Any

import traitlets

from saecircuits.circuit import Circuit, Comparison, compare
from saecircuits.errors import InputError
from saecircuits.exports import graph_state

from .base import Widget
from .node_choice import NodeChoice
from .shown import SHOWN_EDGES, SHOWN_NODES

MODES = ("side by side", "difference")


class ComparisonView(NodeChoice, Widget):
    """Two circuits side by side.

    Nodes that are the same feature (error, token, bias) at the same position are one row of the list; a click selects
    them in both. Whole circuits are pruned to what carries 95 % of the influence before they are compared.

    Args:
        a, b: circuits of models with as many layers.
        mode: `"side by side"`, or `"difference"`: one graph of what `b` has less what `a` has.

    Attributes:
        comparison: what `sc.compare` says of the two as they are shown.
        mode: which of the two is on show.
        prune: share of the shown influence that stays visible.

    Raises:
        InputError: for models that differ in the number of layers, or an unknown mode.
    """

    bundle = "comparison_view"

    graphs = traitlets.List(traitlets.Dict()).tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    scores = traitlets.Dict().tag(sync=True)
    mode = traitlets.Unicode(MODES[0]).tag(sync=True)
    prune = traitlets.Float(0.8, min=0.0, max=1.0).tag(sync=True)

    def __init__(self, a: Circuit, b: Circuit, mode: str = MODES[0], **traits: Any) -> None:
        first, second = (c if c.pruned else c.prune(SHOWN_NODES, SHOWN_EDGES) for c in (a, b))
        self._circuits = first, second
        self._comparison = compare(first, second)
        drawn = (first, second, self._comparison.difference)
        super().__init__(
            graphs=[graph_state(circuit, live=False) for circuit in drawn],
            rows=[
                {"node": row.node, "status": row.status, "before": row.before, "after": row.after}
                for row in self._comparison.nodes
                if row.kind in ("feature", "error")
            ],
            scores={
                "nodes": _or_none(self._comparison.node_jaccard),
                "edges": _or_none(self._comparison.edge_jaccard),
            },
            mode=mode,
            **traits,
        )

    @property
    def comparison(self) -> Comparison:
        """What `sc.compare` says of the two circuits as they are shown."""
        return self._comparison

    @property
    def circuits(self) -> tuple[Circuit, Circuit]:
        """The two circuits as they are shown."""
        return self._circuits

    @traitlets.validate("mode")
    def _check_mode(self, proposal: Any) -> str:
        if proposal["value"] not in MODES:
            raise InputError(f"There is no mode {proposal['value']!r}.", f"Known are {', '.join(map(repr, MODES))}.")
        return proposal["value"]

    def _choices(self) -> Circuit:
        return self._comparison.difference


def _or_none(share: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(share) else share
