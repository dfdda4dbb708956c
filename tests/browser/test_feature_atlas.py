"""The FeatureAtlas in a real JupyterLab: find, click, lasso, and read it all in Python."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
from saecircuits.widgets.feature_atlas import FeatureAtlas
from saecircuits.widgets.selection import share_selection
lab = sc.load("world")
first = [lab.dictionaries["transcoder.0"], lab.dictionaries["transcoder.1"]]
atlas = FeatureAtlas(first, lab.evidence)
card = lab.feature_card()
share_selection(atlas, card)
seen = []
atlas.observe(lambda change: seen.append(len(change["new"])), "selected")
atlas
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "atlas.ipynb", CELL, "card")
    with page(viewport={"width": 1400, "height": 1500}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-atlas-trust:visible").wait_for(timeout=60_000)
        opened.locator(".saec-atlas-row").first.wait_for()
        yield opened


def _stage(opened):
    stage = opened.locator(".saec-atlas-stage")
    return stage, stage.bounding_box()


def _place(opened, feature: str) -> tuple[float, float]:
    """Pixels of a feature in the picture as it is at first: the square of the places fills the height."""
    code = (
        "import numpy as np; places = np.frombuffer(atlas.points['places'], '<f4').reshape(-1, 2);"
        f"print(*places[atlas.row_of({feature!r})])"
    )
    x, y = map(float, run_python(opened, code).split())
    _, box = _stage(opened)
    size = min(box["width"], box["height"]) / 2 - 26
    return box["x"] + box["width"] / 2 + x * size, box["y"] + box["height"] / 2 - y * size


def _theme(opened, name: str) -> None:
    opened.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    opened.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
    opened.wait_for_function(
        "dark => document.querySelector('.saec').classList.contains('saec-dark') === dark", arg="Dark" in name
    )


def test_a_point_is_read_and_clicked_and_python_and_the_card_hear_it(opened):
    x, y = _place(opened, "transcoder.0/12")
    opened.mouse.move(x, y)
    tip = opened.locator(".saec-atlas .saec-tooltip")
    tip.wait_for()
    assert "transcoder.0/12" in tip.inner_text()
    opened.mouse.click(x, y)
    opened.wait_for_function("() => document.querySelector('.saec-card-alone')?.innerText.includes('transcoder.0/12')")
    assert run_python(opened, "print(atlas.feature, card.feature)").split() == ["transcoder.0/12"] * 2
    rows = opened.locator(".saec-atlas-feature .saec-atlas-row")
    told = run_python(opened, "print([n.feature for n in atlas.neighbours('transcoder.0/12')])")
    assert [rows.nth(i).get_attribute("title") for i in range(rows.count())] == eval(told)
    ARTEFACTS.mkdir(exist_ok=True)
    opened.locator(".saec-atlas").screenshot(path=ARTEFACTS / "feature_atlas.png")


def test_a_neighbour_is_one_click_away(opened):
    row = opened.locator(".saec-atlas-feature .saec-atlas-row").first
    name = row.get_attribute("title")
    row.click()
    wait_idle(opened)
    assert run_python(opened, "print(atlas.feature)").strip() == name
    assert name in opened.locator(".saec-card-alone").inner_text()


def test_search_lights_what_it_finds_and_enter_takes_the_first(opened):
    stage, _ = _stage(opened)
    stage.focus()
    opened.keyboard.press("/")
    opened.keyboard.type("king")
    heading = opened.locator(".saec-atlas-heading", has_text="found")
    heading.wait_for()
    found = int(heading.inner_text().split()[0])
    expected = run_python(opened, "print(sum('king' in label.lower() for label in atlas.labels))")
    assert found == int(expected) > 0
    opened.keyboard.press("Enter")
    wait_idle(opened)
    assert "king" in run_python(opened, "print(atlas.labels[atlas.row_of(atlas.feature)])").lower()
    heading.get_by_text("Choose all").click()
    wait_idle(opened)
    assert run_python(opened, "print(len(atlas.selected), seen[-1])").split() == [str(found)] * 2
    opened.locator(".saec-atlas-search").press("Escape")
    _theme(opened, "JupyterLab Dark")
    opened.locator(".saec-atlas").screenshot(path=ARTEFACTS / "feature_atlas_found.png")
    _theme(opened, "JupyterLab Light")


def test_a_lasso_chooses_what_lies_in_it(opened):
    _, box = _stage(opened)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.get_by_text("Lasso", exact=True).click()
    opened.mouse.move(x - 60, y - 60)
    opened.mouse.down()
    for dx, dy in ((60, -60), (60, 60), (-60, 60), (-60, -50)):
        opened.mouse.move(x + dx, y + dy, steps=4)
    opened.screenshot(path=ARTEFACTS / "feature_atlas_lasso.png")
    opened.mouse.up()
    opened.locator(".saec-atlas-heading", has_text="chosen").wait_for()
    wait_idle(opened)
    size = min(box["width"], box["height"]) / 2 - 26
    inside = (
        "p = np.frombuffer(atlas.points['places'], '<f4').reshape(-1, 2) * "
        f"{size}; print(len(atlas.selected), (np.abs(p).max(1) < 60).sum(), len(atlas.table()))"
    )
    chosen, expected, rows = map(int, run_python(opened, inside).split())
    assert chosen == rows == seen_last(opened)
    assert abs(chosen - expected) <= max(3, 0.05 * expected) > 0
    opened.get_by_text("Move", exact=True).click()


def seen_last(opened) -> int:
    return int(run_python(opened, "print(seen[-1])"))


def test_keys_walk_and_stay_in_the_widget(opened):
    cells = opened.locator(".jp-Cell").count()
    run_python(opened, "atlas.feature = 'transcoder.1/3'; atlas.selected = []")
    wait_idle(opened)
    stage, _ = _stage(opened)
    stage.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowRight", "x", "d", "d", "+", "+", " "):
        opened.keyboard.press(key)
    live = opened.locator(".saec-atlas-stage [aria-live]")
    assert "layer" in live.inner_text()
    opened.keyboard.press("Enter")
    wait_idle(opened)
    feature, selected = run_python(opened, "print(atlas.feature, atlas.selected[0])").split()
    assert feature == selected != "transcoder.1/3"
    assert opened.locator(".jp-Cell").count() == cells


def test_python_colours_and_a_page_of_its_own_is_whole(opened, tmp_path):
    run_python(opened, "atlas.colour = 'firing rate'; atlas.selected = []")
    opened.locator(".saec-atlas-legend .saec-ramp-bar").wait_for()
    opened.locator(".saec-atlas").screenshot(path=ARTEFACTS / "feature_atlas_rate.png")
    path = tmp_path / "atlas.html"
    run_python(opened, f"open({str(path)!r}, 'w').write(atlas.html('Atlas'))")
    with opened.context.browser.new_context(offline=True) as context:
        alone = context.new_page()
        alone.goto(path.as_uri())
        alone.locator(".saec-atlas-row").first.wait_for()
        assert alone.locator(".saec-atlas-stage").is_visible()
    assert opened.errors == []
    assert opened.foreign == []
