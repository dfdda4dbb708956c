"""One function for all formats: the table of them, and the choice by file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from saecircuits.circuit import Circuit
from saecircuits.errors import InputError

from .circuit_tracer import write_circuit_tracer
from .graphml import to_graphml
from .json_format import to_json
from .neuronpedia import to_neuronpedia
from .page import standalone_page
from .picture import draw
from .state import page_state


def to_html(circuit: Circuit, cards: Mapping[str, Any] | None = None, **view: Any) -> str:
    """One HTML file with the Explorer, that works offline and without a kernel.

    Args:
        circuit: what to show.
        cards: evidence by `"dictionary/index"`; by default what the circuit's model knows of its features.
        view: traits of the Explorer to open with, e.g. `prune=0.8`, `selected`, `pinned`.
    """
    if cards is None:
        cards = {} if circuit.host is None else circuit.host.cards(circuit)
    return standalone_page(
        f"{circuit.prompt} → {circuit.provenance.target}", "explorer", page_state(circuit, cards) | view
    )


TEXT_FORMATS: dict[str, tuple[str, str, Callable[..., str]]] = {
    "html": (".html", "text/html", to_html),
    "json": (".json", "application/json", to_json),
    "graphml": (".graphml", "application/graphml+xml", to_graphml),
    "neuronpedia": (".neuronpedia.json", "application/json", to_neuronpedia),
}
"""Name of each text format: the ending of its files, its media type, its writer."""

FILE_FORMATS: dict[str, tuple[str, Callable[[Circuit, Path], Path]]] = {
    "circuit": (".circuit", Circuit.save),
    "circuit-tracer": (".pt", write_circuit_tracer),
}
"""Name of each format that is no text: the ending of its files, and its writer."""

PICTURE_ENDINGS = (".png", ".svg", ".pdf")


def export(circuit: Circuit, path: str | Path, format: str | None = None) -> Path:
    """Write a circuit for others.

    Args:
        circuit: what to write.
        path: where; the format follows its ending: `.html`, `.json`, `.graphml`, `.neuronpedia.json`, `.png`, `.svg`,
            `.pdf`, `.pt` for circuit-tracer, or `.circuit` for our own file.
        format: a key of `TEXT_FORMATS` or `FILE_FORMATS`, if the name does not say it.

    Raises:
        InputError: if the ending or the format is not known, or cannot hold the circuit.
    """
    path = Path(path)
    if format is None and path.suffix in PICTURE_ENDINGS:
        path.parent.mkdir(parents=True, exist_ok=True)
        return draw(circuit, path)
    name = format or _format_of(path)
    if name in FILE_FORMATS:
        return FILE_FORMATS[name][1](circuit, path)
    if name not in TEXT_FORMATS:
        raise InputError(f"There is no format {name!r}.", f"Known are {', '.join([*TEXT_FORMATS, *FILE_FORMATS])}.")
    text = TEXT_FORMATS[name][2](circuit)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _format_of(path: Path) -> str:
    formats = [*TEXT_FORMATS.items(), *FILE_FORMATS.items()]
    endings = sorted(((about[0], name) for name, about in formats), key=lambda e: -len(e[0]))
    for ending, name in endings:
        if path.name.endswith(ending):
            return name
    known = ", ".join([*(about[0] for about in TEXT_FORMATS.values()), *PICTURE_ENDINGS])
    others = ", ".join(ending for ending, _ in FILE_FORMATS.values())
    raise InputError(f"The name {path.name!r} says no format.", f"End it in one of {known}, {others}.")
