"""The command line: long jobs and scripts. Bad input ends with one line on stderr and exit status 2."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from saecircuits.errors import SaeCircuitsError

from .commands import attribute, demo, export
from .converting import convert
from .doctor import doctor
from .publishing import push
from .training import evaluate, train

app = typer.Typer(
    name="saecircuits",
    help="Circuits of language models, from sparse dictionaries. Start with: saecircuits demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (demo, attribute, export, train, evaluate, convert, push, doctor):
    app.command()(command)


def main() -> None:
    """Run the command line; ends the process."""
    try:
        app(standalone_mode=True)
    except (SaeCircuitsError, OSError) as error:
        line = " ".join(str(error).split())
        Console(stderr=True, soft_wrap=True).print(f"saecircuits: {line}", style="red", markup=False, highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        Console(stderr=True).print("saecircuits: stopped.")
        sys.exit(130)
