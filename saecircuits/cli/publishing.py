"""The command that publishes dictionaries: `push`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

import saecircuits as sc


def push(
    source: Annotated[
        str,
        typer.Argument(help="A folder of dictionaries, with evidence in its folder evidence; or world/transcoders."),
    ],
    repo: Annotated[str, typer.Argument(help="owner/name, or owner/name@branch.")],
    model: Annotated[str, typer.Option(help="The model's name on the hub, such as google/gemma-2-2b.")] = "",
    license: Annotated[str, typer.Option(help="The hub's name of a licence, such as apache-2.0.")] = "",
    private: Annotated[
        bool | None, typer.Option("--private/--public", help="For a new repository; default the owner's settings.")
    ] = None,
    message: Annotated[str, typer.Option(help="Of the commit.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Take away what the repository holds of other dictionaries.")
    ] = False,
) -> None:
    """Publish dictionaries, with evidence, labels and a card, on the Hugging Face Hub.

    Example: saecircuits push runs/first/dictionaries me/gemma-2-2b-transcoders --model google/gemma-2-2b
    """
    place = sc.push_to_hub(
        source, repo, model=model, license=license, private=private, message=message, replace=replace
    )
    console = Console()
    console.print(f"published  {place}", markup=False, highlight=False, soft_wrap=True)
    console.print(f'load with  sc.load_dictionaries("hub:{repo.removeprefix("hub:")}")', markup=False, soft_wrap=True)
