"""Claim: with a budget of nodes, memory and time of a circuit grow little faster than the prompt, up to 2,000 tokens.

A small random model with random transcoders, about 45 features active at each token of each layer. Each length is a
process of its own; memory is how far it rises above what the loaded model takes. Beside it stands what one dense matrix
of all nodes would take, as tools have that keep one. With `--peers-python` circuit-tracer gets the same prompts and the
same budget, as long as its matrix of edges stays below `--most-gb`.

    python -m benchmarks.attribution_memory
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.peers.circuit_tracer_problem import Problem, write_problem
from benchmarks.peers.protocol import Worker, WorkerError

LENGTHS = (16, 64, 250, 500, 1000, 2000)
BYTES = 4  # of a single-precision number


def main() -> None:
    """Print a line a length."""
    options = _options()
    print(f"{options.features} features at the most, {options.layers} layers, d_model {options.d_model}")
    columns = ("tokens", "active features", "nodes", "edges", "CPU s", "peak MB", "dense matrix of all, MB")
    print(f"| {' | '.join((*columns, 'circuit-tracer: CPU s, MB'))} |\n{'|---' * (len(columns) + 1)}|")
    for tokens in options.tokens:
        problem = Problem(options.layers, options.d_model, heads=4, features=1024, tokens=tokens, vocabulary=1000)
        with tempfile.TemporaryDirectory() as made:
            folder = write_problem(problem, Path(made))
            ours = _run("ours", sys.executable, folder, max_features=options.features)
            theirs = _theirs(problem, folder, options)
        active = problem.layers * (tokens - 1) * problem.active
        size = active + (problem.layers + 1) * tokens + 10
        dense = BYTES * size**2 / 1e6
        cells = (tokens, active, ours["nodes"], ours["edges"])
        figures = f"{ours['cpu']:.2f} | {ours['peak_mb']:,.0f} | {dense:,.0f} | {theirs}"
        print("| " + " | ".join(f"{cell:,}" for cell in cells) + f" | {figures} |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--features", type=int, default=2000, help="feature nodes at the most")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--d-model", type=int, default=128)
    parser.add_argument(
        "--peers-python", help="of an environment with benchmarks/peers/requirements-circuit-tracer.txt"
    )
    parser.add_argument("--most-gb", type=float, default=2.0, help="of circuit-tracer's matrix of edges")
    return parser.parse_args()


def _run(side: str, python: str, folder: Path, **options: Any) -> dict[str, Any]:
    with closing(Worker(f"benchmarks.peers.circuit_tracer_{side}", python)) as worker:
        worker.ask("load", folder=str(folder), threads=1)
        return worker.ask("run", **options)


def _theirs(problem: Problem, folder: Path, options: argparse.Namespace) -> str:
    edges = problem.layers * problem.tokens * problem.active
    if options.peers_python is None or BYTES * edges * min(edges, options.features) / 1e9 > options.most_gb:
        return ""
    python = str(Path(options.peers_python).absolute())
    try:
        found = _run("theirs", python, folder, batch_size=64, max_feature_nodes=options.features)
    except WorkerError as error:
        return f"failed: {error}"
    return f"{found['cpu']:.2f}, {found['peak_mb']:,.0f}"


if __name__ == "__main__":
    main()
