"""The gallery page for tests: every widget on fixed data, in a browser, without a notebook. Needs Node."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from .chromium import page

WIDGETS = Path(__file__).resolve().parents[2] / "widgets"

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="no Node on this machine")


def build_gallery(folder: Path) -> Path:
    """The page, made anew from the TypeScript; the packages of `widgets/` are installed if they are not there."""
    if not (WIDGETS / "node_modules" / ".package-lock.json").is_file():
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=WIDGETS, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"npm ci failed, so the gallery cannot be built: {done.stderr.strip()[-300:]}")
    out = folder / "gallery.html"
    done = subprocess.run(["node", "gallery.mjs", str(out)], cwd=WIDGETS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@contextmanager
def open_gallery(path: Path, width: int = 1200, **options: str) -> Iterator[Any]:
    """The page in a browser with its network off, all widgets drawn."""
    with page(offline=True, viewport={"width": width, "height": 1000}) as opened:
        show(opened, path, **options)
        yield opened


def show(opened: Any, path: Path, **options: str) -> None:
    """Go to the page with options, those of its address, and wait until all widgets are drawn."""
    opened.goto(f"{path.as_uri()}?{urlencode({'delay': '0', **options})}")
    opened.locator("html[data-ready]").wait_for(state="attached")
    settle(opened)


def settle(opened: Any) -> None:
    """Wait until what is due in the next frames is drawn."""
    opened.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
