"""The SteeringPanel's Python half: rows, edits and texts, and the Explorer's request for a continuation."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import saecircuits as sc
from saecircuits.circuit import Feature
from saecircuits.errors import InputError, Stopped
from saecircuits.interventions import Ablate, Add, AllFeatures, Patch, Scale
from saecircuits.interventions.generation import generate_step_by_step
from saecircuits.progress import listening
from saecircuits.widgets.edit_records import records_of_edits
from saecircuits.widgets.steering import Options, Row
from saecircuits.widgets.steering_panel import SteeringPanel
from tests.lab.labs import PROMPT as TINY_PROMPT, bare_lab, lab as tiny_lab

from .browser import Browser, without_bytes

PROMPT = "the capital of the country containing Gdansk is"
ITALIAN = "transcoder.3/101"
LENGTH = 9


@pytest.fixture(scope="module")
def world() -> Any:
    return sc.load("world")


@pytest.fixture
def panel(world: Any) -> SteeringPanel:
    return SteeringPanel(world, PROMPT, [ITALIAN], {"tokens": 8})


def row(strength: float = 4.0, **more: Any) -> dict[str, Any]:
    return {"feature": ITALIAN, "strength": strength, "ablate": False, "at": "all", **more}


def test_both_texts_are_those_of_generate(panel: SteeringPanel, world: Any) -> None:
    assert panel.text == panel.steered == world.generate(PROMPT, max_new_tokens=8)
    panel.rows = [row()]
    maximum = world.evidence["transcoder.3"].maximum(101)
    assert panel.edits == [Add(ITALIAN, 4 * maximum)]
    assert panel.steered == world.generate(PROMPT, panel.edits, max_new_tokens=8)
    assert panel.steered.startswith("Italian")
    assert panel.text.startswith("Warsaw")


@pytest.mark.parametrize("at", ["all", "new", [7], [7, 8, LENGTH]])
@pytest.mark.parametrize("ablate", [False, True])
def test_rows_are_edits_and_back(panel: SteeringPanel, world: Any, at: Any, ablate: bool) -> None:
    panel.rows = [row(0.0 if ablate else -2.5, ablate=ablate, at=at)]
    assert panel.error is None
    positions = {"all": None, "new": list(range(LENGTH, LENGTH + 8))}.get(at) if isinstance(at, str) else at
    expected = Ablate(ITALIAN, positions=positions)
    if not ablate:
        expected = Add(ITALIAN, -2.5 * world.evidence["transcoder.3"].maximum(101), positions=positions)
    assert panel.edits == [expected]
    assert panel.steered == world.generate(PROMPT, [expected], max_new_tokens=8)
    before = panel.rows
    panel.rows = []
    assert panel.steered == panel.text
    assert panel.apply([expected]) == world.generate(PROMPT, [expected], max_new_tokens=8)
    assert panel.rows == before


def test_the_alternatives_of_every_place_travel_as_bytes(panel: SteeringPanel, world: Any) -> None:
    panel.rows = [row()]
    told = generate_step_by_step(world.replacement, PROMPT, panel.edits, max_new_tokens=8)
    state = panel.edited
    assert state is not None
    assert state["tokens"] == list(told.tokens)
    np.testing.assert_array_equal(np.frombuffer(state["probability"], "<f4"), np.float32(told.probabilities))
    odds = np.frombuffer(state["odds"], "<f4").reshape(len(told.tokens), -1)
    for place, top in enumerate(told.top):
        assert state["top"][place] == [token for token, _ in top]
        np.testing.assert_array_equal(odds[place], np.float32([chance for _, chance in top]))


def test_what_a_row_tells(panel: SteeringPanel, world: Any) -> None:
    panel.rows = [row(), row(1.0, feature="transcoder.0/659")]
    effect = world.intervene(PROMPT, [])
    for name in (ITALIAN, "transcoder.0/659"):
        feature, known = Feature.parse(name), panel.known[name]
        assert known["label"] == world.label(feature)
        assert known["unit"] == world.evidence[feature.dictionary].maximum(feature.index)
        assert known["origin"] == "corpus"
        values = effect.unedited.latents[feature.dictionary][:, feature.index]
        assert known["values"] == pytest.approx(values.tolist(), abs=1e-5)
    assert panel.tokens == list(world.subject.token_texts(world.subject.tokenize(PROMPT).ids[0]))


def test_without_evidence_strengths_are_measured_by_the_prompt() -> None:
    lab = bare_lab()
    latents = lab.intervene(TINY_PROMPT, []).unedited.latents["transcoder.2"]
    fires = int(latents.max(0).values.argmax())
    silent = int((latents.max(0).values == 0).nonzero()[0])
    panel = SteeringPanel(lab, TINY_PROMPT, [f"transcoder.2/{fires}", f"transcoder.2/{silent}"], {"tokens": 3})
    known = list(panel.known.values())
    assert known[0]["unit"] == pytest.approx(float(latents[:, fires].max()))
    assert [each["origin"] for each in known] == ["prompt", "nothing"]
    assert known[1]["unit"] == 1.0
    assert known[0]["label"] == f"transcoder.2/{fires}"


def test_draws_are_those_of_the_seed(panel: SteeringPanel, world: Any) -> None:
    panel.options = {"tokens": 8, "temperature": 1.5, "seed": 4}
    assert panel.error is None
    assert panel.options == {"tokens": 8, "temperature": 1.5, "seed": 4, "hold": False}
    assert panel.text == generate_step_by_step(world.replacement, PROMPT, [], 8, 1.5, 4).text == panel.steered
    first = panel.text
    panel.options = {**panel.options, "seed": 5}
    second = panel.text
    panel.options = {**panel.options, "seed": 4}
    assert panel.text == first != second


def test_attention_can_be_held(panel: SteeringPanel, world: Any) -> None:
    panel.rows = [row(2.0)]
    panel.options = {**panel.options, "hold": True}
    assert panel.steered == generate_step_by_step(world.replacement, PROMPT, panel.edits, 8, hold_attention=True).text
    assert panel.text == world.generate(PROMPT, max_new_tokens=8)


def test_another_prompt_keeps_the_features(panel: SteeringPanel, world: Any) -> None:
    panel.rows = [row(at=[16]), row(1.0, feature="transcoder.0/659", at=[2])]
    panel.prompt = "the farmers"
    assert panel.error is None
    assert panel.text == world.generate("the farmers", max_new_tokens=8)
    assert [each["at"] for each in panel.rows] == ["all", [2]], "a place that is no more becomes every token"


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("rows", [row(feature="transcoder.3/5000")], "has features 0 to 1023, not 5000"),
        ("rows", [row(feature="nothing")], "not a feature"),
        ("rows", [row(at=[0])], r"at positions \[0\]"),
        ("rows", [row(at="sometimes")], "This row cannot be read"),
        ("rows", [{"feature": ITALIAN, "extra": 1}], "This row cannot be read: extra"),
        ("rows", [row(float("nan"))], "This row cannot be read: strength"),
        ("rows", [row(1e37)], "not finite|cannot be read"),
        ("options", {"tokens": 51}, "These options cannot be read: tokens"),
        ("options", {"temperature": -1}, "These options cannot be read: temperature"),
        ("prompt", "", "is empty"),
        ("prompt", "zzz", "does not know"),
    ],
)
def test_what_cannot_be_steered_is_taken_back(panel: SteeringPanel, trait: str, value: Any, message: str) -> None:
    panel.rows = [row(1.0)]
    before = panel.prompt, panel.rows, panel.options, panel.steered
    setattr(panel, trait, value)
    assert panel.error is not None
    assert re.search(message, panel.error["message"])
    assert (panel.prompt, panel.rows, panel.options, panel.steered) == before
    panel.rows = [row(2.0)]
    assert panel.error is None


def test_edits_that_no_row_can_show_are_refused(panel: SteeringPanel) -> None:
    for edit in (Scale(ITALIAN, 2.0), Ablate(AllFeatures("transcoder.3")), Patch(ITALIAN, "the king")):
        with pytest.raises(InputError, match="The panel has no row for"):
            panel.apply([edit])
    with pytest.raises(InputError, match="no dictionary"):
        panel.apply([Add("nowhere/3", 1.0)])


def test_features_are_found_by_words_by_name_and_by_firing(panel: SteeringPanel, world: Any) -> None:
    browser = Browser(panel)  # type: ignore[arg-type]

    def found(text: str) -> list[str]:
        reply, _ = browser.ask({"id": 1, "type": "search", "text": text})
        return [each["feature"] for each in reply["found"]]

    assert all("poland" in world.label(Feature.parse(name)).lower() for name in found("poland"))
    assert found("transcoder.3/226") == ["transcoder.3/226"]
    assert found("no such words at all") == []
    strongest = [str(each.feature) for each in world.features(PROMPT)]
    assert found("") == list(dict.fromkeys(strongest))[:8]


def test_requests_do_what_python_does(panel: SteeringPanel, world: Any) -> None:
    browser = Browser(panel)  # type: ignore[arg-type]
    options = Options(tokens=5).model_dump()
    reply, _ = browser.ask({"id": "s", "type": "steer", "prompt": "the kings", "rows": [row(3.0)], "options": options})
    assert reply == {"id": "s"}
    assert (panel.prompt, panel.rows, panel.options) == ("the kings", [row(3.0)], options)
    assert panel.steered == world.generate("the kings", panel.edits, max_new_tokens=5)
    reply, _ = browser.ask({"id": 2, "type": "steer", "prompt": "the kings", "rows": {}, "options": options})
    assert reply["error"]["message"] == "Rows come as a list, not dict."


def test_the_newest_counts_and_writing_can_be_stopped(panel: SteeringPanel) -> None:
    def newer(what: str, done: int, total: int) -> None:
        nonlocal asked
        if what == "writing" and not asked:
            asked = True
            panel.rows = [row(2.0)]

    asked = False
    with listening(newer):
        panel._steer(PROMPT, [Row(feature=ITALIAN, strength=1.0)], Options(tokens=8))
    assert panel.rows == [row(2.0)], "what was begun before changes nothing"

    def stop(what: str, done: int, total: int) -> None:
        raise Stopped("This was stopped.")

    steered = panel.steered
    with listening(stop), pytest.raises(Stopped):
        panel._steer(PROMPT, [Row(feature=ITALIAN, strength=5.0)], Options(tokens=8))
    assert (panel.rows, panel.steered) == ([row(2.0)], steered)


def test_everything_that_is_sent_is_json_and_bytes(panel: SteeringPanel) -> None:
    names = [name for name in panel.keys if not name.startswith("_") and name != "layout"]
    json.dumps(without_bytes({name: getattr(panel, name) for name in names}), allow_nan=False)
    assert "<title>steering</title>" in panel.html("steering")
    assert "render" in SteeringPanel._files["script"] and ".saec" in SteeringPanel._files["sheet"]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["transcoder.0/3", "transcoder.0/99999999999999999999", "all", "new", "w1 w2"]),
    st.lists(st.integers(-5, 99) | st.floats() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
ROW = {"feature": "transcoder.1/3", "strength": 2.0, "ablate": False, "at": "all"}


@pytest.fixture(scope="module")
def fuzzed() -> Browser:
    return Browser(SteeringPanel(tiny_lab(), TINY_PROMPT, options={"tokens": 2}))  # type: ignore[arg-type]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_arrives_is_answered(fuzzed: Browser, data: Any) -> None:
    steer = {"type": "steer", "prompt": TINY_PROMPT, "rows": [dict(ROW)], "options": {"tokens": 2, "seed": 1}}
    sent: dict[str, Any] = data.draw(st.sampled_from([steer, {"type": "search", "text": "w1"}]))
    for _ in range(data.draw(st.integers(0, 3))):
        places = [sent, *[each for name in ("rows", "options") for each in _dicts(sent.get(name))]]
        place = data.draw(st.sampled_from(places))
        place[data.draw(st.sampled_from([*place, "surprise"]))] = data.draw(ODD)
    sent["id"] = data.draw(st.integers() | st.text(max_size=3))
    reply, _ = fuzzed.ask(sent)
    assert reply["id"] == sent["id"]
    if "error" in reply:
        assert "not foreseen" not in reply["error"]["cure"], reply["error"]["message"]
    panel: Any = fuzzed.explorer
    assert (panel.busy, panel.error) == ("", None)
    assert panel.rows == panel._standing[1]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def test_the_explorer_continues_its_prompt(world: Any) -> None:
    explorer = world.explore(PROMPT, "Warsaw")
    browser = Browser(explorer)
    edits = [Add(ITALIAN, 400.0)]
    message = {"id": "c", "type": "continue", "edits": records_of_edits(edits), "tokens": 6}
    reply, buffers = browser.ask(message)
    assert reply["plain"]["text"] == world.generate(PROMPT, max_new_tokens=6)
    assert reply["edited"]["text"] == world.generate(PROMPT, edits, max_new_tokens=6)
    told = generate_step_by_step(world.replacement, torch.tensor(explorer.circuit.provenance.token_ids), edits, 6)
    np.testing.assert_array_equal(np.frombuffer(buffers[2], "<f4"), np.float32(told.probabilities))
    assert reply["edited"]["top"] == [[token for token, _ in top] for top in told.top]
    drawn, _ = browser.ask({**message, "temperature": 1.0, "seed": 3})
    assert drawn["edited"]["text"] == generate_step_by_step(world.replacement, PROMPT, edits, 6, 1.0, 3).text
    for wrong in ({"tokens": 0}, {"edits": 3}, {"temperature": "hot"}, {"seed": -1}):
        refused, _ = browser.ask({**message, **wrong})
        assert "not foreseen" not in refused["error"]["cure"]
    assert explorer.edits == [], "it only writes"
