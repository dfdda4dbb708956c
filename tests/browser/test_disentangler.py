"""The Disentangler in a real JupyterLab: it learns before one's eyes, the slider moves, a neuron is taken apart."""

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
from saecircuits.widgets.disentangler import Disentangler
lab = sc.load("world")
widget = Disentangler(lab)
widget
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "disentangler.ipynb", CELL)
    with page(viewport={"width": 1400, "height": 2000}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        ARTEFACTS.mkdir(exist_ok=True)
        yield opened


def says(opened, code: str) -> str:
    wait_idle(opened)
    return run_python(opened, f"print(({code}))").strip()


def test_it_trains_while_the_notebook_is_free(opened):
    widget = opened.locator(".saec-disentangler").first
    widget.locator(".saec-toy-arrow").first.wait_for(timeout=60_000)
    assert run_python(opened, "print(6 * 7)").strip() == "42"
    widget.locator(".saec-toy-latent").first.wait_for(timeout=120_000)
    assert widget.locator(".saec-toy-arrow").count() == 5
    assert "5 of 5 features share 2 neurons" in widget.locator(".saec-toy-story").inner_text()
    widget.locator(".saec-split-row").first.wait_for(timeout=120_000)


def test_the_slider_shows_the_phase_change(opened):
    widget = opened.locator(".saec-disentangler").first
    slider = widget.locator(".saec-toy-slider")
    slider.focus()
    slider.press("Home")
    assert widget.locator(".saec-toy-arrow").count() == 2
    assert says(opened, "widget.level, int(widget.models.kept[0].sum())") == "(0, 2)"
    slider.press("End")
    slider.press("ArrowLeft")
    assert widget.locator(".saec-toy-arrow").count() == 5
    code = widget.locator(".saec-code-text").inner_text()
    assert run_python(opened, code) == ""
    followed = says(opened, "f'{float(widget.recovery.tracks[widget.level, 1].mean()):.2f}'")
    assert followed in widget.locator(".saec-toy-story").inner_text()


def test_a_feature_of_the_neuron_has_its_card(opened):
    widget = opened.locator(".saec-disentangler").first
    widget.locator(".saec-split-row").first.click()
    widget.locator(".saec-split-evidence .saec-context").first.wait_for()
    assert says(opened, "widget.feature == widget.neuron['features'][0]['feature']") == "True"
    opened.mouse.move(0, 0)
    widget.screenshot(path=ARTEFACTS / "disentangler.png")
    widget.locator(".saec-neuron-number").fill("17")
    widget.locator(".saec-neuron-split").click()
    widget.locator(".saec-neuron-side .saec-subtitle", has_text="Neuron 17 ").wait_for()
    assert says(opened, "widget.neuron['unit']['index']") == "17"


def test_another_toy_is_trained_and_stopped(opened):
    widget = opened.locator(".saec-disentangler").first
    widget.locator(".saec-set-features").fill("20")
    widget.locator(".saec-set-neurons").fill("5")
    widget.locator(".saec-toy-train").click()
    widget.locator(".saec-toy-part rect.saec-toy-length").first.wait_for(timeout=60_000)
    widget.locator(".saec-status .saec-stop").click()
    widget.locator(".saec-status-running").wait_for(state="hidden")
    assert says(opened, "widget.settings['features'], widget.busy") == "(20, '')"
    widget.locator(".saec-set-neurons").fill("30")
    widget.locator(".saec-toy-train").click()
    widget.locator(".saec-error-message").wait_for()
    assert "do not fit" in widget.locator(".saec-error-message").inner_text()
    widget.locator(".saec-dismiss").click()


def test_keys_stay_in_the_widget_and_the_dark_theme(opened):
    widget, cells = opened.locator(".saec-disentangler").first, opened.locator(".jp-Cell").count()
    widget.locator(".saec-toy-slider").focus()
    for key in ("x", "d", "d", "ArrowLeft"):
        opened.keyboard.press(key)
    assert opened.locator(".jp-Cell").count() == cells
    opened.evaluate(DARK)
    widget.and_(opened.locator(".saec-dark")).wait_for()
    opened.wait_for_timeout(300)
    widget.screenshot(path=ARTEFACTS / "disentangler_dark.png")
    assert opened.errors == []
    assert opened.foreign == []
