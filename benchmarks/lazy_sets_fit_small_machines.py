"""Claim: a set of 26 layers and 16,384 features a layer attributes a prompt in a fraction of the memory that it has.

A random model of Gemma-2-2B's shape in bfloat16 and random transcoders of Gemma Scope's shape, written to a temporary
folder (some 16 GB), in Gemma Scope's layout (float32) and in circuit-tracer's (bfloat16). One core. *Own* is how much
the process' own memory rose; pages of files that are mapped, which the system takes back when it needs room, stand
beside it, those of the model among them. Sets in memory are loaded as far as `--most-gb` allows. On a small model, the
circuits of lazy sets are compared with those of sets in memory.

    python -m benchmarks.lazy_sets_fit_small_machines
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.lazy_set_problem import FORMATS, Problem
from benchmarks.peers.protocol import Worker

_SMALL = Problem(layers=3, d_model=256, features=2048, tokens=10, active=40, vocabulary=2048)
_BYTES = 4  # of a single-precision number


def main() -> None:
    """Print a line a step."""
    options = _options()
    problem = Problem(layers=options.layers, tokens=options.tokens)
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        small, folder = (_written(each, Path(made) / name) for each, name in ((_SMALL, "small"), (problem, "large")))
        for format in FORMATS:
            with closing(_worker()) as worker:
                worker.ask("model", folder=str(small))
                found = worker.ask("compare", format=format, features=10_000)
            what = f"{found['nodes']} nodes, {found['edges']:,} edges"
            print(f"small model, {format}: {what}, largest difference {found['difference']:.1e}", flush=True)
        columns = ("", "seconds", "CPU s", "own MB at most", "own MB after", "files mapped, MB", "all in all, MB")
        print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
        for format in FORMATS:
            _loaded(folder, format, problem, options)
            _attributed(folder, format, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=26)
    parser.add_argument("--tokens", type=int, default=10)
    parser.add_argument("--features", type=int, default=500, help="features that are explained at the most")
    parser.add_argument("--most-gb", type=float, default=8.5, help="of a set in memory")
    parser.add_argument("--folder", help="where the temporary folder is made")
    return parser.parse_args()


def _written(problem: Problem, folder: Path) -> Path:
    folder.mkdir()
    with closing(_worker()) as worker:
        sizes = worker.ask("write", folder=str(folder), problem=asdict(problem))
    print(f"{problem}: " + ", ".join(f"{name} {size:.2f} GB" for name, size in sizes.items()), flush=True)
    return folder


def _loaded(folder: Path, format: str, problem: Problem, options: argparse.Namespace) -> None:
    """Loading alone, both ways; a model is only there where its gains are needed."""
    layer = 2 * _BYTES * problem.features * problem.d_model / 1e9
    layers = min(problem.layers, int((options.most_gb - 2 * layer) / layer))
    for lazy in (False, True):
        with closing(_worker()) as worker:
            worker.ask("model", folder=str(folder))
            if lazy or layers == problem.layers:
                cost = worker.ask("load", format=format, lazy=lazy)
            else:
                cost = worker.ask("load", format=format, lazy=lazy, layers=layers)
            _print(f"{format}: load {cost['layers']} layers {'lazily' if lazy else 'into memory'}", cost)


def _attributed(folder: Path, format: str, options: argparse.Namespace) -> None:
    """One prompt, twice: the second time what the system holds of the files is dropped first."""
    with closing(_worker()) as worker:
        _print(f"{format}: load the model", worker.ask("model", folder=str(folder)))
        worker.ask("load", format=format, lazy=True)
        for cold in (False, True):
            cost = worker.ask("attribute", features=options.features, cold=cold)
            what = f"{cost['features']} features, {cost['edges']:,} edges{', all read from the disk' if cold else ''}"
            _print(f"{format}: attribute lazily ({what})", cost)


def _worker() -> Worker:
    return Worker("benchmarks.lazy_set_worker")


def _print(what: str, cost: dict[str, Any]) -> None:
    figures = f"{cost['seconds']:.2f} | {cost['cpu']:.2f} | {cost['own']:,.0f} | {cost['kept']:,.0f}"
    print(f"| {what} | {figures} | {cost['files']:,.0f} | {cost['whole']:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
