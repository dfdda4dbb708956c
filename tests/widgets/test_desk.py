"""Long requests of a widget: in a thread, newest first, answered once each."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest
import traitlets

from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.widgets.base import Widget
from saecircuits.widgets.desk import Desk
from saecircuits.widgets.selection import share_selection

SECONDS = 20


class Counting(Widget):
    """Counts in a thread until it is let go."""

    bundle = "feature_card"
    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits):
        self.begun, self.go = threading.Semaphore(0), threading.Event()
        self.answers = []
        super().__init__(**traits)

    def send(self, content, buffers=None):
        self.answers.append(content)

    def _quick(self):
        return {"echo": lambda message: ({"said": message["say"]}, [])}

    def _long(self):
        return {"count": self._count, "fail": self._fail}

    def _count(self, message):
        self.begun.release()
        assert self.go.wait(SECONDS)
        for done in range(3):
            report("counting", done, 3)
        return {"counted": message["to"]}, []

    def _fail(self, _):
        raise InputError("There is nothing to count.", "Bring something.")

    def ask(self, **message):
        self._handle_custom_msg(message, [])

    def began(self):
        assert self.begun.acquire(timeout=SECONDS)


@pytest.fixture
def widget():
    counting = Counting()
    yield counting
    counting.go.set()
    counting.wait(SECONDS)
    counting.close()


def test_quick_requests_are_answered_while_a_long_one_runs(widget):
    widget.ask(id="a", type="count", to=3)
    widget.began()
    widget.ask(id="b", type="echo", say="hello")
    assert widget.answers == [{"id": "b", "said": "hello"}]
    widget.go.set()
    widget.wait(SECONDS)
    assert widget.answers[1:] == [{"id": "a", "counted": 3}]


def test_a_newer_request_stops_the_running_and_replaces_the_waiting_one(widget):
    widget.ask(id="a", type="count", to=1)
    widget.began()
    widget.ask(id="b", type="count", to=2)
    widget.ask(id="c", type="count", to=3)
    assert widget.answers == [{"id": "b", "superseded": True}]
    widget.go.set()
    widget.wait(SECONDS)
    assert widget.answers[1:] == [{"id": "a", "superseded": True}, {"id": "c", "counted": 3}]


def test_requests_of_other_kinds_wait_their_turn(widget):
    widget.ask(id="a", type="count", to=1)
    widget.began()
    widget.ask(id="b", type="fail")
    widget.go.set()
    widget.wait(SECONDS)
    assert widget.answers[0] == {"id": "a", "counted": 1}
    assert widget.answers[1]["error"] == {"message": "There is nothing to count.", "cure": "Bring something."}


@pytest.mark.parametrize("identifier", ["a", "b"], ids=["running", "waiting"])
def test_a_request_can_be_cancelled(widget, identifier):
    widget.ask(id="a", type="count", to=1)
    widget.began()
    widget.ask(id="b", type="fail")
    widget.ask(id="x", type="cancel", of=identifier)
    widget.go.set()
    widget.wait(SECONDS)
    assert {"id": "x"} in widget.answers
    assert {"id": identifier, "superseded": True} in widget.answers
    assert len(widget.answers) == 3


def test_what_runs_is_shown_and_then_no_longer(widget):
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "busy")
    widget.go.set()
    widget.ask(id="a", type="count", to=1)
    widget.wait(SECONDS)
    assert seen == ["counting", ""]
    assert widget.progress is None


def test_nothing_is_sent_after_closing(widget):
    widget.ask(id="a", type="count", to=1)
    widget.began()
    widget.close()
    widget.go.set()
    widget.wait(SECONDS)
    widget.ask(id="b", type="count", to=1)
    assert widget.answers == []


def test_no_thread_is_left_when_nothing_is_to_do(widget):
    widget.go.set()
    widget.ask(id="a", type="count", to=1)
    widget.wait(SECONDS)
    assert not [thread for thread in threading.enumerate() if thread.name == "saecircuits widget"]


def test_unknown_requests_name_all_that_are_known(widget):
    widget.ask(id="a", type="sing")
    assert widget.answers[0]["error"]["cure"] == "Known are cancel, count, echo, fail, ping."


@pytest.mark.parametrize("seed", range(30))
def test_every_request_is_answered_exactly_once(seed):
    """Random requests and cancellations in a random order."""
    chance = random.Random(seed)
    answers: list[dict] = []
    desk = Desk(lambda reply, _: answers.append(reply), lambda *_: None)

    def count(message):
        for done in range(chance.randrange(20)):
            report("counting", done, 20)
        if message["to"] == 3:
            raise InputError("Three is too much.")
        return {"counted": message["to"]}, []

    asked = []
    for number in range(40):
        if asked and chance.random() < 0.3:
            desk.cancel(chance.choice(asked))
        asked.append(number)
        desk.submit({"id": number, "type": chance.choice("ab"), "to": chance.randrange(5)}, count)
    desk.wait(SECONDS)
    assert Counter(reply["id"] for reply in answers) == dict.fromkeys(asked, 1)
    assert all(len({"counted", "error", "superseded"} & set(reply)) == 1 for reply in answers)


class Picky(Counting):
    """Has no feature but one."""

    @traitlets.validate("feature")
    def _known(self, proposal):
        return proposal["value"] if proposal["value"] == "a/1" else None


def test_a_selection_is_shared_and_a_widget_without_the_feature_does_not_disturb_it():
    first, second, picky = Counting(), Counting(feature="a/1"), Picky()
    end = share_selection(first, second, picky)
    assert [widget.feature for widget in (first, second, picky)] == ["a/1"] * 3
    first.feature = "a/2"
    assert [widget.feature for widget in (first, second, picky)] == ["a/2", "a/2", None]
    picky.feature = "a/1"
    assert [widget.feature for widget in (first, second, picky)] == ["a/1"] * 3
    end()
    first.feature = None
    assert second.feature == "a/1"


def test_only_widgets_that_select_features_share_a_selection():
    with pytest.raises(InputError, match="selects no features"):
        share_selection(Counting(), object())
