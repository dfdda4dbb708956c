"""The Explorer in a real JupyterLab: the heads on an edge, why a head looks there, and predicted against measured."""

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
merged = lab.explore(sc.merge([circuit, lab.attribute("the farmer near the kings", "is", "are")]))
merged
"""
FAR = """
shown = explorer.circuit
edges = shown.adjacency.tocoo()
far = shown.nodes.position[edges.row] != shown.nodes.position[edges.col]
far &= (shown.nodes.dictionary[edges.row] >= 0) & (shown.nodes.dictionary[edges.col] >= 0)
at = max(far.nonzero()[0], key=lambda edge: abs(edges.data[edge]))
source, target = shown.nodes.ids[edges.col[at]], shown.nodes.ids[edges.row[at]]
explorer.selected = target
print(f"{shown.label(int(edges.col[at]))} → {shown.label(int(edges.row[at]))}")
"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "attention.ipynb", CELL, MERGED)
    ARTEFACTS.mkdir(exist_ok=True)
    with page(viewport={"width": 1500, "height": 1900}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        yield opened


def number(text: str) -> float:
    """A number as the widget writes it."""
    return float(text.replace("−", "-").replace("+", "").replace("·", "0"))


def says(opened, expression: str) -> str:
    return run_python(opened, f"print({expression})").strip()


def test_an_edge_is_split_into_heads(opened):
    explorer = opened.locator(".saec").first
    edge = run_python(opened, FAR).strip()
    row = explorer.locator(".saec-side-inputs .saec-edge-row").filter(
        has=opened.get_by_role("button", name=f"Through which attention heads: {edge}")
    )
    row.first.locator(".saec-row").focus()
    opened.keyboard.press("h")
    explorer.locator(".saec-route-list").first.wait_for()
    weight = float(says(opened, "shown.adjacency[shown.row(target), shown.row(source)]"))
    for way in explorer.locator(".saec-route-list").all():
        shares = way.locator(".saec-route:not(.saec-route-sum) .saec-route-value").all_inner_texts()
        assert sum(map(number, shares)) == pytest.approx(weight, rel=0.01)  # three digits a line are shown
        assert number(way.locator(".saec-route-sum .saec-route-value").inner_text()) == pytest.approx(weight, rel=0.01)
    code = explorer.locator(".saec-code-text").inner_text()
    assert code == says(opened, 'f\'lab.edge_heads(circuit, "{source}", "{target}")\'')
    assert float(says(opened, f"{code}.weight")) == pytest.approx(weight, rel=1e-5)


def test_a_head_is_explained_by_pairs_of_features(opened):
    explorer = opened.locator(".saec").first
    explorer.locator(".saec-route-head").first.focus()
    opened.keyboard.press("Enter")
    explorer.locator(".saec-qk-table").wait_for()
    code = explorer.locator(".saec-code-text").inner_text()
    score = float(says(opened, f"{code}.score"))
    assert number(explorer.locator(".saec-qk-total").inner_text()) == pytest.approx(score, abs=0.06)  # one decimal
    strongest = float(says(opened, f"{code}.pairs(1)[0].value"))
    shown = explorer.locator(".saec-qk-pair .saec-route-value").first.inner_text()
    assert number(shown) == pytest.approx(strongest, rel=0.01)
    opened.mouse.move(0, 0)
    explorer.screenshot(path=ARTEFACTS / "explorer_heads.png")

    explorer.locator(".saec-qk-token").nth(1).click()
    opened.wait_for_function("document.querySelector('.saec-qk-title').textContent.endsWith('(1)')")
    explorer.get_by_label("against the mean key").check()
    opened.wait_for_function("document.querySelector('.saec-code-text').textContent.includes('mean')")
    against = float(says(opened, f"{explorer.locator('.saec-code-text').inner_text()}.score"))
    assert number(explorer.locator(".saec-qk-total").inner_text()) == pytest.approx(against, abs=0.06)

    node = explorer.locator(".saec-qk-table .saec-source-chip[data-node]").first
    row = node.get_attribute("data-node")
    node.click()
    wait_idle(opened)
    assert says(opened, "explorer.circuit.row(explorer.selected)") == row
    assert explorer.locator(".saec-qk-table").is_visible()
    explorer.locator(".saec-attention-title").focus()
    opened.keyboard.press("Escape")
    assert not explorer.locator(".saec-attention").is_visible()


def test_after_an_edit_every_node_shows_what_was_predicted_and_what_was_measured(opened):
    explorer = opened.locator(".saec").first
    run_python(opened, "explorer.selected = next(node.id for node in circuit.top(60) if node.layer == 0)")
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-predicted-line .saec-number").first.wait_for()
    wait_idle(opened)
    said = explorer.locator(".saec-predicted-line .saec-number").all_inner_texts()
    for text, value in zip(
        said, ("['target_predicted']", "['target_after'] - explorer.effect['target_before']"), strict=True
    ):
        assert number(text) == pytest.approx(float(says(opened, f"explorer.effect{value}")), rel=0.01, abs=0.005)
    explorer.locator(".saec-predicted-opener").click()
    assert explorer.locator(".saec-predicted .saec-trust-point").count() > 10
    run_python(opened, "explorer.selected = explorer.circuit.nodes.ids[explorer.circuit.target_rows[0]]")
    explorer.locator(".saec-node-change").wait_for()
    assert explorer.locator(".saec-node-change .saec-number").all_inner_texts() == said
    explorer.locator(".saec-node .saec-clear").click()
    opened.mouse.move(0, 0)
    explorer.screenshot(path=ARTEFACTS / "explorer_predicted.png")
    opened.evaluate(DARK)
    explorer.and_(opened.locator(".saec-dark")).wait_for()
    opened.wait_for_timeout(500)
    explorer.screenshot(path=ARTEFACTS / "explorer_predicted_dark.png")


def test_with_attention_and_norms_held_the_graph_is_right(opened):
    explorer = opened.locator(".saec").first
    explorer.locator(".saec-edit-tools .saec-check input").click()
    opened.wait_for_function(
        "() => { const [a, b] = document.querySelectorAll('.saec-predicted-line .saec-number');"
        " return a.textContent === b.textContent; }"
    )
    assert explorer.locator(".saec-predicted-opener").inner_text().endswith("r 1.00")
    for choice in ("measured", "predicted"):
        explorer.get_by_role("button", name=choice, exact=True).click()
        assert explorer.locator(".saec-after [aria-pressed=true]").inner_text() == choice
    assert opened.errors == []
    assert opened.foreign == []


def test_a_merged_circuit_says_why_it_has_no_heads(opened):
    merged = opened.locator(".saec").nth(1)
    merged.scroll_into_view_if_needed()
    merged.locator(".saec-strongest .saec-row").first.click()
    merged.locator(".saec-edge-heads").first.click()
    status = merged.locator(".saec-attention-status")
    status.wait_for()
    assert "the mean of 2 prompts" in status.inner_text()
    assert merged.locator(".saec-route-list").count() == 0
    assert opened.errors == []


def test_a_feature_is_named_and_the_name_is_everywhere(opened):
    explorer = opened.locator(".saec").first
    run_python(opened, "explorer.selected = circuit.top(1)[0].id")
    explorer.locator(".saec-evidence .saec-label-edit").click()
    field = explorer.locator(".saec-evidence .saec-label-input")
    field.fill("plural subjects")
    field.press("Enter")
    explorer.locator(".saec-node-title").get_by_text("plural subjects").wait_for()
    wait_idle(opened)
    assert says(opened, "lab.label(explorer.selected_node.feature)") == "plural subjects"
    assert says(opened, "list(explorer.names.values())") == "['plural subjects']"
    code = explorer.locator(".saec-code-text").inner_text()
    assert code == says(opened, 'f\'lab.set_label("{explorer.selected_node.feature}", "plural subjects")\'')
    assert opened.errors == []
