"""Graphs that circuit-tracer wrote, opened in the Explorer of a real JupyterLab, with no model behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .journey import until
from .jupyter import jupyter_lab, open_and_run, run_python, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

DATA = Path(__file__).resolve().parents[1] / "exports" / "data"
CELLS = """
import saecircuits as sc
explorer = sc.Explorer(sc.read_graph({path!r}))
explorer
"""
FILES = ("whole.pt", "pruned.json")
WORDS = ["<bos>", "w15", "w18", "w13", "w25", "w18"]


@pytest.fixture(scope="module", params=FILES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("lab")
    notebook = write_notebook(folder / "graph.ipynb", CELLS.format(path=str(DATA / request.param)))
    with jupyter_lab(folder, notebook) as lab, page(viewport={"width": 1500, "height": 1300}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec").first.scroll_into_view_if_needed()
        opened.name = request.param
        yield opened


def test_it_is_drawn_with_its_words_its_targets_and_what_is_missing(opened) -> None:
    text = opened.locator(".saec").first.inner_text()
    assert "no model behind this circuit" in text
    assert run_python(opened, "print(list(explorer.circuit.provenance.tokens))").strip() == str(WORDS)
    target = opened.locator(".saec-chart").inner_text()
    assert "w7" in target
    scores = opened.locator(".saec-header .saec-score")
    assert scores.count() == (0 if opened.name == "pruned.json" else 3)
    ARTEFACTS.mkdir(exist_ok=True)
    opened.locator(".saec").first.screenshot(path=ARTEFACTS / f"circuit-tracer-{opened.name}.png")


def test_a_feature_shows_where_it_gets_its_value_from(opened) -> None:
    opened.locator(".saec-strongest .saec-row").first.click()
    opened.get_by_text("Inputs", exact=True).wait_for()
    chosen = run_python(opened, "print(explorer.selected)").strip()
    assert chosen.startswith("transcoder.")
    assert not opened.locator(".saec-ablate").first.is_visible()
    opened.locator(".saec-stage").focus()
    opened.keyboard.press("Escape")


def test_search_slider_and_subgraph_need_no_model(opened) -> None:
    counted = opened.locator(".saec-counts").first
    search = opened.get_by_label("Search nodes by label or token")
    search.fill("transcoder.1")
    search.fill("")
    slider = opened.locator(".saec-prune")
    before = counted.inner_text()
    slider.fill("50")
    until(opened, lambda: counted.inner_text() != before)
    slider.fill("95")
    rows = opened.locator(".saec-strongest .saec-row")
    for at in range(3):
        rows.nth(at).click(modifiers=["Control"])
    opened.locator(".saec-box").nth(2).wait_for()
    assert run_python(opened, "print(len(explorer.pinned))").strip() == "3"


def test_an_edit_says_what_to_do(opened) -> None:
    said = run_python(
        opened,
        "try:\n    explorer.apply([sc.Ablate('transcoder.0/1')])\n"
        "except sc.errors.NotAttachedError as error:\n    print(error.cure)",
    )
    assert "Explorer(circuit, lab)" in said
    assert opened.errors == []
    assert opened.foreign == []
