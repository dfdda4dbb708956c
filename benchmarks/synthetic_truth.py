"""Claim: on activations with known features, every variant finds them at least as well as SAELens' does.

A small copy of SynthSAEBench (see `saecircuits.evaluation.synthetic`). Both libraries see the same activations in the
same order, and are measured on the same held-out ones, as they are used at inference (learned thresholds, not the
batch). Where there is no k, the coefficient of the penalty is searched for, by the same steps for both, until L0 is
near k: the number of features that really fire. Each library has one learning rate for all variants: ours its default,
SAELens three times its default, which is far too slow for so few tokens.

    python -m benchmarks.synthetic_truth --peers-python .peers/bin/python
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.peers.protocol import Worker
from saecircuits.evaluation.synthetic import (
    SyntheticBatch,
    SyntheticConfig,
    SyntheticScores,
    SyntheticTruth,
    Tree,
    synthetic_scores,
)

DATA = {
    "bench": SyntheticConfig(),
    "small": SyntheticConfig(n_features=64, d_model=32, tree=Tree(roots=4, depth=1)),
    "plain": SyntheticConfig(n_features=64, d_model=32, tree=None, correlation_rank=0),
}
"""What is trained on; `plain` has neither hierarchy nor correlations."""

WITH_K = ("topk", "batchtopk", "matryoshka")
COEFFICIENTS = {
    "saecircuits": {"relu": 0.08, "jumprelu": 0.002, "gated": 0.1},
    "SAELens": {"relu": 2.2, "jumprelu": 0.8, "gated": 1.8},
}
"""Where the search begins."""
NEAR = 0.08
"""Relative distance of L0 from k at which the search ends."""
TRIES = 4


@dataclass(frozen=True)
class Task:
    """What is trained on: files, so that every process reads the same.

    Args:
        truth: the known features.
        held_out: activations that are measured on.
        folder: of the files.
        k: features that fire on a token, rounded.
        m: latents.
        tokens: trained on.
    """

    truth: SyntheticTruth
    held_out: SyntheticBatch
    folder: Path
    k: int
    m: int
    tokens: int

    def job(self, variant: str, coefficient: float, seed: int) -> dict[str, Any]:
        """What a worker is asked for."""
        return {
            "variant": variant,
            "k": self.k,
            "coefficient": coefficient,
            "m": self.m,
            "tokens": self.tokens,
            "seed": seed,
            "train": str(self.folder / "train.npy"),
            "held_out": str(self.folder / "held_out.npy"),
        }

    def scores(self, file: Path) -> SyntheticScores:
        """Of what a worker left."""
        found = {name: torch.from_numpy(value) for name, value in np.load(file).items()}
        return synthetic_scores(self.truth, self.held_out, **found)


Train = Callable[[str, float, int], SyntheticScores]
"""Train a variant with a coefficient and a seed, and measure it."""


def main() -> None:
    """Print a table for each set of data."""
    options = _options()
    for name in options.data:
        with tempfile.TemporaryDirectory() as folder:
            _compare(name, _task(DATA[name], Path(folder), options), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers-python", help="Python of an environment with benchmarks/peers/requirements.txt")
    parser.add_argument("--data", nargs="+", default=("bench",), choices=tuple(DATA))
    parser.add_argument("--variants", nargs="+", default=(*WITH_K, *COEFFICIENTS["SAELens"]))
    parser.add_argument("--libraries", nargs="+", default=tuple(COEFFICIENTS), choices=tuple(COEFFICIENTS))
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--pool", type=int, default=2_000_000, help="different tokens; read again and again")
    parser.add_argument("--width", type=int, help="number of latents; by default one a feature")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the small data, a quarter of the tokens")
    options = parser.parse_args()
    if options.quick:
        options.data, options.tokens, options.pool = ("small",), options.tokens // 4, options.pool // 4
    return options


def _task(config: SyntheticConfig, folder: Path, options: argparse.Namespace) -> Task:
    """Draw the activations."""
    torch.set_num_threads(1)
    truth, random = SyntheticTruth(config), torch.Generator().manual_seed(1)
    held_out = truth.sample(20_000, random)
    np.save(folder / "held_out.npy", held_out.activations.numpy())
    pool = min(options.pool, options.tokens)
    drawn = [truth.sample(min(50_000, pool - n), random).activations.numpy() for n in range(0, pool, 50_000)]
    np.save(folder / "train.npy", np.concatenate(drawn))
    fires = (held_out.features > 0).float().sum(1).mean().item()
    return Task(truth, held_out, folder, round(fires), options.width or config.n_features, options.tokens)


def _compare(name: str, task: Task, options: argparse.Namespace) -> None:
    """Both libraries at once, each on a core."""
    config = task.truth.config
    print(f"\n{name}: {config.n_features} features, d={config.d_model}, m={task.m}, k={task.k}, {task.tokens:,} tokens")
    libraries = [each for each in options.libraries if each != "SAELens" or options.peers_python]
    if "SAELens" in options.libraries and not options.peers_python:
        print("no --peers-python: SAELens is left out")
    print(f"| variant | library | coefficient | {' | '.join(each.name for each in fields(SyntheticScores))} |")
    print("|---" * (3 + len(fields(SyntheticScores))) + "|", flush=True)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda library: _run(library, task, options), libraries))


def _run(library: str, task: Task, options: argparse.Namespace) -> None:
    """All variants of one library, one after the other."""
    module, python = {
        "saecircuits": ("benchmarks.peers.ours_truth", None),
        "SAELens": ("benchmarks.peers.saelens_truth", options.peers_python),
    }[library]
    with closing(Worker(module, *([python] if python else []))) as worker:

        def train(variant: str, coefficient: float, seed: int) -> SyntheticScores:
            file = task.folder / f"{library}.npz"
            worker.ask("train", out=str(file), **task.job(variant, coefficient, seed))
            return task.scores(file)

        for variant in options.variants:
            first = 1.0 if variant in WITH_K else COEFFICIENTS[library][variant]
            coefficient, scores = _at_l0(train, variant, first, task.k)
            more = [train(variant, coefficient, seed) for seed in range(1, options.seeds)]
            shown = "" if variant in WITH_K else f"{coefficient:.3g}"
            print(f"| {variant} | {library} | {shown} | {_row([scores, *more])} |", flush=True)


def _at_l0(train: Train, variant: str, coefficient: float, k: int) -> tuple[float, SyntheticScores]:
    """The coefficient, among a few, at which L0 is nearest to k: secant steps in the logarithms of both."""
    tried: list[tuple[float, float, SyntheticScores]] = []
    for _ in range(1 if variant in WITH_K else TRIES):
        scores = train(variant, coefficient, 0)
        tried.append((math.log(coefficient), math.log(max(scores.l0, 1e-3) / k), scores))
        if abs(scores.l0 / k - 1) < NEAR:
            break
        coefficient = math.exp(_next(tried))
    best = min(tried, key=lambda each: abs(each[1]))
    return math.exp(best[0]), best[2]


def _next(tried: Sequence[tuple[float, float, SyntheticScores]]) -> float:
    """Logarithm of the next coefficient: along the last two tries, or as if L0 fell as its inverse."""
    (last, off, _), slope = tried[-1], -1.0
    if len(tried) > 1 and last != tried[-2][0]:
        slope = (off - tried[-2][1]) / (last - tried[-2][0])
    slope = min(slope, -0.3)  # L0 falls; a smaller slope is noise
    return last + max(-1.5, min(1.5, -off / slope))


def _row(scores: Sequence[SyntheticScores]) -> str:
    columns = zip(*map(astuple, scores), strict=True)
    if len(scores) == 1:
        return " | ".join(f"{value:.3f}" for (value,) in columns)
    return " | ".join(f"{statistics.mean(column):.3f} ± {statistics.stdev(column):.3f}" for column in columns)


if __name__ == "__main__":
    main()
