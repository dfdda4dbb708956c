"""The Explorer: a circuit in the notebook, whose features are edited while the output changes beside them.

Python holds the state and answers requests; the TypeScript half `widgets/src/explorer.ts` draws. Traits carry what both
sides know, requests with an id carry what takes work; see `docs/widgets.md`.

Requests and cells work at the same time. What was begun last is shown: whatever ends after something newer, or belongs
to a circuit that is no longer shown, changes nothing.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import traitlets

from saecircuits.attribution import CheckReport
from saecircuits.circuit import Circuit, Node
from saecircuits.errors import Stopped
from saecircuits.exports import supernode_records
from saecircuits.exports.state import pins_of
from saecircuits.interventions import Edit, Effect
from saecircuits.progress import listening, report

from .base import Widget
from .check_record import check_record
from .edit_records import edits_from_records
from .files import file_of
from .grouping import Grouping
from .messages import Answer, Handler, describe, text_field
from .naming import Naming
from .node_choice import NodeChoice
from .shown import Shown
from .steering import answer_continue
from .workbench import Workbench

_OF_A_CIRCUIT = frozenset({"selected", "pinned", "supernodes", "places", "filter", "edits"})


class Explorer(Grouping, Naming, NodeChoice, Widget):
    """A circuit as a widget.

    Args:
        circuit: what to show; a whole graph is pruned to what carries 95 % of the influence.
        lab: the model that answers edits; by default the circuit's own. Without one the circuit can be looked at.
            Circuits that no single prompt made, and circuits of neurons, can be looked at in any case.

    Attributes:
        prune: share of the shown influence that stays visible.
        edits: the present edits, as records; use `apply` to set them.
        frozen: hold attention and norms while editing.
        report: what the last check of this circuit found, as JSON, or None; use `check` to run it.
    """

    bundle = "explorer"
    height = 1000
    beside = frozenset({"check"})

    graph = traitlets.Dict().tag(sync=True)
    prune = traitlets.Float(0.8, min=0.0, max=1.0).tag(sync=True)
    edits = traitlets.List(traitlets.Dict()).tag(sync=True)
    frozen = traitlets.Bool(False).tag(sync=True)
    effect = traitlets.Dict(None, allow_none=True).tag(sync=True)
    report = traitlets.Dict(None, allow_none=True).tag(sync=True)
    cards = traitlets.Dict().tag(sync=True)

    def __init__(self, circuit: Circuit, lab: Workbench | None = None, **traits: Any) -> None:
        self._lab: Any = circuit.host if lab is None else lab
        self._turns = itertools.count(1)
        self._shown_turn = self._edited_turn = 0
        super().__init__(**traits)
        self.show(circuit)
        self._hear_of_names(self._lab)
        for name in _OF_A_CIRCUIT & set(traits):  # showing a circuit starts them anew
            setattr(self, name, traits[name])

    @property
    def circuit(self) -> Circuit:
        """The circuit that is shown, pruned as the browser got it."""
        return self._shown_now.circuit

    @property
    def selected_node(self) -> Node | None:
        """The selected node, or None."""
        return None if self.selected is None else self.circuit.node(self.selected)

    @property
    def pinned_nodes(self) -> list[Node]:
        """The pinned nodes."""
        return [self.circuit.node(identifier) for identifier in self.pinned]

    def show(self, circuit: Circuit) -> None:
        """Show another circuit; selection, pins, edits and the report start anew."""
        with suppress(Stopped):
            self._show(circuit, next(self._turns))

    def apply(self, edits: Sequence[Edit], frozen: bool = False) -> Effect:
        """Edit features, as a click would; the widget shows what moved.

        Raises:
            InputError: for an edit that cannot be made, or a circuit that cannot be edited.
            NotAttachedError: if there is no model behind the circuit.
        """
        shown, turn = self._shown_now, next(self._turns)
        shown.refuse()
        effect, state = shown.measure(list(edits), frozen)
        with suppress(Stopped), self._editing(shown, turn):
            self._set_edits(frozen, state)
        return effect

    def check(self) -> CheckReport:
        """Measure how far to trust the circuit, as a click on Check would; the whole one, where it was opened whole.

        Raises:
            InputError: for a circuit that cannot be checked.
            NotAttachedError: if there is no model behind the circuit.
        """
        shown = self._shown_now
        shown.refuse()
        try:
            with listening(lambda what, done, total: self._show_progress(what, done / total if total else None, 1)):
                found, record = _checked(shown)
        finally:
            self._show_progress("", None, 1)
        with suppress(Stopped), self._still(shown):
            self.report = record
        return found

    def _choices(self) -> Circuit | None:
        return self._shown_now.circuit if self._shown_turn else None

    def _show(self, circuit: Circuit, turn: int) -> None:
        shown = Shown.of(circuit, self._lab)
        effect = shown.measure([], frozen=False)[1] if shown.runs else None
        graph, cards = shown.graph(), shown.strongest_cards()
        report("showing the circuit", 0)
        with self.hold_sync():
            if turn < self._shown_turn:
                raise Stopped("A newer circuit is shown.")
            self._shown_turn, self._shown_now = turn, shown
            self.graph = graph
            self.supernodes = supernode_records(shown.circuit)
            self.selected, self.pinned, self.places, self.filter = None, pins_of(shown.circuit), {}, {}
            self.effect = effect
            self.error, self.cards, self.report, self.names = None, cards, None, {}
            self.edits = []

    @contextmanager
    def _still(self, shown: Shown) -> Iterator[None]:
        """Set traits together, of a circuit that is still shown."""
        with self.hold_sync():
            if shown is not self._shown_now:
                raise Stopped("Another circuit is shown.")
            yield

    @contextmanager
    def _editing(self, shown: Shown, turn: int) -> Iterator[None]:
        """Set traits together, unless edits that were begun later are shown."""
        with self._still(shown):
            if turn < self._edited_turn:
                raise Stopped("Newer edits are shown.")
            self._edited_turn = turn
            yield

    def _set_edits(self, frozen: bool, state: dict[str, Any]) -> None:
        self.frozen, self.error = frozen, None
        self.effect = state  # before the edits: their observer compares with it
        self.edits = state["edits"]

    def _quick(self) -> Mapping[str, Handler]:
        return {
            "card": self._answer_card,
            "label": self._answer_label,
            "feature_card": lambda message: self._shown_now.attention.card(message),
        }

    def _long(self) -> Mapping[str, Handler]:
        return {
            "edit": self._answer_edit,
            "check": self._answer_check,
            "export": self._answer_export,
            "attribute": self._answer_attribute,
            "group": self._answer_group,
            "edge_heads": lambda message: self._shown_now.attention.edge_heads(message),
            "explain_head": lambda message: self._shown_now.attention.explain_head(message),
            "continue": lambda message: answer_continue(self._shown_now, message),
        }

    def _answer_card(self, message: Mapping[str, Any]) -> Answer:
        return {"card": self._shown_now.card(text_field(message, "node"))}, []

    def _answer_edit(self, message: Mapping[str, Any]) -> Answer:
        shown, turn = self._shown_now, next(self._turns)
        shown.refuse()
        edits, frozen = edits_from_records(message.get("edits")), bool(message.get("frozen", False))
        report("running the model with the edits", 0)
        _, state = shown.measure(edits, frozen)
        report("running the model with the edits", 1, 1)
        with self._editing(shown, turn):
            self._set_edits(frozen, state)
        sent = {name: value for name, value in state.items() if not isinstance(value, bytes)}
        return {"effect": sent}, [state[name] for name in ("before", "after", "node_value", "predicted")]

    def _answer_check(self, _: Mapping[str, Any]) -> Answer:
        shown = self._shown_now
        shown.refuse()
        record = _checked(shown)[1]
        with self._still(shown):
            self.report = record
        return {"report": record}, []

    def _answer_export(self, message: Mapping[str, Any]) -> Answer:
        name = text_field(message, "format")
        report("writing the file", 0)
        if name == "html":
            return {"filename": "circuit.html", "mime": "text/html"}, [self.html().encode("utf-8")]
        filename, media_type, content = file_of(self.named(self.grouped), name)
        return {"filename": filename, "mime": media_type}, [content]

    def _answer_attribute(self, message: Mapping[str, Any]) -> Answer:
        target, against = (message.get(name) or None for name in ("target", "against"))
        turn = next(self._turns)
        report("finding the circuit", 0)
        self._show(self._shown_now.model.attribute(text_field(message, "prompt"), target, against), turn)
        return {}, []

    def html(self, title: str = "") -> str:
        """The Explorer as it is now, as one HTML page that works offline and without a kernel."""
        circuit = self.circuit
        return super().html(title or f"{circuit.prompt} → {circuit.provenance.target}")

    def _page_state(self) -> dict[str, Any]:
        return self._without_model(self._shown_now.cards())

    def _kept_state(self) -> dict[str, Any]:
        return self._without_model(self.cards)

    def _without_model(self, cards: Mapping[str, Any]) -> dict[str, Any]:
        graph = {**self.graph, "live": False, "kernel": False, "refusal": None}
        return super()._page_state() | {"graph": graph, "cards": dict(cards)}

    @traitlets.observe("edits")
    def _edits_set_from_outside(self, change: Any) -> None:
        """Edits that Python or a restored state set without `apply` are run too.

        If they cannot be, the error is shown in the widget, and the edits go back to what they were.
        """
        known = self.effect.get("edits", []) if self.effect else []
        if change["new"] == known or not self._shown_turn:
            return
        try:
            self.apply(edits_from_records(change["new"]), self.frozen)
        except Exception as error:
            self.error = describe(error)
            self.edits = known


def _checked(shown: Shown) -> tuple[CheckReport, dict[str, Any]]:
    """The report, and its record as the browser gets it."""
    start = time.perf_counter()
    report("checking the circuit", 0)
    found = shown.model.check(shown.whole)
    report("checking the circuit", 1, 1)
    return found, check_record(found, 1000 * (time.perf_counter() - start))
