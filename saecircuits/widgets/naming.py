"""Names that people give to features while a circuit with them is on show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import traitlets

from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import NotAttachedError

from .labels import answer_label
from .messages import Answer


class Naming(traitlets.HasTraits):
    """The part of the Explorer that names features.

    Attributes:
        names: labels that features of the circuit were given since it was opened, by `"dictionary/index"`, here or
            anywhere else in this laboratory.
    """

    names = traitlets.Dict().tag(sync=True)

    @property
    def circuit(self) -> Circuit:
        """The circuit that is shown."""
        raise NotImplementedError

    def named(self, circuit: Circuit) -> Circuit:
        """A circuit with the names that were given."""
        given = {Feature.parse(feature): label for feature, label in self.names.items()}
        return replace(circuit, labels={**circuit.labels, **given}) if given else circuit

    def _hear_of_names(self, lab: Any) -> None:
        """From now on features are named in this laboratory; without one they cannot be."""
        self._laboratory = lab
        if lab is not None:
            lab.tell_of_labels(self._feature_was_named)

    def _feature_was_named(self, dictionary: str, feature: int) -> None:
        nodes = self.circuit.nodes
        if dictionary not in nodes.dictionaries:
            return
        here = (nodes.dictionary == nodes.dictionaries.index(dictionary)) & (nodes.index == feature)
        if np.any(here):
            named = Feature(dictionary, feature)
            self.names = {**self.names, str(named): self._laboratory.label(named)}

    def _answer_label(self, message: Mapping[str, Any]) -> Answer:
        if self._laboratory is None:
            raise NotAttachedError(
                "There is no model behind this circuit, so its features cannot be named.",
                "Open it with Explorer(circuit, lab).",
            )
        return answer_label(self._laboratory, message)
