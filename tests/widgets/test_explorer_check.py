"""The Explorer checks its circuit: what it reports is what interventions measure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from saecircuits.attribution import CheckReport, Difference, FeatureAt, RelP
from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError, NotAttachedError
from saecircuits.interventions import Ablate
from saecircuits.widgets import Explorer
from saecircuits.widgets.check_record import check_record
from tests.lab.labs import PROMPT, lab

from .browser import Browser


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return lab().attribute(PROMPT, Difference("w3", "w5"))


@pytest.fixture
def browser(circuit: Circuit) -> Browser:
    return Browser(Explorer(circuit))


def test_a_check_is_answered_with_the_report(browser: Browser, circuit: Circuit) -> None:
    explorer = browser.explorer
    busy: list[str] = []
    explorer.observe(lambda change: busy.append(change["new"]), "busy")
    reply, buffers = browser.ask({"id": "c", "type": "check"})
    assert (set(reply), reply["id"], buffers) == ({"id", "report"}, "c", [])
    assert explorer.report == reply["report"]
    assert (busy[0], busy[-1]) == ("checking the circuit", "")
    known = circuit.check().to_dict()
    assert [row["node"] for row in reply["report"]["rows"]] == [row["node"] for row in known["rows"]]
    assert reply["report"]["scores"] == known["scores"]
    assert reply["report"]["curve"]["points"] == known["curve"]["points"]
    assert reply["report"]["milliseconds"] > 0


def test_the_numbers_are_what_edits_by_hand_measure(browser: Browser) -> None:
    explorer = browser.explorer
    rows = browser.ask({"id": 1, "type": "check"})[0]["report"]["rows"]
    assert len(rows) == 10
    for row in rows[:4]:
        name, _, position = row["node"].rpartition("@")
        for frozen in (False, True):
            explorer.apply([Ablate(Feature.parse(name), positions=int(position))], frozen)
            assert explorer.effect is not None
            change = explorer.effect["target_after"] - explorer.effect["target_before"]
            assert row["frozen" if frozen else "live"] == pytest.approx(change, abs=1e-4)  # float32 logits


def test_the_whole_circuit_is_checked_where_it_is_at_hand(circuit: Circuit) -> None:
    """Frozen measurements equal the predictions of a whole graph only."""
    explorer = Explorer(circuit)
    assert explorer.circuit.pruned
    assert explorer.check().whole
    assert explorer.report is not None
    assert explorer.report["frozen_error"] < 1e-3  # float32
    pruned = Explorer(circuit.prune(0.5, 0.5))
    assert not pruned.check().whole
    assert pruned.report is not None
    assert pruned.report["whole"] is False


def test_another_circuit_has_another_report(browser: Browser) -> None:
    explorer = browser.explorer
    explorer.check()
    browser.ask({"id": 1, "type": "attribute", "prompt": "w9 w8 w7", "target": "w3", "against": "w5"})
    assert explorer.report is None
    rows = browser.ask({"id": 2, "type": "check"})[0]["report"]["rows"]
    assert all(int(row["node"].rpartition("@")[2]) < 4 for row in rows)


def test_a_check_that_fails_is_answered_with_its_cure(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> CheckReport:
        raise InputError("It cannot be measured.", "Do something else.")

    explorer = browser.explorer
    monkeypatch.setattr(explorer._lab, "check", fail)
    reply, _ = browser.ask({"id": 1, "type": "check"})
    assert reply["error"] == {"message": "It cannot be measured.", "cure": "Do something else."}
    assert (explorer.busy, explorer.report) == ("", None)


def test_a_circuit_without_a_model_is_not_checked(circuit: Circuit) -> None:
    loose = Explorer(replace(circuit.prune(), host=None))
    with pytest.raises(NotAttachedError, match=r"no model behind this circuit.*Explorer\(circuit, lab\)"):
        loose.check()
    assert loose.graph["refusal"]["cure"] == "Open it with Explorer(circuit, lab)."
    assert Explorer(replace(circuit, host=None), lab()).check().whole


def test_what_cannot_be_measured_is_none(circuit: Circuit) -> None:
    """A target that is no next token has no curve, a gradient no frozen measurement; NaN is not JSON."""
    feature = circuit.top(1)[0]
    assert feature.feature is not None
    explorer = lab().explore(PROMPT, FeatureAt(feature.feature, feature.position))
    explorer.check()
    assert explorer.report is not None
    assert (explorer.report["curve"], explorer.report["enough"]) == (None, None)
    gradient = Explorer(lab().attribute(PROMPT, Difference("w3", "w5"), method=RelP()))
    gradient.check()
    assert gradient.report is not None
    assert {row["frozen"] for row in gradient.report["rows"]} == {None}
    assert gradient.report["frozen_error"] is None
    json.dumps([explorer.report, gradient.report], allow_nan=False)


def test_enough_is_where_the_curve_stays_faithful(circuit: Circuit) -> None:
    report = circuit.check()
    record = check_record(report, 1.0)
    assert report.curve is not None
    if record["enough"] is None:
        assert report.curve.faithfulness[-1] < 0.9
    else:
        kept = np.array(report.curve.sizes) >= record["enough"]
        assert (report.curve.faithfulness[kept] >= 0.9).all()
        assert not (report.curve.faithfulness[~kept] >= 0.9)[-1:].any()
