"""Writes the README of `data/world` from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saecircuits.evaluation import Evaluation
from saecircuits.lab import ReplacementModel

from .accuracy import GATES
from .figures import PLACES, Figures

_TEMPLATE = Path(__file__).with_name("readme_template.md")


def write_readme(folder: Path, lab: ReplacementModel, figures: Figures, circuits: int) -> Path:
    """Write `README.md` into a world's folder."""
    together = figures.evaluation.replaced
    path = folder / "README.md"
    text = _TEMPLATE.read_text("utf-8").format(
        files=_files(folder),
        parameters=f"{sum(p.numel() for p in lab.subject.module.parameters()):,}",
        layers=lab.subject.n_layers,
        width=lab.subject.d_model,
        vocabulary=len(lab.subject.tokenizer),
        circuits=circuits,
        behaviours=_behaviours(figures),
        shifts=_rows(_shift(figures, layer, position) for layer, position in PLACES),
        composed="holds for every pair" if figures.composed else "does not hold for every pair",
        flips=figures.flips,
        installed=round(100 * figures.installed),
        tokens=f"{figures.evaluation.tokens:,}",
        dictionaries=_dictionaries(lab, figures),
        others=_others(figures),
        loss=together.loss,
        replaced_loss=together.replaced_loss,
        ablated_loss=together.ablated_loss,
        recovered=together.loss_recovered,
        kl=together.kl,
        agreement=together.agreement,
    )
    path.write_text(text, "utf-8")
    return path


def _files(folder: Path) -> str:
    what = {
        "model": "the language model and its tokenizer, Hugging Face format, float32",
        "dictionaries": "`transcoders`, `saes`, `clt`, `crosscoder`: one folder a dictionary, with its card",
        "evidence": "top contexts, histograms, promoted tokens and labels of their features",
        "prompts.jsonl": "prompts with known answers, split into tuning and checking",
    }
    return _rows((f"`{name}`", text, f"{_megabytes(folder / name):.1f} MB") for name, text in what.items())


def _behaviours(figures: Figures) -> str:
    return _rows(
        (
            name,
            f"{GATES[name]:.2f}" if name in GATES else "–",
            f"{row.accuracy:.2f}",
            f"{row.replaced:.2f}",
            f"{row.error_share:.1%}",
            f"{row.replacement:.2f}",
            f"{row.completeness:.2f}",
            f"{row.gap:.0e}",
        )
        for name, row in figures.behaviours.items()
    )


def _shift(figures: Figures, layer: int, position: str) -> tuple[str, ...]:
    least, most = figures.shift_range(layer, position)
    where = "city's token" if position == "city" else "last token"
    return f"{where}, after layer {layer}", f"{least:.0%}", f"{most:.0%}"


def _dictionaries(lab: ReplacementModel, figures: Figures) -> str:
    return _rows(
        (
            name,
            str(lab.dictionaries[name].n_features),
            f"{scores.l0:.1f}",
            f"{scores.fvu:.4f}",
            f"{scores.relative_error:.3f}",
            f"{scores.dead:.0%}",
        )
        for name, scores in figures.evaluation.dictionaries.items()
    )


def _others(figures: Figures) -> str:
    return _rows(
        (
            f"`{name}/{each}`",
            f"{scores.l0:.1f}",
            f"{_fvu(evaluation, each):.4f}",
            f"{scores.dead:.0%}",
            f"{evaluation.replaced.kl:.4f}",
            f"{evaluation.replaced.agreement:.1%}",
        )
        for name, evaluation in figures.others.items()
        for each, scores in evaluation.dictionaries.items()
    )


def _fvu(evaluation: Evaluation, name: str) -> float:
    """Of a cross-layer transcoder's layer, what all layers together leave of its own MLP's output."""
    kind, _, layer = name.partition(".")
    return evaluation.sites[f"mlp_out.{layer}"] if kind == "clt" else evaluation.dictionaries[name].fvu


def _rows(rows: object) -> str:
    cells: Sequence[Sequence[str]] = list(rows)  # type: ignore[call-overload]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
