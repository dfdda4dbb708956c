"""Claim: one training step costs several times less than that of other libraries, for every variant.

Every library takes its own training step on the same activations in memory: optimiser, clipping and counts of dead
features included, AuxK too while nothing is dead. Each runs in its own process; they take turns, one at a time. During
each repetition the share of CPU that other processes take is measured, and only quiet repetitions count; where none was
quiet the table says so, and only the figures by CPU time are worth reading.

The cost of a step of the other libraries does not depend on how many latents fire; ours does, so the measured L0 stands
beside it. The limit is the rate of the machine's matrix products: nobody can train faster than the encoder's product
alone takes.

    python -m benchmarks.training_throughput --peers-python .peers/bin/python
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from benchmarks.peers.protocol import Worker, WorkerError

VARIANTS = ("topk", "batchtopk", "jumprelu", "gated", "matryoshka", "relu")


@dataclass(frozen=True)
class Contender:
    """One side of the comparison.

    Args:
        label: of its rows.
        module: the worker's.
        ours: runs with this Python, not with the peers'.
        suffix: of the names of its variants.
    """

    label: str
    module: str
    ours: bool = False
    suffix: str = ""


CONTENDERS = (
    Contender("saecircuits", "ours_steps", ours=True),
    Contender("saecircuits, float32 alone", "ours_steps", ours=True, suffix=", float32"),
    Contender("dense autograd, fused Adam", "dense_steps", ours=True),
    Contender("SAELens", "saelens_steps"),
    Contender("SAELens, sparse activations", "saelens_steps", suffix=", sparse"),
    Contender("dictionary_learning", "dictionary_learning_steps"),
    Contender("sparsify", "sparsify_steps"),
    Contender("sparsify, Adam", "sparsify_steps", suffix=", Adam"),
)


@dataclass(frozen=True)
class Repetition:
    """One timed stretch of steps.

    Attributes:
        rate: tokens a second.
        core_rate: tokens a second of CPU.
        others: share of the machine's CPU that other processes took.
        l0: latents that fired on a token, if the worker tells.
    """

    rate: float
    core_rate: float
    others: float
    l0: float | None


@dataclass
class Runs:
    """All repetitions of one contender on one variant, the quietest of some tries in each round."""

    contender: Contender
    worker: Worker
    steps: int
    rounds: list[Repetition] = field(default_factory=list)
    tries: int = 0

    def quiet(self, noise: float) -> list[Repetition]:
        """The repetitions that count."""
        return [each for each in self.rounds if each.others <= noise]


def main() -> None:
    """Print a table for each variant."""
    options = _options()
    torch.set_num_threads(options.threads)
    limits = {name: rate / (2 * options.d * options.m) for name, rate in _matmul_rates(options).items()}
    print(f"d={options.d}, m={options.m}, k={options.k}, batch {options.batch}, {options.precision}, {options.device}")
    for name, limit in limits.items():
        print(f"limit by the encoder's product alone, {name}: {limit:,.0f} tokens/s")
    if options.peers_python is None:
        print("no --peers-python: other libraries are left out")
    limit = limits.get("float32" if options.device == "cpu" else options.precision, 0)
    with _started(options) as workers:
        for variant in options.variants:
            _report(variant, _measure(variant, workers, options), limit, options.noise)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers-python", help="Python of an environment with benchmarks/peers/requirements.txt")
    parser.add_argument("--variants", nargs="+", default=VARIANTS, choices=VARIANTS)
    parser.add_argument("--contenders", nargs="+", default=None, help="beginnings of labels; all by default")
    for name, value in (("threads", os.cpu_count()), ("d", 512), ("m", 8192), ("k", 32), ("batch", 2048)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--rounds", type=int, default=5, help="quiet repetitions wanted of each")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a repetition")
    parser.add_argument("--noise", type=float, default=0.05, help="share of CPU that others may take; 1 for any")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--precision", default="float32", choices=("float32", "tf32", "bf16"))
    return parser.parse_args()


@contextmanager
def _started(options: argparse.Namespace) -> Iterator[list[tuple[Contender, Worker]]]:
    """A process for each contender that can run here."""
    with ExitStack() as stack:
        workers = []
        for each in CONTENDERS:
            python = sys.executable if each.ours else options.peers_python
            wanted = options.contenders is None or any(each.label.startswith(name) for name in options.contenders)
            if python is not None and wanted:
                worker = Worker(f"benchmarks.peers.{each.module}", python, options.threads)
                workers.append((each, stack.enter_context(closing(worker))))
        yield workers


def _measure(variant: str, workers: Sequence[tuple[Contender, Worker]], options: argparse.Namespace) -> list[Runs]:
    """Rounds in which every contender that has the variant runs once, in an order that turns."""
    runs = [ready for contender, worker in workers if (ready := _prepared(variant, contender, worker, options))]
    for number in range(options.rounds):
        shift = number % max(len(runs), 1)
        for each in runs[shift:] + runs[:shift]:
            each.rounds.append(_quiet_repetition(each, options))
    return runs


def _prepared(variant: str, contender: Contender, worker: Worker, options: argparse.Namespace) -> Runs | None:
    """Ready to run, with as many steps a repetition as fit its length; None if it cannot."""
    shape = {name: getattr(options, name) for name in ("d", "m", "k", "batch", "device", "precision", "threads")}
    try:
        if not worker.ask("prepare", variant=variant + contender.suffix, **shape)["has"]:
            return None
        steps = max(1, round(options.seconds / worker.ask("run", steps=1)["wall"]))
    except WorkerError as error:
        print(f"{variant}: {contender.label} failed: {error}")
        return None
    return Runs(contender, worker, steps)


def _quiet_repetition(runs: Runs, options: argparse.Namespace, tries: int = 4) -> Repetition:
    """The first quiet one, or the quietest of some tries."""
    tried: list[Repetition] = []
    while not tried or (tried[-1].others > options.noise and len(tried) < tries):
        if tried:
            time.sleep(1)
        tried.append(_repetition(runs, options.batch))
    runs.tries += len(tried)
    return min(tried, key=lambda each: each.others)


def _repetition(runs: Runs, batch: int) -> Repetition:
    busy, start = _busy_seconds(), time.perf_counter()
    answer: dict[str, Any] = runs.worker.ask("run", steps=runs.steps)
    elapsed, busy = time.perf_counter() - start, _busy_seconds() - busy
    tokens = runs.steps * batch
    others = max(0.0, busy - answer["cpu"]) / (elapsed * (os.cpu_count() or 1))
    return Repetition(tokens / answer["wall"], tokens / answer["cpu"], others, answer.get("l0"))


def _busy_seconds() -> float:
    """CPU seconds that the machine has spent on anything, other machines on the same hardware included."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _matmul_rates(options: argparse.Namespace) -> dict[str, float]:
    """Operations a second of the encoder's product, by number format: the best of some repetitions."""
    on_gpu = options.device == "cuda"
    formats = {"float32": (torch.float32, "highest"), "bf16": (torch.bfloat16, "highest")}
    if on_gpu:
        formats["tf32"] = (torch.float32, "high")
    rates = {}
    for name, (dtype, precision) in formats.items():
        torch.set_float32_matmul_precision(precision)
        a = torch.randn(options.batch, options.d, device=options.device).to(dtype)
        b = torch.randn(options.m, options.d, device=options.device).to(dtype)
        out = torch.empty(options.batch, options.m, device=options.device, dtype=dtype)
        best = float("inf")
        for _ in range(12):
            start = time.perf_counter()
            torch.mm(a, b.T, out=out)
            if on_gpu:
                torch.cuda.synchronize()
            best = min(best, time.perf_counter() - start)
        rates[name] = 2 * options.batch * options.d * options.m / best
    return rates


def _report(variant: str, runs: Sequence[Runs], limit: float, noise: float) -> None:
    """A table: ours first, then the others with the ratio of each round."""
    print(f"\n{variant}\n| library | tokens/s | ours / it | per core-second | ours / it | of limit | quiet | L0 |")
    print("|---|---|---|---|---|---|---|---|")
    for each in runs:
        counted = each.quiet(noise) or each.rounds
        rate = statistics.median(one.rate for one in counted)
        core = statistics.median(one.core_rate for one in counted)
        l0 = "" if each.rounds[-1].l0 is None else f"{each.rounds[-1].l0:.1f}"
        quiet = f"{len(each.quiet(noise))} of {each.tries}"
        by_clock, by_core = (_ratio(runs[0], each, noise, of) for of in ("rate", "core_rate"))
        figures = (f"{rate:,.0f}", by_clock, f"{core:,.0f}", by_core, f"{rate / limit:.0%}", quiet, l0)
        print(f"| {each.contender.label} | {' | '.join(figures)} |", flush=True)


def _ratio(first: Runs, other: Runs, noise: float, of: str) -> str:
    """Median and range over rounds in which both were quiet; over all rounds if there is none."""
    if first is other:
        return ""
    pairs = list(zip(first.rounds, other.rounds, strict=True))
    quiet = [pair for pair in pairs if max(each.others for each in pair) <= noise]
    ratios = [getattr(a, of) / getattr(b, of) for a, b in quiet or pairs]
    mark = "" if quiet else ", disturbed"
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}{mark})"


if __name__ == "__main__":
    main()
