"""Memory of this process while something runs, split by what the system can take back.

*Own* memory is what nothing but this process holds (`RssAnon`): it has to be there. Pages of files (`RssFile`) that
were read through a mapping count as memory of the process too, but the system drops them when somebody needs the room,
and reads them again. Linux only: `/proc/self/status`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_KILOBYTES_IN_A_MEGABYTE = 1000**2 / 1024
_EVERY = 0.005


@dataclass(frozen=True)
class Cost:
    """What a piece of work took.

    Attributes:
        seconds, cpu: on the clock, and of the processor.
        own: by how many megabytes the process' own memory rose at the most.
        kept: how many of these it still has.
        files: megabytes of files that were mapped at the most.
        whole: the most memory that the process had in all, in megabytes, whatever kind.
    """

    seconds: float
    cpu: float
    own: float
    kept: float
    files: float
    whole: float


def measured(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Do it once; memory is looked at every five milliseconds."""
    before, most, done = _now(), _now(), threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            now = _now()
            most.update({name: max(value, now[name]) for name, value in most.items()})

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    done.set()
    watching.join()
    after = _now()
    own, kept = (max(0.0, each["RssAnon"] - before["RssAnon"]) for each in (most, after))
    return result, Cost(wall, cpu, own, kept, most["RssFile"], max(most["VmRSS"], after["VmRSS"]))


def _now() -> dict[str, float]:
    rows = (line.split() for line in _STATUS.read_text("ascii").splitlines())
    return {
        row[0][:-1]: int(row[1]) / _KILOBYTES_IN_A_MEGABYTE
        for row in rows
        if row[0] in ("RssAnon:", "RssFile:", "VmRSS:")
    }
