"""The subgraph in a real JupyterLab: pin, group, rename, read it in Python, move a card, filter, propose groups."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
lab = sc.load("world")
circuit = lab.attribute("the farmers near the king", "are", "is")
explorer = lab.explore(circuit, prune=0.9)
explorer
"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "subgraph.ipynb", CELL)
    with page(viewport={"width": 1500, "height": 1500}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec").first.scroll_into_view_if_needed()
        yield opened


def ask(opened, code: str) -> str:
    wait_idle(opened)
    return run_python(opened, code).strip()


def cards(opened):
    return opened.locator(".saec-box:not(.saec-box-group)")


def test_pins_become_cards_with_scores(opened):
    rows = opened.locator(".saec-strongest .saec-row")
    for at in range(9):
        rows.nth(at).click(modifiers=["Control"])
    opened.locator(".saec-stage").focus()
    for key in ("ArrowUp", "p"):  # the target
        opened.keyboard.press(key)
    opened.locator(".saec-box").nth(9).wait_for()
    assert ask(opened, "print(len(explorer.pinned))") == "10"
    assert opened.locator(".saec-sub-link").count() > 5
    pinned = opened.locator(".saec-score-replacement [data-of=pinned]")
    few = float(pinned.get_attribute("data-value"))
    opened.keyboard.press("u")
    opened.keyboard.press("U")
    shown = float(opened.locator(".saec-score-replacement [data-of='on show']").get_attribute("data-value"))
    assert 0 < few < shown < 1


def test_g_is_held_to_group_and_the_name_is_typed(opened):
    opened.locator(".saec-stage").focus()
    opened.keyboard.down("g")
    for at in (0, 1, 2):
        cards(opened).nth(at).locator(".saec-box-main").click()
    assert "3 nodes marked" in opened.locator(".saec-mode").inner_text()
    opened.keyboard.up("g")
    opened.locator(".saec-sub-rename").wait_for()
    opened.keyboard.type("where the plural is")
    opened.keyboard.press("Enter")
    opened.locator(".saec-box-group", has_text="where the plural is").wait_for()
    assert ask(opened, "print([(g['name'], len(g['members'])) for g in explorer.supernodes])") == (
        "[('where the plural is', 3)]"
    )
    assert ask(opened, "print(*(len(m) for m in explorer.grouped.supernodes.values()))") == "3"
    line = opened.locator(".saec-code-text").inner_text()
    assert line.startswith('explorer.group("where the plural is", [')
    assert ask(opened, f"explorer.supernodes = []\n{line}\nprint(list(explorer.grouped.supernodes))") == (
        "['where the plural is']"
    )
    # The keys of the notebook behind did nothing.
    assert opened.locator(".jp-CodeCell").count() == 1


def test_a_card_is_dragged_and_stays(opened):
    card = opened.locator(".saec-box-group").first
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    opened.mouse.move(box["x"] + 60, box["y"] + 10)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 90, box["y"] + 40, steps=4)
    opened.mouse.up()
    assert ask(opened, "print(list(explorer.places) == [explorer.supernodes[0]['members'][0]])") == "True"
    moved = card.bounding_box()
    assert moved["y"] - box["y"] > 10
    opened.locator(".saec-pinned-tools .saec-tidy").click()
    assert ask(opened, "print(explorer.places)") == "{}"
    opened.locator(".saec-undo").click()
    assert ask(opened, "print(len(explorer.places))") == "1"
    opened.locator(".saec-undo").click()
    assert card.bounding_box()["y"] == pytest.approx(box["y"], abs=2)


def test_a_member_is_selected_and_looks_good(opened):
    opened.locator(".saec-member").nth(1).click()
    assert ask(opened, "print(explorer.selected == explorer.supernodes[0]['members'][1])") == "True"
    assert "where the plural is" in opened.locator(".saec-membership").inner_text()
    cards(opened).last.locator(".saec-box-main").hover()
    assert opened.locator(".saec-sub-link.saec-lit").count() > 1
    ARTEFACTS.mkdir(exist_ok=True)
    opened.locator(".saec").first.screenshot(path=ARTEFACTS / "explorer_subgraph.png")


def test_the_filter_leaves_what_it_says(opened):
    opened.locator(".saec-filter").click()
    opened.locator(".saec-kind", has_text="feature").click()
    opened.locator(".saec-filter-sign").select_option("-")
    density = opened.locator(".saec-density")
    density.focus()
    for _ in range(3):
        opened.keyboard.press("PageDown")
    opened.locator(".saec-filter-hide").check()
    opened.keyboard.press("Escape")
    assert opened.locator(".saec-filter-chip").count() == 3
    sent = ask(opened, "print(sorted(explorer.filter), explorer.filter['densest'] < 1)")
    assert sent == "['densest', 'hide', 'kinds', 'of', 'sign'] True"
    opened.locator(".saec").first.screenshot(path=ARTEFACTS / "explorer_filter.png")
    line = opened.locator(".saec-code-text").inner_text()
    before = ask(opened, "f = dict(explorer.filter)\nexplorer.filter = {}\nprint(len(f))")
    assert before == "5"
    assert opened.locator(".saec-filter-chip").count() == 0
    assert ask(opened, f"{line}\nprint(explorer.filter == f)") == "True"
    for _ in range(3):
        opened.locator(".saec-filter-chips .saec-chip-remove").first.click()
    assert ask(opened, "print(explorer.filter)") == "{'hide': True}"


def test_groups_are_proposed_and_undone(opened):
    opened.evaluate(DARK)
    opened.locator(".saec-dark").first.wait_for()
    opened.locator(".saec-auto-group").click()
    opened.locator(".saec-group-scope").select_option("shown")
    opened.locator(".saec-group-count").fill("6")
    opened.locator(".saec-propose").click()
    opened.locator(".saec-unpropose").wait_for()
    opened.keyboard.press("Escape")
    names = ask(opened, "print(len(explorer.supernodes) > 1, explorer.supernodes[0]['name'])")
    assert names == "True where the plural is"
    line = opened.locator(".saec-code-text").inner_text()
    assert line.startswith("explorer.group_automatically(6, [")
    same = f"found = explorer.supernodes\nexplorer.supernodes = found[:1]\n{line}\nprint(explorer.supernodes == found)"
    assert ask(opened, same) == "True"
    opened.wait_for_timeout(300)
    opened.locator(".saec").first.screenshot(path=ARTEFACTS / "explorer_subgraph_dark.png")
    opened.locator(".saec-undo").click()
    assert ask(opened, "print(len(explorer.supernodes))") == "1"
    opened.locator(".saec-box-group .saec-box-remove").click(force=True)
    assert ask(opened, "print(explorer.supernodes)") == "[]"
    assert opened.errors == []
    assert opened.foreign == []
