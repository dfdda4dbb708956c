"""The tour in a real JupyterLab: run it, click a node, ablate it, see the output move, read the selection in Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .journey import click_a_feature
from .jupyter import open_and_run, run_python, wait_idle

TOUR = Path(__file__).resolve().parents[2] / "notebooks" / "00_tour.ipynb"

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def opened(lab):
    shutil.copy(TOUR, lab.root)
    with page(viewport={"width": 1500, "height": 1300}) as opened:
        open_and_run(opened, lab, TOUR.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        yield opened


@pytest.fixture
def explorer(opened):
    """The first Explorer of the tour, in view, with nothing edited."""
    run_python(opened, "explorer.apply([]); explorer.selected = None; explorer.pinned = []")
    widget = opened.locator(".saec").first
    widget.scroll_into_view_if_needed()
    opened.wait_for_timeout(500)
    return widget


def test_every_cell_of_the_tour_runs(opened):
    outputs = opened.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets.flatMap("
        "  cell => cell.model.outputs ? cell.model.outputs.toJSON() : [])"
    )
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert opened.locator(".saec-stage").count() == 3
    assert opened.errors == []
    assert opened.foreign == []


def test_click_ablate_see_the_change_and_read_it_in_python(opened, explorer):
    identifier = click_a_feature(opened, explorer)
    assert run_python(opened, "print(explorer.selected_node.id)").strip() == identifier
    before = explorer.locator(".saec-chart").inner_text()

    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for()
    opened.wait_for_function("(args) => document.querySelector('.saec-chart').innerText !== args", arg=before)
    record = "(e['op'], f\"{e['dictionary']}/{e['feature']}@{e['positions'][0]}\")"
    edits = run_python(opened, f"print([{record} for e in explorer.edits])")
    assert edits.strip() == str([("ablate", identifier)])
    moved = "print(explorer.effect['target_before'] != explorer.effect['target_after'])"
    assert run_python(opened, moved).strip() == "True"

    ARTEFACTS.mkdir(exist_ok=True)
    explorer.screenshot(path=ARTEFACTS / "explorer.png")
    explorer.locator(".saec-undo").click()
    explorer.locator(".saec-chip-edit").wait_for(state="detached")
    wait_idle(opened)
    assert run_python(opened, "print(explorer.edits)").strip() == "[]"


def test_the_python_of_an_action_does_the_same(opened, explorer):
    click_a_feature(opened, explorer)
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for()
    code = explorer.locator(".saec-code-text").inner_text().removeprefix(">>> ")
    assert code.startswith("lab.intervene(")
    same = f"""
effect = {code}
are, isn = (float(effect.after.logits[lab.subject.token_id(word)]) for word in ("are", "is"))
print(abs(explorer.effect["target_after"] - (are - isn)) < 1e-4)
"""
    assert run_python(opened, same).strip() == "True"  # both are float32 sums of the same run


def test_python_moves_the_widget(opened, explorer):
    run_python(opened, "explorer.selected = explorer.circuit.top(1)[0].id; explorer.pinned = [explorer.selected]")
    label = run_python(opened, "print(explorer.selected_node.label)").strip()
    explorer.locator(".saec-node-title").wait_for()
    assert label in explorer.locator(".saec-node-title").inner_text()
    explorer.locator(".saec-context").first.wait_for()
    assert explorer.locator(".saec-context").count() >= 3


def test_an_error_is_shown_with_its_cure(opened, explorer):
    explorer.locator(".saec-input-prompt").fill("the farmers near the xyzzy")
    explorer.locator(".saec-ask").click()
    explorer.locator(".saec-error-message").wait_for()
    assert "xyzzy" in explorer.locator(".saec-error-message").inner_text()
    assert explorer.locator(".saec-error-cure").inner_text() != ""
    explorer.locator(".saec-dismiss").click()


def test_keys_stay_in_the_widget(opened, explorer):
    cells = opened.locator(".jp-Cell").count()
    explorer.locator(".saec-stage").focus()
    for key in ("ArrowUp", "ArrowLeft", "p", "x", "d", "d", "a", "u", "Escape"):
        opened.keyboard.press(key)
    assert opened.locator(".jp-Cell").count() == cells
