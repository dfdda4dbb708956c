"""The copy that a notebook keeps beside the live widget: its size, its switch, what is in it."""

from __future__ import annotations

from typing import Any

import pytest

import saecircuits as sc
from saecircuits.widgets import Explorer
from saecircuits.widgets.offline import SWITCH, offline_copy, strongest_cards
from tests.exports.pages import Page
from tests.lab.labs import PROMPT, lab

TOUR = (
    ("the farmers near the cat", "are", "is"),
    ("when Mary and John went to the store , John gave a drink to", "Mary", "John"),
    ("the capital of the country containing Wroclaw is", "Warsaw", "Paris"),
)


def shown(widget: Any) -> dict[str, Any]:
    bundle = widget._repr_mimebundle_()
    return bundle[0] if isinstance(bundle, tuple) else bundle


def page_in(widget: Any) -> Page:
    ((tag, attributes),) = Page(shown(widget)["text/html"]).elements
    assert tag == "iframe"
    return Page(attributes["srcdoc"] or "")


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return lab().explore(PROMPT, "w3", "w5")


def test_the_live_widget_comes_first_and_the_copy_beside_it(explorer: Explorer) -> None:
    data = shown(explorer)
    assert list(data) == ["text/plain", "application/vnd.jupyter.widget-view+json", "text/html"]
    state = page_in(explorer).state
    assert state["graph"]["nodes"]["id"] == list(explorer.circuit.nodes.ids)
    assert (state["graph"]["live"], state["graph"]["kernel"]) == (False, False)
    assert state["cards"] == explorer.cards
    assert state["prune"] == explorer.prune


def test_a_circuit_of_a_cell_has_one_too() -> None:
    circuit = lab().attribute(PROMPT, "w3", "w5")
    assert "<iframe" in shown(circuit)["text/html"]


def test_the_strongest_cards_go_along_as_far_as_there_is_room(explorer: Explorer) -> None:
    features = [
        node.feature for node in explorer.circuit.top(999) if node.feature and node.feature.dictionary in lab().evidence
    ]
    assert list(explorer.cards) == [str(feature) for feature in dict.fromkeys(features)][: len(explorer.cards)]
    name, card = next(iter(explorer.cards.items()))
    known = lab().card(name)
    assert card["label"] == known["label"]
    assert card["max"] == pytest.approx(known["max"], rel=1e-3)  # rounded to four digits


def test_cards_end_where_their_room_ends() -> None:
    features = [sc.Feature("d", number) for number in range(400)]
    found = strongest_cards(features, lambda feature: {"text": [feature.index * k % 9973 / 7 for k in range(99)]})
    assert 0 < len(found) < 400
    assert list(found) == [str(feature) for feature in features[: len(found)]]


def test_it_can_be_switched_off(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "0")
    assert "text/html" not in shown(explorer)
    assert lab().explore(PROMPT, "w3", "w5").cards == {}


def test_what_is_too_large_says_so(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "20")
    text = shown(explorer)["text/html"]
    assert "<iframe" not in text
    assert "too large to be kept in the notebook" in text
    assert SWITCH in text
    assert "&lt;b&gt;" in offline_copy("x" * 30_000, "<b>", 1)


def test_a_copy_that_cannot_be_made_does_not_keep_the_widget_from_being_shown(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(explorer, "_kept_state", fail)
    assert list(shown(explorer)) == ["text/plain", "application/vnd.jupyter.widget-view+json"]


@pytest.mark.parametrize("question", TOUR, ids=lambda question: question[1])
def test_those_of_the_tour_are_small(question: tuple[str, str, str]) -> None:
    explorer = sc.load("world").explore(*question)
    assert len(explorer.cards) >= 12
    assert len(shown(explorer)["text/html"]) < 165_000
