"""What the Explorer asks of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from saecircuits.attribution import CheckReport, HeadExplanation, HeadShares
from saecircuits.circuit import Circuit, Feature
from saecircuits.features import Evidence
from saecircuits.interventions import Edit, Effect
from saecircuits.replacement import Replacement
from saecircuits.sites import Site


class Workbench(Protocol):
    """A model with dictionaries; any thread may call it."""

    @property
    def replacement(self) -> Replacement:
        """Model and dictionaries."""
        ...

    @property
    def dictionaries(self) -> Mapping[str, Any]:
        """Its dictionaries by name."""
        ...

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """What is known of their features, by dictionary; some may be missing."""
        ...

    def attribute(self, prompt: str, target: Any = None, against: str | None = None) -> Circuit:
        """A circuit of another prompt."""
        ...

    def intervene(
        self, prompt: Any, edits: Sequence[Edit], frozen: bool = False, *, watch: Sequence[Site] = ()
    ) -> Effect:
        """The effect of edits."""
        ...

    def check(self, circuit: Circuit) -> CheckReport:
        """What a circuit predicts against what the model does."""
        ...

    def edge_heads(self, circuit: Circuit, source: str | int, target: str | int) -> HeadShares:
        """Through which heads an edge flows."""
        ...

    def explain_head(self, prompt: Any, layer: int, head: int, query: int = -1, **options: Any) -> HeadExplanation:
        """Which pairs of features made a head look where it looks."""
        ...

    def card(self, feature: Feature) -> Mapping[str, Any]:
        """Evidence of a feature, as JSON."""
        ...

    def cards(self, circuit: Circuit) -> Mapping[str, Any]:
        """Evidence of all features of a circuit."""
        ...
