"""The PatchBoard's Python half: its numbers against `intervene`, and what it answers."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import saecircuits as sc
from saecircuits.circuit import Feature
from saecircuits.errors import InputError, Stopped
from saecircuits.interventions import Add, AllFeatures, Patch, intervene
from saecircuits.progress import listening
from saecircuits.widgets.patch_board import PatchBoard
from saecircuits.widgets.patch_effects import Patching, Reading
from saecircuits.widgets.patch_pair import _aligned, pair_of
from tests.attribution.models import WIRINGS, wired
from tests.lab.labs import lab as tiny_lab

from .browser import Browser, without_bytes

CLEAN = "the capital of the country containing Gdansk is"
CORRUPTED = "the capital of the country containing Florence is"
AT = 7
"""Where the prompts differ."""
TINY = ("w1 w20 w3 w4 w1 w6", "w1 w9 w3 w4 w8 w6")


@pytest.fixture(scope="module")
def world() -> Any:
    return sc.load("world")


@pytest.fixture
def board(world: Any) -> PatchBoard:
    made = PatchBoard(world, CLEAN, CORRUPTED)
    made.wait()
    return made


def share_of(board: PatchBoard, effect: Any) -> float:
    """From the logits alone: the share of the gap between `Warsaw` and `Rome` that an effect closes."""
    subject = board._lab.replacement.subject
    warsaw, rome = subject.token_id("Warsaw"), subject.token_id("Rome")

    def difference(logits: torch.Tensor) -> float:
        return float(logits[warsaw].double() - logits[rome].double())

    clean, corrupted = (difference(subject.predict(subject.tokenize(p))[0]) for p in (CLEAN, CORRUPTED))
    start, end = (clean, corrupted) if board.noising else (corrupted, clean)
    return (difference(effect.after.logits) - start) / (end - start)


@pytest.mark.parametrize("noising", [True, False])
def test_cells_are_what_intervening_gives(world: Any, noising: bool) -> None:
    board = PatchBoard(world, CLEAN, CORRUPTED, noising=noising)
    board.wait()
    prompt, source = (CLEAN, CORRUPTED) if noising else (CORRUPTED, CLEAN)
    assert board.prompt == prompt
    assert board.rows == tuple(world.dictionaries)
    for row, name in enumerate(board.rows):
        for place in range(1, board.cells.shape[1]):
            patch = Patch(AllFeatures(name), source, positions=place, source_positions=place)
            expected = share_of(board, world.intervene(prompt, [patch]))
            assert board.cells[row, place] == pytest.approx(expected, abs=1e-5)  # float32, logits about 20
    assert np.isnan(board.cells[:, 0]).all()
    assert board.cells[0, AT] > 0.9, "the country is looked up at the city's token in the first layer"
    assert board.cells[3, -1] > 0.5, "and read out at the last token in the last"


@pytest.mark.parametrize("wiring", WIRINGS)
def test_any_wiring_is_patched_as_intervening_does(wiring: str) -> None:
    model = wired("llama", wiring, torch.float64)
    pair = pair_of(model.subject, *TINY)
    reading = Reading(9, 12, "w5 − w8")
    patching = Patching(model, pair, reading)

    def share(patch: Patch) -> float:
        scores = intervene(model, TINY[0], [patch]).edited.scores[-1:]
        return float(patching.share(reading.measure(scores)))

    for name in patching.names:
        for places, found in patching.measure_places(name):
            for place, value in zip(places, found, strict=True):
                patch = Patch(AllFeatures(name), TINY[1], positions=place, source_positions=place)
                assert value == pytest.approx(share(patch), abs=1e-9)
        index = patching.candidates(name, 2).index
        measured = [value for _, found in patching.measure_features(name, 2, index) for value in found]
        for number, value in zip(index.tolist(), measured, strict=True):
            patch = Patch(Feature(name, number), TINY[1], positions=2, source_positions=2)
            assert value == pytest.approx(share(patch), abs=1e-9)


@pytest.mark.parametrize("wiring", ["transcoders", "cross-layer", "crosscoder"])
def test_estimates_are_the_slope_at_the_run(wiring: str) -> None:
    """Difference × gradient against steps of a hundredth of the difference, to both sides.

    Llama's norms round to float32, so smaller steps would measure rounding; what is left of the curve is its square.
    """
    model = wired("llama", wiring, torch.float64)
    reading = Reading(9, 12, "w5 − w8")
    patching, step = Patching(model, pair_of(model.subject, *TINY), reading), 1e-2
    for name in patching.names:
        found = patching.candidates(name, 2)
        assert len(found.index) > 0
        for row, number in enumerate(found.index.tolist()):
            difference = float(found.becomes[row] - found.was[row])
            edited = [
                float(reading.measure(intervene(model, TINY[0], [add]).edited.scores[-1:]))
                for sign in (1, -1)
                for add in [Add(Feature(name, number), sign * step * difference, positions=2)]
            ]
            slope = (edited[0] - edited[1]) / (2 * step) / (patching.end - patching.start)
            assert float(found.estimate[row]) == pytest.approx(slope, rel=5e-3, abs=2e-5)
        assert (found.estimate.abs().diff() <= 1e-12).all(), "the strongest estimate first"


def test_what_differs_nowhere_is_known_without_a_run(board: PatchBoard) -> None:
    patching = board._bench.patching
    assert all(min(patching.changed(name)) == AT for name in patching.names)
    assert (board.cells[:, 1:AT] == 0).all()
    assert board.board["differ"] == [place == AT for place in range(9)]
    assert board.board["editable"] == [place > 0 for place in range(9)]


def test_target_defaults_to_the_two_answers(board: PatchBoard, world: Any) -> None:
    assert board.board["target"] == "Warsaw − Rome"
    assert [answer for answer, _ in board.board["answers"]] == ["Warsaw", "Rome"]
    alone = PatchBoard(world, CLEAN, CORRUPTED, "Warsaw")
    alone.wait()
    assert alone.board["target"] == "Warsaw"
    logits = world.predict(CLEAN).logits.double()
    token = world.subject.token_id("Warsaw")
    assert alone.board["values"][0] == pytest.approx(float(logits[token] - logits.mean()), abs=1e-4)


def test_a_cell_opens_its_features(board: PatchBoard, world: Any) -> None:
    board.cell = f"transcoder.0@{AT}"
    board.wait()
    found = board.features
    assert found is not None
    assert (found["cell"], found["done"]) == (board.cell, True)
    index, share = np.frombuffer(found["index"], "<i4"), np.frombuffer(found["share"], "<f4")
    assert (np.diff(np.abs(share)) <= 0).all(), "the strongest first"
    assert found["labels"] == [world.label(Feature("transcoder.0", i)) for i in index.tolist()]
    for number, measured in list(zip(index.tolist(), share.tolist(), strict=True))[:5]:
        patch = Patch(Feature("transcoder.0", number), CORRUPTED, positions=AT, source_positions=AT)
        assert measured == pytest.approx(share_of(board, world.intervene(CLEAN, [patch])), abs=1e-5)
    board.cell = None
    board.wait()
    assert board.error is None


def test_several_patches_act_together(board: PatchBoard, world: Any) -> None:
    ticked = [f"transcoder.0/659@{AT}", "transcoder.3@8"]
    effect = board.apply(ticked)
    assert board.ticked == ticked
    assert board.edits == [
        Patch(Feature("transcoder.0", 659), CORRUPTED, positions=AT, source_positions=AT),
        Patch(AllFeatures("transcoder.3"), CORRUPTED, positions=8, source_positions=8),
    ]
    again = world.intervene(board.prompt, board.edits)
    assert torch.equal(again.after.logits, effect.after.logits)
    state = board.effect
    assert state is not None
    assert state["share"] == pytest.approx(share_of(board, effect), abs=1e-5)
    assert (state["top_before"], state["top_after"]) == (effect.before.answer, effect.after.answer)
    tokens = [world.subject.token_id(token) for token in state["tokens"]]
    np.testing.assert_array_equal(np.frombuffer(state["after"], "<f4"), effect.after.probabilities[tokens].numpy())
    board.apply([])
    assert board.effect["share"] is None
    assert board.effect["top_after"] == "Rome", "without patches, the two prompts are shown"


def test_python_turns_it_round(board: PatchBoard) -> None:
    board.apply([f"transcoder.0@{AT}"])
    board.noising = False
    board.wait()
    assert board.error is None
    assert (board.prompt, board.ticked) == (CORRUPTED, [])
    assert board.cells[0, AT] > 0.9
    assert board.board["values"][0] > 0 > board.board["values"][1], "clean first, whichever way"


def test_ticks_that_cannot_be_run_are_taken_back(board: PatchBoard) -> None:
    board.ticked = ["transcoder.3@8"]
    for wrong in ("transcoder.0@0", "transcoder.0@9", "transcoder.9@7", "transcoder.0/5000@7", "transcoder.0", "x@-1"):
        board.ticked = [wrong]
        assert board.error is not None, wrong
        assert board.ticked == ["transcoder.3@8"]
        with pytest.raises(InputError):
            board.apply([wrong])
    board.apply([])
    assert board.error is None


def test_a_selected_feature_is_free_to_be_anything(board: PatchBoard) -> None:
    board.feature = "transcoder.3/248"
    board.feature = "elsewhere/1"
    assert board.error is None


@pytest.mark.parametrize(
    ("clean", "corrupted", "given", "message"),
    [
        (CLEAN, CLEAN, (), "The two prompts are the same"),
        (CLEAN, "the king near the farmers", (), r"has 9 tokens, the corrupted one 6, and they do not end alike"),
        (CLEAN, CORRUPTED, ("Warsaw", "Warsaw"), "is 0 on one prompt and 0 on the other: there is no gap"),
        (CLEAN, CORRUPTED, ("Wrsw",), "not one token"),
        (CLEAN, "", (), "empty"),
    ],
)
def test_what_cannot_be_compared_says_why(world: Any, clean: str, corrupted: str, given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        PatchBoard(world, clean, corrupted, *given)


def test_prompts_of_different_lengths_are_matched_at_both_ends(world: Any) -> None:
    board = PatchBoard(world, CLEAN, "the old capital of the country containing Florence is")
    board.wait()
    assert board.error is None
    assert board.board["note"] == (
        "The clean prompt has 9 tokens, the corrupted one 10: matched at the 2 first and the 7 last, "
        "one token left out."
    )
    assert board.board["positions"] == [[0, 0], [1, 1], *([p, p + 1] for p in range(2, 9))]
    row, place = board.rows.index("transcoder.0"), AT
    patch = Patch(AllFeatures("transcoder.0"), board.question["corrupted"], positions=AT, source_positions=AT + 1)
    assert board.apply([f"transcoder.0@{AT}"]).edits == (patch,)
    assert board.cells[row, place] == pytest.approx(board.effect["share"], abs=1e-5)


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=7),
    st.lists(st.integers(0, 2), min_size=1, max_size=7),
)
def test_matched_positions_rise_and_share_their_ends(ours: list[int], theirs: list[int]) -> None:
    try:
        places, note = _aligned(ours, theirs)
    except InputError:
        assert len(ours) != len(theirs)
        return
    assert len(places) == min(len(ours), len(theirs))
    assert places[-1] == (len(ours) - 1, len(theirs) - 1), "the target is read at the last token of both"
    for (a, b), (c, d) in pairwise(places):
        assert c > a
        assert d > b
    assert (note == "") == (len(ours) == len(theirs))


def test_requests_do_what_python_does(world: Any, board: PatchBoard) -> None:
    browser = Browser(board)  # type: ignore[arg-type]
    reply, _ = browser.ask({"id": "p", "type": "patch", "ticked": [f"transcoder.0@{AT}"]})
    assert reply == {"id": "p"}
    assert board.effect["share"] == pytest.approx(float(board.cells[0, AT]), abs=1e-5)
    reply, _ = browser.ask({"id": "f", "type": "features", "cell": "transcoder.3@8"})
    assert (reply, board.cell) == ({"id": "f"}, "transcoder.3@8")
    other = {"clean": CLEAN.replace("Gdansk", "Krakow"), "corrupted": CORRUPTED, "target": "Warsaw", "against": "Rome"}
    reply, _ = browser.ask({"id": "m", "type": "measure", **other, "noising": False})
    assert reply == {"id": "m"}
    assert board.question == other
    assert (board.noising, board.cell, board.features, board.ticked) == (False, None, None, [])
    assert np.isfinite(board.cells[:, 1:]).all()
    reply, _ = browser.ask({"id": 1, "type": "measure", **other, "corrupted": "the king"})
    assert "do not end alike" in reply["error"]["message"]
    assert board.question == other, "what was shown stays"
    reply, _ = browser.ask({"id": 2, "type": "features", "cell": "transcoder.3/12@8"})
    assert reply["error"]["cure"] == 'Give "transcoder.3@8".'


def test_progress_is_told_and_a_stop_keeps_what_is_measured(world: Any, board: PatchBoard) -> None:
    seen: list[tuple[str, int, int]] = []

    def heard(what: str, done: int, total: int) -> None:
        seen.append((what, done, total))
        if done >= 4:
            raise Stopped("This was stopped.")

    board.measured = board._bench.unmeasured().tobytes()
    with listening(heard), pytest.raises(Stopped):
        board._measure(board._bench)
    assert [done for _, done, _ in seen] == [0, 2, 4]
    assert {total for _, _, total in seen} == {8}
    assert np.isfinite(board.cells[:2, 1:]).all()
    assert np.isnan(board.cells[2:, AT:]).all()


def test_what_belongs_to_older_prompts_changes_nothing(board: PatchBoard) -> None:
    older = board._bench
    board.show(CLEAN.replace("Gdansk", "Krakow"), CORRUPTED)
    board.wait()
    state = board.get_state()
    with pytest.raises(Stopped):
        board._measure(older)
    with pytest.raises(Stopped):
        board._look_into(older, f"transcoder.0@{AT}")
    board._patch(older, [f"transcoder.0@{AT}"])
    assert board.get_state() == state


def test_everything_that_is_sent_is_json_and_bytes(board: PatchBoard) -> None:
    board.cell = f"transcoder.0@{AT}"
    board.apply([f"transcoder.0@{AT}"])
    board.wait()

    names = [name for name in board.keys if not name.startswith("_")]
    json.dumps(without_bytes({n: getattr(board, n) for n in names if n != "layout"} | {"measured": 0}), allow_nan=False)
    page = board.html("patches")
    assert "<title>patches</title>" in page


def test_a_bundle_is_in_the_package() -> None:
    assert "render" in PatchBoard._files["script"] and ".saec" in PatchBoard._files["sheet"]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["transcoder.0@2", "transcoder.0/3@2", "@", "transcoder.0@99999999999999999999", "w1 w2", "w3"]),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
SOUND: list[dict[str, Any]] = [
    {"type": "patch", "ticked": ["transcoder.0@2", "transcoder.1/3@5"]},
    {"type": "features", "cell": "transcoder.1@2"},
    {"type": "measure", "clean": TINY[0], "corrupted": TINY[1], "target": "", "against": "", "noising": True},
    {"type": "measure", "clean": "w1 w2", "corrupted": "w3 w2", "target": "w5", "against": "w8", "noising": False},
    {"type": "cancel", "of": "1"},
]


@pytest.fixture(scope="module")
def fuzzed() -> Browser:
    made = PatchBoard(tiny_lab(), *TINY)
    made.wait()
    return Browser(made)  # type: ignore[arg-type]


@given(message=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_arrives_is_answered(fuzzed: Browser, message: Any) -> None:
    sent = dict(message.draw(st.sampled_from(SOUND)))
    for _ in range(message.draw(st.integers(0, 2))):
        sent[message.draw(st.sampled_from([*sent, "surprise"]))] = message.draw(ODD)
    sent["id"] = message.draw(st.integers() | st.text(max_size=3))
    reply, _ = fuzzed.ask(sent)
    assert reply["id"] == sent["id"]
    if "error" in reply:
        assert "not foreseen" not in reply["error"]["cure"], reply["error"]["message"]
    board: Any = fuzzed.explorer
    assert (board.busy, board.error) == ("", None)
    assert board.effect["ticked"] == board.ticked
    assert board.cells.shape == (len(board.rows), len(board.board["clean"]))
