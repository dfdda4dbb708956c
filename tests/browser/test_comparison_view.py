"""Two circuits side by side in a real JupyterLab: a node selected in both, read in Python; their difference."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
lab = sc.load("world")
ask = lambda who: lab.attribute(f"the {who} near the cats", target="is", against="are").prune(0.8)
one, many = ask("dog"), ask("dogs")
view = sc.ComparisonView(one, many)
card = sc.FeatureCard(lab=lab)
sc.share_selection(view, card)
view
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "compare.ipynb", CELL)
    with page(viewport={"width": 1400, "height": 1100}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-compared-row").first.wait_for()
        yield opened


def test_a_node_of_both_is_selected_in_both_and_python_hears_it(opened):
    both = opened.locator(".saec-compared-list").nth(1)
    both.locator(".saec-compared-row").first.click()
    opened.wait_for_function("() => document.querySelector('.saec-compared-row[aria-pressed=true]')")
    ARTEFACTS.mkdir(exist_ok=True)
    opened.locator(".saec-comparison").screenshot(path=ARTEFACTS / "comparison_view.png")
    told = run_python(opened, "print(view.selected in one.nodes.ids and view.selected in many.nodes.ids)")
    assert told.strip() == "True"
    assert run_python(opened, "print(view.feature == card.feature)").strip() == "True"


def test_where_there_is_little_room_one_lies_below_the_other(opened):
    first, second = (opened.locator(".saec-compared").nth(at) for at in (0, 1))
    assert second.bounding_box()["y"] == first.bounding_box()["y"]
    opened.set_viewport_size({"width": 760, "height": 1100})
    below = "([a, b]) => b.getBoundingClientRect().top >= a.getBoundingClientRect().bottom"
    opened.wait_for_function(below, arg=[first.element_handle(), second.element_handle()])
    opened.set_viewport_size({"width": 1400, "height": 1100})


def test_python_turns_to_the_difference(opened):
    run_python(opened, "view.mode = 'difference'")
    opened.locator(".saec-compared-name", has_text="B − A").wait_for()
    assert opened.locator(".saec-stage:visible").count() == 1
    opened.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    opened.locator(".saec-comparison.saec-dark").wait_for()
    opened.locator(".saec-comparison").screenshot(path=ARTEFACTS / "comparison_view_dark.png")
    assert opened.errors == []
    assert opened.foreign == []
