"""The Explorer with 5,000 nodes and 100,000 links under real events: pointing, dragging, pruning, another theme."""

from __future__ import annotations

import re

import pytest

from benchmarks.explorer_speed import made_up_graph, page_of

from .chromium import ARTEFACTS, needs_chromium, page

pytestmark = [pytest.mark.browser, needs_chromium]

NODES, LINKS = 5_000, 100_000
AT_REST = "() => document.querySelector('.saec-stage').getAttribute('aria-busy') === 'false'"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
INK = """(name) => {
    const canvas = document.querySelector(`.saec-canvas-${name}`);
    if (canvas.hidden) return [0, 0];
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let [count, sum] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 0) continue;
        count++;
        sum = (sum * 31 + data[i] + data[i + 2]) % 1e9;
    }
    return [count, sum];
}"""
"""Pixels of a canvas that are not transparent, and a sum that tells one picture from another."""


def _rest(opened):
    """Wait until the stage has begun to paint what was asked for last, and is done with it."""
    opened.evaluate(TWO_FRAMES)
    opened.wait_for_function(AT_REST)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "page.html"
    path.write_text(page_of(made_up_graph(NODES, LINKS)), "utf-8")
    with page(offline=True) as opened:
        opened.expose_function("cpuSeconds", lambda: 0)
        opened.goto(path.as_uri())
        opened.evaluate("sides.ours.open(document.getElementById('place'))")
        _rest(opened)
        yield opened
        assert opened.errors == []
        assert opened.foreign == []


@pytest.fixture
def stage(opened):
    """The stage with nothing selected and nothing pointed at, at rest."""
    opened.mouse.move(2, 2)
    stage = opened.locator(".saec-stage")
    stage.press("Escape")
    stage.press("0")
    _rest(opened)
    return stage


def test_everything_is_shown(opened, stage):
    assert opened.locator(".saec-counts").inner_text() == f"{NODES} of {NODES} nodes · {LINKS} links"
    links, nodes = opened.evaluate(INK, "links")[0], opened.evaluate(INK, "nodes")[0]
    box = stage.bounding_box()
    assert links > 0.4 * box["width"] * box["height"]
    assert nodes > 5 * NODES
    ARTEFACTS.mkdir(exist_ok=True)
    opened.locator(".saec").screenshot(path=ARTEFACTS / "large_graph.png")


def test_the_pointer_lights_links_and_paints_nothing_else(opened, stage):
    before = opened.evaluate(INK, "links")
    x, y = _inside(stage, 0.5, 0.6)
    opened.mouse.move(x, y)
    opened.locator(".saec-tooltip").wait_for()
    assert opened.evaluate(INK, "focus")[0] > 100
    assert opened.evaluate(INK, "links") == before
    assert opened.locator(".saec-canvas-links").evaluate("canvas => canvas.style.opacity") == "0.25"
    held = opened.locator(".saec-tooltip").inner_text()
    opened.keyboard.down("Shift")
    opened.mouse.move(*_inside(stage, 0.2, 0.3), steps=3)
    assert opened.locator(".saec-tooltip").inner_text() == held
    opened.keyboard.up("Shift")
    opened.mouse.move(*_inside(stage, 0.25, 0.3), steps=3)
    opened.wait_for_function("(held) => document.querySelector('.saec-tooltip').innerText !== held", arg=held)
    opened.locator(".saec").screenshot(path=ARTEFACTS / "large_graph_hover.png")
    opened.mouse.move(2, 2)
    opened.locator(".saec-tooltip").wait_for(state="hidden")


def test_dragging_shifts_the_picture_and_rest_makes_it_sharp(opened, stage):
    opened.mouse.move(*_inside(stage, 0.5, 0.5))
    opened.keyboard.down("Control")
    opened.mouse.wheel(0, -200)
    opened.keyboard.up("Control")
    _rest(opened)
    before = opened.evaluate(INK, "links")
    shift = "() => document.querySelector('.saec-canvas-links').style.transform"
    opened.mouse.down()
    opened.mouse.move(*_inside(stage, 0.4, 0.55), steps=6)
    opened.wait_for_function(f"({shift})() !== ''")
    assert opened.evaluate(INK, "links") == before
    opened.mouse.up()
    _rest(opened)
    assert opened.evaluate(shift) == ""
    assert opened.evaluate(INK, "links") != before


def test_the_slider_prunes_and_brings_back(opened, stage):
    whole = opened.evaluate(INK, "nodes")
    slider = opened.locator(".saec-prune")
    for _ in range(20):
        slider.press("ArrowLeft")
    _rest(opened)
    counts = [int(number) for number in re.findall(r"\d+", opened.locator(".saec-counts").inner_text())]
    assert counts[0] < NODES / 2
    assert counts[2] < LINKS / 2
    assert opened.evaluate(INK, "nodes")[0] < 0.75 * whole[0]  # fewer, but larger
    slider.press("End")
    _rest(opened)
    assert opened.evaluate(INK, "nodes") == whole


def test_a_long_prompt_is_spread_out_and_scrolled(opened, stage):
    fitted = opened.evaluate(INK, "nodes")
    opened.locator(".saec-expand").click()
    bar = opened.locator(".saec-scroll")
    bar.wait_for()
    _rest(opened)
    left = opened.evaluate(INK, "nodes")
    bar.evaluate("bar => { bar.scrollLeft = 400; }")
    opened.wait_for_function("() => document.querySelector('.saec-canvas-links').style.transform !== ''")
    _rest(opened)
    assert opened.evaluate(INK, "nodes") != left
    opened.locator(".saec").screenshot(path=ARTEFACTS / "large_graph_wide.png")
    opened.locator(".saec-expand").click()
    bar.wait_for(state="hidden")
    _rest(opened)
    assert opened.evaluate(INK, "nodes") == fitted


def test_another_theme_changes_every_pixel_that_has_to(opened, stage):
    light = {name: opened.evaluate(INK, name) for name in ("grid", "links", "nodes", "frame")}
    opened.evaluate("document.documentElement.dataset.theme = 'dark'")
    opened.locator(".saec-dark").wait_for()
    _rest(opened)
    for name, before in light.items():
        assert opened.evaluate(INK, name) != before, name
    opened.locator(".saec").screenshot(path=ARTEFACTS / "large_graph_dark.png")
    opened.evaluate("document.documentElement.dataset.theme = 'light'")
    opened.wait_for_function("() => !document.querySelector('.saec-dark')")
    _rest(opened)
    assert {name: opened.evaluate(INK, name) for name in light} == light


def test_full_screen_and_back(opened, stage):
    height = stage.bounding_box()["height"]
    opened.locator(".saec-full").click()
    opened.wait_for_function("() => document.fullscreenElement?.classList.contains('saec-on-screen')")
    _rest(opened)
    assert stage.bounding_box()["height"] != height
    opened.locator(".saec-full").click()
    opened.wait_for_function("() => document.fullscreenElement === null")
    _rest(opened)
    assert stage.bounding_box()["height"] == height


def _inside(stage, x: float, y: float) -> tuple[float, float]:
    box = stage.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]
