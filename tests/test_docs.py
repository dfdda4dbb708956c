"""Every relative link of the documents leads somewhere, and every make target that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "data" / "world" / "README.md"])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text("utf-8"))
    missing = [link for link in links if not link.startswith("http") and not (path.parent / link).exists()]
    assert missing == []


def test_make_targets_exist():
    """Commands stand in backquotes or at the start of a line in a block of code."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    named = set(re.findall(r"`make (\w+)`", text)) | set(
        re.findall(r"^make (\w+)(?: {2,}#| {2,}|$)", text, re.MULTILINE)
    )
    assert {"demo", "test", "world"} <= named <= targets
