"""Requests to a worker process: a line of JSON in, a line of JSON back. Standard library only: any Python runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ANSWER = "answer: "
"""Begins the lines that are answers; libraries print lines of their own."""


class WorkerError(RuntimeError):
    """A worker could not do what it was asked for."""


class Worker:
    """A module of this package, running in another process.

    Args:
        module: its name, e.g. `benchmarks.peers.saelens_steps`.
        python: that runs it.
        threads: that torch may use.
    """

    def __init__(self, module: str, python: str = sys.executable, threads: int = 1) -> None:
        limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        self.name = module.rpartition(".")[2]
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  as long as the process
        self._process = subprocess.Popen(
            [python, "-m", module],
            cwd=ROOT,
            env=os.environ | limits | {"WANDB_MODE": "disabled", "TQDM_DISABLE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """A request and its answer.

        Raises:
            WorkerError: if the worker failed, or ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
        line = next((line for line in self._process.stdout if line.startswith(ANSWER)), None)
        if line is None:
            raise WorkerError(f"{self.name} ended with status {self._process.wait()}: {self._last_words()}")
        answer = json.loads(line.removeprefix(ANSWER))
        if "error" in answer:
            raise WorkerError(f"{self.name}: {answer['error']}")
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def _last_words(self) -> str:
        self._complaints.seek(0)
        return "".join(self._complaints.readlines()[-1:]).strip()


def serve(handlers: Mapping[str, Callable[..., Mapping[str, Any]]]) -> None:
    """Answer requests until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = dict(handlers[request.pop("do")](**request))
        except Exception as error:  # the caller decides what a failure means
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(f"\n{ANSWER}{json.dumps(answer)}\n")
        sys.stdout.flush()
