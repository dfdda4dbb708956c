"""The Explorer in a real JupyterLab: press Check, read the report, go from it to the graph; and circuits to look at."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
lab = sc.load("world")
circuit = lab.attribute("the farmers near the king", "are", "is")
explorer = lab.explore(circuit)
explorer
"""
MERGED = """
other = lab.attribute("the farmer near the kings", "is", "are")
merged = lab.explore(sc.merge([circuit, other]))
merged
"""
SAES = """
saes = sc.ReplacementModel(lab.subject, sc.load_dictionaries("world/saes"))
by_saes = saes.explore("the farmers near the king", "are", "is")
by_saes
"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "check.ipynb", CELL, MERGED, SAES)
    with page(viewport={"width": 1500, "height": 1700}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        yield opened


def test_check_is_pressed_and_the_report_read(opened):
    explorer = opened.locator(".saec").first
    explorer.scroll_into_view_if_needed()
    explorer.locator(".saec-trust-button").focus()
    opened.keyboard.press("Enter")
    explorer.locator(".saec-trust-table").wait_for()
    wait_idle(opened)
    rows = explorer.locator(".saec-trust-table tbody tr")
    assert rows.count() == 10
    assert (
        run_python(
            opened, "print([row['node'] for row in explorer.report['rows']] == [r.node for r in circuit.check().rows])"
        ).strip()
        == "True"
    )
    predicted = run_python(
        opened, "print(f\"{explorer.report['rows'][0]['predicted']:+.2f}\".replace('-', '−'))"
    ).strip()
    assert rows.first.locator("td").nth(1).inner_text() == predicted
    assert explorer.locator(".saec-trust-point").count() == 10
    assert explorer.locator(".saec-trust-step").count() > 5
    assert "CMD" in explorer.locator(".saec-trust-part").last.inner_text()

    rows.nth(1).locator("button").click()
    wait_idle(opened)
    chosen = run_python(opened, "print(explorer.selected == explorer.report['rows'][1]['node'])").strip()
    assert chosen == "True"
    assert explorer.locator(".saec-trust-point.saec-selected").count() == 1
    opened.mouse.move(0, 0)
    ARTEFACTS.mkdir(exist_ok=True)
    explorer.screenshot(path=ARTEFACTS / "explorer_check.png")
    assert run_python(opened, explorer.locator(".saec-code-text").inner_text()) == ""
    assert opened.errors == []
    assert opened.foreign == []


def test_it_follows_the_theme_and_closes_with_escape(opened):
    explorer = opened.locator(".saec").first
    opened.evaluate(DARK)
    explorer.and_(opened.locator(".saec-dark")).wait_for()
    opened.wait_for_timeout(500)
    explorer.screenshot(path=ARTEFACTS / "explorer_check_dark.png")
    explorer.locator(".saec-trust-close").focus()
    opened.keyboard.press("Escape")
    assert not explorer.locator(".saec-trust").is_visible()
    assert explorer.locator(".saec-trust-button").evaluate("button => button === document.activeElement")


def test_a_merged_circuit_is_looked_at_and_says_why_no_more(opened):
    merged = opened.locator(".saec").nth(1)
    merged.scroll_into_view_if_needed()
    assert "the mean of 2 prompts" in merged.locator(".saec-note").inner_text()
    merged.locator(".saec-strongest .saec-row").first.click()
    merged.locator(".saec-context").first.wait_for()
    assert not merged.locator(".saec-ablate").is_visible()
    merged.locator(".saec-trust-button").focus()
    assert "the mean of 2 prompts" in merged.locator(".saec-trust-button").get_attribute("aria-label")
    merged.screenshot(path=ARTEFACTS / "explorer_merged.png")
    opened.keyboard.press("Enter")
    wait_idle(opened)
    assert run_python(opened, "print(merged.report, merged.effect)").strip() == "None None"


def test_a_circuit_of_saes_is_edited_live(opened):
    saes = opened.locator(".saec").nth(2)
    saes.scroll_into_view_if_needed()
    saes.locator(".saec-strongest .saec-row").first.click()
    saes.locator(".saec-ablate").click()
    saes.locator(".saec-verdict-target").wait_for()
    assert "total effect" in saes.locator(".saec-node-facts").inner_text()
    saes.locator(".saec-edit-tools .saec-check input").click()
    saes.locator(".saec-error-cure").wait_for()
    assert "Leave frozen out" in saes.locator(".saec-error-cure").inner_text()
    assert not saes.locator(".saec-edit-tools .saec-check input").is_checked()
    saes.screenshot(path=ARTEFACTS / "explorer_saes.png")
    wait_idle(opened)
    assert run_python(opened, "print(by_saes.frozen, len(by_saes.edits))").strip() == "False 1"
    assert opened.errors == []
    assert opened.foreign == []
