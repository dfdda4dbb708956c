"""The FeatureCard in a real JupyterLab: read it, find another feature, go to a neighbour and back, name it."""

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
from saecircuits.widgets.selection import share_selection
lab = sc.load("world")
card, beside = lab.feature_card("transcoder.3/591"), lab.feature_card()
share_selection(card, beside)
card
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "card.ipynb", CELL, "beside")
    with page(viewport={"width": 1400, "height": 1300}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        ARTEFACTS.mkdir(exist_ok=True)
        yield opened


def says(opened, code: str) -> str:
    wait_idle(opened)
    return run_python(opened, f"print(({code}))").strip()


def test_a_token_tells_its_activation(opened):
    card = opened.locator(".saec-card-alone").first
    card.locator(".saec-context").first.wait_for()
    card.locator(".saec-heat-peak").first.hover()
    assert "100 % of the most" in card.locator(".saec-card-looked").first.inner_text()
    assert card.locator(".saec-histogram-look").count() == 1
    card.locator(".saec-contexts").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "x", "d", "d"):
        opened.keyboard.press(key)
    assert card.locator(".saec-looked").count() == 1
    assert opened.locator(".jp-Cell").count() == 2


def test_an_empty_card_follows_a_shared_selection(opened):
    second = opened.locator(".saec-card-alone").nth(1)
    assert second.locator(".saec-card-name").inner_text() == "transcoder.3/591"


def test_another_feature_is_found_by_its_label(opened):
    card = opened.locator(".saec-card-alone").first
    card.locator(".saec-find").fill("warsaw")
    card.locator(".saec-found-row").first.wait_for()
    card.locator(".saec-find").fill("3/100")
    card.locator(".saec-found-row", has_text="transcoder.3/100").first.wait_for()
    card.locator(".saec-find").press("ArrowDown")
    card.locator(".saec-find").press("Enter")
    card.locator(".saec-card-name", has_text="transcoder.3/100").wait_for()
    assert says(opened, "card.feature, beside.feature") == "('transcoder.3/100', 'transcoder.3/100')"
    card.locator(".saec-back").click()
    card.locator(".saec-card-name", has_text="transcoder.3/591").wait_for()


def test_a_neighbour_and_back(opened):
    card = opened.locator(".saec-card-alone").first
    near = card.locator("button.saec-near-row").first
    name = near.get_attribute("title").split(":")[0]
    near.click()
    card.locator(".saec-card-name", has_text=name).wait_for()
    assert says(opened, "card.feature") == name
    card.locator(".saec-back").click()
    card.locator(".saec-card-name", has_text="transcoder.3/591").wait_for()


def test_a_name_is_given_kept_and_taken_back(opened):
    card, second = opened.locator(".saec-card-alone").first, opened.locator(".saec-card-alone").nth(1)
    automatic = card.locator(".saec-label-text").inner_text()
    card.locator(".saec-label-edit").click()
    card.locator(".saec-label-input").fill("where governments sit")
    opened.keyboard.press("Enter")
    card.locator(".saec-label-text", has_text="where governments sit").wait_for()
    second.locator(".saec-label-text", has_text="where governments sit").wait_for()
    assert automatic in card.locator(".saec-label-note").inner_text()
    assert says(opened, "card.label, sc.load('world').label('transcoder.3/591')") == str(("where governments sit",) * 2)
    line = card.locator(".saec-code-text").inner_text()
    assert line == 'lab.set_label("transcoder.3/591", "where governments sit")'
    assert run_python(opened, line) == ""
    card.scroll_into_view_if_needed()
    card.screenshot(path=ARTEFACTS / "feature_card.png")
    card.locator(".saec-label-edit").click()
    card.locator(".saec-label-input").fill("never mind")
    opened.keyboard.press("Escape")
    assert card.locator(".saec-label-text").inner_text() == "where governments sit"
    card.locator(".saec-label-reset").click()
    card.locator(".saec-label-text", has_text=automatic).wait_for()
    assert says(opened, "card.label == card.card['automatic']") == "True"


def test_weaker_activations_and_the_dark_theme(opened):
    card = opened.locator(".saec-card-alone").first
    card.locator(".saec-ask-bands").click()
    card.locator(".saec-band").first.wait_for()
    assert card.locator(".saec-band").count() == 4
    assert says(opened, "card.bands['feature'], card.busy") == "('transcoder.3/591', '')"
    opened.evaluate(DARK)
    card.and_(opened.locator(".saec-dark")).wait_for()
    opened.wait_for_timeout(300)
    card.screenshot(path=ARTEFACTS / "feature_card_dark.png")


def test_a_feature_that_is_not_here_is_said(opened):
    card = opened.locator(".saec-card-alone").first
    run_python(opened, "card.feature = 'transcoder.9/1'")
    card.locator(".saec-empty").wait_for()
    assert "transcoder.9/1 is not among these dictionaries" in card.locator(".saec-empty").inner_text()
    assert opened.errors == []
    assert opened.foreign == []
