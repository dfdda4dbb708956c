"""The SparsityExplorer's Python half: what is measured goes out as bytes, and what a person asks for is answered."""

from __future__ import annotations

import numpy as np
import pytest

import saecircuits as sc
from saecircuits.errors import InputError
from saecircuits.features import sparsity_map
from saecircuits.training import Corpus
from saecircuits.widgets.sparsity_explorer import MOST_TOKENS, SparsityExplorer
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder
from tests.widgets.browser import Browser

PROMPTS = ["the capital of the country containing Gdansk is Warsaw .", "the farmers near the cat are old ."]


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAECIRCUITS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def lab():
    return sc.load("world")


@pytest.fixture
def explorer(lab):
    return SparsityExplorer(lab, PROMPTS, "transcoder.1")


def column(data: bytes, kind: str = "<i4") -> np.ndarray:
    return np.frombuffer(data, kind)


def test_what_goes_out_is_what_was_measured(lab, explorer):
    found = sparsity_map(lab.subject, [lab.dictionaries["transcoder.1"]], PROMPTS, Corpus.world(3000))
    view = explorer.view
    assert explorer.error is None
    assert view["tokens"] == list(found.texts)
    names = [view["features"][row] for row in column(view["cells"]["row"])]
    assert names == [f"transcoder.1/{i}" for i in found.cells.feature]
    np.testing.assert_array_equal(column(view["cells"]["token"]), found.cells.token)
    np.testing.assert_array_equal(column(view["cells"]["rank"]), found.cells.rank)
    np.testing.assert_array_equal(column(view["cells"]["value"], "<f4"), found.cells.value)
    np.testing.assert_allclose(column(view["levels"]["fvu"], "<f4"), [each.fvu for each in found.levels], rtol=1e-6)
    errors = column(view["errors"], "<f4").reshape(len(found.levels), -1)
    np.testing.assert_array_equal(errors, [each.errors for each in found.levels])
    assert view["labels"] == [lab.label(name) for name in view["features"]]
    assert view["measured_on"] == "2,048 tokens of world, seed 3000"
    assert explorer.level == len(found.levels) - 1
    assert [row["FVU"] for row in explorer.levels] == [each.fvu for each in found.levels]


def test_python_sets_prompts_and_dictionary(explorer):
    explorer.level = 3
    l0 = explorer.levels[3]["L0"]
    explorer.prompts = ["Krakow is in Poland ."]
    assert explorer.view["tokens"][0] == "Krakow"
    explorer.dictionary = "transcoder.2"
    assert (explorer.view["members"], explorer.error) == (["transcoder.2"], None)
    assert explorer.levels[explorer.level]["L0"] == pytest.approx(l0, rel=0.2)
    view = explorer.view
    explorer.prompts = ["xyzzy is not a word"]
    assert "xyzzy" in explorer.error["message"]
    explorer.dictionary = "transcoder.9"
    assert "transcoder.9" in explorer.error["message"]
    assert (explorer.prompts, explorer.dictionary, explorer.view) == (["Krakow is in Poland ."], "transcoder.2", view)


def test_requests(explorer):
    browser = Browser(explorer)  # type: ignore[arg-type]
    reply, _ = browser.ask({"id": 1, "type": "show", "prompts": ["Anna gave a book"], "dictionary": "transcoder.0"})
    assert reply == {"id": 1}
    assert (explorer.prompts, explorer.dictionary) == (["Anna gave a book"], "transcoder.0")
    for bad in (
        {"prompts": "text", "dictionary": "transcoder.0"},
        {"prompts": [1], "dictionary": "transcoder.0"},
        {"prompts": [], "dictionary": "transcoder.0"},
        {"prompts": ["a b"], "dictionary": None},
        {"prompts": ["a b"], "dictionary": "nothing"},
        {"prompts": ["the cat"] * 25, "dictionary": "transcoder.0"},
        {"prompts": ["the cat " * (MOST_TOKENS // 12)] * 8, "dictionary": "transcoder.0"},
    ):
        reply, _ = browser.ask({"id": 2, "type": "show", **bad})
        assert set(reply["error"]) == {"message", "cure"}, bad
    assert explorer.prompts == ["Anna gave a book"]


def test_a_selected_feature_has_its_card_and_can_be_named(lab, explorer):
    feature = explorer.view["features"][2]
    explorer.feature = feature
    assert explorer.card == lab.card(feature)
    reply, _ = Browser(explorer).ask({"id": 1, "type": "label", "feature": feature, "label": "by hand"})  # type: ignore[arg-type]
    assert reply["label"] == "by hand"
    assert (explorer.view["labels"][2], explorer.card["label"]) == ("by hand", "by hand")
    lab.set_label(feature, "")
    assert explorer.view["labels"][2] == lab.label(feature) != "by hand"
    for strange in ("transcoder.9/1", "nonsense", "transcoder.1/99999"):
        explorer.feature = strange
        assert explorer.card == {"missing": strange}
    explorer.feature = None
    assert explorer.card == {}


def test_a_family_of_dictionaries_and_a_model_alone():
    subject = tiny_subject("llama")
    family = [random_transcoder(1, subject.d_model, k=k) for k in (2, 8)]
    family[0].name, family[1].name = "k2", "k8"
    explorer = SparsityExplorer(subject, "w1 w2 w3", dictionaries=family)
    assert [row["dictionary"] for row in explorer.levels] == ["k2", "k8"]
    assert (explorer.choices, explorer.dictionary) == ([], "")
    assert explorer.view["measured_on"] == "the shown tokens"
    assert {name.split("/")[0] for name in explorer.view["features"]} == {"k2", "k8"}
    explorer.feature = explorer.view["features"][0]
    assert explorer.card == {"missing": explorer.feature}
    with pytest.raises(InputError, match="without dictionaries"):
        SparsityExplorer(subject, "w1 w2 w3")


def test_a_page_of_its_own_needs_no_kernel(explorer):
    assert explorer._page_state()["live"] is False
    assert len(explorer.html()) > 20_000
