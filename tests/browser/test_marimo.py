"""The main journey in marimo, which puts a widget into a shadow root and tells Python's cells of every trait."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .journey import ablate_and_take_back, hover_a_feature, press_what_notebooks_know, until
from .marimo_app import marimo_editor, write_app

pytestmark = [pytest.mark.browser, needs_chromium]

OPEN = """
import marimo as mo
import saecircuits as sc
lab = sc.load("world")
explorer = mo.ui.anywidget(lab.explore("the farmers near the king", "are", "is"))
explorer
"""
SEEN = """
mo.md(f"selected {explorer.value['selected']}!")
"""
LOOK = """
look = mo.ui.button(label="look again")
look
"""
EDITED = """
look.value
done = [f"{e['op']} {e['dictionary']}/{e['feature']} {e['positions']}" for e in explorer.widget.edits]
mo.md(f"edits {', '.join(done)}!")
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marimo")
    app = write_app(folder / "app.py", OPEN, SEEN, LOOK, EDITED)
    with marimo_editor(folder, app) as address, page(viewport={"width": 1300, "height": 1400}) as opened:
        opened.goto(address)
        opened.locator(".saec-stage").wait_for(timeout=90_000)
        yield opened


def test_the_main_journey(opened):
    explorer = opened.locator(".saec")
    hover_a_feature(opened, explorer)
    opened.mouse.down()
    opened.mouse.up()
    explorer.locator(".saec-ablate").wait_for()
    until(opened, lambda: _said(opened, "selected") not in ("", "None"))
    selected = _said(opened, "selected")
    ablate_and_take_back(opened, explorer, selected, lambda: _edits(opened))
    ARTEFACTS.mkdir(exist_ok=True)
    opened.screenshot(path=ARTEFACTS / "marimo.png")
    assert opened.foreign == []


def test_keys_stay_in_the_widget(opened):
    explorer = opened.locator(".saec")
    cells, code = opened.locator("[data-cell-id]").count(), opened.locator(".cm-content").all_inner_texts()
    press_what_notebooks_know(opened, explorer)
    assert opened.locator("[data-cell-id]").count() == cells
    assert opened.locator(".cm-content").all_inner_texts() == code
    before = _said(opened, "selected")
    explorer.locator(".saec-stage").focus()
    for key in ("ArrowLeft", "ArrowDown"):
        opened.keyboard.press(key)
    until(opened, lambda: _said(opened, "selected") != before)


def test_the_theme_of_the_host_is_followed(opened):
    opened.evaluate("document.body.classList.replace('light', 'dark') || document.body.classList.add('dark')")
    opened.locator(".saec.saec-dark").wait_for()
    opened.locator(".saec").screenshot(path=ARTEFACTS / "marimo-dark.png")


def _edits(opened) -> str:
    """The edits that Python has; marimo runs cells again for what a person does, not for what Python sets itself."""
    opened.get_by_role("button", name="look again").dispatch_event("click")
    opened.wait_for_timeout(200)
    return _said(opened, "edits")


def _said(opened, what: str) -> str:
    """What a cell of Python shows."""
    shown = opened.locator(".output", has_text=f"{what} ").last.inner_text()
    return shown.strip().removeprefix(f"{what} ").removeprefix(what).removesuffix("!").strip()
