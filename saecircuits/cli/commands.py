"""The commands that ask a model: `demo`, `attribute`, `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

import saecircuits as sc
from saecircuits.errors import InputError

from .report import check_table, effect_line, node_table, scores_line

DEMO_PROMPT = "the farmers near the cat"
DEMO_TARGET, DEMO_AGAINST = "are", "is"
DEMO_FORMATS = ("circuit.html", "circuit.json", "circuit.graphml", "circuit.neuronpedia.json", "circuit.png")

METHODS = {
    "direct": "Direct",
    "integrated-gradients": "IntegratedGradients",
    "relp": "RelP",
    "gradient": "Gradient",
    "ablation": "Ablation",
}
"""Names of the methods, as the command line spells them."""

Model = Annotated[str, typer.Option(help='"world", or a folder with model/, dictionaries/ and evidence/.')]
NodeShare = Annotated[float, typer.Option(help="Share of the influence that the kept nodes carry.")]
EdgeShare = Annotated[float, typer.Option(help="The same for edges.")]


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the files that it writes.")] = Path("demo"),
) -> None:
    """Trace one prompt of the embedded model, check the circuit by intervening, and write it in every format.

    Example: saecircuits demo --out demo
    """
    console = Console()
    lab = _open(console, "world")
    outcome = lab.predict(DEMO_PROMPT)
    console.print(f"\nprompt   {escape(DEMO_PROMPT)}")
    answers = ", ".join(f"{token} {probability:.2f}" for token, probability in outcome.top(4))
    console.print(f"answer   [bold]{escape(outcome.answer)}[/bold]   ({escape(answers)})")
    whole = lab.attribute(DEMO_PROMPT, target=DEMO_TARGET, against=DEMO_AGAINST)
    circuit = whole.prune()
    console.print(scores_line(whole, circuit))
    console.print(node_table(circuit, 10))
    report = lab.check(whole, 10)
    console.print(check_table(report))
    strongest = [sc.Ablate(node.feature, positions=node.position) for node in circuit.top(10) if node.feature]
    console.print(effect_line(lab.intervene(DEMO_PROMPT, strongest), len(strongest)))
    _write(console, circuit, [out / name for name in DEMO_FORMATS])


def attribute(
    prompt: Annotated[str, typer.Argument(help="The text to explain.")],
    target: Annotated[str | None, typer.Option(help="The next token to explain; default the likeliest ones.")] = None,
    against: Annotated[str | None, typer.Option(help="Explain target minus this token.")] = None,
    model: Model = "world",
    dictionaries: Annotated[
        str | None, typer.Option(help='A folder of dictionaries, or "world/saes", "world/clt", "world/crosscoder".')
    ] = None,
    method: Annotated[str | None, typer.Option(help=f"One of {', '.join(METHODS)}.")] = None,
    out: Annotated[list[Path] | None, typer.Option(help="File to write; the ending says the format.")] = None,
    lazy: Annotated[
        bool, typer.Option(help="Leave the dictionaries in their files, and read rows of features when needed.")
    ] = False,
    node_share: NodeShare = 0.8,
    edge_share: EdgeShare = 0.98,
    top: Annotated[int, typer.Option(min=1, help="How many nodes to print.")] = 10,
    check: Annotated[bool, typer.Option(help="Measure by intervening what the circuit predicts.")] = False,
) -> None:
    """Trace a prompt to a circuit of features.

    Example: saecircuits attribute "the capital of the country containing Gdansk is" --target Warsaw --against Paris
    --out gdansk.html
    """
    console = Console()
    if method is not None and method not in METHODS:
        raise InputError(f"There is no method {method!r}.", f"Use one of {', '.join(METHODS)}.")
    lab = _open(console, model, dictionaries, lazy)
    chosen = None if method is None else getattr(sc, METHODS[method])()
    whole = lab.attribute(prompt, target, against, method=chosen)
    circuit = whole.prune(node_share, edge_share)
    console.print(scores_line(whole, circuit))
    console.print(node_table(circuit, top))
    if check:
        console.print(check_table(lab.check(whole, top)))
    _write(console, circuit, out or [])


def export(
    circuit: Annotated[Path, typer.Argument(help="A .circuit file, circuit-tracer's .pt, or Neuronpedia's JSON.")],
    out: Annotated[list[Path], typer.Argument(help="Files to write; the endings say the formats.")],
    model: Annotated[str | None, typer.Option(help="Where the circuit came from, for the cards in HTML files.")] = None,
) -> None:
    """Write a circuit in other formats: .html, .json, .graphml, .neuronpedia.json, .pt, .png, .svg, .pdf.

    Example: saecircuits export gdansk.circuit gdansk.html gdansk.graphml --model world
    """
    console = Console()
    loaded = sc.read_graph(circuit)
    if model is not None:
        loaded = loaded.attach(_open(console, model))
    _write(console, loaded, out)


def _open(console: Console, name: str, dictionaries: str | None = None, lazy: bool = False) -> Any:
    with console.status(f"opening {escape(name)}"):
        if dictionaries is None:
            return sc.load(name, lazy=lazy)
        return sc.ReplacementModel(sc.load_model(name), sc.load_dictionaries(dictionaries, lazy=lazy))


def _write(console: Console, circuit: Any, paths: list[Path]) -> None:
    for path in paths:
        written = sc.export(circuit, path)
        size = f"({written.stat().st_size / 1024:.0f} KiB)"
        console.print(f"wrote    {escape(str(written))}  {size}", highlight=False, soft_wrap=True)
