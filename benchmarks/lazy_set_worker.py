"""Worker: loads a set of dictionaries, lazily or not, attributes a prompt through it, and says what each step took."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from benchmarks.lazy_set_problem import FORMATS, Problem, read_problem, write_problem
from benchmarks.memory import measured
from benchmarks.peers import circuit_tracer_problem
from benchmarks.peers.protocol import serve
from saecircuits.attribution import Direct, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.dictionaries import Dictionary, load_dictionaries
from saecircuits.replacement import Replacement
from saecircuits.subject import Subject


class Steps:
    """Answers the requests of one process."""

    def __init__(self) -> None:
        self._folder = Path()
        self._subject: Subject | None = None
        self._set: list[Dictionary] = []
        self._ids: list[int] = []

    def write(self, folder: str, problem: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the files; how many gigabytes each set and the model have."""
        write_problem(Problem(**problem), Path(folder))
        names = ("model", *FORMATS.values())
        return {name: sum(f.stat().st_size for f in (Path(folder) / name).rglob("*.*")) / 1e9 for name in names}

    def model(self, folder: str) -> Mapping[str, Any]:
        """Open the model, in bfloat16."""
        self._folder = Path(folder)
        problem, self._ids = read_problem(self._folder)
        words = circuit_tracer_problem.Problem(1, 1, 1, 1, vocabulary=problem.vocabulary)
        tokenizer = circuit_tracer_problem.word_tokenizer(words)

        def opened() -> Subject:
            model: Any = AutoModelForCausalLM.from_pretrained(self._folder / "model", dtype=torch.bfloat16)
            return Subject(model.eval(), tokenizer, "random")

        self._subject, cost = measured(opened)
        return asdict(cost)

    def load(self, format: str, lazy: bool, layers: int | None = None) -> Mapping[str, Any]:
        """Load the set, or its first layers."""
        gain = None if self._subject is None else self._norm
        root = self._folder / FORMATS[format]

        def loaded() -> list[Dictionary]:
            if layers is None or format != "gemma_scope":
                return load_dictionaries(root, lazy=lazy, norm=gain)
            folders = [root / f"layer_{layer}" for layer in range(layers)]
            return [each for folder in folders for each in load_dictionaries(folder, lazy=lazy, norm=gain)]

        self._set, cost = measured(loaded)
        return asdict(cost) | {"layers": len(self._set)}

    def attribute(self, features: int, cold: bool = False) -> Mapping[str, Any]:
        """The circuit of the prompt; with `cold`, after the system has dropped what it holds of the set's files."""
        if cold:
            _drop(self._folder)
        circuit, cost = measured(lambda: self._circuit(features))
        kinds = circuit.nodes.kind
        firing = int((kinds == NodeKind.FEATURE).sum())
        return asdict(cost) | {"nodes": len(circuit), "edges": circuit.adjacency.nnz, "features": firing}

    def compare(self, format: str, features: int) -> Mapping[str, Any]:
        """The largest difference of an edge between a lazy set and one in memory, as a share where it is above 1."""
        circuits = []
        for lazy in (False, True):
            self.load(format, lazy)
            circuits.append(self._circuit(features))
        eager, lazy = circuits
        if eager.nodes.ids != lazy.nodes.ids:
            raise ValueError("the circuits have other nodes")
        size = np.maximum(1, np.abs(eager.adjacency.toarray()))
        difference = np.abs((eager.adjacency - lazy.adjacency).toarray()) / size
        return {"nodes": len(eager), "edges": eager.adjacency.nnz, "difference": float(difference.max())}

    def _circuit(self, features: int) -> Circuit:
        assert self._subject is not None
        replacement = Replacement(self._subject, self._set)
        target, method = TopTokens(share=0.95, most=10), Direct(max_features=features)
        return attribute_direct(replacement, torch.tensor(self._ids), target, method)

    def _norm(self, layer: int) -> tuple[torch.Tensor, torch.Tensor]:
        assert self._subject is not None
        norm = self._subject.weights.mlp_norm(layer)
        return norm.gain.detach().float(), norm.bias.detach().float()


def _drop(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        if path.suffix in (".npz", ".safetensors"):
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    steps = Steps()
    names = ("write", "model", "load", "attribute", "compare")
    serve({name: getattr(steps, name) for name in names})
