"""The CrosscoderMap's Python half, without a browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.dictionaries import Dictionary, TopK, load_dictionaries
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.widgets.crosscoder_map import CrosscoderMap
from saecircuits.widgets.crosscoder_places import Places
from saecircuits.world.files import world_folder


@pytest.fixture(autouse=True)
def _home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def world() -> Dictionary:
    return load_dictionaries(world_folder() / "dictionaries" / "crosscoder")[0]


def _crosscoder(*sites: str, rows: list[list[list[float]]], name: str = "cc") -> Dictionary:
    """A crosscoder with these decoder rows: feature, place, width."""
    weights = torch.tensor(rows)
    places = [Site.parse(site) for site in sites]
    made = Dictionary(name, places, places, len(weights), weights.shape[2], TopK(1))
    with torch.no_grad():
        made.W_dec.copy_(weights)
    return made.requires_grad_(False)


def two_models() -> Dictionary:
    """One feature of each kind: shared, of the base alone, of the tuned model alone, turned round, of neither."""
    rows = [
        [[1.0, 0.0], [1.0, 0.0]],
        [[2.0, 0.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, 2.0]],
        [[0.0, 3.0], [0.0, -1.0]],
        [[0.0, 0.0], [0.0, 0.0]],
    ]
    return _crosscoder("base:resid_post.1", "tuned:resid_post.1", rows=rows)


def _sent(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<f4")


def test_the_world_is_measured_as_a_dense_loop_says(world: Dictionary) -> None:
    shown = CrosscoderMap(world)
    assert [each["name"] for each in shown.known] == ["centre", "spread", "norm"]
    assert shown.stages == [f"resid_post.{i}" for i in range(4)]
    assert (shown.pair, shown.links) == ([], [[0, 1], [1, 2], [2, 3]])
    rows = world.W_dec.double().numpy()
    norms = np.sqrt((rows**2).sum(2))
    np.testing.assert_allclose(_sent(shown.columns["norms"]).reshape(-1, 4), norms, rtol=1e-6)
    sizes = np.sqrt((norms**2).mean(0))
    np.testing.assert_allclose(_sent(shown.columns["sizes"]), sizes, rtol=1e-6)
    cosines = _sent(shown.columns["cosines"]).reshape(-1, 3)
    for feature in (0, 77, 1023):
        energy = [(norms[feature, place] / sizes[place]) ** 2 for place in range(4)]
        total = sum(energy)
        assert shown.values("centre")[feature] == pytest.approx(sum(i * e for i, e in enumerate(energy)) / total)
        assert shown.values("spread")[feature] == pytest.approx(total**2 / sum(e * e for e in energy))
        assert shown.values("norm")[feature] == pytest.approx(total**0.5)
        a, b = rows[feature, 1], rows[feature, 2]
        assert cosines[feature, 1] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-6)
    shown.scale = "raw"
    raw = norms[77] ** 2
    assert shown.values("spread")[77] == pytest.approx(raw.sum() ** 2 / (raw**2).sum())


def test_two_models_are_compared_by_their_relative_norm() -> None:
    shown = CrosscoderMap(two_models(), scale="raw")
    assert [each["name"] for each in shown.known] == ["relative", "cosine", "norm"]
    assert (shown.pair, shown.links, shown.stages) == (["base", "tuned"], [[0, 1]], ["resid_post.1"])
    np.testing.assert_allclose(shown.values("relative"), [0.5, 0, 1, 0.25, np.nan])
    np.testing.assert_allclose(shown.values("cosine"), [1, np.nan, np.nan, -1, np.nan])
    np.testing.assert_allclose(shown.values("norm"), [2**0.5, 2, 2, 10**0.5, 0])
    shown.scale = "alike"  # base: root of 14 / 5, tuned: root of 6 / 5
    base, tuned = 1 / (14 / 5) ** 0.5, 1 / (6 / 5) ** 0.5
    assert shown.values("relative")[0] == pytest.approx(tuned / (base + tuned))


def test_several_layers_of_two_models_count_together() -> None:
    rows = [[[3.0, 0.0], [0.0, 4.0], [0.0, 5.0], [12.0, 0.0]], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]]
    sites = ("base:resid_post.2", "base:resid_post.6", "tuned:resid_post.2", "tuned:resid_post.6")
    shown = CrosscoderMap(_crosscoder(*sites, rows=rows), scale="raw")
    assert shown.links == [[0, 2], [1, 3]]
    np.testing.assert_allclose(shown.values("relative"), [13 / 18, 0.5])
    np.testing.assert_allclose(shown.values("cosine"), [0, 1], atol=1e-12)  # both layers side by side
    shown.scale = "alike"  # each place in its unit before they stand side by side
    at = np.array(rows[1]) / np.sqrt((np.square(rows).sum(2)).mean(0))[:, None]
    one, two = at[:2].ravel(), at[2:].ravel()
    cosine = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert shown.values("cosine")[1] == pytest.approx(cosine)
    shown.scale = "raw"
    energy = np.array([9.0 + 25, 16 + 144])
    assert shown.values("centre")[0] == pytest.approx((2 * energy[0] + 6 * energy[1]) / energy.sum())
    assert shown.values("spread")[0] == pytest.approx(energy.sum() ** 2 / (energy**2).sum())
    assert [(each["low"], each["high"]) for each in shown.known if each["name"] == "centre"] == [(2, 6)]


def test_sizes_can_be_given_and_have_to_fit() -> None:
    crosscoder = two_models()
    shown = CrosscoderMap(crosscoder, sizes=[1, 3])
    assert shown.values("relative")[0] == pytest.approx(1 / 4)
    named = CrosscoderMap(crosscoder, sizes={"tuned:resid_post.1": 3, "base:resid_post.1": 1})
    np.testing.assert_array_equal(named.values("relative"), shown.values("relative"))
    for sizes in ([1.0], [1.0, 0.0], [1.0, float("nan")], {"base:resid_post.1": 1.0}):
        with pytest.raises(InputError, match=r"not one positive number for each place.*base:resid_post.1"):
            CrosscoderMap(crosscoder, sizes=sizes)


def test_models_to_compare_can_be_chosen() -> None:
    rows = [[[1.0], [2.0], [6.0]]]
    crosscoder = _crosscoder("a:resid_post.0", "b:resid_post.0", "c:resid_post.0", rows=rows)
    assert CrosscoderMap(crosscoder, scale="raw").values("relative")[0] == pytest.approx(2 / 3)
    chosen = CrosscoderMap(crosscoder, compare=("a", "c"), scale="raw")
    assert chosen.values("relative")[0] == pytest.approx(6 / 7)
    for bad in (("a", "d"), ("a", "a"), ("a",)):
        with pytest.raises(InputError, match="are not two models"):
            CrosscoderMap(crosscoder, compare=bad)


def test_places_of_one_layer_are_counted() -> None:
    rows = [[[1.0], [1.0], [0.0]]]
    places = Places(_crosscoder("attn_out.0", "mlp_out.0", "mlp_out.1", rows=rows))
    assert places.rungs == [0, 1, 2]
    assert places.measures("raw")["centre"][0] == pytest.approx(0.5)


def test_places_go_up_whatever_their_order_in_the_decoder() -> None:
    places = Places(_crosscoder("resid_post.3", "resid_post.1", "resid_post.2", rows=[[[1.0], [2.0], [3.0]]]))
    assert [str(stage) for stage in places.stages] == [f"resid_post.{i}" for i in (1, 2, 3)]
    assert places.links == [(1, 2), (2, 0)]
    assert [each["stage"] for each in places.record()] == [2, 0, 1]


def test_a_brush_selects_and_can_be_observed(world: Dictionary) -> None:
    shown, seen = CrosscoderMap(world), []
    shown.observe(lambda change: seen.append(len(change["new"])), "selected")
    shown.measure = "spread"
    shown.brush = [1.0, 1.5]
    inside = np.flatnonzero(shown.values("spread") <= 1.5)
    assert shown.selected == [f"crosscoder/{i}" for i in inside]
    assert seen == [len(inside)]
    assert len(shown.table()) == len(inside)
    shown.scale = "raw"  # the same range, in other units
    assert shown.selected == [f"crosscoder/{i}" for i in np.flatnonzero(shown.values("spread") <= 1.5)]
    chosen = shown.selected
    shown.measure = "norm"
    assert (shown.brush, shown.selected) == (None, chosen)
    shown.selected = ["crosscoder/7", "crosscoder/3"]
    assert (shown.brush, shown.selected) == (None, ["crosscoder/3", "crosscoder/7"])


def test_a_brush_ends_where_the_browser_sees_a_value(world: Dictionary) -> None:
    shown = CrosscoderMap(world, measure="norm")
    values = shown.values("norm")
    row = int(np.flatnonzero(values.astype("f4") < values)[0])  # what the browser has lies below
    shown.brush = [0.0, float(np.float32(values[row]))]
    assert f"crosscoder/{row}" in shown.selected


def test_python_can_take_the_brush_away_by_selecting(world: Dictionary) -> None:
    shown = CrosscoderMap(world, brush=[0.0, 1.0])
    assert len(shown.selected) > 10
    shown.selected = ["crosscoder/5"]
    assert (shown.brush, shown.selected) == (None, ["crosscoder/5"])


@pytest.mark.parametrize("order", [("measure", "brush"), ("brush", "measure")])
def test_a_browser_may_send_measure_and_brush_together(world: Dictionary, order: tuple[str, str]) -> None:
    shown = CrosscoderMap(world, brush=[0.0, 1.0])
    sent = {"measure": "spread", "brush": [1.0, 1.2]}
    shown.set_state({name: sent[name] for name in order})
    assert (shown.measure, shown.brush) == ("spread", [1.0, 1.2])
    assert len(shown.selected) == int((shown.values("spread").astype("f4") <= 1.2).sum())


def test_what_writes_nothing_is_in_no_brush() -> None:
    shown = CrosscoderMap(two_models(), brush=[0.0, 1.0], scale="raw")
    assert shown.selected == [f"cc/{i}" for i in range(4)]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("measure", "relative", r"no measure 'relative' here.*centre, spread, norm"),
        ("scale", "log", "no scale 'log'"),
        ("brush", [2.0, 1.0], "no range of values"),
        ("brush", [1.0], "no range of values"),
        ("selected", ["crosscoder/9999"], "no feature 'crosscoder/9999'"),
    ],
)
def test_what_does_not_fit_is_refused(world: Dictionary, name: str, value: Any, message: str) -> None:
    shown = CrosscoderMap(world)
    with pytest.raises(InputError, match=message):
        setattr(shown, name, value)
    shown.feature = "sae.0/1"
    assert shown.feature is None


def test_one_feature_at_one_place_is_shown() -> None:
    shown = CrosscoderMap(_crosscoder("resid_post.0", rows=[[[3.0, 4.0]]]), scale="raw")
    assert ([each["name"] for each in shown.known], shown.links) == (["norm"], [])
    assert shown.values("norm").tolist() == [5.0]
    (row,) = shown.table()
    assert (row["feature"], row["norm"], row["resid_post.0"]) == ("cc/0", 5.0, 5.0)
    assert "cc/0" in repr(shown.table())
    assert len(shown.html()) > 1000


def test_a_crosscoder_that_writes_nothing_is_shown() -> None:
    shown = CrosscoderMap(_crosscoder("resid_post.0", "resid_post.1", rows=[[[0.0], [0.0]]] * 2), brush=[0.0, 1.0])
    assert np.isnan(shown.values("centre")).all()
    assert shown.selected == []


def test_what_never_fires_is_left_out(world: Dictionary) -> None:
    alive = np.arange(1024) % 3 > 0
    places = Places(world, alive=alive)
    norms = np.sqrt((world.W_dec.double().numpy() ** 2).sum(2))
    np.testing.assert_allclose(places.sizes, np.sqrt((norms[alive] ** 2).mean(0)))
    for column in places.measures("alike").values():
        assert (np.isnan(column) == ~alive).all()
