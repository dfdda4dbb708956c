"""The card of a set of dictionaries: the README of its repository, made from what each dictionary's own card says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .card import TAGS, TRUE_OF_ALL, front_matter, own_limits
from .dictionary import Dictionary
from .files import Record

_MEASURES = {"l0": "L0", "variance_explained": "variance explained", "loss_recovered": "loss recovered", "dead": "dead"}
"""Scores that have a column of their own -> its title."""
_SHARES = ("variance_explained", "loss_recovered", "dead")


@dataclass(frozen=True)
class Row:
    """One dictionary of a set.

    Attributes:
        folder: its folder in the repository.
        name: what circuits call it.
        reads, writes, kind: its wiring in words.
        features, width: its sizes.
        activation: the kind of its activation function.
        trained_on: what its activations came from.
        scores: its measured quality.
        limits: what holds of it and not of every dictionary.
    """

    folder: str
    name: str
    reads: str
    writes: str
    kind: str
    features: int
    width: int
    activation: str
    trained_on: str
    scores: dict[str, float] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    @classmethod
    def of(cls, dictionary: Dictionary, folder: str, record: Record) -> Row:
        """The row of a dictionary."""
        scores = dict(record.scores)
        if "fvu" in scores:
            scores.setdefault("variance_explained", 1 - scores["fvu"])
        return cls(
            folder,
            dictionary.name,
            _sites(dictionary.reads),
            _sites(dictionary.writes),
            _kind(dictionary),
            dictionary.n_features,
            dictionary.d_model,
            dictionary.activation.kind,
            record.trained_on,
            scores,
            tuple(own_limits(dictionary, record.scores)),
        )


def set_card(repo: str, rows: Sequence[Row], model: str, license: str, beside: Sequence[str]) -> str:
    """The text of a set's card, in Markdown.

    Args:
        repo: `owner/name` of its repository.
        rows: its dictionaries.
        model: the model that they read, as it is known on the hub or in words; may be empty.
        license: the hub's name of a licence; may be empty.
        beside: what lies beside the dictionaries, such as evidence.
    """
    kinds = sorted({row.kind for row in rows})
    tags = [*TAGS, *(kind.replace(" ", "-") for kind in kinds)]
    on_hub = model if model.count("/") == 1 else ""
    many = f"{len(rows)} sparse dictionaries" if len(rows) > 1 else "A sparse dictionary"
    paragraphs = [
        front_matter(tags, base_model=on_hub, license=license),
        f"# {repo.partition('/')[2]}",
        f"{many} ({', '.join(kinds)}) of {f'`{model}`' if model else 'a model that is not recorded'}, for "
        "saecircuits. They take raw activations." + (f" With {' and '.join(beside)}." if beside else ""),
        _how(repo, rows, on_hub),
        _table(rows),
        f"**Data.** {_data(rows)}",
        "**Limits.**\n\n" + "\n".join(f"- {each}" for each in _limits(rows)),
    ]
    return "\n\n".join(paragraphs) + "\n"


def model_of(folder: Path) -> str:
    """The model that the card in a set's folder names on the hub; "" if there is none or it names none."""
    path = folder / "README.md"
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.is_file() else []
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        return ""
    try:
        fields = yaml.safe_load("\n".join(lines[1 : lines.index("---", 1)]))
    except yaml.YAMLError:
        return ""
    named = fields.get("base_model") if isinstance(fields, dict) else None
    return named if isinstance(named, str) else ""


def _how(repo: str, rows: Sequence[Row], on_hub: str) -> str:
    lines = ["import saecircuits as sc", "", f'dictionaries = sc.load_dictionaries("hub:{repo}")']
    if len(rows) > 1:
        lines.append(f'one = sc.load_dictionaries("hub:{repo}/{rows[0].folder}")[0]')
    if on_hub:
        lines.append(f'lab = sc.load("hub:{repo}")  # {on_hub} with these in place, and all that is known of them')
    return "```python\n" + "\n".join(lines) + "\n```"


def _table(rows: Sequence[Row]) -> str:
    measured = [name for name in _MEASURES if any(name in row.scores for row in rows)]
    titles = [
        "dictionary",
        "reads",
        "writes",
        "features",
        "width",
        "activation",
        *(_MEASURES[each] for each in measured),
    ]
    lines = [titles, ["---"] * 3 + ["---:"] * 2 + ["---"] + ["---:"] * len(measured)]
    for row in rows:
        name = f"[{row.name}]({row.folder}/README.md)"
        sizes = [f"{row.features:,}", f"{row.width:,}", row.activation]
        lines.append([name, row.reads, row.writes, *sizes, *(_score(row, each) for each in measured)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _score(row: Row, name: str) -> str:
    if name not in row.scores:
        return ""
    return f"{row.scores[name]:.1%}" if name in _SHARES else f"{row.scores[name]:.1f}"


def _data(rows: Sequence[Row]) -> str:
    told = list(dict.fromkeys(row.trained_on for row in rows if row.trained_on))
    return "; ".join(told) + "." if told else "Not recorded."


def _limits(rows: Sequence[Row]) -> list[str]:
    own: dict[str, list[str]] = {}
    for row in rows:
        for limit in row.limits:
            own.setdefault(limit, []).append(row.name)
    return [
        "They describe activations like those they were trained on; on other text or another model they may "
        "reconstruct poorly and their features may mean something else.",
        *TRUE_OF_ALL,
        *(f"{', '.join(f'`{name}`' for name in names)}: {limit}" for limit, names in own.items()),
    ]


def _sites(sites: Sequence[object]) -> str:
    """All sites, or first and last of many."""
    shown = [f"`{site}`" for site in sites]
    return ", ".join(shown) if len(shown) < 4 else f"{shown[0]} … {shown[-1]}"


def _kind(dictionary: Dictionary) -> str:
    if len(dictionary.reads) > 1:
        return "crosscoder"
    if dictionary.reads == dictionary.writes:
        return "sparse autoencoder"
    if len(dictionary.writes) > 1:
        return "cross-layer transcoder"
    return "skip transcoder" if dictionary.W_skip is not None else "transcoder"
