"""The SteeringPanel in a real JupyterLab: find a feature, turn it up, and read both texts in Python."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
from saecircuits.widgets.steering_panel import SteeringPanel
lab = sc.load("world")
prompt = "the capital of the country containing Gdansk is"
panel = SteeringPanel(lab, prompt)
panel
"""
EXPLORER = """
explorer = lab.explore(prompt, "Warsaw")
explorer
"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "steer.ipynb", CELL, EXPLORER)
    with page(viewport={"width": 1400, "height": 1500}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-steer").scroll_into_view_if_needed()
        yield opened


def _words(panel, side: str) -> list[str]:
    return panel.locator(f".saec-steer-{side} [data-place]").all_inner_texts()


def test_a_feature_is_found_by_its_label_and_turned_up(opened):
    panel = opened.locator(".saec-steer")
    assert _words(panel, "plain")[0] == "Warsaw"
    search = panel.locator(".saec-steer-search")
    search.click()
    panel.locator(".saec-steer-found", has_text="They fire most in this prompt").wait_for()
    search.fill("italian")
    panel.locator(".saec-steer-result", has_text="transcoder.3/101").click()
    slider = panel.locator(".saec-steer-slider")
    slider.wait_for()
    slider.fill("4")
    opened.wait_for_function("() => document.querySelector('.saec-steer-edited [data-place]').innerText === 'Italian'")
    wait_idle(opened)
    assert run_python(opened, "print(panel.steered)").split() == _words(panel, "edited")
    assert run_python(opened, "print(panel.text)").split() == _words(panel, "plain")
    code = panel.locator(".saec-code-text").inner_text()
    assert run_python(opened, f"print({code} == panel.steered, len(panel.edits))").strip() == "True 1"


def test_a_token_tells_what_else_could_have_come(opened):
    panel = opened.locator(".saec-steer")
    panel.locator(".saec-steer-edited [data-place]").first.hover()
    tables = panel.locator(".saec-steer-chances")
    assert tables.nth(0).locator(".saec-steer-taken").inner_text().split()[0] == "Warsaw"
    assert tables.nth(1).locator(".saec-steer-taken").inner_text().split()[0] == "Italian"
    told = "print(lab.predict(prompt).top(1)[0][1] > 0.99, len(panel.plain['top'][0]))"
    assert run_python(opened, told).strip() == "True 5"
    panel.locator(".saec-steer-plain [data-place]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "x", "d", "d"):
        opened.keyboard.press(key)
    assert panel.locator(".saec-steer-place .saec-subtitle").inner_text() == "What could stand at place 3"
    ARTEFACTS.mkdir(exist_ok=True)
    panel.screenshot(path=ARTEFACTS / "steering_panel.png")


def test_only_new_tokens_ablation_and_draws(opened):
    panel = opened.locator(".saec-steer")
    panel.locator(".saec-steer-at").select_option("new")
    opened.wait_for_function("() => document.querySelector('.saec-steer-edited [data-place]').innerText === 'Warsaw'")
    wait_idle(opened)
    first = "print(panel.edits[0].positions[0], panel.steered != panel.text)"
    assert run_python(opened, first).strip() == "9 True"
    panel.locator(".saec-steer-temperature").fill("1.2")
    panel.locator(".saec-steer-temperature").press("Tab")
    opened.wait_for_function("() => document.querySelector('.saec-steer .saec-code-text').innerText.includes('seed=0')")
    opened.wait_for_function("() => !document.querySelector('.saec-steer-texts.saec-pending')")
    wait_idle(opened)
    code = panel.locator(".saec-code-text").inner_text()
    assert "lab.generation(" in code
    assert run_python(opened, "print(panel.options['temperature'])").strip() == "1.2"
    assert run_python(opened, "print(panel.steered)").split() == _words(panel, "edited")


def test_python_moves_the_widget(opened):
    panel = opened.locator(".saec-steer")
    run_python(opened, "panel.options = {'tokens': 12}")
    run_python(opened, "panel.apply([sc.Add('transcoder.3/226', 620.0), sc.Ablate('transcoder.0/659', positions=7)])")
    opened.wait_for_function("() => document.querySelectorAll('.saec-steer-row').length === 2")
    opened.wait_for_function("() => document.querySelector('.saec-steer-edited [data-place]').innerText === 'Poland'")
    assert panel.locator(".saec-steer-amount").all_inner_texts()[1] == "to 0"
    assert panel.locator(".saec-steer-at").nth(1).input_value() == "7"
    opened.evaluate(DARK)
    panel.and_(opened.locator(".saec-dark")).wait_for()
    panel.locator(".saec-steer-edited [data-place]").nth(4).hover()
    opened.wait_for_timeout(500)  # the host fades its colours
    panel.screenshot(path=ARTEFACTS / "steering_panel_dark.png")


def test_the_explorer_writes_on_with_its_edits(opened):
    explorer = opened.locator(".saec:not(.saec-steer)")
    explorer.scroll_into_view_if_needed()
    run_python(opened, "explorer.apply([sc.Ablate('transcoder.3/226')])")
    explorer.locator(".saec-write-on").click()
    explorer.locator(".saec-write [data-place]").first.wait_for()
    wait_idle(opened)
    words = explorer.locator(".saec-write .saec-steer-edited [data-place]").all_inner_texts()
    code = explorer.locator(".saec-code-text").inner_text()
    assert run_python(opened, f"print({code})").split() == words
    run_python(opened, "explorer.apply([sc.Add('transcoder.3/226', 620.0)])")
    opened.wait_for_function(
        "() => document.querySelector('.saec-write .saec-steer-edited [data-place]').innerText === 'Poland'"
    )
    explorer.locator(".saec-write .saec-steer-edited [data-place]").first.hover()
    explorer.locator(".saec-output").screenshot(path=ARTEFACTS / "explorer_continues.png")
    assert opened.errors == []
    assert opened.foreign == []
