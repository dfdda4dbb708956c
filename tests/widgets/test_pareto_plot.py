"""The ParetoPlot's Python half, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from saecircuits.dictionaries import Dictionary, TopK, save_dictionary
from saecircuits.errors import FileFormatError, InputError, NotAttachedError
from saecircuits.sites import Site
from saecircuits.training import Corpus, TrainingPlan, TrainingRun, train
from saecircuits.widgets import ParetoPlot, ParetoPoint
from tests.tiny import tiny_subject

SCORES: dict[str, dict[str, float]] = {
    "thin": {"l0": 8, "variance_explained": 0.5},
    "thick": {"l0": 64, "variance_explained": 0.9, "loss_recovered": 0.95},
}


def _dictionary(name: str = "sae.1") -> Dictionary:
    return Dictionary(name, [Site("resid_post", 1)], [Site("resid_post", 1)], 12, 4, TopK(3))


def _save(folder: Path, **scores: float) -> None:
    recipe = {"plan": {"losses": [{"kind": "matryoshka"}]}} if "m" in folder.name else {}
    save_dictionary(_dictionary(), folder, recipe=recipe, scores=scores)


def test_scores_by_name_become_points() -> None:
    plot = ParetoPlot(SCORES)
    assert [point["name"] for point in plot.points] == ["thin", "thick"]
    assert plot.points[1]["scores"] == SCORES["thick"]
    assert (plot.x, plot.y, plot.selected) == ("l0", "variance_explained", None)
    assert plot.dictionary is None
    json.dumps(plot.points, allow_nan=False)


def test_results_of_a_training_become_points() -> None:
    words = torch.randint(0, 56, (20, 12), generator=torch.Generator().manual_seed(5)).tolist()
    corpus = Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])
    plans = [
        TrainingPlan.transcoder(0, name=f"k{k}", n_features=16, activation={"kind": "topk", "k": k}) for k in (2, 6)
    ]
    run = TrainingRun(tokens=240, batch=60, rows=4, pool=240, log_every=2)
    results = train(tiny_subject("llama"), corpus, plans, run, progress=False)
    plot = ParetoPlot(results)
    for point, result in zip(plot.points, results, strict=True):
        last = result.log[-1]
        assert point["scores"] == {
            "l0": last.l0,
            "variance_explained": last.variance_explained,
            "dead": last.dead,
            "loss": last.loss,
        }
        assert (point["name"], point["group"], point["width"]) == (result.plan.name, "topk", 16)
    assert plot.points[0]["recipe"] == "topk, k 2 · 16 features · mlp_in.0 → mlp_out.0"
    plot.selected = "k6"
    assert plot.dictionary is results[1].dictionary
    assert plot.point is not None
    assert plot.point.dictionaries == (results[1].dictionary,)


def test_a_selection_can_be_observed_and_has_to_exist() -> None:
    plot, seen = ParetoPlot(SCORES), []
    plot.observe(lambda change: seen.append(change["new"]), "selected")
    plot.selected = "thick"
    with pytest.raises(InputError, match=r"no dictionary 'x'.*Known are thin, thick"):
        plot.selected = "x"
    plot.selected = None
    assert seen == ["thick", None]
    assert ParetoPlot(SCORES, selected="thin").selected == "thin"
    with pytest.raises(InputError):
        ParetoPlot(SCORES, selected="x")


def test_scores_alone_have_no_dictionary() -> None:
    plot = ParetoPlot(SCORES, selected="thin")
    with pytest.raises(NotAttachedError, match="from_folder"):
        _ = plot.dictionary


def test_saved_dictionaries_are_found_at_any_depth_and_loaded_when_asked(tmp_path: Path) -> None:
    _save(tmp_path / "a", l0=3.0, fvu=0.2)
    _save(tmp_path / "deep" / "m", l0=2.0, variance_explained=0.7, fvu=0.31)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text('{"model_type": "llama"}')
    plot = ParetoPlot.from_folder(tmp_path, selected="a")
    assert [(p["name"], p["group"], p["width"]) for p in plot.points] == [
        ("a", "topk", 12),
        ("deep/m", "matryoshka topk", 12),
    ]
    assert plot.points[0]["scores"] == {"variance_explained": pytest.approx(0.8), "l0": 3.0, "fvu": 0.2}
    assert plot.points[1]["scores"]["variance_explained"] == 0.7
    assert plot.points[0]["folder"] == str(tmp_path / "a")
    assert plot.points[0]["recipe"] == "topk, k 3 · 12 features · resid_post.1"
    assert plot.dictionary is not None
    assert plot.dictionary.n_features == 12
    assert [p["name"] for p in ParetoPlot.from_folder(tmp_path / "a").points] == ["sae.1"]


@pytest.mark.parametrize(
    "text", ['{"format": "saecircuits.dictionary"}', "{", '{"format": "saecircuits.dictionary", "name": 3']
)
def test_a_broken_config_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "config.json").write_text(text)
    with pytest.raises(FileFormatError, match=r"config.json is not a dictionary's config"):
        ParetoPlot.from_folder(tmp_path)


def test_a_folder_that_holds_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dictionary in"):
        ParetoPlot.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("things", "message"),
    [
        ([], "There is no dictionary to show"),
        ({}, "There is no dictionary to show"),
        ([3], "A int is no point"),
        ([ParetoPoint("a", {"l0": 1.0})] * 2, "Two dictionaries are called 'a'"),
        ({"a": {"dead": 0.1}}, r"No dictionary has a score 'l0'.*Known are dead"),
    ],
    ids=["empty", "empty mapping", "a number", "twice", "no l0"],
)
def test_what_cannot_be_shown_says_why(things: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ParetoPlot(things)


def test_axes_are_scores_that_some_point_has() -> None:
    plot = ParetoPlot(SCORES, y="loss_recovered")
    assert plot.y == "loss_recovered"
    plot.y = "variance_explained"
    with pytest.raises(InputError, match="no_such"):
        plot.y = "no_such"
    assert ParetoPlot({"a": {"l0": 1.0, "fvu": 0.1}}).y == "fvu"
    assert ParetoPlot({"a": {"l0": 1.0}}).y == "l0"
    assert ParetoPlot({"a": {"dead": 0.1, "width": 8}}, x="width").y == "dead"


def test_groups_can_be_told_and_other_points_shown() -> None:
    points = [ParetoPoint(name, scores, width=8 * i) for i, (name, scores) in enumerate(SCORES.items())]
    plot = ParetoPlot(points, group=lambda point: f"width {point.width}", selected="thick")
    assert [point["group"] for point in plot.points] == ["width 0", "width 8"]
    plot.show(points[1:])
    assert (plot.selected, len(plot.points)) == ("thick", 1)
    plot.show(points[:1])
    assert plot.selected is None


def test_scores_that_are_not_finite_are_left_out() -> None:
    plot = ParetoPlot({"a": {"l0": 1.0, "variance_explained": float("nan")}, "b": {"l0": 2.0, "loss": float("-inf")}})
    assert [point["scores"] for point in plot.points] == [{"l0": 1.0}, {"l0": 2.0}]


def test_a_plan_of_several_dictionaries_says_where_they_are() -> None:
    class Several(ParetoPoint):
        @property
        def dictionaries(self) -> tuple[Dictionary, ...]:
            return (_dictionary("clt.0"), _dictionary("clt.1"))

    plot = ParetoPlot([Several("clt", SCORES["thin"])], selected="clt")
    with pytest.raises(InputError, match=r"2 dictionaries. Take plot.point.dictionaries"):
        _ = plot.dictionary
    assert plot.point is not None
    assert len(plot.point.dictionaries) == 2
