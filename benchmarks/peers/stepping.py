"""Worker: runs a library's own training step on activations in memory, and says how long it took.

Every worker makes the same activations from the same seed: a few of many fixed directions at a time, with magnitudes
spread exponentially, and noise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.peers.protocol import serve


@dataclass(frozen=True)
class Shape:
    """What is trained on what.

    Args:
        d: width of the activations.
        m: number of latents.
        k: latents that fire on a token.
        batch: tokens of a step.
        device: `cpu` or `cuda`.
        precision: `float32`, `tf32` or `bf16`; each library's own way to it.
        batches: held in memory, taken in turns.
    """

    d: int
    m: int
    k: int
    batch: int
    device: str
    precision: str
    batches: int = 8


FIRST_STEPS = 3
FIRST_SECONDS = 3.0
"""At the least, before anything is timed: memory is laid out, learned thresholds have found their place."""

Step = Callable[[Tensor], object]
Prepare = Callable[[Shape, Tensor], tuple[Step, Callable[[], Mapping[str, float]]]]
"""From the shape and a first sample: a step, and what else is to be told after a run (e.g. the measured L0)."""


def nothing() -> Mapping[str, float]:
    """Nothing else to tell."""
    return {}


def activations(shape: Shape) -> Tensor:
    """The same on every machine with the same torch, `[batch, token, d]`."""
    random = torch.Generator().manual_seed(0)
    directions = torch.randn(2 * shape.d, shape.d, generator=random)
    directions /= directions.norm(dim=1, keepdim=True)
    batches = []
    for _ in range(shape.batches):
        which = torch.randint(len(directions), (shape.batch, shape.k), generator=random)
        strength = torch.empty(shape.batch, shape.k).exponential_(1.0, generator=random)
        made = torch.nn.functional.embedding_bag(which, directions, per_sample_weights=strength, mode="sum")
        batches.append(made + 0.03 * torch.randn(made.shape, generator=random))
    return torch.stack(batches).to(shape.device)


class Steps:
    """Answers the requests `prepare` and `run`.

    Args:
        variants: of this library, by name.
    """

    def __init__(self, variants: Mapping[str, Prepare]) -> None:
        self._variants = variants
        self._batches = torch.empty(0)
        self._step: Step | None = None
        self._tell = nothing
        self._done = 0

    def prepare(self, variant: str, threads: int, **shape: Any) -> Mapping[str, Any]:
        """Set up a variant and take its first steps, for some seconds, which are not timed."""
        if variant not in self._variants:
            return {"has": False}
        torch.set_num_threads(threads)
        wanted = Shape(**shape)
        if wanted.precision == "tf32":
            torch.set_float32_matmul_precision("high")
        self._step = None  # its memory goes before that of the next one comes
        self._batches = activations(wanted)
        self._step, self._tell = self._variants[variant](wanted, self._batches.flatten(0, 1))
        self._done = 0
        start = time.perf_counter()
        while self._done < FIRST_STEPS or time.perf_counter() - start < FIRST_SECONDS:
            self.run(1)
        return {"has": True}

    def run(self, steps: int) -> Mapping[str, Any]:
        """Take steps: seconds on the clock and of this process' CPU."""
        assert self._step is not None
        self._wait()
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            self._step(self._batches[self._done % len(self._batches)])
            self._done += 1
        self._wait()
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, **self._tell()}

    def _wait(self) -> None:
        if self._batches.is_cuda:
            torch.cuda.synchronize()


def serve_steps(variants: Mapping[str, Prepare]) -> None:
    """Answer requests until standard input ends."""
    steps = Steps(variants)
    serve({"prepare": steps.prepare, "run": steps.run})
