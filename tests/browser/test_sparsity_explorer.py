"""The SparsityExplorer in a real JupyterLab: slide, read a cell, select a feature, read other prompts."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

DARK = "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
CELL = """
import os
os.environ["SAECIRCUITS_HOME"] = os.path.abspath("home")
import saecircuits as sc
from saecircuits.widgets.sparsity_explorer import SparsityExplorer
lab = sc.load("world")
prompts = ["the capital of the country containing Gdansk is Warsaw .", "the farmers near the cat are old ."]
explorer = SparsityExplorer(lab, prompts, "transcoder.1")
explorer
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "sparsity.ipynb", CELL)
    with page(viewport={"width": 1400, "height": 2000}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-sparse-cell").first.wait_for()
        ARTEFACTS.mkdir(exist_ok=True)
        yield opened


def says(opened, code: str) -> str:
    wait_idle(opened)
    return run_python(opened, f"print(({code}))").strip()


def test_the_slider_tells_what_sparsity_costs(opened):
    widget = opened.locator(".saec-sparse").first
    everything = widget.locator(".saec-sparse-cell").count()
    slider = widget.locator(".saec-sparse-slider")
    slider.focus()
    slider.press("Home")
    assert widget.locator(".saec-sparse-level").inner_text() == "k = 1"
    assert says(opened, "explorer.level, round(explorer.levels[0]['L0'], 2)") == "(0, 1.0)"
    explained = says(opened, "f\"{100 * (1 - explorer.levels[0]['FVU']):.0f} %\"")
    assert f"{explained} of the variance explained" in widget.locator(".saec-sparse-text").inner_text()
    assert widget.locator(".saec-sparse-cell").count() == 18 < everything
    for _ in range(4):
        slider.press("ArrowRight")
    assert says(opened, "explorer.level") == "4"
    assert run_python(opened, widget.locator(".saec-code-text").inner_text()) == ""


def test_a_cell_is_read_and_its_feature_selected(opened):
    widget = opened.locator(".saec-sparse").first
    cell = widget.locator(".saec-sparse-cell").nth(3)
    cell.hover(force=True)
    assert "of its token" in widget.locator(".saec-tooltip").inner_text()
    box = cell.bounding_box()
    opened.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    widget.locator(".saec-sparse-evidence .saec-context").first.wait_for()
    feature = says(opened, "explorer.feature")
    assert widget.locator(".saec-sparse-evidence .saec-card-name").inner_text() == feature
    opened.mouse.move(0, 0)
    widget.screenshot(path=ARTEFACTS / "sparsity_explorer.png")
    widget.locator(".saec-label-edit").click()
    widget.locator(".saec-label-input").fill("named here")
    opened.keyboard.press("Enter")
    widget.locator(".saec-sparse-label", has_text="named here").wait_for()
    assert says(opened, f"lab.label('{feature}')") == "named here"


def test_keys_stay_in_the_widget(opened):
    widget, cells = opened.locator(".saec-sparse").first, opened.locator(".jp-Cell").count()
    run_python(opened, "explorer.feature = None")
    widget.locator(".saec-sparse-evidence").wait_for(state="hidden")
    widget.locator(".saec-sparse-stage").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "x", "d", "d", "Enter"):
        opened.keyboard.press(key)
    assert opened.locator(".jp-Cell").count() == cells
    assert says(opened, "explorer.feature is not None") == "True"


def test_other_prompts_and_another_dictionary(opened):
    widget = opened.locator(".saec-sparse").first
    widget.locator(".saec-sparse-prompts").fill("Anna gave a book to Mary .")
    widget.locator(".saec-sparse-prompts").press("Enter")
    widget.locator(".saec-sparse-token", has_text="Anna").wait_for()
    assert says(opened, "explorer.prompts, explorer.level") == "(['Anna gave a book to Mary .'], 4)"
    widget.locator(".saec-sparse-dictionary").select_option("transcoder.3")
    opened.wait_for_function("() => !document.querySelector('.saec-sparse-label')?.title.includes('transcoder.1')")
    assert says(opened, "explorer.dictionary") == "transcoder.3"
    widget.locator(".saec-sparse-order").select_option("first")
    assert says(opened, "explorer.order") == "first"
    widget.locator(".saec-sparse-prompts").fill("xyzzy is unknown")
    widget.locator(".saec-sparse-read").click()
    widget.locator(".saec-error-message").wait_for()
    assert "xyzzy" in widget.locator(".saec-error-message").inner_text()
    widget.locator(".saec-dismiss").click()


def test_the_dark_theme(opened):
    widget = opened.locator(".saec-sparse").first
    opened.evaluate(DARK)
    widget.and_(opened.locator(".saec-dark")).wait_for()
    opened.wait_for_timeout(300)
    opened.mouse.move(0, 0)
    widget.screenshot(path=ARTEFACTS / "sparsity_explorer_dark.png")
    assert opened.errors == []
    assert opened.foreign == []
