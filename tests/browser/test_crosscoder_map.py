"""The CrosscoderMap in a real JupyterLab: choose by a drag, click, and read it in Python; two models besides."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc, torch
from saecircuits.widgets.crosscoder_map import CrosscoderMap
lab = sc.ReplacementModel(sc.load_model(), sc.load_dictionaries("world/crosscoder"))
known = sc.collect_evidence(lab, sc.Corpus.world(seed=3), tokens=15_000, progress=False)
map = CrosscoderMap(lab.dictionaries["crosscoder"], known)
seen = []
map.observe(lambda change: seen.append(len(change["new"])), "selected")
map
"""
TWO_CELL = """
sites = [sc.Site("resid_post", layer, model) for model in ("base", "<b>tuned</b>") for layer in (0, 1, 2)]
pair = sc.Dictionary("pair", sites, sites, 400, 8, sc.TopK(3)).initialise(torch.Generator().manual_seed(0))
with torch.no_grad():
    lean = torch.linspace(0, 1, 400)[torch.randperm(400, generator=torch.Generator().manual_seed(1))]
    lean = torch.where(lean < 0.1, 0, torch.where(lean > 0.9, 1, 0.4 + 0.2 * lean))
    pair.W_dec[:, :3] *= (1 - lean)[:, None, None]
    pair.W_dec[:, 3:] *= lean[:, None, None]
diff = CrosscoderMap(pair)
diff
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "crosscoder.ipynb", CELL, TWO_CELL)
    with page(viewport={"width": 1400, "height": 2100}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-cross-row").first.wait_for()
        yield opened


def _widget(opened, number: int = 0):
    return opened.locator(".saec-cross").nth(number)


def _drag(opened, box, start: float, end: float) -> None:
    y = box["y"] + box["height"] / 2
    opened.mouse.move(box["x"] + start * box["width"], y)
    opened.mouse.down()
    opened.mouse.move(box["x"] + end * box["width"], y, steps=5)
    opened.mouse.up()


def _theme(opened, name: str) -> None:
    opened.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    opened.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
    opened.wait_for_function(
        "dark => document.querySelector('.saec').classList.contains('saec-dark') === dark", arg="Dark" in name
    )


def test_a_drag_over_the_histogram_chooses_for_python(opened):
    shown = _widget(opened)
    _drag(opened, shown.locator(".saec-cross-bars").bounding_box(), 0.75, 1.0)
    wait_idle(opened)
    low, high, chosen, expected, last = run_python(
        opened,
        "v = map.values('centre').astype('f4'); b = map.brush;"
        "print(*b, len(map.selected), ((v >= b[0]) & (v <= b[1])).sum(), seen[-1])",
    ).split()
    assert 1.5 < float(low) < float(high) <= 3.01
    assert int(chosen) == int(expected) == int(last) > 0
    title = shown.locator(".saec-cross-list-head .saec-subtitle").inner_text()
    alive = int(run_python(opened, "print((known['crosscoder'].firings > 0).sum())"))
    assert title == f"{chosen} of {alive} features"
    code = shown.locator(".saec-code-text").inner_text()
    assert run_python(opened, f"map.brush = None; {code}; print(len(map.selected))").strip() == chosen


def test_a_row_of_the_list_is_selected_and_drawn(opened):
    shown = _widget(opened)
    row = shown.locator(".saec-cross-row").first
    name = row.get_attribute("title")
    row.click()
    shown.locator(".saec-cross-feature .saec-title").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(map.feature)").strip() == name
    assert shown.locator(".saec-cross-profile .saec-end").count() == 4
    label = run_python(opened, "print(map.labels[map.row_of(map.feature)])").strip()
    assert shown.locator(".saec-cross-feature .saec-title").inner_text() == label
    cosines = shown.locator(".saec-cross-cosine").all_text_contents()
    told = run_python(
        opened,
        "import numpy as np; d = lab.dictionaries['crosscoder'].W_dec[int(map.feature.split('/')[1])].double();"
        "print(*['%.2f' % torch.cosine_similarity(d[i], d[i + 1], dim=0) for i in range(3)])",
    )
    assert [text.replace("−", "-") for text in cosines] == told.split()
    ARTEFACTS.mkdir(exist_ok=True)
    shown.screenshot(path=ARTEFACTS / "crosscoder_map.png")


def test_the_map_is_read_and_chosen_from_by_columns(opened):
    shown = _widget(opened)
    shown.get_by_text("Clear").click()
    wait_idle(opened)
    assert run_python(opened, "print(map.brush, map.selected)").split() == ["None", "[]"]
    box = shown.locator(".saec-cross-map").bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    shown.locator(".saec-tooltip").wait_for()
    assert "crosscoder/" in shown.locator(".saec-tooltip").inner_text()
    shown.locator(".saec-cross-measure").select_option("spread")
    wait_idle(opened)
    _drag(opened, box, 0.1, 0.3)
    wait_idle(opened)
    measure, chosen, most = run_python(
        opened,
        "print(map.measure, len(map.selected), np.nanmax(map.values('spread')[[map.row_of(f) for f in map.selected]]))",
    ).split()
    assert measure == "spread"
    assert 50 < int(chosen) < 400
    assert float(most) < 3
    _theme(opened, "JupyterLab Dark")
    shown.screenshot(path=ARTEFACTS / "crosscoder_map_dark.png")
    _theme(opened, "JupyterLab Light")


def test_keys_walk_and_stay_in_the_widget(opened):
    cells = opened.locator(".jp-Cell").count()
    run_python(opened, "map.feature = None")
    wait_idle(opened)
    _widget(opened).locator(".saec-cross-map").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "x", "d", "d", "Enter"):
        opened.keyboard.press(key)
    wait_idle(opened)
    third = run_python(
        opened, "v = map.values('spread').astype('f4'); print(map.feature, np.argsort(v, kind='stable')[2])"
    ).split()
    assert third[0] == f"crosscoder/{third[1]}"
    assert opened.locator(".jp-Cell").count() == cells
    opened.keyboard.press("/")
    opened.keyboard.type("the")
    opened.wait_for_function("() => document.querySelector('.saec-cross-list-head').innerText.includes(' of ')")


def test_python_selects_and_the_widget_follows(opened):
    opened.locator(".saec-cross-search").first.press("Escape")
    run_python(opened, "map.selected = ['crosscoder/3', 'crosscoder/77']; map.scale = 'raw'")
    opened.wait_for_function(
        "() => document.querySelectorAll('.saec-cross')[0].querySelectorAll('.saec-cross-row').length === 2"
    )
    titles = [row.get_attribute("title") for row in _widget(opened).locator(".saec-cross-row").all()]
    assert sorted(titles) == ["crosscoder/3", "crosscoder/77"]
    assert _widget(opened).locator(".saec-cross-scale").input_value() == "raw"


def test_two_models_shared_and_exclusive(opened):
    shown = _widget(opened, 1)
    shown.get_by_text("only <b>tuned</b>").click()
    wait_idle(opened)
    chosen, least = run_python(
        opened, "print(len(diff.selected), min(diff.values('relative')[diff.row_of(f)] for f in diff.selected))"
    ).split()
    assert int(chosen) == 40
    assert float(least) >= 0.9
    assert "only <b>tuned</b> 40" in shown.locator(".saec-cross-presets").inner_text()
    shown.get_by_text("shared").click()
    row = shown.locator(".saec-cross-row").first
    row.click()
    shown.locator(".saec-cross-profile .saec-line").first.wait_for()
    assert shown.locator(".saec-cross-profile .saec-line").count() == 2
    assert opened.locator(".saec b").count() == 0
    shown.screenshot(path=ARTEFACTS / "crosscoder_map_models.png")
    assert opened.errors == []
    assert opened.foreign == []
