"""`saecircuits doctor`: is everything there, and does it work?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

import typer
from rich.console import Console
from rich.markup import escape

import saecircuits as sc

LIBRARIES = ("torch", "nnsight", "transformers", "anywidget", "ipywidgets", "networkx", "scikit-learn")


def doctor() -> None:
    """Check libraries, the embedded model and the widgets; exit status 1 if something needed does not work.

    Example: saecircuits doctor
    """
    console = Console()
    console.print(f"saecircuits {sc.__version__}, Python {platform.python_version()}, {platform.platform()}")
    results = [_check(console, name, partial(version, name)) for name in LIBRARIES]
    results += [
        _check(console, "embedded model answers", _world),
        _check(console, "a circuit's books balance", _books),
        _check(console, "widget bundles are there", _bundles),
    ]
    for program, use in (("node", "only to change widgets"), ("chromium", "only for browser tests")):
        found = shutil.which(program)
        console.print(f"  {program}: {escape(found) if found else f'not found ({use})'}")
    if not all(results):
        raise typer.Exit(1)


def _check(console: Console, what: str, check: Callable[[], str]) -> bool:
    try:
        detail = check()
    except Exception as error:  # a doctor reports whatever is wrong and goes on
        console.print(f"  [red]✗[/red] {what}: {escape(f'{type(error).__name__}: {error}')}")
        return False
    console.print(f"  [green]✓[/green] {what}: {escape(detail)}")
    return True


def _world() -> str:
    return f"the farmers near the cat … {sc.load('world').predict('the farmers near the cat').answer}"


def _books() -> str:
    circuit = sc.load("world").attribute("the farmers near the cat", "are", "is")
    gap = float(circuit.books()[circuit.target_rows].max())
    if gap > 1e-4:
        raise sc.SaeCircuitsError(f"the target's inputs miss its value by {gap:.1e}")
    return f"relative gap {gap:.1e}"


def _bundles() -> str:
    return f"{sc.Explorer.__name__}, {sc.FeatureCard.__name__}"
