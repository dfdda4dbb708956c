"""The FeatureCard's Python half: which feature is shown, its name, others found, contexts by strength."""

from __future__ import annotations

import json

import pytest

import saecircuits as sc
from saecircuits.errors import InputError, NotAttachedError
from saecircuits.features.label_file import user_folder
from saecircuits.widgets import FeatureCard
from saecircuits.widgets.selection import share_selection
from tests.lab.labs import bare_lab, lab as tiny_lab
from tests.widgets.browser import Browser


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAECIRCUITS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def lab():
    return sc.load("world")


FEATURE = "transcoder.3/591"


def test_the_trait_says_what_is_shown(lab):
    card = lab.feature_card()
    assert (card.feature, card.card, card.live) == (None, {}, True)
    card.feature = FEATURE
    assert card.card == lab.card(FEATURE)
    assert card.card["label"] == card.label == card.card["automatic"] == lab.label(FEATURE)
    card.value = 3.0
    card.feature = card.card["neighbours"][0]["feature"]
    assert f"{card.card['dictionary']}/{card.card['feature']}" == card.feature
    assert card.value is None
    for strange in ("transcoder.9/1", "transcoder.3/1024", "nonsense", ""):
        card.feature = strange
        assert (card.card, card.error) == ({}, None)
    card.feature = None
    assert card.card == {}


def test_it_opens_on_a_feature_and_refuses_one_that_is_not_there(lab):
    card = lab.feature_card(FEATURE, 2.5)
    assert (card.feature, card.value, card.card["feature"]) == (FEATURE, 2.5, 591)
    json.dumps(card.card, allow_nan=False)
    with pytest.raises(InputError, match="features 0 to 1023, not 2000"):
        lab.feature_card("transcoder.3/2000")


def test_it_follows_a_shared_selection(lab):
    first, second = lab.feature_card(FEATURE), lab.feature_card()
    share_selection(first, second)
    assert second.card["feature"] == 591
    second.feature = "transcoder.0/1"
    assert first.card["feature"] == 1


def test_neighbours_fire_and_are_told_with_their_labels(lab):
    near = lab.card(FEATURE)["neighbours"]
    assert len(near) == 8
    cosines = [each["cosine"] for each in near]
    assert cosines == sorted(cosines, reverse=True)
    assert all(each["label"] == lab.label(each["feature"]) for each in near)
    assert all(lab.card(each["feature"])["max"] > 0 for each in near)


def test_a_name_holds_everywhere_and_is_there_again(lab):
    card, automatic = lab.feature_card(FEATURE), lab.label(FEATURE)
    card.label = "cities to come"
    assert card.card["label"] == lab.label(FEATURE) == "cities to come"
    assert card.card["automatic"] == automatic
    circuit = lab.attribute("Krakow is in", "Poland")
    feature = next(iter(circuit.labels))
    lab.set_label(feature, "named by hand")
    again = sc.load("world")
    assert again.label(FEATURE) == "cities to come"
    assert lab.attribute("Krakow is in", "Poland").labels[feature] == "named by hand"
    assert {row.label for row in lab.features("Krakow is in") if row.feature == feature} == {"named by hand"}
    assert again.label(feature) == "named by hand"
    assert [str(each) for each in lab.find("cities to come")] == [FEATURE]
    card.label = ""
    assert card.label == automatic == sc.load("world").label(FEATURE)
    assert list(user_folder().glob("transcoder.3-*.json")), "the world itself is not written to"


def test_a_name_given_elsewhere_is_seen_at_once(lab):
    card = lab.feature_card(FEATURE)
    neighbour = card.card["neighbours"][2]["feature"]
    lab.set_label(FEATURE, "from elsewhere")
    lab.set_label(neighbour, "the third")
    assert (card.label, card.card["neighbours"][2]["label"]) == ("from elsewhere", "the third")
    lab.set_label(FEATURE, "")
    lab.set_label(neighbour, "")


def test_requests_name_and_find(lab):
    card = lab.feature_card(FEATURE)
    browser = Browser(card)  # type: ignore[arg-type]
    reply, _ = browser.ask({"id": 1, "type": "label", "feature": FEATURE, "label": "by request"})
    assert reply == {"id": 1, "feature": FEATURE, "label": "by request"}
    assert card.label == "by request"
    reply, _ = browser.ask({"id": 2, "type": "find", "text": "By Request"})
    assert reply["found"] == [{"feature": FEATURE, "label": "by request"}]
    reply, _ = browser.ask({"id": 3, "type": "label", "feature": FEATURE, "label": ""})
    assert reply["label"] == card.card["automatic"]
    for bad in (
        {"type": "label", "feature": FEATURE},
        {"type": "label", "feature": 7, "label": "x"},
        {"type": "label", "feature": "transcoder.3/5000", "label": "x"},
        {"type": "label", "feature": FEATURE, "label": "x" * 500},
        {"type": "find", "text": None},
        {"type": "bands", "feature": "transcoder.8/1"},
    ):
        reply, _ = browser.ask({"id": 4, **bad})
        assert set(reply["error"]) == {"message", "cure"}, bad


def test_weaker_contexts_are_sampled_from_the_texts_of_the_evidence(lab):
    card = lab.feature_card(FEATURE)
    reply, _ = Browser(card).ask({"id": 1, "type": "bands", "feature": FEATURE})  # type: ignore[arg-type]
    assert reply == {"id": 1}
    assert (card.bands["feature"], card.bands["corpus"]) == (FEATURE, "world, seed 3000")
    assert [row["low"] for row in card.bands["rows"]] == [0.75, 0.5, 0.25, 0.0]
    for row in card.bands["rows"]:
        for context in row["contexts"]:
            peak = context["activations"][context["peak"]] / card.card["max"]
            assert row["low"] - 1e-6 <= peak <= row["high"] + 1e-6
    silent = next(i for i in range(1024) if lab.evidence["transcoder.3"].maximum(i) == 0)
    reply, _ = Browser(card).ask({"id": 2, "type": "bands", "feature": f"transcoder.3/{silent}"})  # type: ignore[arg-type]
    assert "never fired" in reply["error"]["message"]


def test_texts_that_nobody_can_read_again_have_to_be_given():
    lab = tiny_lab()
    reply, _ = Browser(lab.feature_card("transcoder.0/3")).ask(  # type: ignore[arg-type]
        {"id": 1, "type": "bands", "feature": "transcoder.0/3"}
    )
    assert "no texts" in reply["error"]["message"]


def test_a_card_alone_can_be_looked_at_only(lab):
    alone = FeatureCard(lab.card(FEATURE), value=1.5)
    assert (alone.feature, alone.live, alone.value) == (FEATURE, False, 1.5)
    with pytest.raises(NotAttachedError):
        alone.label = "x"
    alone.feature = "transcoder.0/1"
    assert alone.card["feature"] == 591
    with pytest.raises(InputError, match="empty"):
        lab.feature_card().label = "x"


def test_without_evidence_it_says_so():
    card = bare_lab().feature_card()
    card.feature = "transcoder.0/1"
    assert card.card == {}
    assert card.error is not None
    assert "no evidence" in card.error["message"]


def test_a_page_of_its_own_holds_the_card(lab):
    card = lab.feature_card(FEATURE)
    state = card._page_state()
    assert (state["live"], state["feature"], state["card"]) == (False, FEATURE, card.card)
    assert len(card.html()) > 10_000
