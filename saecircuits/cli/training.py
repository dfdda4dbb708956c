"""The commands that train dictionaries and measure them: `train`, `evaluate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import saecircuits as sc
from saecircuits.errors import InputError
from saecircuits.training import USUAL_LOSSES

Model = Annotated[str, typer.Option(help='"world", a Hugging Face name, or a folder.')]
Text = Annotated[list[Path] | None, typer.Option(help="Text or JSONL files, or a folder of them.")]
Split = Annotated[str, typer.Option(help="Split of the dataset.")]
Dataset = Annotated[str | None, typer.Option(help="A Hugging Face dataset, streamed.")]


def train(
    out: Annotated[Path, typer.Option(help="Folder of the run; an interrupted run in it goes on.")],
    model: Model = "world",
    text: Text = None,
    dataset: Dataset = None,
    split: Split = "train",
    recipe: Annotated[
        Path | None, typer.Option(help="A JSON file with a list of plans, instead of the options below.")
    ] = None,
    sae: Annotated[
        list[str] | None, typer.Option(help="Site of an SAE, e.g. resid_post.2; may be given again.")
    ] = None,
    transcoder: Annotated[list[int] | None, typer.Option(help="Layer of a transcoder; may be given again.")] = None,
    clt: Annotated[bool, typer.Option(help="A cross-layer transcoder over all layers.")] = False,
    crosscoder: Annotated[
        str | None, typer.Option(help="Sites of a crosscoder, e.g. resid_post.0,resid_post.1.")
    ] = None,
    kind: Annotated[str, typer.Option(help=f"Activation function: {', '.join(USUAL_LOSSES)}.")] = "batchtopk",
    k: Annotated[
        str, typer.Option(help="Features a token, for topk, batchtopk and jumprelu; several make a sweep: 8,16,32.")
    ] = "32",
    features: Annotated[str, typer.Option(help="Number of features; several make a sweep: 1024,4096.")] = "2048",
    tokens: Annotated[int, typer.Option(min=1, help="Tokens to train on.")] = 4_000_000,
    batch: Annotated[int, typer.Option(min=1, help="Tokens a step.")] = 2048,
    seed: Annotated[int, typer.Option(help="Of weights and order.")] = 0,
) -> None:
    """Train dictionaries, all of them in one pass over the model.

    Example: saecircuits train --out runs/first --sae resid_post.1 --sae resid_post.2 --k 8,16,32 --tokens 1000000
    """
    console = Console()
    subject = sc.load_model(model)
    if recipe is not None:
        plans = _read_plans(recipe)
    else:
        chosen = _wired(sae or [], transcoder or [], subject.n_layers if clt else 0, crosscoder)
        plans = _sweep(chosen, kind, _numbers("k", k), _numbers("features", features))
    run = sc.TrainingRun(tokens=tokens, batch=batch, seed=seed, log_every=LOG_EVERY)
    try:
        results = sc.train(subject, corpus_of(model, text, dataset, split), plans, run, folder=out)
    except sc.TrainingInterrupted as stopped:  # before typer takes it for a bare Ctrl-C
        line = f"saecircuits: {stopped.message} Run the same command again to go on."
        Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)
        raise typer.Exit(130) from stopped
    table = Table("dictionary", "features", "L0", "explained", "dead", box=None, header_style="dim")
    for result in results:
        last = result.log[-1]
        numbers = f"{last.l0:.1f}", f"{last.variance_explained:.4f}", f"{last.dead:.0%}"
        table.add_row(result.plan.name, str(result.plan.n_features), *numbers)
    console.print(table)
    console.print(f"in {out / 'dictionaries'}", highlight=False)


def evaluate(
    dictionaries: Annotated[Path, typer.Argument(help="Folder of a dictionary, or of several.")],
    model: Model = "world",
    text: Text = None,
    dataset: Dataset = None,
    split: Split = "test",
    tokens: Annotated[int, typer.Option(min=1, help="Tokens to measure on.")] = 65_536,
    out: Annotated[Path | None, typer.Option(help="JSON file to write the scores to.")] = None,
) -> None:
    """Measure dictionaries. Give text that they were not trained on; of the embedded model fresh rows are made.

    Example: saecircuits evaluate runs/first/dictionaries --tokens 20000
    """
    console = Console()
    subject, corpus = sc.load_model(model), corpus_of(model, text, dataset, split, seed=_FRESH)
    table = Table("dictionary", "L0", "explained", "dead", "loss recovered", box=None, header_style="dim")
    reports = []
    for group in _groups(sc.load_dictionaries(dictionaries)):
        report = sc.evaluate(sc.ReplacementModel(subject, group), corpus, tokens)
        reports.append(report.to_dict())
        for name, scores in report.dictionaries.items():
            numbers = f"{scores.l0:.1f}", f"{scores.variance_explained:.4f}", f"{scores.dead:.0%}"
            table.add_row(name, *numbers, f"{report.replaced.loss_recovered:.2%}")
    console.print(table)
    console.print(
        "loss recovered: with all dictionaries of a group in place that do not write the same", highlight=False
    )
    if out is not None:
        out.write_text(json.dumps(reports, indent=2) + "\n", "utf-8")


def _groups(dictionaries: Sequence[sc.Dictionary]) -> list[list[sc.Dictionary]]:
    """Dictionaries that can stand in for a model side by side; those of a sweep, which write the same, each apart."""
    groups: list[list[sc.Dictionary]] = []
    for dictionary in dictionaries:
        free = (g for g in groups if not any(_clash(dictionary, other) for other in g))
        group = next(free, None)
        if group is None:
            groups.append([dictionary])
        else:
            group.append(dictionary)
    return groups


def _clash(one: sc.Dictionary, other: sc.Dictionary) -> bool:
    return bool(set(one.writes) & set(other.writes)) and bool(set(one.reads) & set(other.reads))


def corpus_of(
    model: str, text: Sequence[Path] | None, dataset: str | None, split: str = "train", seed: int = 0
) -> sc.Corpus:
    """The texts that options name; for the embedded model its own generator."""
    if text and dataset:
        raise InputError("Both --text and --dataset were given.", "Give one of them.")
    if dataset:
        return sc.Corpus.dataset(dataset, split=split)
    if text:
        return sc.Corpus.files(text)
    if model != "world":
        raise InputError(f"There is no text to run {model!r} on.", "Give --text or --dataset.")
    return sc.Corpus.world(seed)


LOG_EVERY = 50
"""Steps between two lines of the log."""
_FRESH = 9_001
"""Seed of the rows that `evaluate` measures the embedded model on."""


def _wired(saes: Sequence[str], transcoders: Sequence[int], clt: int, crosscoder: str | None) -> list[Any]:
    """One maker of plans for each wiring that was asked for, with its name."""
    makers: list[Any] = [(f"sae.{site}", lambda site=site, **more: sc.TrainingPlan.sae(site, **more)) for site in saes]
    makers += [
        (f"transcoder.{layer}", lambda layer=layer, **more: sc.TrainingPlan.transcoder(layer, **more))
        for layer in transcoders
    ]
    if clt:
        makers.append(("clt", lambda **more: sc.TrainingPlan.cross_layer_transcoder(clt, **more)))
    if crosscoder:
        makers.append(("crosscoder", lambda **more: sc.TrainingPlan.crosscoder(crosscoder.split(","), **more)))
    if not makers:
        raise InputError("Nothing is to be trained.", "Give --sae, --transcoder, --clt, --crosscoder or --recipe.")
    return makers


def _sweep(makers: Sequence[Any], kind: str, ks: Sequence[int], widths: Sequence[int]) -> list[sc.TrainingPlan]:
    """A plan for every combination; those of a sweep are told apart by their names."""
    plans = []
    for (name, make), sparsity, width in product(makers, _sparsities(kind, ks), widths):
        full = (
            name
            + (f".k{sparsity[0]}" if sparsity[0] and len(ks) > 1 else "")
            + (f".m{width}" if len(widths) > 1 else "")
        )
        plans.append(make(name=full, n_features=width, **sparsity[1]))
    return plans


def _sparsities(kind: str, ks: Sequence[int]) -> list[tuple[int, dict[str, Any]]]:
    """Fields of plans for each k; 0 for kinds whose sparsity comes from a coefficient."""
    if "topk" in kind:
        return [(k, {"activation": {"kind": kind, "k": k}}) for k in ks]
    if kind == "jumprelu":
        losses = {k: (sc.Reconstruction(), sc.L0(0.1, target=k), sc.AuxK()) for k in ks}
        return [(k, {"activation": {"kind": kind}, "losses": losses[k]}) for k in ks]
    if len(ks) > 1:
        raise InputError(f"{kind} has no k: its sparsity comes from a coefficient.", "Give plans with --recipe.")
    return [(0, {"activation": {"kind": kind}})]


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(each) for each in text.split(",")]
    except ValueError as error:
        raise InputError(f"--{option} is {text!r}.", "Give whole numbers with commas between them: 8,16,32.") from error


def _read_plans(path: Path) -> list[sc.TrainingPlan]:
    cure = "Give a list of plans, as TrainingPlan.to_dict makes them."
    try:
        plans = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: {error}.", cure) from error
    if not isinstance(plans, list) or not all(isinstance(plan, dict) for plan in plans):
        raise InputError(f"{path} is not a list of plans.", cure)
    return [sc.TrainingPlan.from_dict(plan) for plan in plans]
