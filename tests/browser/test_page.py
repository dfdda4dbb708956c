"""The exported page: opened from disk with the network off it shows graph and card, and text stays text."""

from __future__ import annotations

from dataclasses import replace

import pytest

import saecircuits as sc
from saecircuits.exports import to_html

from .chromium import ARTEFACTS, needs_chromium, page

pytestmark = [pytest.mark.browser, needs_chromium]

HOSTILE = (
    "<img src=x onerror=document.title='pwned'>",
    "\n",
    "</script><script>document.title='pwned'</script>",
    "\u202eabc",
    "مرحبا",
)


@pytest.fixture(scope="module")
def circuit():
    return sc.load("world").attribute("the farmers near the cat", "are", "is").prune()


def test_graph_and_card_without_a_network(circuit, tmp_path):
    path = sc.export(circuit, tmp_path / "circuit.html")
    with page(offline=True) as opened:
        opened.goto(path.as_uri())
        opened.locator(".saec-stage").wait_for()
        opened.locator(".saec-strongest .saec-row").first.click()
        opened.locator(".saec-context").first.wait_for()
        assert opened.locator(".saec-context").count() >= 3
        assert opened.locator(".saec-ablate").count() == 0 or not opened.locator(".saec-ablate").is_visible()
        assert _painted(opened) > 1000
        ARTEFACTS.mkdir(exist_ok=True)
        opened.screenshot(path=ARTEFACTS / "page.png")
        assert opened.errors == []
        assert opened.foreign == []


def test_hostile_text_stays_text(circuit, tmp_path):
    tokens = (*HOSTILE, *circuit.provenance.tokens[len(HOSTILE) :])
    labels = {feature: HOSTILE[0] for feature in circuit.labels}
    hostile = replace(circuit, provenance=replace(circuit.provenance, prompt=HOSTILE[2], tokens=tokens), labels=labels)
    cards = circuit.host.cards(circuit)
    for card in cards.values():
        card["label"] = HOSTILE[0]
        card["contexts"][0]["tokens"] = [HOSTILE[0]] * len(card["contexts"][0]["tokens"])
    path = tmp_path / "hostile.html"
    path.write_text(to_html(hostile, cards), "utf-8")
    with page(offline=True) as opened:
        opened.goto(path.as_uri())
        opened.locator(".saec-stage").wait_for()
        opened.locator(".saec-strongest .saec-row").first.click()
        opened.locator(".saec-context").first.wait_for()
        assert opened.locator("body img").count() == 0
        assert opened.title().startswith(HOSTILE[2])  # the text itself, and not what it would have run
        assert "<img src=x" in opened.locator(".saec").inner_text()
        assert opened.errors == []


def _painted(opened) -> int:
    """Pixels of the graph's canvases that are not transparent."""
    return opened.evaluate(
        """() => [...document.querySelectorAll('.saec-stage canvas')].reduce((sum, canvas) => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            for (let i = 3; i < data.length; i += 4) if (data[i]) sum++;
            return sum;
        }, 0)"""
    )
