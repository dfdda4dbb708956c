"""Claim: a whole attribution graph costs a small part of the CPU time and memory that circuit-tracer takes.

Both sides load the same random weights (GPT-2's layout) and transcoders, and attribute the same targets, the ten
likeliest next tokens, through all active features, unpruned. Each repetition is a process of its own that makes the
graph twice: the first graph says how far memory rises above what the loaded model takes, the second how much time it
takes once code and memory are there. The two sides take turns.

`--check` also compares every edge. Ours has nodes that circuit-tracer lacks (biases, position embeddings), and the
MLPs' outputs at the first token, which circuit-tracer sets to zero; all other edges have to be equal.

    python -m benchmarks.attribution_vs_circuit_tracer --peers-python .peers-ct/bin/python --check
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.circuit_tracer_problem import CONFIGURATIONS, write_problem
from benchmarks.peers.protocol import Worker
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.exports.circuit_tracer_read import read_circuit_tracer

TOLERANCE = 1e-5
"""Largest difference of two edges that counts as equal, as a share of the edge where that is above 1."""
FIGURES = {"cpu": "CPU s", "wall": "s", "peak_mb": "MB", "card_mb": "MB on the card"}
"""What workers measure, and its unit."""


@dataclass
class Side:
    """One library with its options.

    Attributes:
        label: of its row.
        module: its worker's.
        python: that runs it.
        options: of its graph.
        measured: figures of each repetition.
    """

    label: str
    module: str
    python: str
    options: dict[str, Any]
    measured: list[dict[str, float]] = field(default_factory=list)

    def repeat(self, folder: Path, options: argparse.Namespace, keep: Path | None) -> None:
        """One repetition in a new process; the graph is kept if a path is given."""
        with closing(Worker(f"benchmarks.peers.{self.module}", self.python, options.threads)) as worker:
            worker.ask("load", folder=str(folder), threads=options.threads, device=options.device)
            first, second = (worker.ask("run", **self.options) for _ in range(2))
            peaks = {name: first[name] for name in ("peak_mb", "card_mb") if name in first}
            self.measured.append({**second, **peaks, "first cpu": first["cpu"]})
            if keep:
                worker.ask("save", path=str(keep))

    def median(self, name: str) -> float:
        """Of a figure, over the repetitions."""
        return statistics.median(each[name] for each in self.measured)


def main() -> None:
    """Print a table a configuration; end with an error if edges differ."""
    options = _options()
    equal = True
    with tempfile.TemporaryDirectory() as made:
        for name in options.configurations:
            folder = (options.folder or Path(made)) / name
            if not (folder / "problem.json").exists():
                write_problem(CONFIGURATIONS[name], folder)
            equal &= _compare(name, folder, options)
    sys.exit(0 if equal else "Edges differ.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--peers-python", help="of an environment with benchmarks/peers/requirements-circuit-tracer.txt"
    )
    parser.add_argument("--configurations", nargs="+", default=["A", "A-clt", "B"], choices=CONFIGURATIONS)
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=[512, 64], help="of circuit-tracer; default 512")
    parser.add_argument("--features", type=int, help="feature nodes at the most, on both sides; all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--check", action="store_true", help="compare all edges")
    parser.add_argument("--folder", type=Path, help="keeps problems and graphs")
    return parser.parse_args()


def _sides(options: argparse.Namespace) -> list[Side]:
    budget = {} if options.features is None else {"max_features": options.features}
    sides = [Side("saecircuits", "circuit_tracer_ours", sys.executable, budget)]
    if options.peers_python is None:
        return sides
    python = str(Path(options.peers_python).absolute())  # not resolved: a link to Python is what makes an environment
    for size in options.batch_sizes:
        theirs = {"batch_size": size} | ({} if options.features is None else {"max_feature_nodes": options.features})
        sides.append(Side(f"circuit-tracer, batch {size}", "circuit_tracer_theirs", python, theirs))
    return sides


def _compare(name: str, folder: Path, options: argparse.Namespace) -> bool:
    """Whether all edges are equal, where that was asked for."""
    sides = _sides(options)
    paths = [folder / "graph.circuit", folder / "graph.pt", *[None] * len(sides)]
    for number in range(options.rounds):
        turn = list(range(len(sides)))
        for place in turn[number % len(sides) :] + turn[: number % len(sides)]:
            keep = paths[place] if options.check and number == 0 else None
            sides[place].repeat(folder, options, keep)
    _report(name, sides)
    if not options.check or len(sides) == 1:
        return True
    return _same_edges(Circuit.load(folder / "graph.circuit"), read_circuit_tracer(folder / "graph.pt"))


def _report(name: str, sides: Sequence[Side]) -> None:
    ours, shape = sides[0], CONFIGURATIONS[name]
    figures = [key for key in FIGURES if key in ours.measured[0]]
    print(f"\n{name}: {shape}, {os.cpu_count()} cores")
    titles = [title for key in figures for title in (FIGURES[key], "it / ours")]
    titles = ["library", *titles, "CPU s, first", "nodes", "edges"]
    print(f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|")
    for side in sides:
        cells = [cell for key in figures for cell in (f"{side.median(key):,.2f}", _ratio(side, ours, key))]
        cells += [f"{side.median('first cpu'):,.2f}", *(f"{side.median(key):,.0f}" for key in ("nodes", "edges"))]
        print(f"| {side.label} | {' | '.join(cells)} |", flush=True)


def _ratio(side: Side, ours: Side, name: str) -> str:
    """Median and range of the ratios of each round."""
    if side is ours:
        return ""
    pairs = zip(side.measured, ours.measured, strict=True)
    ratios = [theirs[name] / max(own[name], 1e-9) for theirs, own in pairs]
    return f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def _same_edges(ours: Circuit, theirs: Circuit) -> bool:
    """Compare the edges between nodes that both have; say what only ours has."""
    rows = [ours.nodes.rows[name] for name in theirs.nodes.ids]
    same = ours.adjacency[rows][:, rows].tocsc() - theirs.adjacency.tocsc()
    first = theirs.nodes.is_kind(NodeKind.ERROR) & (theirs.nodes.position == 0)
    size = np.maximum(1, np.abs(theirs.adjacency[:, ~first].toarray()))
    gaps = np.abs(same[:, ~first].toarray())
    largest, relative = float(gaps.max()), float((gaps / size).max())
    extra = np.setdiff1d(np.arange(len(ours)), rows)
    print(f"{gaps.size:,} pairs of nodes: largest difference {largest:.1e}, {relative:.1e} of edges above 1")
    print(f"only ours has {_counts(ours, extra)}, and errors at the first token, up to {_size(ours, rows, first):.2g}")
    return relative <= TOLERANCE


def _size(ours: Circuit, rows: Sequence[int], first: np.ndarray) -> float:
    """Largest edge out of the errors at the first token."""
    return float(abs(ours.adjacency[:, np.array(rows)[first]]).max())


def _counts(circuit: Circuit, rows: np.ndarray) -> Mapping[str, int]:
    """How many nodes of each kind."""
    kinds = [NodeKind(kind).name.lower() for kind in circuit.nodes.kind[rows]]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


if __name__ == "__main__":
    main()
