"""The layers: an import goes only to a line below, never to a neighbour, never round in a circle."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import saecircuits

ROOT = Path(saecircuits.__file__).parent

LAYERS = (
    ("cli", "remake"),
    ("lab",),
    ("widgets",),
    ("exports", "features", "evaluation"),
    ("attribution", "training"),
    ("interventions",),
    ("replacement",),
    ("circuit", "dictionaries", "subject", "world"),
    ("sites", "table"),
    ("atomic", "errors", "progress", "version"),
)
"""From the top to the bottom, as ARCHITECTURE.md draws them."""

HEIGHT = {part: -number for number, line in enumerate(LAYERS) for part in line}
OPTIONAL = ("datasets", "torch.utils.tensorboard")
"""What an installation may lack: imported where it is used, so that its absence can be said with the cure."""
DOORS = ("__init__", "__main__")
"""Files of the package root itself: the public door, and `python -m saecircuits`."""


@dataclass(frozen=True)
class Import:
    """One imported module or name: `module` is absolute."""

    where: str
    module: str
    relative: int
    nested: bool

    @property
    def part(self) -> str | None:
        """The part of the package that it goes to; "" is the root, None another library."""
        names = self.module.split(".")
        if names[0] != "saecircuits":
            return None
        return names[1] if len(names) > 1 else ""


def files() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if "__pycache__" not in path.parts)


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.stem if len(relative.parts) == 1 else relative.parts[0]


def module_of(path: Path) -> str:
    return ".".join(("saecircuits", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {module_of(path): path for path in files()}


def imports_of(path: Path, source: str | None = None) -> list[Import]:
    """Every import of a file; a name that is a module (`from . import files`) counts as that module."""
    tree = ast.parse(path.read_text("utf-8") if source is None else source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    inside = {id(inner) for outer in functions for inner in ast.walk(outer)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            relative = node.level if isinstance(node, ast.ImportFrom) else 0
            found += [Import(where, module, relative, id(node) in inside) for module in _modules(path, node)]
    return found


def _modules(path: Path, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        folder = ("saecircuits", *path.relative_to(ROOT).parts[: -node.level])
        base = ".".join((*folder, base)).rstrip(".")
    return [name if (name := f"{base}.{alias.name}") in MODULES else base for alias in node.names]


def wrong(path: Path, source: str | None = None) -> list[str]:
    """What a file's imports do that they may not."""
    return [f"{item.where} imports {reason}" for item in imports_of(path, source) if (reason := _reason(path, item))]


def _reason(path: Path, item: Import) -> str | None:
    part = part_of(path)
    if item.nested and not item.module.startswith(OPTIONAL):
        return f"{item.module} inside a function"
    if item.relative:
        neighbour = path.parent == ROOT and part not in DOORS
        out = item.relative > 1
        return "relatively out of its folder" if out else "a neighbour relatively" if neighbour else None
    if item.part is None or part in DOORS:
        return None
    if item.part == "":
        return None if part == "cli" else "the package root"
    return _reason_by_layer(path, part, item, item.part)


def _reason_by_layer(path: Path, part: str, item: Import, to: str) -> str | None:
    if to == part:
        same_folder = path.parent == MODULES.get(item.module, ROOT / part / "x").parent
        return "its own folder absolutely" if same_folder else None
    if to not in HEIGHT:
        return f"{to}, which is in no layer"
    return f"{to}, which is not below {part}" if HEIGHT[to] >= HEIGHT[part] else None


def test_every_part_is_in_one_layer() -> None:
    parts = [part for line in LAYERS for part in line]
    assert len(parts) == len(set(parts))
    assert {part_of(path) for path in files()} == {*parts, *DOORS}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    assert wrong(path) == []


def test_no_file_imports_itself_through_others() -> None:
    """Also within a folder. `CycleError` would name the circle."""
    doors = {"saecircuits", "saecircuits.__main__"}
    graph = {name: {item.module for item in imports_of(path)} & set(MODULES) - doors for name, path in MODULES.items()}
    assert set(TopologicalSorter(graph).static_order()) == set(MODULES)
    assert sum(map(len, graph.values())) > 100  # the graph is not empty


@pytest.mark.parametrize(
    ("place", "source", "reason"),
    [
        ("circuit/a.py", "from saecircuits.subject import Subject", "imports subject, which is not below circuit"),
        ("circuit/a.py", "import saecircuits.lab", "imports lab, which is not below circuit"),
        ("circuit/a.py", "from saecircuits import Circuit", "imports the package root"),
        ("circuit/a.py", "import saecircuits as sc", "imports the package root"),
        ("circuit/a.py", "from saecircuits import lab", "imports lab, which is not below circuit"),
        ("circuit/a.py", "from ..subject import Subject", "relatively out of its folder"),
        ("circuit/a.py", "def f():\n    import json", "imports json inside a function"),
        ("circuit/a.py", "class C:\n    def f(self):\n        from . import nodes", "inside a function"),
        ("circuit/a.py", "from saecircuits.circuit.nodes import Node", "its own folder absolutely"),
        ("circuit/a.py", "from saecircuits.unheard import x", "which is in no layer"),
        ("sites.py", "from saecircuits.table import Table", "imports table, which is not below sites"),
        ("sites.py", "from .errors import InputError", "imports a neighbour relatively"),
        ("lab/a.py", "import saecircuits", "imports the package root"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_import_is_seen(place: str, source: str, reason: str) -> None:
    (found,) = wrong(ROOT / place, source)
    assert reason in found


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("circuit/a.py", "from .nodes import Node\nfrom saecircuits.errors import InputError\nimport numpy as np"),
        ("cli/a.py", "import saecircuits as sc\nfrom saecircuits.lab import load"),
        ("lab/a.py", "from saecircuits.widgets import Explorer"),
        ("circuit/a.py", "from . import files"),
        ("training/a.py", "def f():\n    from datasets import load_dataset"),
    ],
    ids=["down", "cli", "lab", "within", "optional"],
)
def test_a_right_import_passes(place: str, source: str) -> None:
    assert wrong(ROOT / place, source) == []


def test_only_the_subject_imports_nnsight() -> None:
    users = {part_of(p) for p in files() for item in imports_of(p) if item.module.split(".")[0] == "nnsight"}
    assert users == {"subject"}
