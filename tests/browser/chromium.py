"""Headless Chromium for tests; a machine without one skips them and says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> str | None:
    """Path of a Chromium on this machine."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


needs_chromium = pytest.mark.skipif(executable() is None, reason="no Chromium on this machine (apt install chromium)")


@contextmanager
def page(offline: bool = False, **options: Any) -> Iterator[Any]:
    """A page that records console errors in `page.errors` and requests to other hosts in `page.foreign`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), headless=True, args=list(_ARGUMENTS))
        context = browser.new_context(offline=offline, **{"viewport": {"width": 1400, "height": 1000}, **options})
        opened: Any = context.new_page()
        opened.errors, opened.foreign = [], []
        opened.on("console", lambda m: opened.errors.append(m.text) if m.type == "error" else None)
        opened.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.on("request", lambda request: _note_foreign(opened, request.url))
        try:
            yield opened
        finally:
            browser.close()


def _note_foreign(opened: Any, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "file:")):
        opened.foreign.append(url)
