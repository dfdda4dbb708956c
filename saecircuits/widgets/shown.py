"""What an Explorer shows, in one frozen piece: another thread sees all of it or nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from saecircuits.attribution import watched
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError, NotAttachedError, SaeCircuitsError
from saecircuits.exports import graph_state
from saecircuits.interventions import Edit, Effect

from .attention_state import Attention
from .edit_records import records_of_edits
from .effect_state import effect_state
from .grouping import firing_rates
from .messages import describe
from .offline import strongest_cards
from .possible import why_no_card, why_not_changed, why_not_run
from .predicted import Predictor
from .workbench import Workbench

SHOWN_NODES, SHOWN_EDGES = 0.95, 0.98
"""Shares of influence that are sent to the browser, whose slider prunes further."""


@dataclass(frozen=True)
class Shown:
    """A circuit and what can be done with it.

    Attributes:
        whole: the circuit as it was opened.
        circuit: the part of it that the browser gets.
        refusal: why it can be neither edited nor checked, or None.
        runs: whether the model can be run on its prompt.
    """

    whole: Circuit
    circuit: Circuit
    refusal: SaeCircuitsError | None
    runs: bool
    _lab: Workbench | None
    _predictor: Predictor
    _attention: Attention | None

    @classmethod
    def of(cls, circuit: Circuit, lab: Workbench | None) -> Shown:
        """Show a circuit; a whole graph is pruned to what carries 95 % of the influence."""
        part = circuit if circuit.pruned else circuit.prune(SHOWN_NODES, SHOWN_EDGES)
        cannot_run = why_not_run(circuit, lab is not None)
        refusal = cannot_run or (why_not_changed(circuit, lab.dictionaries) if lab is not None else None)
        attention = None if lab is None else Attention(lab, circuit)
        return cls(circuit, part, refusal, cannot_run is None, lab, Predictor(circuit, part), attention)

    def graph(self) -> dict[str, Any]:
        """The `graph` trait."""
        refusal = None if self.refusal is None else describe(self.refusal)
        density = None if self._lab is None else firing_rates(self.circuit, self._lab.evidence)
        live = self._lab is not None
        return graph_state(self.circuit, live=live, kernel=True, refusal=refusal, density=density)

    def refuse(self) -> None:
        """Raise what keeps the circuit from being edited and checked."""
        if self.refusal is not None:
            raise self.refusal.with_traceback(None)

    @property
    def model(self) -> Workbench:
        """The model.

        Raises:
            NotAttachedError: if there is none.
        """
        if self._lab is None:
            raise NotAttachedError(
                "There is no model behind this circuit, so it can only be looked at.",
                "Open it with Explorer(circuit, lab).",
            )
        return self._lab

    def measure(self, edits: list[Edit], frozen: bool) -> tuple[Effect, dict[str, Any]]:
        """Run the model with edits: what came of it, and the `effect` trait."""
        start = time.perf_counter()
        tokens = torch.tensor(self.circuit.provenance.token_ids)
        effect = self.model.intervene(tokens, edits, frozen=frozen, watch=watched(self.circuit))
        state = effect_state(self.circuit, effect, self._predictor.predict(effect))
        state["edits"] = records_of_edits(edits)
        state["milliseconds"] = 1000 * (time.perf_counter() - start)
        return effect, state

    @property
    def attention(self) -> Attention:
        """What is asked about its attention; raises what keeps the circuit from being edited and checked."""
        self.refuse()
        assert self._attention is not None  # without a model there is a refusal
        return self._attention

    def card(self, identifier: str) -> dict[str, Any]:
        """Evidence of the feature of a node.

        Raises:
            InputError: if there is no such node, it is no feature, or nothing is known of it.
        """
        node = self.circuit.node(identifier)
        if node.feature is None:
            raise InputError(f"{node.id} is not a feature; only features have cards.")
        unknown = why_no_card(node.feature.dictionary, self.model.dictionaries)
        if unknown is not None:
            raise unknown
        return dict(self.model.card(node.feature))

    def cards(self) -> Mapping[str, Any]:
        """Evidence of all features, by `"dictionary/index"`."""
        return {} if self._lab is None else self._lab.cards(self.circuit)

    def strongest_cards(self) -> dict[str, Any]:
        """Evidence of as many features, the most influential ones, as a copy in a notebook has room for."""
        lab = self._lab
        if lab is None:
            return {}
        features = dict.fromkeys(node.feature for node in self.circuit.top(len(self.circuit)) if node.feature)
        known = [feature for feature in features if feature.dictionary in lab.evidence]
        return strongest_cards(known, lab.card) if known else {}
