"""The gallery: every widget is there, in light and dark, wide and narrow, and none disturbs another."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from .chromium import ARTEFACTS, needs_chromium
from .gallery import build_gallery, needs_node, open_gallery, settle, show

pytestmark = [pytest.mark.browser, pytest.mark.node, needs_chromium, needs_node]

STICKING_OUT = """
() => [...document.querySelectorAll('.saec')].flatMap(root => {
    const edge = root.getBoundingClientRect();
    const clipped = element => {
        for (let at = element.parentElement; at && at !== root.parentElement; at = at.parentElement)
            if (getComputedStyle(at).overflowX !== 'visible') return true;
        return false;
    };
    return [...root.querySelectorAll('*')].filter(element => {
        const box = element.getBoundingClientRect();
        const out = box.width > 0 && (box.right > edge.right + 1 || box.left < edge.left - 1);
        return out && !clipped(element) && getComputedStyle(element).clipPath === 'none';
    }).slice(0, 3).map(element => `${root.className}: ${element.outerHTML.slice(0, 120)}`);
})
"""


LOOKS = (  # noqa: SIM905  (one name a line would be fifty)
    "display position z-index opacity visibility cursor filter color background-color box-shadow transform "
    "font-family font-size font-weight font-style line-height text-align text-decoration-line white-space "
    "padding-top padding-right padding-bottom padding-left margin-top margin-right margin-bottom margin-left "
    "border-top-width border-right-width border-bottom-width border-left-width border-top-color border-left-color "
    "border-top-left-radius border-bottom-right-radius row-gap column-gap align-items align-self justify-content "
    "flex-grow flex-shrink flex-direction flex-wrap overflow-x overflow-y fill stroke stroke-width stroke-dasharray"
).split()
"""What sheets may disagree on; sizes follow from the rest."""
STYLES = """
([name, looks]) => {
    const found = {};
    for (const element of document.querySelectorAll(`#${name} .page-widget *`)) {
        const label = `${element.tagName} .${element.getAttribute('class')}`;
        if (label in found) continue;
        const style = getComputedStyle(element);
        found[label] = Object.fromEntries(looks.map(key => [key, style.getPropertyValue(key)]));
    }
    return found;
}
"""
ONLY = """
name => document.querySelectorAll('style[data-widget]').forEach(sheet => {
    sheet.media = sheet.dataset.widget === name ? 'all' : 'not all';
})
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_gallery(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def opened(built):
    with open_gallery(built) as opened:
        yield opened


@pytest.mark.parametrize(("look", "width"), [("light", 1200), ("dark", 1200), ("light", 640), ("dark", 640)])
def test_every_widget_is_drawn_and_fits(opened, built, look, width):
    opened.set_viewport_size({"width": width, "height": 1000})
    show(opened, built, theme=look)
    names = opened.evaluate("gallery.names")
    assert opened.locator("main .saec:not(.saec .saec)").count() == len(names)
    assert opened.locator("nav a").count() == len(names)
    assert opened.locator(".saec.saec-dark").count() == (opened.locator(".saec").count() if look == "dark" else 0)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate(STICKING_OUT) == []
    ARTEFACTS.mkdir(exist_ok=True)
    opened.screenshot(path=ARTEFACTS / f"gallery-{look}-{width}.png", full_page=True)
    assert opened.errors == []
    assert opened.foreign == []


def test_the_switch_repaints_everything(opened, built):
    opened.set_viewport_size({"width": 1200, "height": 1000})
    show(opened, built, theme="dark")
    dark = _pictures(opened)
    show(opened, built, theme="light")
    light = _pictures(opened)
    opened.get_by_role("button", name="Dark").click()
    settle(opened)
    switched = _pictures(opened)
    assert [name for name in dark if _differ(switched[name], dark[name])] == []
    assert [name for name in dark if not _differ(light[name], dark[name])] == []


def test_a_widget_alone_is_styled_as_among_the_others(opened, built):
    """Style sheets of widgets meet in a notebook in the order of its cells: none may change another's look."""
    opened.set_viewport_size({"width": 1200, "height": 1000})
    show(opened, built)
    names = opened.evaluate("gallery.names")
    together = {name: opened.evaluate(STYLES, [name, LOOKS]) for name in names}
    changed = []
    for name in names:
        opened.evaluate(ONLY, name)
        alone = opened.evaluate(STYLES, [name, LOOKS])
        assert alone.keys() == together[name].keys()
        for label, style in alone.items():
            differing = [key for key in style if style[key] != together[name][label][key]]
            changed += [f"{name}, {label}: {', '.join(differing)}"] if differing else []
    assert changed == []


def test_hostile_text_stays_text(opened, built):
    show(opened, built, hostile="1")
    for name in opened.evaluate("gallery.names"):
        assert "<img src=x" in opened.locator(f"#{name}").inner_text(), name
    assert opened.locator("main :is(img, script, iframe)").count() == 0
    assert opened.evaluate("globalThis.pwned === undefined")
    assert opened.evaluate(STICKING_OUT) == []
    opened.screenshot(path=ARTEFACTS / "gallery-hostile.png", full_page=True)
    assert opened.errors == []


def test_every_control_shows_its_focus(opened, built):
    show(opened, built)
    seen, pale = set(), []
    for _ in range(600):
        opened.keyboard.press("Tab")
        at = opened.evaluate(
            """() => {
                const at = document.activeElement;
                if (!at?.closest('.saec')) return null;
                window.order ??= new Map();
                if (!order.has(at)) order.set(at, order.size);
                const { outlineStyle, boxShadow } = getComputedStyle(at);
                return [order.get(at), outlineStyle !== 'none' || boxShadow !== 'none', at.outerHTML.slice(0, 120)];
            }"""
        )
        if at is None:
            if seen and opened.evaluate("document.activeElement === document.body"):
                break
            continue
        seen.add(at[0])
        pale += [] if at[1] else [at[2]]
    assert pale == []
    assert len(seen) > 5 * len(opened.evaluate("gallery.names"))


def test_nothing_moves_for_those_who_ask(opened, built):
    opened.emulate_media(reduced_motion="reduce")
    show(opened, built)
    opened.evaluate(
        "() => { for (const { model } of Object.values(gallery.models)) model.set('busy', 'finding a circuit') }"
    )
    settle(opened)
    moving = "() => document.getAnimations().filter(({ playState }) => playState === 'running').length"
    assert opened.evaluate(moving) == 0
    opened.emulate_media(reduced_motion="no-preference")


def _differ(one: bytes, other: bytes) -> bool:
    """Whether a person would see it: where a page is scrolled to moves letters by a part of a pixel."""
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    if first.size != second.size:
        return True
    most = np.asarray(ImageChops.difference(first, second)).max(-1)
    return bool((most > 60).mean() > 2e-4)


def _pictures(opened) -> dict[str, bytes]:
    """A picture of each widget, by name."""
    settle(opened)
    opened.add_style_tag(content="*, *::before { caret-color: transparent !important; transition: none !important; }")
    opened.evaluate("document.activeElement?.blur()")
    names = opened.evaluate("gallery.names")
    return {name: opened.locator(f"#{name} .page-widget").screenshot() for name in names}
