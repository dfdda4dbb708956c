"""The public names: sorted, complete, documented, at home, and the only door."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import saecircuits as sc

STUB = Path(sc.__file__).with_suffix(".pyi")


def stub_homes() -> dict[str, str]:
    """Name → module, as the stub imports them."""
    tree = ast.parse(STUB.read_text("utf-8"))
    return {
        alias.asname or alias.name: f"saecircuits.{node.module}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def stub_all() -> list[str]:
    tree = ast.parse(STUB.read_text("utf-8"))
    (listed,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    )
    return ast.literal_eval(listed)


def test_the_list_is_sorted_and_complete() -> None:
    assert stub_all() == sorted(set(stub_all()))
    assert set(stub_all()) == set(stub_homes())
    assert sorted(set(sc.__all__) | {"__version__"}) == stub_all()
    assert set(stub_all()) <= set(dir(sc))


@pytest.mark.parametrize("name", stub_all())
def test_every_name_loads_from_its_home(name: str) -> None:
    home = importlib.import_module(stub_homes()[name])
    assert getattr(sc, name) is getattr(home, name)
    assert name in getattr(home, "__all__", [name]), f"{name} is not among the public names of {home.__name__}"


@pytest.mark.parametrize("name", [name for name in stub_all() if name != "__version__"])
def test_every_name_is_documented_and_defined_in_its_home(name: str) -> None:
    thing = getattr(sc, name)
    assert inspect.isclass(thing) or inspect.isfunction(thing)
    doc = inspect.getdoc(thing)
    assert doc
    assert not doc.startswith(f"{name}(")  # what a dataclass writes by itself
    assert thing.__module__.startswith(stub_homes()[name])


@pytest.mark.parametrize("name", [name for name in stub_all() if inspect.isclass(getattr(sc, name))])
def test_every_public_method_is_documented(name: str) -> None:
    members = [m for m in vars(getattr(sc, name)).items() if not m[0].startswith("_")]
    functions = [(n, m.__func__ if isinstance(m, classmethod | staticmethod) else m) for n, m in members]
    bare = [n for n, m in functions if (inspect.isfunction(m) or isinstance(m, property)) and not inspect.getdoc(m)]
    assert bare == []


PARTS = sorted(path.parent.name for path in STUB.parent.glob("*/__init__.py"))


@pytest.mark.parametrize("part", PARTS)
def test_the_names_of_every_part_exist(part: str) -> None:
    module = importlib.import_module(f"saecircuits.{part}")
    names = getattr(module, "__all__", [])
    assert len(set(names)) == len(names)
    assert [name for name in names if not hasattr(module, name)] == []
    assert module.__doc__


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        _ = sc.nothing_of_this_name
    with pytest.raises(ImportError):
        importlib.import_module("saecircuits.nothing_of_this_name")


def test_the_version_is_a_version() -> None:
    assert sc.__version__.count(".") >= 2
    assert sc.__version__[0].isdigit()


def test_every_error_is_ours_and_keeps_its_cure() -> None:
    errors = [getattr(sc, name) for name in stub_all() if name.endswith("Error")]
    assert len(errors) >= 5
    for kind in errors:
        assert issubclass(kind, sc.SaeCircuitsError)
        error = kind("What came.", "Do this.")
        assert (str(error), error.message, error.cure) == ("What came. Do this.", "What came.", "Do this.")
        assert str(kind("What came.")) == "What came."
