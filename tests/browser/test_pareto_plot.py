"""The ParetoPlot in a real JupyterLab: click a point, read the selection in Python, and select from there."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

HOSTILE = "<img src=x onerror=document.title='pwned'>"
CELL = """
import saecircuits as sc
from pathlib import Path
for k in (2, 4, 8):
    site = sc.Site("resid_post", 1)
    saved = sc.Dictionary(f"k{k}", [site], [site], 8 * k, 4, sc.TopK(k))
    scores = {"l0": float(k), "fvu": 0.9 / k, "dead": 0.01 * k}
    sc.save_dictionary(saved, Path("sweep") / f"k{k}", scores=scores)
plot = sc.ParetoPlot.from_folder("sweep")
seen = []
plot.observe(lambda change: seen.append(change["new"]), "selected")
plot
"""
HOSTILE_CELL = f"""
sc.ParetoPlot({{ {HOSTILE!r}: {{"l0": 3, "fvu": 0.2}}, "b": {{"l0": 30, {HOSTILE!r}: 0.5, "fvu": 0.1}} }})
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "pareto.ipynb", CELL, HOSTILE_CELL)
    with page(viewport={"width": 1400, "height": 1300}) as opened:
        open_and_run(opened, lab, notebook.name)
        yield opened


def test_a_click_selects_for_python(opened):
    plot = opened.locator(".saec-pareto").first
    marks = plot.locator(".saec-point")
    assert marks.count() == 3
    k4 = next(i for i in range(3) if marks.nth(i).get_attribute("data-point") == "1")
    box = marks.nth(k4).bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "k 4 · 32 features" in plot.locator(".saec-tooltip").inner_text()
    opened.mouse.down()
    opened.mouse.up()
    plot.locator(".saec-chosen-name").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(plot.selected, seen, plot.dictionary.n_features)").strip() == "k4 ['k4'] 32"
    code = plot.locator(".saec-code-text").inner_text()
    assert run_python(opened, f"{code}; print(dictionary.name)").strip() == "k4"
    ARTEFACTS.mkdir(exist_ok=True)
    plot.screenshot(path=ARTEFACTS / "pareto_plot.png")


def test_keys_select_and_stay_in_the_widget(opened):
    plot, cells = opened.locator(".saec-pareto").first, opened.locator(".jp-Cell").count()
    run_python(opened, "plot.selected = None")
    plot.locator(".saec-scatter").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "x", "d", "d", "Enter"):
        opened.keyboard.press(key)
    plot.locator(".saec-chosen-name").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(plot.selected)").strip() == "k8"
    assert opened.locator(".jp-Cell").count() == cells


def test_python_moves_the_widget_and_the_widget_the_axes(opened):
    plot = opened.locator(".saec-pareto").first
    run_python(opened, "plot.selected = 'k2'")
    opened.wait_for_function("() => document.querySelector('.saec-chosen-name')?.innerText === 'k2'")
    plot.locator(".saec-select-y").select_option("dead")
    wait_idle(opened)
    assert run_python(opened, "print(plot.y)").strip() == "dead"
    assert plot.locator("button.saec-front-row").count() == 1


def test_hostile_names_stay_text(opened):
    plot = opened.locator(".saec-pareto").nth(1)
    plot.locator("button.saec-front-row").first.click()
    plot.locator(".saec-chosen-name").wait_for()
    assert plot.locator(".saec-chosen-name").inner_text() == HOSTILE
    assert opened.locator(".saec img").count() == 0
    assert opened.title() != "pwned"
    assert opened.errors == []
    assert opened.foreign == []
