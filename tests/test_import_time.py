"""Importing the package is light: the heavy libraries come with the first name that needs them.

Nothing here is timed. A fresh process says which modules it has loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "nnsight",
    "transformers",
    "anywidget",
    "ipywidgets",
    "numpy",
    "scipy",
    "networkx",
    "matplotlib",
    "sklearn",
)


def loaded_after(code: str) -> set[str]:
    """Top-level modules of a new process that ran `code`."""
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300)
    return {name.split(".")[0] for name in json.loads(out.stdout.splitlines()[-1])}


@pytest.fixture(scope="module")
def after_import() -> set[str]:
    return loaded_after("import saecircuits")


@pytest.mark.parametrize("library", HEAVY)
def test_the_root_loads_no_heavy_library(after_import: set[str], library: str) -> None:
    assert library not in after_import


def test_the_root_does_load(after_import: set[str]) -> None:
    assert "saecircuits" in after_import


def test_names_can_be_listed_without_loading_them() -> None:
    found = loaded_after("import saecircuits\nassert 'Circuit' in dir(saecircuits)\nassert saecircuits.__version__")
    assert not found & set(HEAVY)


def test_light_names_stay_light() -> None:
    found = loaded_after("import saecircuits\nsaecircuits.Site('mlp_out', 3)\nsaecircuits.InputError")
    assert not found & {"torch", "nnsight", "transformers"}


def test_a_name_loads_what_it_needs() -> None:
    """The look into the modules would see torch, if it were there."""
    assert "torch" in loaded_after("import saecircuits\nsaecircuits.Dictionary")
