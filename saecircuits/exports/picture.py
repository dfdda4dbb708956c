"""A still picture of a circuit, by layer and position, for papers and command lines (PNG, SVG or PDF)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from saecircuits.circuit import Circuit, NodeKind

POSITIVE, NEGATIVE = "#0072B2", "#D55E00"  # Okabe and Ito: told apart with every kind of colour vision
_MARKERS = {
    NodeKind.FEATURE: "o",
    NodeKind.ERROR: "D",
    NodeKind.TOKEN: "s",
    NodeKind.BIAS: "^",
    NodeKind.TARGET: "s",
}
_LABELLED = 14
_LEFT, _ROW, _LINE, _NODE = 1.0, 0.9, 0.24, 0.2
"""In inches: left margin, height of a layer, height of a line of text, distance of neighbouring nodes."""
_ACROSS = 8
"""Nodes beside each other in a cell, before another row of them begins."""


def draw(circuit: Circuit, path: str | Path, dpi: int = 200) -> Path:
    """Draw the circuit into a file; its format follows the name.

    Positive edges are blue and solid, negative ones vermilion and dashed; widths follow the share of the target's
    input, areas of nodes their influence. The most influential features are numbered and described below.
    """
    path = Path(path)
    layout = _lay_out(circuit)
    features = int(circuit.nodes.is_kind(NodeKind.FEATURE).sum())
    lines = (min(_LABELLED, features) + 1) // 2
    width, graph = max(8.0, layout.width + _LEFT + 0.3), _ROW * (circuit.provenance.n_layers + 2.3)
    below = 0.6 + _LINE * lines
    height = graph + below + 0.4
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((_LEFT / width, below / height, layout.width / width, graph / height))
    _draw_edges(axes, circuit, layout)
    _draw_nodes(axes, circuit, layout)
    _draw_frame(axes, circuit, layout)
    _describe(figure, axes, circuit, layout, lines)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for a letter that no font has
        figure.savefig(path, dpi=dpi, facecolor="white")
    return path


@dataclass(frozen=True)
class _Layout:
    """Places in inches: a column of tokens is as wide as its busiest cell.

    Attributes:
        x, y: of each node.
        columns: centre of each token's column.
        width: of all columns.
    """

    x: np.ndarray
    y: np.ndarray
    columns: np.ndarray
    width: float


def _lay_out(circuit: Circuit) -> _Layout:
    nodes, tokens = circuit.nodes, circuit.provenance.tokens
    level = nodes.layer.astype(float)
    level[nodes.kind == NodeKind.TARGET] = circuit.provenance.n_layers + 0.35
    cells = {cell: [] for cell in zip(nodes.position.tolist(), level.tolist(), strict=True)}
    for row, cell in enumerate(zip(nodes.position.tolist(), level.tolist(), strict=True)):
        cells[cell].append(row)
    widths = np.array([0.35 + 0.1 * len(show_token(token)) for token in tokens])
    for (position, _), rows in cells.items():
        widths[position] = max(widths[position], 0.3 + _NODE * min(len(rows), _ACROSS))
    columns = np.cumsum(widths) - widths / 2
    x, y = columns[nodes.position].copy(), _ROW * level
    for rows in cells.values():
        across, place = min(len(rows), _ACROSS), np.arange(len(rows))
        x[rows] += (place % across - (across - 1) / 2) * _NODE
        y[rows] += (place // across - (len(rows) - 1) // across / 2) * _NODE
    return _Layout(x, y, columns, float(widths.sum()))


def _draw_edges(axes: Any, circuit: Circuit, layout: _Layout) -> None:
    x, y = layout.x, layout.y
    edges = circuit.adjacency.tocoo()
    totals = np.maximum(abs(circuit.adjacency).sum(axis=1), 1e-12)
    shares = np.abs(edges.data) / totals[edges.row]
    for number in np.argsort(shares)[-1500:]:
        s, t, positive = edges.col[number], edges.row[number], edges.data[number] > 0
        axes.plot(
            [x[s], x[t]],
            [y[s], y[t]],
            color=POSITIVE if positive else NEGATIVE,
            linestyle="-" if positive else (0, (4, 3)),
            linewidth=0.3 + 2.6 * np.sqrt(shares[number]),
            alpha=float(min(0.75, 0.06 + 1.4 * shares[number])),
            solid_capstyle="round",
            zorder=1,
        )


def _draw_nodes(axes: Any, circuit: Circuit, layout: _Layout) -> None:
    x, y = layout.x, layout.y
    size = 24 + 170 * np.sqrt(circuit.influence / max(circuit.influence.max(), 1e-12))
    for kind, marker in _MARKERS.items():
        rows = circuit.nodes.is_kind(kind)
        face = "#222222" if kind is NodeKind.TARGET else "#ffffff"
        axes.scatter(
            x[rows], y[rows], s=size[rows], c=face, marker=marker, edgecolors="#222222", linewidths=1, zorder=2
        )


def _draw_frame(axes: Any, circuit: Circuit, layout: _Layout) -> None:
    origin = circuit.provenance
    axes.set_xticks(layout.columns, [show_token(token) for token in origin.tokens], fontsize=10, parse_math=False)
    names = ["embedding", *(f"layer {layer}" for layer in range(origin.n_layers)), "output"]
    axes.set_yticks(_ROW * np.arange(-1, origin.n_layers + 1), names, fontsize=9)
    axes.set_xlim(0, layout.width)
    axes.set_ylim(-1.5 * _ROW, (origin.n_layers + 0.8) * _ROW)
    axes.tick_params(length=0)
    axes.grid(axis="y", color="#eeeeee", zorder=0)
    for side in axes.spines.values():
        side.set_visible(False)
    scores = circuit.scores
    axes.set_title(
        f"{show_token(origin.target)}    replacement {scores.replacement:.2f} · completeness {scores.completeness:.2f}",
        fontsize=10,
        loc="left",
        parse_math=False,
    )


def _describe(figure: Any, axes: Any, circuit: Circuit, layout: _Layout, lines: int) -> None:
    """Number the strongest features, and say below what they are about."""
    width, height = figure.get_size_inches()
    for number, node in enumerate(circuit.top(_LABELLED)):
        row = circuit.row(node.id)
        axes.annotate(str(number + 1), (layout.x[row], layout.y[row]), ha="center", va="center", fontsize=6, zorder=3)
        column, line = divmod(number, lines)
        text = f"{number + 1}  L{node.layer} “{show_token(node.token)}”  {show_token(node.label)}"
        place = (_LEFT + column * (width - _LEFT) / 2) / width, _LINE * (lines - line) / height
        figure.text(*place, text[:64], fontsize=8, va="center", parse_math=False)


def show_token(text: str) -> str:
    """A token as it can be read: line breaks, tabs, control characters and right-to-left marks made visible."""
    named = {"\n": "↵", "\t": "⇥", "\r": "␍"}
    return "".join(named.get(c, c) if c in named or c.isprintable() else f"\\u{ord(c):04x}" for c in text)
