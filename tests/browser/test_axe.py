"""axe-core looks at every widget, in light and dark, at rest and at work: no serious fault of accessibility."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from .chromium import needs_chromium
from .gallery import build_gallery, needs_node, open_gallery, settle, show

pytestmark = [pytest.mark.browser, pytest.mark.node, needs_chromium, needs_node]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RUN = """
async name => {
    const { violations } = await axe.run(document.getElementById(name), { resultTypes: ['violations'] });
    return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html, any, all, none }) =>
        `${impact} ${id}: ${html.slice(0, 160)} | ${[...any, ...all, ...none].map(c => c.message).join('; ')}`));
}
"""
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_gallery(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def opened(built):
    with open_gallery(built) as opened:
        opened.emulate_media(reduced_motion="reduce")  # what fades in has its colours at once
        yield opened


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_fault_at_rest(opened, built, theme):
    show(opened, built, theme=theme)
    assert _faults(opened) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_fault_at_work(opened, built, theme):
    """Something is chosen, something runs, something went wrong."""
    show(opened, built, theme=theme)
    opened.evaluate(
        """() => {
            for (const { model } of Object.values(gallery.models)) {
                model.set('busy', 'finding a circuit');
                model.set('progress', 0.3);
                model.set('error', { message: 'It did not work.', cure: 'Try again.' });
            }
            for (const button of document.querySelectorAll('.saec button:enabled')) button.click();
        }"""
    )
    settle(opened)
    assert _faults(opened) == []


def _faults(opened) -> list[str]:
    opened.evaluate(AXE)
    names = opened.evaluate("gallery.names")
    found = [f"{name}: {fault}" for name in names for fault in opened.evaluate(RUN, name)]
    return [fault for fault in found if fault.split(": ", 1)[1].startswith(SERIOUS)]
