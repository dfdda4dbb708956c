"""Whatever the front end sends, the kernel lives on: one answer to a request, and the widget works afterwards."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anywidget
import pytest
import traitlets
from hypothesis import HealthCheck, given, settings, strategies as st

import saecircuits as sc
from saecircuits import widgets
from saecircuits.widgets.base import Widget

from .nonsense import Nonsense, fields_of_requests, finite

MESSAGES, TRAITS, SEED = 80, 50, 5
PROMPT = ("the farmers near the king", "are", "is")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAECIRCUITS_HOME", str(tmp_path_factory.mktemp("home")))  # names that are given to features
        yield sc.load("world")


@pytest.fixture(scope="module")
def circuit(lab):
    return lab.attribute(*PROMPT)


Maker = Callable[[Any, Any], Any]
MAKERS: dict[str, Maker] = {
    "Explorer": lambda lab, circuit: widgets.Explorer(circuit, lab),
    "ComparisonView": lambda _, circuit: widgets.ComparisonView(circuit, circuit),
    "PatchBoard": lambda lab, _: widgets.PatchBoard(lab, PROMPT[0], "the farmer near the king", *PROMPT[1:]),
    "SteeringPanel": lambda lab, _: widgets.SteeringPanel(lab, PROMPT[0], ["transcoder.0/12"], {"tokens": 2}),
    "SparsityExplorer": lambda lab, _: widgets.SparsityExplorer(lab, PROMPT[0]),
    "FeatureAtlas": lambda lab, _: widgets.FeatureAtlas(lab.dictionaries["transcoder.0"], lab.evidence),
    "CrosscoderMap": lambda *_: widgets.CrosscoderMap(sc.load_dictionaries("world/crosscoder")[0]),
    "Disentangler": lambda lab, _: widgets.Disentangler(lab, train=False),
    "FeatureCard": lambda lab, _: lab.feature_card("transcoder.0/12"),
    "ParetoPlot": lambda *_: widgets.ParetoPlot({"a": {"l0": 3, "fvu": 0.2}, "b": {"l0": 30, "fvu": 0.1}}),
    "TrainingMonitor": lambda *_: widgets.TrainingMonitor(),
}
PROBES: dict[str, tuple[dict[str, Any], str]] = {
    "Explorer": ({"type": "export", "format": "json"}, "filename"),
    "FeatureCard": ({"type": "find", "text": "king"}, "found"),
    "TrainingMonitor": ({"type": "stop", "names": []}, "id"),
}
"""A correct request of each widget, and a field of its answer."""


class Front:
    """The other side of a widget: sends, and keeps what comes back."""

    def __init__(self, widget: Any) -> None:
        self.widget = widget
        self.answers: list[dict[str, Any]] = []
        widget.send = lambda content, buffers=None: self.answers.append(content)

    def ask(self, message: Any, buffers: tuple[bytes, ...] = ()) -> dict[str, Any]:
        """The one answer to a message."""
        self.wait()
        self.answers.clear()
        data = {"method": "custom", "content": message}
        self.widget._handle_msg({"content": {"data": data}, "buffers": list(buffers)})
        self.wait()
        identifier = message.get("id") if isinstance(message, dict) else None
        replies = [reply for reply in self.answers if reply["id"] == identifier]
        assert len(replies) == 1, f"{self.answers} answer {message!r}"
        json.dumps(replies, allow_nan=False)
        return replies[0]

    def set(self, state: dict[str, Any]) -> None:
        """Set traits, as a front end does; what they may not be is refused, and that is all that may be raised."""
        with suppress(traitlets.TraitError, sc.SaeCircuitsError):
            self.widget.set_state(state)
        self.wait()

    def wait(self) -> None:
        if isinstance(self.widget, Widget):
            self.widget.wait()


@pytest.fixture(scope="module", params=sorted(MAKERS))
def front(request, lab, circuit):
    before = set(threading.enumerate())
    front = Front(MAKERS[request.param](lab, circuit))
    yield front
    front.widget.close()
    assert _ended(set(threading.enumerate()) - before)


def test_every_widget_is_tried():
    exported = {name for name in widgets.__all__ if _is_widget(getattr(widgets, name))}
    assert exported == set(MAKERS)


def test_every_message_is_answered_once_and_nothing_breaks(front):
    widget = front.widget
    kinds = _kinds(widget)
    nonsense = Nonsense(SEED, kinds, fields_of_requests())
    unforeseen, answered = [], 0
    for at in range(MESSAGES):
        message = nonsense.message()
        reply = front.ask(message, (b"\x00\xff",) if at % 7 == 0 else ())
        answered += "error" not in reply
        if "not foreseen" in reply.get("error", {}).get("cure", ""):
            unforeseen.append((reply["error"]["message"], message))
    assert unforeseen == []
    assert answered > 0
    _still_works(front)


def test_every_trait_may_be_set_to_anything(front):
    widget = front.widget
    nonsense = Nonsense(SEED, _kinds(widget), fields_of_requests())
    names = [name for name in widget.keys if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")]
    good = {name: getattr(widget, name) for name in names}
    for at in range(TRAITS):
        name = names[at % len(names)]
        front.set({name: finite(nonsense.like(name, good[name]))})
        _sendable(widget)
    front.set(good)
    _still_works(front)


def test_envelopes_may_be_broken(front):
    for data in ({"method": "custom"}, {"method": "update"}, {"method": "nothing"}, {"method": "request_state"}, {}):
        front.widget._handle_msg({"content": {"data": data}, "buffers": [b"x"]})
    broken = {"method": "update", "state": {"nothing": 1}, "buffer_paths": [["nothing", "deeper"], [3]]}
    front.widget._handle_msg({"content": {"data": broken}, "buffers": []})
    _still_works(front)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields_of_requests()), inner),
    max_leaves=6,
)


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_found_by_hypothesis(front, data):
    message = {"id": "h", "type": data.draw(st.sampled_from(_kinds(front.widget)))}
    fields = data.draw(st.dictionaries(st.sampled_from(fields_of_requests()), json_values, max_size=4))
    front.ask({**fields, **message})


def test_a_closed_widget_says_nothing(front):
    front.widget.close()
    before = len(front.answers)
    front.widget._handle_custom_msg({"id": "late", "type": _kinds(front.widget)[0]}, [])
    front.wait()
    assert len(front.answers) == before


def _kinds(widget: Any) -> list[str]:
    if not isinstance(widget, Widget):
        return ["stop"]
    return sorted({*widget._quick(), *widget._long(), "cancel"})


def _still_works(front: Front) -> None:
    message, field = PROBES.get(type(front.widget).__name__, ({"type": "ping"}, "id"))
    reply = front.ask({"id": "after", **message})
    assert "error" not in reply
    assert field in reply
    _sendable(front.widget)


def _sendable(widget: Any) -> None:
    """Nothing in the state keeps it from the browser: a number that is none would, and the widget would be dead."""
    json.dumps(widget.get_state(), allow_nan=False, default=lambda value: "bytes")


def _is_widget(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, anywidget.AnyWidget)


def _ended(threads: set[threading.Thread]) -> bool:
    for thread in threads:
        thread.join(5)
    return not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_closed_widget_is_let_go(name, lab, circuit):
    """Nothing in Python holds on to it, so a cell may be run again and again."""
    widget = MAKERS[name](lab, circuit)
    if isinstance(widget, Widget):
        widget.wait()
    gone = weakref.ref(widget)
    widget.layout.close()
    widget.close()
    del widget
    gc.collect()
    assert gone() is None
