"""`saecircuits train` and `saecircuits evaluate`."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

import saecircuits as sc
from saecircuits.cli.training import _sweep, _wired
from saecircuits.training import Progress
from saecircuits.training.watchers import JsonLog

SMALL = ("--tokens", "4096", "--batch", "512", "--features", "32")


@pytest.fixture(scope="module")
def text(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("text") / "some.jsonl"
    lines = ["the farmers near the cat are old", "the capital of Poland is Warsaw"] * 40
    path.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines), "utf-8")
    return path


def test_a_sweep_is_trained_scored_and_measured(run, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = run("train", "--out", out, "--sae", "resid_post.1", "--transcoder", "0", "--k", "4,8", *SMALL)
    assert result.code == 0, result.err
    names = {"sae.resid_post.1.k4", "sae.resid_post.1.k8", "transcoder.0.k4", "transcoder.0.k8"}
    assert {path.name for path in (out / "dictionaries").iterdir()} == names
    assert all(name in result.out for name in names)
    measured = run(
        "evaluate", out / "dictionaries" / "transcoder.0.k4", "--tokens", "500", "--out", tmp_path / "s.json"
    )
    assert measured.code == 0, measured.err
    assert "recovered" in measured.out
    assert [set(each["dictionaries"]) for each in json.loads((tmp_path / "s.json").read_text())] == [
        {"transcoder.0.k4"}
    ]
    swept = run("evaluate", out / "dictionaries", "--tokens", "500")
    assert swept.code == 0, swept.err
    assert all(name in swept.out for name in names)


def test_a_run_that_was_interrupted_goes_on_with_the_same_command(run, tmp_path: Path, monkeypatch) -> None:
    command = ("train", "--out", tmp_path / "run", "--clt", "--kind", "topk", "--k", "4", *SMALL)
    logged = JsonLog.logged

    def press(self: JsonLog, progress: Progress) -> None:
        logged(self, progress)
        signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(JsonLog, "logged", press)
        patch.setattr("saecircuits.cli.training.LOG_EVERY", 2)
        stopped = run(*command)
    assert stopped.code == 130
    assert "after step 2 of 8, which is saved" in stopped.err
    assert "Run the same command again" in stopped.err
    assert run(*command).code == 0
    assert len(sc.load_dictionaries(tmp_path / "run" / "dictionaries")) == 4


def test_text_and_recipes_come_from_files(run, tmp_path: Path, text: Path) -> None:
    plan = sc.TrainingPlan.crosscoder(
        ["resid_post.0", "resid_post.1"], n_features=16, activation={"kind": "topk", "k": 2}
    )
    recipe = tmp_path / "plans.json"
    recipe.write_text(json.dumps([plan.to_dict()]), "utf-8")
    result = run(
        "train", "--out", tmp_path / "run", "--recipe", recipe, "--text", text, "--tokens", "400", "--batch", "50"
    )
    assert result.code == 0, result.err
    (trained,) = sc.load_dictionaries(tmp_path / "run" / "dictionaries")
    assert [str(site) for site in trained.reads] == ["resid_post.0", "resid_post.1"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "Nothing is to be trained"),
        (("--sae", "resid.1"), "resid"),
        (("--sae", "resid_post.1", "--k", "4;8"), "whole numbers with commas"),
        (("--sae", "resid_post.1", "--kind", "softmax"), "no activation function 'softmax'"),
        (("--sae", "resid_post.9"), "resid_post.9"),
        (("--sae", "resid_post.1", "--text", "nowhere.txt"), "nowhere.txt"),
        (("--sae", "resid_post.1", "--text", "a.txt", "--dataset", "b"), "Give one of them"),
    ],
    ids=lambda value: "-".join(value).replace("--", "") if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line(run, tmp_path: Path, options, reason) -> None:
    result = run("train", "--out", tmp_path / "run", *options)
    assert result.code == 2
    assert len(result.lines) == 1
    assert reason in result.err


def test_every_combination_of_a_sweep_has_its_own_name() -> None:
    makers = _wired(["resid_post.0"], [1], 4, "resid_post.0,resid_post.1")
    plans = _sweep(makers, "batchtopk", [4, 8], [16, 32])
    assert len({plan.name for plan in plans}) == 4 * 2 * 2
    jump = _sweep(makers[:1], "jumprelu", [4, 8], [16])
    assert [loss.target for plan in jump for loss in plan.losses if loss.kind == "l0"] == [4, 8]
