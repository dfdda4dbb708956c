"""A still picture of a circuit, by layer and position, for papers and command lines (PNG, SVG or PDF)."""

from __future__ import annotations

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


def draw(circuit: Circuit, path: str | Path, dpi: int = 200) -> Path:
    """Draw the circuit into a file; its format follows the name.

    Positive edges are blue and solid, negative ones vermilion and dashed; widths follow the share of the target's
    input, areas of nodes their influence. The most influential features are numbered and described below.
    """
    path = Path(path)
    x, y = _layout(circuit)
    tokens = circuit.provenance.tokens
    figure = Figure(figsize=(max(8.0, 1.15 * len(tokens) + 2), 0.9 * (circuit.provenance.n_layers + 2) + 3.2))
    axes = figure.add_axes((0.08, 0.34, 0.9, 0.58))
    _draw_edges(axes, circuit, x, y)
    _draw_nodes(axes, circuit, x, y)
    _draw_frame(axes, circuit)
    _describe(figure, axes, circuit, x, y)
    figure.savefig(path, dpi=dpi, facecolor="white")
    return path


def _layout(circuit: Circuit) -> tuple[np.ndarray, np.ndarray]:
    nodes = circuit.nodes
    y = nodes.layer.astype(float)
    y[nodes.kind == NodeKind.TARGET] = circuit.provenance.n_layers + 0.35
    x = nodes.position.astype(float)
    for cell in {*zip(nodes.position.tolist(), y.tolist(), strict=True)}:
        rows = np.flatnonzero((nodes.position == cell[0]) & (y == cell[1]))
        across = min(len(rows), 6)
        offsets = np.arange(len(rows))
        x[rows] += (offsets % across - (across - 1) / 2) * min(0.14, 0.78 / across)
        y[rows] += (offsets // across) * 0.16 - (len(rows) - 1) // across * 0.08
    return x, y


def _draw_edges(axes: Any, circuit: Circuit, x: np.ndarray, y: np.ndarray) -> None:
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


def _draw_nodes(axes: Any, circuit: Circuit, x: np.ndarray, y: np.ndarray) -> None:
    size = 24 + 260 * np.sqrt(circuit.influence / max(circuit.influence.max(), 1e-12))
    for kind, marker in _MARKERS.items():
        rows = circuit.nodes.is_kind(kind)
        face = "#222222" if kind is NodeKind.TARGET else "#ffffff"
        axes.scatter(x[rows], y[rows], size[rows], face, marker, edgecolors="#222222", linewidths=1, zorder=2)


def _draw_frame(axes: Any, circuit: Circuit) -> None:
    origin = circuit.provenance
    axes.set_xticks(range(len(origin.tokens)), [show_token(token) for token in origin.tokens], fontsize=10)
    names = ["embedding", *(f"layer {layer}" for layer in range(origin.n_layers)), "output"]
    axes.set_yticks(range(-1, origin.n_layers + 1), names, fontsize=9)
    axes.set_xlim(-0.6, len(origin.tokens) - 0.4)
    axes.set_ylim(-1.5, origin.n_layers + 0.8)
    axes.tick_params(length=0)
    axes.grid(axis="y", color="#eeeeee", zorder=0)
    for side in axes.spines.values():
        side.set_visible(False)
    scores = circuit.scores
    axes.set_title(
        f"{show_token(origin.target)}    replacement {scores.replacement:.2f}, completeness {scores.completeness:.2f}",
        fontsize=11,
        loc="left",
        parse_math=False,
    )


def _describe(figure: Any, axes: Any, circuit: Circuit, x: np.ndarray, y: np.ndarray) -> None:
    """Number the strongest features, and say below what they are about."""
    for number, node in enumerate(circuit.top(_LABELLED)):
        row = circuit.row(node.id)
        axes.annotate(str(number + 1), (x[row], y[row]), ha="center", va="center", fontsize=6.5, zorder=3)
        column, line = divmod(number, (_LABELLED + 1) // 2)
        text = f"{number + 1}  L{node.layer} “{show_token(node.token)}”  {show_token(node.label)}"
        figure.text(0.08 + 0.46 * column, 0.235 - 0.032 * line, text[:64], fontsize=8, va="top", parse_math=False)


def show_token(text: str) -> str:
    """A token as it can be read: line breaks, tabs, control characters and right-to-left marks made visible."""
    named = {"\n": "↵", "\t": "⇥", "\r": "␍"}
    return "".join(named.get(c, c) if c in named or c.isprintable() else f"\\u{ord(c):04x}" for c in text)
