"""The Disentangler's Python half: it trains in its own thread, can be stopped, and takes a neuron apart."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import saecircuits as sc
from saecircuits.errors import InputError, NotAttachedError
from saecircuits.features.superposition import ToySettings
from saecircuits.widgets.disentangler import FIRST, Disentangler
from tests.widgets.browser import Browser

SMALL = ToySettings(levels=(0.5, 0.95))


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAECIRCUITS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def lab():
    return sc.load("world")


@pytest.fixture(scope="module")
def trained():
    widget = Disentangler(toy=SMALL)
    widget.wait()
    return widget


def column(data: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(data, "<f4").reshape(shape)


def test_it_trains_by_itself_and_sends_bytes(trained):
    models, found = trained.models, trained.recovery
    toy = trained.toy
    np.testing.assert_array_equal(column(toy["weight"], 2, 2, 5), models.weight)
    np.testing.assert_array_equal(column(toy["loss"], 2), models.loss)
    np.testing.assert_array_equal(column(toy["found"]["decoder"], 2, 10, 2), found.decoder)
    np.testing.assert_array_equal(column(toy["found"]["tracks"], 2, 2, 5), found.tracks)
    assert np.frombuffer(toy["found"]["alive"], np.uint8).reshape(2, 10).astype(bool).tolist() == found.alive.tolist()
    assert (trained.busy, trained.progress, trained.error, trained.places) == ("", None, None, [])
    assert trained.settings["levels"] == [0.5, 0.95]
    assert len(trained.html()) > 20_000


def test_it_shows_the_models_while_they_learn():
    widget = Disentangler(toy=SMALL, train=False)
    assert widget.toy == {}
    with pytest.raises(InputError, match="not trained"):
        _ = widget.models
    seen = []
    widget.observe(lambda change: seen.append("found" in change["new"]), "toy")
    widget.train(SMALL)
    assert len(seen) > 10
    assert seen[-1] is True
    assert not any(seen[:-1])


def test_a_newer_training_takes_the_place_of_an_older_one():
    widget = Disentangler(toy=SMALL, train=False)
    browser = Browser(widget)  # type: ignore[arg-type]
    for number, features in enumerate((8, 6, 4)):
        message = {"id": str(number), "type": "train", "features": features, "neurons": 2, "decay": 0.8, "seed": 1}
        browser.send(message)
    widget.wait()
    assert browser.answer_to("1") == {"id": "1", "superseded": True}
    assert browser.answer_to("2") == {"id": "2"}
    assert widget.models.settings == ToySettings(4, 2, 0.8, 1, SMALL.levels)
    assert widget.settings["features"] == 4


def test_what_began_with_it_can_be_stopped():
    widget = Disentangler(toy=ToySettings(features=30, neurons=8))
    Browser(widget).send({"id": "x", "type": "cancel", "of": FIRST})  # type: ignore[arg-type]
    widget.wait(20)
    assert (widget.busy, widget.error) == ("", None)
    with pytest.raises(InputError):
        _ = widget.models


def test_requests_that_cannot_be_answered_say_why(trained):
    browser = Browser(trained)  # type: ignore[arg-type]
    before = trained.toy
    good = {"features": 5, "neurons": 2, "decay": 0.9, "seed": 0}
    for bad in (
        {"features": 1},
        {"features": "5"},
        {"features": True},
        {"features": 10**12},
        {"neurons": 5},
        {"decay": 0},
        {"decay": None},
        {"seed": 0.5},
        {"seed": 2**80},
    ):
        reply, _ = browser.ask({"id": 1, "type": "train", **good, **bad})
        assert set(reply["error"]) == {"message", "cure"}, bad
    for type_, more in (("neuron", {"dictionary": "transcoder.0"}), ("label", {"feature": "d/1", "label": "x"})):
        reply, _ = browser.ask({"id": 2, "type": type_, **more})
        assert "no laboratory" in reply["error"]["message"]
    assert trained.toy == before
    with pytest.raises(NotAttachedError):
        trained.split("transcoder.0")
    with pytest.raises(InputError):
        Disentangler(toy=ToySettings(features=2, neurons=2))


def test_a_neuron_of_the_model_is_taken_apart(lab):
    widget = Disentangler(lab, toy=SMALL, train=False)
    assert [place["neurons"] for place in widget.places] == [384] * 4
    widget.split("transcoder.2", 17)
    state: dict[str, Any] = widget.neuron
    json.dumps(state, allow_nan=False)
    assert (state["layer"], state["unit"]["index"], state["dictionary"]) == (2, 17, "transcoder.2")
    assert [each["feature"] for each in state["features"]] == [
        f"transcoder.2/{each['index']}" for each in state["features"]
    ]
    assert all(each["label"] == lab.label(each["feature"]) for each in state["features"])
    browser = Browser(widget)  # type: ignore[arg-type]
    reply, _ = browser.ask({"id": 1, "type": "neuron", "dictionary": "transcoder.1", "neuron": None})
    assert reply == {"id": 1}
    assert widget.neuron["layer"] == 1
    for bad in ({"dictionary": "x"}, {"dictionary": "transcoder.1", "neuron": 9999}, {"neuron": "1"}):
        reply, _ = browser.ask({"id": 2, "type": "neuron", **bad})
        assert "error" in reply


def test_a_feature_has_its_card_and_can_be_named(lab):
    widget = Disentangler(lab, toy=SMALL, train=False)
    widget.split("transcoder.2", 17)
    feature = widget.neuron["features"][0]["feature"]
    widget.feature = feature
    assert widget.card == lab.card(feature)
    reply, _ = Browser(widget).ask({"id": 1, "type": "label", "feature": feature, "label": "mixed in"})  # type: ignore[arg-type]
    assert reply["label"] == "mixed in"
    assert (widget.neuron["features"][0]["label"], widget.card["label"]) == ("mixed in", "mixed in")
    lab.set_label(feature, "")
    widget.feature = "transcoder.9/1"
    assert widget.card == {"missing": "transcoder.9/1"}
    widget.feature = None
    assert widget.card == {}


def test_with_a_laboratory_both_begin_at_once(lab):
    widget = Disentangler(lab, toy=SMALL)
    widget.wait()
    assert widget.neuron["dictionary"] == "transcoder.2"
    assert widget.models.settings == SMALL
    assert widget.error is None
