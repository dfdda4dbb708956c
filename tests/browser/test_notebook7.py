"""The main journey in Notebook 7, which takes keys before the page sees them: a cell must not be cut from a widget."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .journey import ablate_and_take_back, click_a_feature, press_what_notebooks_know
from .jupyter import jupyter_notebook, open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
lab = sc.load("world")
explorer = lab.explore("the farmers near the king", "are", "is")
explorer
"""
EDITS = "print(*(f\"{e['op']} {e['dictionary']}/{e['feature']} {e['positions']}\" for e in explorer.edits), end='')"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    notebook = write_notebook(folder / "short.ipynb", CELL, "1 + 1")
    with jupyter_notebook(folder, notebook) as server, page(viewport={"width": 1300, "height": 1300}) as opened:
        open_and_run(opened, server, notebook.name)
        yield opened


def test_the_main_journey(opened):
    explorer = opened.locator(".saec").first
    explorer.locator(".saec-stage").wait_for()
    selected = click_a_feature(opened, explorer)
    ARTEFACTS.mkdir(exist_ok=True)
    explorer.screenshot(path=ARTEFACTS / "notebook7.png")
    ablate_and_take_back(opened, explorer, selected, lambda: run_python(opened, EDITS))
    assert [error for error in opened.errors if "schema" not in error] == []  # that one is Notebook's own
    assert opened.foreign == []


def test_keys_stay_in_the_widget(opened):
    explorer, cells = opened.locator(".saec").first, opened.locator(".jp-Cell").count()
    run_python(opened, "explorer.selected = explorer.circuit.top(1)[0].id")
    sources = opened.evaluate(SOURCES)
    press_what_notebooks_know(opened, explorer)
    assert opened.locator(".jp-Cell").count() == cells
    assert opened.evaluate(SOURCES) == sources
    before = run_python(opened, "print(explorer.selected)")
    explorer.locator(".saec-stage").focus()
    for key in ("ArrowLeft", "ArrowDown"):
        opened.keyboard.press(key)
    wait_idle(opened)
    assert run_python(opened, "print(explorer.selected)") != before  # the widget hears what the notebook does not


SOURCES = """
() => jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.type, cell.model.sharedModel.getSource()])
"""
