"""Which modules of this package a request needs, and their source.

A module needs what it imports. Packages are not sent: what is imported from one is taken from where it is defined, so
that a pass that needs one class does not bring along all that stands beside it.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Any

from .wire import PACKAGE

Exports = dict[str, dict[str, tuple[str, str]]]
"""By package and name, the module that defines it and what it is called there."""


@dataclass
class Sources:
    """Modules with all that they import from this package.

    Attributes:
        texts: source by name of the module.
        exports: of the packages that are imported from.
    """

    texts: dict[str, str] = field(default_factory=dict)
    exports: Exports = field(default_factory=dict)

    def add(self, module: str) -> None:
        """A module, and what it needs."""
        if module in self.texts or module in self.exports:
            return
        if _file(module).name == "__init__.py":
            self.exports[module] = {}
            return
        self.texts[module] = _text(module)
        for needed, names in _imports(module):
            self._import(needed, names)

    def _import(self, module: str, names: tuple[str, ...]) -> None:
        self.add(module)
        for name in names if module in self.exports else ():
            if _is_module(f"{module}.{name}"):
                self.add(f"{module}.{name}")
            else:
                where, called = _origin(module, name)
                self.exports[module][name] = where, called
                self._import(where, (called,))


def sources_of(paths: Iterable[str]) -> Sources:
    """The sources of modules, given by their paths below this package."""
    found = Sources()
    for path in sorted(paths):
        found.add(f"{PACKAGE}.{path}" if path else PACKAGE)
    return found


class Installed:
    """The modules of this package as they are imported in this process."""

    def load(self, name: str) -> Any:
        """A module by its path below the package."""
        return importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)

    def code(self, name: str) -> CodeType:
        """The compiled source of one."""
        return _code(f"{PACKAGE}.{name}")


@cache
def _file(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module} has no source.")
    return Path(spec.origin)


@cache
def _text(module: str) -> str:
    return _file(module).read_text(encoding="utf-8")


@cache
def _code(module: str) -> CodeType:
    return compile(_text(module), str(_file(module)), "exec", dont_inherit=True)


@cache
def _is_module(name: str) -> bool:
    parent, _, last = name.rpartition(".")
    folder = _file(parent).parent
    return (folder / f"{last}.py").is_file() or (folder / last / "__init__.py").is_file()


@cache
def _imports(module: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a module imports from this package: modules, each with the names that are taken from it."""
    found = []
    for node in _statements(ast.parse(_text(module))):
        if isinstance(node, ast.Import):
            found += [(alias.name, ()) for alias in node.names]
        else:
            found.append((_absolute(module, node), tuple(alias.name for alias in node.names)))
    return tuple((name, names) for name, names in found if name == PACKAGE or name.startswith(PACKAGE + "."))


def _statements(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The import statements that run, wherever they stand."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield from _statements(node)


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parents = module.split(".") if _file(module).name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*parents[: len(parents) - node.level + 1], *([node.module] if node.module else [])])


@cache
def _origin(package: str, name: str) -> tuple[str, str]:
    """Where a package has a name from."""
    for node in _statements(ast.parse(_text(package))):
        for alias in node.names:
            if isinstance(node, ast.ImportFrom) and (alias.asname or alias.name) == name:
                where = _absolute(package, node)
                return (where, alias.name) if _file(where).name != "__init__.py" else _origin(where, alias.name)
    value = getattr(importlib.import_module(package), name)
    return value.__module__, value.__qualname__
