"""Paired timings: the two sides take turns, so that what else the machine does hits both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """CPU seconds of two sides on the same work.

    Attributes:
        ours, theirs: medians.
        ratio: median of the ratios `theirs / ours` of each round; above 1 means that ours is faster.
        low, high: smallest and largest ratio of a round.
    """

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        spread = f"{self.ratio:.2f}x (rounds {self.low:.2f} to {self.high:.2f})"
        return f"ours {1e3 * self.ours:.1f} ms, theirs {1e3 * self.theirs:.1f} ms of CPU: {spread}"


def compare(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 9) -> Pair:
    """Run both once to warm up, then in turns."""
    ours()
    theirs()
    times = [(_cpu_seconds(ours), _cpu_seconds(theirs)) for _ in range(rounds)]
    ratios = [b / a for a, b in times]
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    return Pair(*medians, statistics.median(ratios), min(ratios), max(ratios))


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
