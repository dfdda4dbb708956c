"""Every relative link of the documents leads somewhere, and every make target that they name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import saecircuits as sc

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


def test_the_tests_that_the_widgets_page_names_exist():
    """Each interaction stands beside the test that exercises it, by file and title."""
    page = (ROOT / "docs" / "widgets.md").read_text("utf-8")
    named = re.findall(r"`(\w+(?:\.test\.ts|\.py))` “([^”]+)”", page)
    files = {path.name: path.read_text("utf-8") for path in sorted(ROOT.glob("widgets/test/*.ts"))}
    for path in sorted(ROOT.glob("tests/*/test_*.py")):
        files[path.name] = files.get(path.name, "") + path.read_text("utf-8")
    missing = [(name, title) for name, title in named if title not in files.get(name, "")]
    assert missing == []
    assert len(named) > 50


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_on_the_pages_is_python_and_names_what_there_is(path):
    for block in re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        tree = ast.parse(block.replace("…", "..."))
        used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        ours = {node.attr for node in used if isinstance(node.value, ast.Name) and node.value.id == "sc"}
        assert ours <= set(sc.__all__), (path.name, ours - set(sc.__all__))
