"""Worker: makes a graph of a problem once, and says what it cost.

A worker is used for one repetition: memory that an earlier one left behind would hide what a graph takes.
"""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

from benchmarks.peers.protocol import serve

KILOBYTES = 1024


class Side(Protocol):
    """One library on one problem."""

    def graph(self, ids: list[int], **options: Any) -> Any:
        """The whole graph of a prompt."""
        ...

    def facts(self, graph: Any) -> Mapping[str, Any]:
        """What is to be told of a graph: its numbers of nodes and edges."""
        ...

    def save(self, graph: Any, path: Path) -> None:
        """Write a graph as circuit-tracer's `.pt`."""
        ...


class Runs:
    """Answers the requests `load`, `run` and `save`.

    Args:
        opening: from the problem's folder and the device to a side and the prompt.
    """

    def __init__(self, opening: Callable[[Path, str], tuple[Side, list[int]]]) -> None:
        self._opening = opening
        self._side: Side | None = None
        self._ids: list[int] = []
        self._graph: Any = None

    def load(self, folder: str, threads: int, device: str = "cpu") -> Mapping[str, Any]:
        """Open a problem, and make a graph of its first three tokens: code is loaded, little memory is touched."""
        torch.set_num_threads(threads)
        self._side, self._ids = self._opening(Path(folder), device)
        self._side.graph(self._ids[:3])
        return {"tokens": len(self._ids)}

    def run(self, **options: Any) -> Mapping[str, Any]:
        """Make the graph: seconds on the clock and of CPU, and by how many megabytes memory rose at the most."""
        assert self._side is not None
        gc.collect()
        on_card = torch.cuda.is_available()
        if on_card:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        before = _restart_peak()
        card_before = torch.cuda.memory_allocated() if on_card else 0
        wall, cpu = time.perf_counter(), time.process_time()
        self._graph = self._side.graph(self._ids, **options)
        if on_card:
            torch.cuda.synchronize()
        answer = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        answer["peak_mb"] = (_peak() - before) / KILOBYTES
        if on_card:
            answer["card_mb"] = (torch.cuda.max_memory_allocated() - card_before) / KILOBYTES**2
        return {**answer, **self._side.facts(self._graph)}

    def save(self, path: str) -> Mapping[str, Any]:
        """Write the graph of the last run."""
        assert self._side is not None
        self._side.save(self._graph, Path(path))
        return {"path": path}


def _restart_peak() -> int:
    """Let the system count the peak anew; kilobytes in use now (the peak so far, where it cannot be restarted)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmRSS")


def _peak() -> int:
    try:
        return _status("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status(name: str) -> int:
    """A line of `/proc/self/status`, in kilobytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def serve_runs(opening: Callable[[Path, str], tuple[Side, list[int]]]) -> None:
    """Answer requests until standard input ends."""
    runs = Runs(opening)
    serve({"load": runs.load, "run": runs.run, "save": runs.save})
