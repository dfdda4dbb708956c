"""The Explorer while it works: requests and cells at once, newer before older, stopped, failed, closed."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from saecircuits.attribution import Ablation, IntegratedGradients
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError, Stopped
from saecircuits.interventions import Ablate, Effect
from saecircuits.progress import listening, report
from saecircuits.widgets import Explorer
from saecircuits.widgets.edit_records import records_of_edits
from tests.lab.labs import PROMPT, lab

from .browser import Browser

WIDGET = "saecircuits widget"
LONG = 20
"""Seconds after which a test that hangs fails."""


class Gate:
    """A laboratory whose work stands still until it is let go.

    Each call that stands announces itself in `entered`; `deaf` work reports nothing while it stands, and cannot be
    stopped then. Threads whose name does not begin with `whom` are let through.
    """

    def __init__(self) -> None:
        self.entered, self.open = threading.Semaphore(0), threading.Event()
        self.open.set()
        self.deaf, self.whom = False, WIDGET
        self.error: Exception | None = None

    def _pass(self) -> None:
        if not threading.current_thread().name.startswith(self.whom):
            return
        self.entered.release()
        while not self.open.wait(None if self.deaf else 0.002):
            report("standing", 1, 4)
        if self.error is not None:
            raise self.error

    def intervene(self, prompt: Any, edits: Any, frozen: bool = False, **options: Any) -> Any:
        if edits:
            self._pass()
        return lab().intervene(prompt, edits, frozen, **options)

    def check(self, circuit: Circuit) -> Any:
        self._pass()
        return lab().check(circuit, 2, curve=False)

    def attribute(self, *question: Any) -> Circuit:
        self._pass()
        return lab().attribute(*question)

    def __getattr__(self, name: str) -> Any:
        return getattr(lab(), name)

    @contextmanager
    def shut(self, deaf: bool = False, whom: str = WIDGET) -> Iterator[None]:
        self.open.clear()
        self.deaf, self.whom = deaf, whom
        yield
        self.open.set()

    def await_call(self) -> None:
        assert self.entered.acquire(timeout=LONG)


@pytest.fixture(scope="module")
def circuits() -> list[Circuit]:
    return [lab().attribute(PROMPT, "w3", "w5"), lab().attribute("w9 w8 w7 w6", "w3", "w5")]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def browser(circuits: list[Circuit], gate: Gate) -> Browser:
    return Browser(Explorer(circuits[0], gate))  # type: ignore[arg-type]


def ablations(explorer: Explorer, n: int = 4) -> list[list[dict[str, Any]]]:
    """Edits of one feature each."""
    nodes = explorer.circuit.top(n)
    return [records_of_edits([Ablate(node.feature, positions=node.position)]) for node in nodes if node.feature]


def edit(identifier: str, edits: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": identifier, "type": "edit", "edits": edits}


SUPERSEDED = {"superseded": True}


def test_a_newer_edit_stops_the_one_that_runs(browser: Browser, gate: Gate) -> None:
    explorer, (one, other, *_) = browser.explorer, ablations(browser.explorer)
    with gate.shut():
        browser.send(edit("old", one))
        gate.await_call()
        assert (explorer.edits, browser.answers) == ([], [])
        browser.send(edit("new", other))
        gate.await_call()  # the new one has begun, so the old one has ended
        assert browser.answer_to("old") == {"id": "old", **SUPERSEDED}
    explorer.wait(LONG)
    assert browser.answer_to("new")["effect"]["edits"] == explorer.edits == other
    assert (explorer.busy, explorer.progress) == ("", None)


def test_of_those_that_wait_only_the_newest_is_run(browser: Browser, gate: Gate) -> None:
    """Work that cannot be stopped ends first; what it found is not shown."""
    explorer, edits = browser.explorer, ablations(browser.explorer)
    shown: list[Any] = []
    explorer.observe(lambda change: shown.append(change["new"]), "edits")
    with gate.shut(deaf=True):
        browser.send(edit("0", edits[0]))
        gate.await_call()
        for number in (1, 2, 3):
            browser.send(edit(str(number), edits[number]))
        assert [browser.answer_to(name) for name in "12"] == [{"id": name, **SUPERSEDED} for name in "12"]
    explorer.wait(LONG)
    assert browser.answer_to("0") == {"id": "0", **SUPERSEDED}
    assert browser.answer_to("3")["effect"]["edits"] == edits[3]
    assert shown == [edits[3]]
    assert len(browser.answers) == 4


@pytest.mark.parametrize("deaf", [False, True])
def test_a_stopped_edit_changes_nothing(browser: Browser, gate: Gate, deaf: bool) -> None:
    explorer, (one, other, *_) = browser.explorer, ablations(browser.explorer)
    browser.ask(edit("before", one))
    effect = explorer.effect
    gate.await_call()
    with gate.shut(deaf):
        browser.send(edit("stopped", other))
        gate.await_call()
        browser.send({"id": "stop", "type": "cancel", "of": "stopped"})
        assert browser.answer_to("stop") == {"id": "stop"}
    explorer.wait(LONG)
    assert browser.answer_to("stopped") == {"id": "stopped", **SUPERSEDED}
    assert (explorer.effect, explorer.edits, explorer.busy) == (effect, one, "")
    browser.send({"id": "late", "type": "cancel", "of": "stopped"})
    assert browser.answer_to("late") == {"id": "late"}


def test_progress_is_told_while_it_runs(browser: Browser, gate: Gate) -> None:
    explorer = browser.explorer
    told: list[tuple[str, float | None]] = []
    heard = threading.Event()

    def hear(_: Any) -> None:
        told.append((explorer.busy, explorer.progress))
        if explorer.progress == 0.25:
            heard.set()

    explorer.observe(hear, ["busy", "progress"])
    with gate.shut():
        browser.send({"id": "c", "type": "check"})
        assert heard.wait(LONG)
    explorer.wait(LONG)
    assert told[0] == ("checking the circuit", None)
    assert told[-1] == ("", None)


@pytest.mark.parametrize("error", [InputError("It cannot be.", "Try another."), RuntimeError("out of memory")])
def test_an_error_in_the_thread_is_answered_and_the_next_request_works(
    browser: Browser, gate: Gate, error: Exception
) -> None:
    explorer, (one, *_) = browser.explorer, ablations(browser.explorer)
    gate.error = error
    reply, _ = browser.ask(edit("bad", one))
    assert str(error).split("\n")[0].split(".")[0] in reply["error"]["message"]
    assert (explorer.edits, explorer.busy) == ([], "")
    gate.error = None
    assert browser.ask(edit("good", one))[0]["effect"]["edits"] == one


def test_a_widget_that_is_closed_stops_and_says_nothing_more(browser: Browser, gate: Gate) -> None:
    explorer, (one, other, *_) = browser.explorer, ablations(browser.explorer)
    with gate.shut():
        browser.send(edit("runs", one))
        gate.await_call()
        browser.send({"id": "waits", "type": "export", "format": "json"})
        explorer.close()
        explorer.wait(LONG)
        browser.send(edit("late", other))
        explorer.wait(LONG)
    assert explorer.edits == []
    assert not [thread for thread in threading.enumerate() if thread.name == "saecircuits widget"]


def ablate(explorer: Explorer, rank: int) -> Effect:
    node = explorer.circuit.top(rank + 1)[rank]
    assert node.feature is not None
    return explorer.apply([Ablate(node.feature, positions=node.position)])


def test_a_cell_that_edits_is_newer_than_the_request_that_runs(browser: Browser, gate: Gate) -> None:
    explorer, (one, other, *_) = browser.explorer, ablations(browser.explorer)
    with gate.shut(deaf=True):
        browser.send(edit("old", one))
        gate.await_call()
        ablate(explorer, 1)
    explorer.wait(LONG)
    assert browser.answer_to("old") == {"id": "old", **SUPERSEDED}
    assert explorer.edits == other


def test_a_request_is_newer_than_the_cell_that_runs(browser: Browser, gate: Gate) -> None:
    """The cell gets its effect all the same."""
    explorer, (one, other, *_) = browser.explorer, ablations(browser.explorer)
    found: list[Effect] = []
    cell = threading.Thread(target=lambda: found.append(ablate(explorer, 0)), name="cell")
    with gate.shut(deaf=True, whom="cell"):
        cell.start()
        gate.await_call()
        assert browser.ask(edit("new", other))[0]["effect"]["edits"] == other
    cell.join(LONG)
    assert explorer.edits == other != one
    assert found[0].after.answer == ablate(Explorer(explorer.circuit, lab()), 0).after.answer


@pytest.mark.parametrize("kind", ["edit", "check"])
def test_what_belongs_to_another_circuit_is_not_shown(
    browser: Browser, gate: Gate, circuits: list[Circuit], kind: str
) -> None:
    explorer, (one, *_) = browser.explorer, ablations(browser.explorer)
    with gate.shut(deaf=True):
        browser.send({"id": "old", "type": kind, "edits": one})
        gate.await_call()
        explorer.show(circuits[1])
        effect = explorer.effect
    explorer.wait(LONG)
    assert browser.answer_to("old") == {"id": "old", **SUPERSEDED}
    assert (explorer.effect, explorer.edits, explorer.report) == (effect, [], None)
    assert explorer.circuit.prompt == circuits[1].prompt


def test_a_circuit_that_was_asked_for_earlier_does_not_come_back(
    browser: Browser, gate: Gate, circuits: list[Circuit]
) -> None:
    with gate.shut(deaf=True):
        browser.send({"id": "old", "type": "attribute", "prompt": "w1 w2 w3"})
        gate.await_call()
        browser.explorer.show(circuits[1])
    browser.explorer.wait(LONG)
    assert browser.answer_to("old") == {"id": "old", **SUPERSEDED}
    assert browser.explorer.circuit.prompt == circuits[1].prompt


def test_cards_and_edits_do_not_wait_for_a_check(browser: Browser, gate: Gate) -> None:
    explorer, (one, *_) = browser.explorer, ablations(browser.explorer)
    node = next(node for node in explorer.circuit.top(99) if node.layer == 1)
    with gate.shut():
        browser.send({"id": "check", "type": "check"})
        gate.await_call()
        browser.send({"id": "card", "type": "card", "node": node.id})
        assert "card" in browser.answer_to("card")
        browser.send({"id": "ping", "type": "ping"})
        assert browser.answer_to("ping") == {"id": "ping"}
        browser.send({"id": "export", "type": "export", "format": "json"})
        explorer._desks[0].wait(LONG)
        assert "filename" in browser.answer_to("export")
        browser.send(edit("edit", one))
        gate.await_call()
    explorer.wait(LONG)
    assert explorer.edits == one
    assert explorer.report is not None


class Mirror:
    """What the front end knows: every message about traits, in the order in which it was sent."""

    def __init__(self, explorer: Explorer) -> None:
        self.state: dict[str, Any] = explorer.get_state()
        self.wrong: list[str] = []
        explorer._send = self._hear  # type: ignore[method-assign]

    def _hear(self, message: dict[str, Any], buffers: Any = None) -> None:
        if message["method"] != "update":
            return
        state = message["state"]
        for path, buffer in zip(message["buffer_paths"], buffers or (), strict=True):
            place = state
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = buffer
        self.state |= state
        size, effect = len(self.state["graph"]["nodes"]["id"]), self.state["effect"]
        if len(np.frombuffer(effect["node_value"], "<f4")) != size:
            self.wrong.append("an effect on another circuit")
        if effect["edits"] != self.state["edits"]:
            self.wrong.append("edits without their effect")


class Crowd:
    """Cells and the browser, each doing something at random."""

    def __init__(self, circuits: list[Circuit]) -> None:
        self.circuits = circuits
        self.explorer = Explorer(circuits[0], Gate())  # type: ignore[arg-type]
        self.browser, self.mirror = Browser(self.explorer), Mirror(self.explorer)
        self.edits = [edits for circuit in circuits for edits in ablations(Explorer(circuit, lab()))]
        self.failures: list[BaseException] = []
        self.asked: list[str] = []

    def cell(self, chance: random.Random) -> None:
        explorer = self.explorer
        doings = [
            lambda: explorer.show(chance.choice(self.circuits)),
            lambda: ablate(explorer, chance.randrange(4)),
            lambda: explorer.apply([]),
            lambda: setattr(explorer, "selected", explorer.circuit.top(1)[0].id),
        ]
        try:
            chance.choice(doings)()
        except InputError as error:  # features of a circuit that another cell has just replaced
            if "not all in the prompt" not in str(error):
                self.failures.append(error)
        except BaseException as error:
            self.failures.append(error)

    def press(self, chance: random.Random) -> None:
        requests: list[dict[str, Any]] = [
            {"type": "edit", "edits": chance.choice(self.edits)},
            {"type": "edit", "edits": [], "frozen": True},
            {"type": "attribute", "prompt": "w9 w8 w7 w6", "target": "w3"},
            {"type": "cancel", "of": chance.choice([*self.asked, "nobody"])},
            {"type": "ping"},
        ]
        identifier = f"r{len(self.asked)}"
        self.asked.append(identifier)
        self.explorer.set_state({"prune": chance.random(), "pinned": [identifier]})
        self.mirror.state["pinned"] = [identifier]
        self.browser.send({"id": identifier, **chance.choice(requests)})

    def go(self, seed: int) -> None:
        chance = random.Random(seed)
        cells = [threading.Thread(target=self.cell, args=(random.Random(chance.random()),)) for _ in range(2)]
        for each in cells:
            each.start()
        for _ in range(2):
            self.press(chance)
        for each in cells:
            each.join(LONG)
        if chance.random() < 0.2:
            self.explorer.wait(LONG)


def test_a_hundred_interleavings(circuits: list[Circuit]) -> None:
    """Two cells and the browser at random: always one answer a request, and never half of anything on show."""
    crowd = Crowd(circuits)
    for seed in range(100):
        crowd.go(seed)
    explorer, told = crowd.explorer, crowd.mirror.state
    explorer.wait(LONG)
    assert crowd.failures == []
    assert sorted(reply["id"] for reply, _ in crowd.browser.answers) == sorted(crowd.asked)
    assert not [reply for reply, _ in crowd.browser.answers if "not foreseen" in reply.get("error", {}).get("cure", "")]
    assert crowd.mirror.wrong == []
    assert (explorer.busy, told["busy"]) == ("", "")
    for name in ("edits", "frozen", "error"):
        assert told[name] == getattr(explorer, name), name
    assert told["graph"]["nodes"]["id"] == list(explorer.circuit.nodes.ids)
    assert explorer.effect is not None
    assert bytes(told["effect"]["node_value"]) == explorer.effect["node_value"]


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda made: made.attribute(PROMPT, "w3", "w5"), {"explaining features"}),
        (
            lambda made: made.check(made.attribute(PROMPT, "w3", "w5")),
            {
                "explaining features",
                "ablating one by one, live",
                "ablating one by one, attention held",
                "measuring faithfulness",
            },
        ),
        (
            lambda made: made.attribute(PROMPT, "w3", "w5", method=IntegratedGradients(steps=2)),
            {"gradients along the path", "direct effects"},
        ),
        (
            lambda made: made.attribute(PROMPT, "w3", "w5", method=Ablation()),
            {
                "ablating transcoder.0",
                "ablating transcoder.1",
                "ablating transcoder.2",
                "ablating errors",
                "direct effects",
            },
        ),
    ],
    ids=["direct", "check", "gradients", "ablation"],
)
def test_long_work_tells_how_far_it_is_and_can_be_stopped(work: Any, words: set[str]) -> None:
    told: list[tuple[str, int, int]] = []
    with listening(lambda *heard: told.append(heard)):
        work(lab())
    assert {what for what, _, _ in told} == words
    assert all(0 <= done <= total for _, done, total in told)

    def stop(what: str, done: int, total: int) -> None:
        if (what, done, total) == told[-1]:
            raise Stopped("Enough.")

    with pytest.raises(Stopped), listening(stop):
        work(lab())
    assert lab().predict(PROMPT).answer  # the model is as it was
