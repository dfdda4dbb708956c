"""The selected node of a circuit, and its feature, which other widgets may share."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError


class NodeChoice(traitlets.HasTraits):
    """The part of a widget that selects nodes of a circuit.

    Attributes:
        selected: id of the selected node, or None.
        feature: the selected feature, or None. Setting it selects its most influential node, if there is one.
    """

    selected = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    feature = traitlets.Unicode(None, allow_none=True)

    def _choices(self) -> Circuit | None:
        """The circuit whose nodes are selected, as soon as there is one."""
        raise NotImplementedError

    @traitlets.observe("selected")
    def _node_was_selected(self, change: Any) -> None:
        circuit = self._choices()
        if circuit is None or change["new"] not in circuit.nodes.ids:  # such as an id of the circuit before
            self.feature = None
            return
        feature = circuit.node(change["new"]).feature
        self.feature = None if feature is None else str(feature)

    @traitlets.observe("feature")
    def _feature_was_selected(self, change: Any) -> None:
        circuit = self._choices()
        if circuit is None or change["new"] is None:
            return
        rows = _rows(circuit, change["new"])
        here = None if self.selected is None else circuit.nodes.ids.index(self.selected)
        if here not in rows:
            best = max(rows, key=lambda row: float(circuit.influence[row]), default=None)
            self.selected = None if best is None else circuit.nodes.ids[best]


def _rows(circuit: Circuit, name: str) -> list[int]:
    """Nodes of a feature; none if the circuit does not have it, or if that is no name of a feature."""
    nodes = circuit.nodes
    try:
        feature = Feature.parse(name)
    except InputError:
        return []
    if feature.dictionary not in nodes.dictionaries:
        return []
    of_dictionary = nodes.dictionary == nodes.dictionaries.index(feature.dictionary)
    return np.flatnonzero(of_dictionary & (nodes.index == feature.index)).tolist()
