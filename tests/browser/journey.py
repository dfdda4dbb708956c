"""What a person does first in any host: hover, select, ablate, take back; and what keys must not do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .jupyter import run_python, wait_idle

Read = Callable[[str], str]


def click_a_feature(opened: Any, explorer: Any) -> str:
    """Hover until a feature is under the mouse, and click it; the id that Python then has as selected."""
    hover_a_feature(opened, explorer)
    opened.mouse.down()
    opened.mouse.up()
    explorer.locator(".saec-ablate").wait_for()
    wait_idle(opened)
    return run_python(opened, "print(explorer.selected)").strip()


def hover_a_feature(opened: Any, explorer: Any) -> str:
    """Move over the graph as a person would until the tip names a feature; the text of the tip."""
    stage = explorer.locator(".saec-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    tip = explorer.locator(".saec-tooltip")
    for down in range(3, 30):
        for right in range(29, 3, -1):
            opened.mouse.move(box["x"] + box["width"] * right / 30, box["y"] + box["height"] * down / 30)
            if tip.is_visible() and "feature" in tip.inner_text():
                return tip.inner_text()
    raise AssertionError("no feature under the mouse anywhere in the graph")


def ablate_and_take_back(opened: Any, explorer: Any, selected: str, edits: Callable[[], str]) -> None:
    """Ablate the selected feature with the button, see the output move, and undo it with a key.

    `edits` asks Python for what it has; it is waited for.
    """
    before = explorer.locator(".saec-chart").inner_text()
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for()
    until(opened, lambda: explorer.locator(".saec-chart").inner_text() != before)
    feature, position = selected.split("@")
    until(opened, lambda: edits() == f"ablate {feature} [{position}]")
    explorer.locator(".saec-stage").focus()
    opened.keyboard.press("u")
    explorer.locator(".saec-chip-edit").wait_for(state="detached")
    until(opened, lambda: edits() == "")


def press_what_notebooks_know(opened: Any, explorer: Any) -> None:
    """Keys that delete, cut, insert and run cells where a notebook hears them."""
    explorer.locator(".saec-stage").focus()
    for key in ("x", "d", "d", "b", "Shift+Enter", "ArrowDown", "y", "m", "z"):
        opened.keyboard.press(key)
    opened.wait_for_timeout(300)  # what must not happen cannot be waited for


def until(opened: Any, true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that only asking again can tell."""
    for _ in range(int(10 * seconds)):
        if true():
            return
        opened.wait_for_timeout(100)
    raise AssertionError("it did not come true")
