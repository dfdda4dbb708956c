"""The FeatureAtlas's Python half, without a browser."""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.dictionaries import Dictionary, TopK, load_dictionaries
from saecircuits.errors import InputError
from saecircuits.features import Evidence, LabelBook
from saecircuits.sites import Site
from saecircuits.widgets import feature_atlas as module
from saecircuits.widgets.feature_atlas import FeatureAtlas
from saecircuits.world.files import world_folder


@pytest.fixture(scope="module")
def transcoder() -> Dictionary:
    return load_dictionaries(world_folder() / "dictionaries" / "transcoders" / "transcoder.3")[0]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load(world_folder() / "evidence", "transcoder.3")


@pytest.fixture(scope="module")
def atlas(transcoder: Dictionary, evidence: Evidence) -> FeatureAtlas:
    made = FeatureAtlas(transcoder, evidence)
    made.wait()
    return made


@pytest.fixture(autouse=True)
def _home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path))


def _small(n: int = 30, name: str = "sae.1", layer: int = 1, writes: int = 1) -> Dictionary:
    sites = [Site("resid_post", layer + i) for i in range(writes)]
    made = Dictionary(name, sites, sites, n, 6, TopK(3))
    made.initialise(torch.Generator().manual_seed(layer))
    return made.requires_grad_(False)


def _column(atlas: FeatureAtlas, name: str, kind: str) -> np.ndarray:
    return np.frombuffer(atlas.points[name], kind)


def test_the_world_is_placed_and_only_what_fires(atlas: FeatureAtlas, evidence: Evidence) -> None:
    alive = np.flatnonzero(evidence.firings > 0)
    assert atlas.sets == [{"name": "transcoder.3", "features": 1024, "shown": len(alive)}]
    assert _column(atlas, "feature", "<u4").tolist() == alive.tolist()
    assert atlas.features == [f"transcoder.3/{i}" for i in alive]
    assert atlas.labels == [evidence.label(int(i)) for i in alive]
    places = _column(atlas, "places", "<f4").reshape(-1, 2)
    assert places.shape == (len(alive), 2)
    assert np.abs(places).max() == pytest.approx(1)
    assert atlas.trust is not None
    assert 0.8 < atlas.trust < 1
    np.testing.assert_allclose(_column(atlas, "rate", "<f4"), evidence.firings[alive] / evidence.tokens, rtol=1e-6)
    assert (_column(atlas, "layer", "<i2") == 3).all()
    assert (atlas.busy, atlas.error) == ("", None)


def test_neighbours_are_those_of_brute_force(atlas: FeatureAtlas, transcoder: Dictionary, evidence: Evidence) -> None:
    rows = transcoder.W_dec[:, 0].double().numpy()
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows @ rows[248]
    cosines[[248, *np.flatnonzero(evidence.firings == 0)]] = -2
    best = np.argsort(-cosines)[:12]
    told = atlas.neighbours("transcoder.3/248")
    assert [row.feature for row in told] == [f"transcoder.3/{i}" for i in best]
    np.testing.assert_allclose([row.cosine for row in told], cosines[best], atol=1e-6)
    row = atlas.row_of("transcoder.3/248")
    sent = _column(atlas, "neighbours", "<u4").reshape(-1, 12)[row]
    assert [atlas.features[i] for i in sent] == [each.feature for each in told]
    np.testing.assert_allclose(_column(atlas, "cosines", "<f4").reshape(-1, 12)[row], cosines[best], atol=1e-6)


def test_clusters_share_their_words(atlas: FeatureAtlas) -> None:
    group = _column(atlas, "cluster", "<i2")
    assert group.max() + 1 == len(atlas.clusters) > 10
    for number, name in enumerate(atlas.clusters[:5]):
        first = name.split(" · ")[0]
        members = [atlas.labels[i] for i in np.flatnonzero(group == number)]
        assert len(members) >= 5
        assert sum(first in label for label in members) >= 2


def test_a_selection_goes_both_ways_and_has_to_exist(atlas: FeatureAtlas) -> None:
    seen: list[Any] = []
    listen = lambda change: seen.append(change["new"])  # noqa: E731
    atlas.observe(listen, "selected")
    names = [atlas.features[9], atlas.features[2]]
    atlas.selected = names
    assert np.frombuffer(atlas.chosen, "<u4").tolist() == [2, 9]
    assert atlas.selected == names[::-1]  # in the order of the rows
    atlas.set_state({"chosen": memoryview(np.array([5], "<u4").tobytes())})
    assert atlas.selected == [atlas.features[5]]
    assert [row.feature for row in atlas.table()] == [atlas.features[5]]
    with pytest.raises(InputError, match=r"no feature 'transcoder.9/1' in here.*transcoder.3/"):
        atlas.selected = ["transcoder.9/1"]
    atlas.selected = []
    assert seen[0] == names[::-1]
    assert seen[-1] == []
    atlas.unobserve(listen, "selected")
    assert len(atlas.table()) == len(atlas.features)


def test_a_feature_that_is_not_here_shows_no_selection(atlas: FeatureAtlas, evidence: Evidence) -> None:
    dead = int(np.flatnonzero(evidence.firings == 0)[0])
    for name in ("transcoder.0/1", f"transcoder.3/{dead}", "nonsense", ""):
        atlas.feature = "transcoder.3/248"
        atlas.feature = name
        assert atlas.feature is None


@pytest.mark.parametrize("bad", [memoryview(b"abc"), memoryview(b"\xff" * 8), "text", 7, None, [1, 2], b""])
def test_bytes_from_a_browser_never_raise(atlas: FeatureAtlas, bad: Any) -> None:
    atlas.selected = [atlas.features[0]]
    atlas.set_state({"chosen": bad})
    assert atlas.selected == []


def test_several_dictionaries_lie_in_one_picture(tmp_path: Any) -> None:
    pair = [_small(30, "sae.1", 1), _small(25, "sae.2", 2)]
    atlas = FeatureAtlas(pair, colour="layer")
    atlas.wait()
    assert [each["shown"] for each in atlas.sets] == [30, 25]
    assert _column(atlas, "layer", "<i2").tolist() == [1] * 30 + [2] * 25
    assert _column(atlas, "dictionary", "<u2").tolist() == [0] * 30 + [1] * 25
    assert np.isnan(_column(atlas, "rate", "<f4")).all()
    assert atlas.features[30] == "sae.2/0"
    assert set(atlas.labels) == {""}
    with pytest.raises(InputError, match="share a name"):
        FeatureAtlas([pair[0], pair[0]])


def test_evidence_has_to_fit(transcoder: Dictionary, evidence: Evidence) -> None:
    with pytest.raises(InputError, match=r"of 1024 features.*has 30"):
        FeatureAtlas(_small(), evidence)
    with pytest.raises(InputError, match="by name"):
        FeatureAtlas([transcoder, _small()], evidence)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_handful_of_features_is_shown(n: int) -> None:
    atlas = FeatureAtlas(_small(n))
    atlas.wait()
    assert atlas.trust is None
    assert len(_column(atlas, "places", "<f4")) == 2 * n
    assert len(atlas.neighbours("sae.1/0")) == n - 1
    assert len(atlas.html()) > 1000


def test_a_dictionary_that_writes_nothing_is_empty() -> None:
    nothing = _small(4)
    nothing.W_dec.zero_()
    atlas = FeatureAtlas(nothing)
    atlas.wait()
    assert atlas.features == []
    assert atlas.points["places"] == b""
    assert atlas.error is None
    assert list(atlas.table()) == []


def test_a_crosscoder_lies_at_the_layer_at_which_it_writes_most() -> None:
    crosscoder = _small(12, writes=3)
    crosscoder.W_dec.mul_(torch.tensor([1.0, 1.0, 1.0])[:, None])
    crosscoder.W_dec[5] *= torch.tensor([0.1, 0.1, 3.0])[:, None]
    atlas = FeatureAtlas(crosscoder)
    atlas.wait()
    assert _column(atlas, "layer", "<i2")[5] == 3
    assert set(_column(atlas, "layer", "<i2")) <= {1, 2, 3}


def test_names_that_a_person_gave_are_shown() -> None:
    book = LabelBook([small := _small()])
    book.set("sae.1", 3, "<b>mine</b>")
    atlas = FeatureAtlas(small)
    assert atlas.labels[3] == "<b>mine</b>"


def test_a_name_that_was_taken_back_leaves_the_automatic_one(transcoder: Dictionary, evidence: Evidence) -> None:
    book = LabelBook([transcoder])
    book.set("transcoder.3", 248, "mine")
    book.set("transcoder.3", 248, "")
    atlas = FeatureAtlas(transcoder, evidence.with_label(248, "old").with_label(317, "kept"))
    assert atlas.labels[atlas.row_of("transcoder.3/248")] == evidence.label(248) != "old"
    assert atlas.labels[atlas.row_of("transcoder.3/317")] == "kept"


def test_a_name_that_is_given_later_is_shown_too(transcoder: Dictionary, evidence: Evidence) -> None:
    atlas = FeatureAtlas(transcoder, evidence)
    book = LabelBook([transcoder])
    book.tell(atlas.renamed)
    row = atlas.row_of("transcoder.3/248")
    before = atlas.labels
    book.set("transcoder.3", 248, "verbs")
    assert [i for i, (a, b) in enumerate(zip(before, atlas.labels, strict=True)) if a != b] == [row]
    assert atlas.labels[row] == "verbs"
    book.set("transcoder.3", 248, "")
    assert atlas.labels == before
    atlas.renamed("transcoder.0", 1)  # not in here
    assert atlas.labels == before


def test_python_goes_on_while_the_picture_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    go, heard = threading.Event(), []
    plane = module.plane

    def slow(*arguments: Any) -> Any:
        assert go.wait(20)
        heard.append(atlas.busy)  # by now there is an atlas
        return plane(*arguments)

    monkeypatch.setattr(module, "plane", slow)
    atlas = FeatureAtlas(_small())
    assert atlas.points == {}
    assert atlas._kept_state()["points"] == {}  # a cell that shows it does not wait
    atlas.feature = "sae.1/3"
    go.set()
    atlas.wait()
    assert atlas.points
    assert heard == ["comparing directions"]
    assert atlas.feature == "sae.1/3"


def test_what_goes_wrong_is_shown(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(module, "plane", lambda _: 1 / 0)
    atlas = FeatureAtlas(_small())
    atlas.wait()
    assert atlas.error is not None
    assert "ZeroDivisionError" in atlas.error["message"]
    with pytest.raises(InputError, match="no picture"):
        atlas.table()


def test_colours_are_known_ones_and_all_can_be_sent(atlas: FeatureAtlas) -> None:
    for colour in module.COLOURS:
        atlas.colour = colour
    with pytest.raises(InputError, match=r"no colour by 'mood'.*cluster, firing rate"):
        atlas.colour = "mood"
    atlas.colour = "cluster"
    json.dumps([atlas.labels, atlas.clusters, atlas.sets, atlas.trust], allow_nan=False)


def test_a_page_of_its_own_waits_for_the_picture(transcoder: Dictionary, evidence: Evidence) -> None:
    state = FeatureAtlas(transcoder, evidence)._page_state()
    assert state["points"]["places"]
    assert state["busy"] == ""
