"""The PatchBoard in a real JupyterLab: find where the answer is made, patch it, and read the same in Python."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

CELL = """
import saecircuits as sc
from saecircuits.widgets.patch_board import PatchBoard
lab = sc.load("world")
board = PatchBoard(
    lab,
    "the capital of the country containing Gdansk is",
    "the capital of the country containing Florence is",
)
board
"""
DARK = "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
CITY, LAST = "transcoder.0@7", "transcoder.3@8"


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "patch.ipynb", CELL)
    with page(viewport={"width": 1400, "height": 1300}) as opened:
        open_and_run(opened, lab, notebook.name)
        opened.evaluate("jupyterapp.shell.collapseLeft()")
        opened.locator(".saec-patch").scroll_into_view_if_needed()
        yield opened


def _point(opened, cell: str) -> tuple[float, float]:
    box = opened.locator(f'.saec-patch [data-cell="{cell}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_cells_show_where_the_country_is_looked_up(opened):
    board = opened.locator(".saec-patch")
    shown = board.locator(f'[data-cell="{CITY}"]').text_content()
    assert run_python(opened, 'board.wait(); print(f"{board.cells[0, 7]:+.2f}")').strip() == shown
    assert board.locator(".saec-patch-unknown").count() == 0
    assert board.locator(".saec-patch-differs").all_text_contents() == ["GdanskGdansk", "Florence↑ Florence"]
    opened.mouse.move(*_point(opened, LAST))
    assert "of the gap: 23.3 →" in board.locator(".saec-patch-tip").inner_text()


def test_a_cell_is_opened_and_patched(opened):
    board = opened.locator(".saec-patch")
    opened.mouse.click(*_point(opened, CITY))
    board.locator(".saec-patch-columns", has_text="one at a time").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(board.cell, board.features['done'])").strip() == f"{CITY} True"
    assert board.locator('[role="listitem"].saec-patch-feature').count() == 40
    board.locator(".saec-patch-all input").check()
    board.locator(".saec-patch-share").wait_for()
    wait_idle(opened)
    assert board.locator(".saec-answer-after").inner_text() == "Rome"
    assert board.locator(".saec-patch-share").inner_text() == "97 % of the gap"
    board.locator(".saec-patch-features input").first.check()
    opened.wait_for_function("() => document.querySelectorAll('.saec-patch .saec-chip').length === 2")
    wait_idle(opened)
    code = board.locator(".saec-code-text").inner_text()
    same = f"print({code}.after.answer == board.effect['top_after'], len(board.ticked), len(board.edits))"
    assert run_python(opened, same).strip() == "True 2 2"
    opened.mouse.move(0, 0)
    ARTEFACTS.mkdir(exist_ok=True)
    board.screenshot(path=ARTEFACTS / "patch_board.png")


def test_a_feature_is_selected_both_ways(opened):
    board = opened.locator(".saec-patch")
    board.locator(".saec-patch-feature-name").nth(1).click()
    wait_idle(opened)
    chosen = run_python(opened, "print(board.feature)").strip()
    assert chosen.startswith("transcoder.0/")
    run_python(opened, "board.feature = 'transcoder.0/659'")
    board.locator('.saec-patch-feature-name[aria-pressed="true"][data-feature="transcoder.0/659"]').wait_for()


def test_the_direction_turns_and_keys_stay_in_the_widget(opened):
    board, cells = opened.locator(".saec-patch"), opened.locator(".jp-Cell").count()
    board.get_by_role("button", name="clean → corrupted").click()
    opened.wait_for_function("() => document.querySelectorAll('.saec-patch .saec-chip').length === 0")
    wait_idle(opened)
    turned = "board.wait(); print(board.noising, board.prompt.split()[-2], round(float(board.cells[0, 7]), 2))"
    assert run_python(opened, turned).strip() == "False Florence 1.0"
    board.locator(".saec-patch-stage").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp", "x", "d", "d", "Space"):
        opened.keyboard.press(key)
    board.locator(".saec-chip").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(board.ticked)").strip() == "['transcoder.1@8']"
    assert opened.locator(".jp-Cell").count() == cells


def test_other_prompts_are_typed_and_a_refusal_says_the_counts(opened):
    board = opened.locator(".saec-patch")
    corrupted = board.locator(".saec-patch-corrupted")
    corrupted.fill("the king near the farmers")
    corrupted.press("Enter")
    board.locator(".saec-error-message").wait_for()
    assert "has 9 tokens, the corrupted one 6" in board.locator(".saec-error-message").inner_text()
    corrupted.fill("the language of the country containing Gdansk is")
    corrupted.press("Enter")
    board.locator('.saec-patch-says:text("Polish")').wait_for()
    wait_idle(opened)
    assert run_python(opened, "board.wait(); print(board.question['corrupted'].split()[1])").strip() == "language"
    assert not board.locator(".saec-error-message").is_visible()


def test_it_follows_the_theme(opened):
    board = opened.locator(".saec-patch")
    run_python(
        opened,
        "board.show('the capital of the country containing Gdansk is', 'the old capital of the country "
        "containing Florence is'); board.wait(); board.apply(['transcoder.0@7', 'transcoder.3@8'])",
    )
    opened.evaluate(DARK)
    board.and_(opened.locator(".saec-dark")).wait_for()
    board.locator(".saec-patch-note:text('one token left out')").wait_for()
    opened.wait_for_timeout(500)  # the host fades its colours
    board.screenshot(path=ARTEFACTS / "patch_board_dark.png")
    assert opened.errors == []
    assert opened.foreign == []
