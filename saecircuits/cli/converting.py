"""The command that writes dictionaries in other formats: `convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

import saecircuits as sc
from saecircuits.dictionaries import FORMATS
from saecircuits.dictionaries.formats import writable

SOURCE = "A folder or file, hub:owner/name[/folder][@revision], or a set of the embedded world such as world/clt."


def convert(
    source: Annotated[str, typer.Argument(help=SOURCE)],
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    to: Annotated[str, typer.Option(help=f"One of {', '.join(writable())}.")] = "saecircuits",
    format: Annotated[
        str | None, typer.Option(help=f"Format of the source, if its files could be of two: {', '.join(FORMATS)}.")
    ] = None,
    site: Annotated[
        list[str] | None,
        typer.Option(help="Where it reads and writes, if files do not say: resid_post.3; given again for more sites."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the dictionary.")] = None,
    scale: Annotated[
        list[float] | None,
        typer.Option(help="What activations were multiplied by, one a site, if files do not say."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model, for dictionaries that read inside a norm: a Hugging Face name or folder."),
    ] = None,
    model_name: Annotated[str, typer.Option(help="The model's name for the config files; default --model.")] = "",
) -> None:
    """Write dictionaries of one library in the format of another.

    Example: saecircuits convert world/clt out/clt --to circuit_tracer_clt
    """
    console = Console()
    subject = None if model is None else sc.load_model(model)
    with console.status(f"reading {escape(source)}"):
        read = sc.load_dictionaries(source, format=format, site=site, name=name, scale=scale, model=subject)
        written = sc.convert(read, out, to, model_name or model or "")
    for dictionary in read:
        wiring = f"{', '.join(map(str, dictionary.reads))} → {', '.join(map(str, dictionary.writes))}"
        what = f"{dictionary.n_features} features, {dictionary.activation.kind}"
        console.print(f"{escape(dictionary.name)}  {wiring}  {what}", highlight=False, soft_wrap=True)
    for folder in written:
        console.print(f"wrote    {escape(str(folder))}", highlight=False, soft_wrap=True)
