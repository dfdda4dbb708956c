"""The Explorer: a circuit in the notebook, whose features are edited while the output changes beside them.

Python holds the state and answers requests; the TypeScript half `widgets/src/explorer.ts` draws. Traits carry what both
sides know, requests with an id carry what takes work; see `docs/widgets.md`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import anywidget
import torch
import traitlets

from saecircuits.attribution import CheckReport, watched
from saecircuits.circuit import Circuit, Feature, Node
from saecircuits.errors import InputError, NotAttachedError
from saecircuits.exports import TEXT_FORMATS, graph_state, supernode_records
from saecircuits.interventions import Edit, Effect
from saecircuits.sites import Site

from .check_record import check_record
from .edit_records import edits_from_records, records_of_edits
from .effect_state import effect_state
from .messages import Answer, answer, describe, text_field
from .possible import why_no_card, why_not_changed, why_not_run

_STATIC = Path(__file__).parent / "static"
SHOWN_NODES, SHOWN_EDGES = 0.95, 0.98
"""Shares of influence that are sent to the browser, whose slider prunes further."""


class Workbench(Protocol):
    """What the Explorer asks of a model."""

    @property
    def dictionaries(self) -> Mapping[str, Any]:
        """Its dictionaries by name."""
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

    def card(self, feature: Feature) -> Mapping[str, Any]:
        """Evidence of a feature, as JSON."""
        ...

    def cards(self, circuit: Circuit) -> Mapping[str, Any]:
        """Evidence of all features of a circuit."""
        ...


class Explorer(anywidget.AnyWidget):
    """A circuit as a widget.

    Args:
        circuit: what to show; a whole graph is pruned to what carries 95 % of the influence.
        lab: the model that answers edits; by default the circuit's own. Without one the circuit can be looked at.
            Circuits that no single prompt made, and circuits of neurons, can be looked at in any case.

    Attributes:
        selected: id of the selected node, or None.
        pinned: ids of the pinned nodes.
        prune: share of the shown influence that stays visible.
        edits: the present edits, as records; use `apply` to set them.
        frozen: hold attention and norms while editing.
        report: what the last check of this circuit found, as JSON, or None; use `check` to run it.
    """

    _esm = _STATIC / "explorer.js"
    _css = _STATIC / "explorer.css"

    graph = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    pinned = traitlets.List(traitlets.Unicode()).tag(sync=True)
    supernodes = traitlets.List(traitlets.Dict()).tag(sync=True)
    prune = traitlets.Float(0.8, min=0.0, max=1.0).tag(sync=True)
    edits = traitlets.List(traitlets.Dict()).tag(sync=True)
    frozen = traitlets.Bool(False).tag(sync=True)
    effect = traitlets.Dict(None, allow_none=True).tag(sync=True)
    report = traitlets.Dict(None, allow_none=True).tag(sync=True)
    cards = traitlets.Dict().tag(sync=True)
    error = traitlets.Dict(None, allow_none=True).tag(sync=True)
    busy = traitlets.Unicode("").tag(sync=True)

    def __init__(self, circuit: Circuit, lab: Workbench | None = None, **traits: Any) -> None:
        self._lab: Any = circuit.host if lab is None else lab
        self._handlers = {
            "card": self._answer_card,
            "edit": self._answer_edit,
            "check": self._answer_check,
            "export": self._answer_export,
            "attribute": self._answer_attribute,
        }
        super().__init__(**traits)
        self.show(circuit)
        for name in {"selected", "pinned", "edits"} & set(traits):  # showing a circuit starts them anew
            setattr(self, name, traits[name])
        self.on_msg(self._on_message)

    @property
    def circuit(self) -> Circuit:
        """The circuit that is shown, pruned as the browser got it."""
        return self._circuit

    @property
    def selected_node(self) -> Node | None:
        """The selected node, or None."""
        return None if self.selected is None else self._circuit.node(self.selected)

    @property
    def pinned_nodes(self) -> list[Node]:
        """The pinned nodes."""
        return [self._circuit.node(identifier) for identifier in self.pinned]

    def show(self, circuit: Circuit) -> None:
        """Show another circuit; selection, pins, edits and the report start anew."""
        self._whole = circuit
        self._circuit = circuit if circuit.pruned else circuit.prune(SHOWN_NODES, SHOWN_EDGES)
        cannot_run = why_not_run(circuit, self._lab is not None)
        refusal = cannot_run or why_not_changed(circuit, self._lab.dictionaries)
        with self.hold_sync():
            self.graph = graph_state(
                self._circuit,
                live=self._lab is not None,
                kernel=True,
                refusal=None if refusal is None else describe(refusal),
            )
            self._refusal = refusal
            self.supernodes = supernode_records(self._circuit)
            self.selected, self.pinned = None, []
            self.effect = None if cannot_run else self._measure([], frozen=False)[1]
            self.error, self.cards, self.report = None, {}, None
            self.edits = []

    def apply(self, edits: Sequence[Edit], frozen: bool = False) -> Effect:
        """Edit features, as a click would; the widget shows what moved.

        Raises:
            InputError: for an edit that cannot be made, or a circuit that cannot be edited.
            NotAttachedError: if there is no model behind the circuit.
        """
        self._refuse()
        effect, state = self._measure(list(edits), frozen)
        self._set_edits(edits, frozen, state)
        return effect

    def check(self) -> CheckReport:
        """Measure how far to trust the circuit, as a click on Check would; the whole one, where it was opened whole.

        Raises:
            InputError: for a circuit that cannot be checked.
            NotAttachedError: if there is no model behind the circuit.
        """
        self._refuse()
        start = time.perf_counter()
        self.busy = "checking"
        try:
            report = self._model.check(self._whole)
        finally:
            self.busy = ""
        self.report = check_record(report, 1000 * (time.perf_counter() - start))
        return report

    def _refuse(self) -> None:
        if self._refusal is not None:
            raise self._refusal.with_traceback(None)

    def _measure(self, edits: list[Edit], frozen: bool) -> tuple[Effect, dict[str, Any]]:
        start = time.perf_counter()
        tokens = torch.tensor(self._circuit.provenance.token_ids)
        effect = self._model.intervene(tokens, edits, frozen=frozen, watch=watched(self._circuit))
        state = effect_state(self._circuit, effect)
        state["edits"] = records_of_edits(edits)
        state["milliseconds"] = 1000 * (time.perf_counter() - start)
        return effect, state

    def _set_edits(self, edits: Sequence[Edit], frozen: bool, state: dict[str, Any]) -> None:
        with self.hold_sync():
            self.frozen, self.error = frozen, None
            self.effect = state  # before the edits: their observer compares with it
            self.edits = state["edits"]

    @property
    def _model(self) -> Workbench:
        if self._lab is None:
            raise NotAttachedError(
                "There is no model behind this circuit, so it can only be looked at.",
                "Open it with Explorer(circuit, lab).",
            )
        return self._lab

    def _on_message(self, _: Any, message: Any, __: list[Any]) -> None:
        reply, buffers = answer(self._handlers, message)
        self.send(reply, buffers)

    def _answer_card(self, message: Mapping[str, Any]) -> Answer:
        node = self._circuit.node(text_field(message, "node"))
        if node.feature is None:
            raise InputError(f"{node.id} is not a feature; only features have cards.")
        unknown = why_no_card(node.feature.dictionary, self._model.dictionaries)
        if unknown is not None:
            raise unknown
        return {"card": dict(self._model.card(node.feature))}, []

    def _answer_edit(self, message: Mapping[str, Any]) -> Answer:
        self._refuse()
        edits, frozen = edits_from_records(message.get("edits")), bool(message.get("frozen", False))
        _, state = self._measure(edits, frozen)
        self._set_edits(edits, frozen, state)
        sent = {name: value for name, value in state.items() if not isinstance(value, bytes)}
        return {"effect": sent}, [state["before"], state["after"], state["node_value"]]

    def _answer_check(self, _: Mapping[str, Any]) -> Answer:
        self.check()
        return {"report": self.report}, []

    def _answer_export(self, message: Mapping[str, Any]) -> Answer:
        name = text_field(message, "format")
        if name not in TEXT_FORMATS:
            raise InputError(f"There is no format {name!r}.", f"Known are {', '.join(TEXT_FORMATS)}.")
        ending, media_type, write = TEXT_FORMATS[name]
        view = self._view() if name == "html" else {}
        return {"filename": f"circuit{ending}", "mime": media_type}, [write(self._circuit, **view).encode("utf-8")]

    def _view(self) -> dict[str, Any]:
        """What a page opens with: what is looked at, and what is known."""
        cards = {} if self._lab is None else self._lab.cards(self._circuit)
        view = {name: getattr(self, name) for name in ("prune", "selected", "pinned", "report")}
        return view | {"cards": cards}

    def _answer_attribute(self, message: Mapping[str, Any]) -> Answer:
        target, against = (message.get(name) or None for name in ("target", "against"))
        self.busy = "attributing"
        try:
            self.show(self._model.attribute(text_field(message, "prompt"), target, against))
        finally:
            self.busy = ""
        return {}, []

    @traitlets.observe("edits")
    def _edits_set_from_outside(self, change: Any) -> None:
        """Edits that Python or a restored state set without `apply` are run too.

        If they cannot be, the error is shown in the widget, and the edits go back to what they were.
        """
        known = self.effect["edits"] if self.effect else []
        if change["new"] == known or not hasattr(self, "_circuit"):
            return
        try:
            self.apply(edits_from_records(change["new"]), self.frozen)
        except Exception as error:
            self.error = describe(error)
            self.edits = known
