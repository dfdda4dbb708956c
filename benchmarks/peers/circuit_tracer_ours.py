"""Worker: graphs of a problem by this package's direct method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from benchmarks.peers.circuit_tracer_problem import Problem, read_problem, word_tokenizer
from benchmarks.peers.circuit_tracer_running import serve_runs
from saecircuits.attribution import Direct, TopTokens, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.dictionaries import Dictionary, JumpReLU
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject


class Ours:
    """This package on one problem."""

    def __init__(self, replacement: Replacement) -> None:
        self._replacement = replacement

    def graph(self, ids: list[int], **options: Any) -> Circuit:
        """The circuit of the likeliest next tokens, 95 % of the probability, ten at the most; `options` of `Direct`."""
        target, method = TopTokens(share=0.95, most=10), Direct(**options)
        return attribute_direct(self._replacement, torch.tensor(ids), target, method)

    def facts(self, graph: Circuit) -> Mapping[str, Any]:
        """Numbers of nodes and edges."""
        return {"nodes": len(graph), "edges": graph.adjacency.nnz}

    def save(self, graph: Circuit, path: Path) -> None:
        """Write the circuit as our own file: it holds all nodes."""
        graph.save(path)


def opening(folder: Path, device: str) -> tuple[Ours, list[int]]:
    """The problem of a folder, loaded."""
    problem, ids = read_problem(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder / "model")
    subject = Subject(model.to(device).eval(), word_tokenizer(problem), "random")
    tensors = load_file(folder / "dictionaries.safetensors", device=device)
    return Ours(Replacement(subject, [_transcoder(problem, layer, tensors) for layer in range(problem.layers)])), ids


def _transcoder(problem: Problem, layer: int, tensors: Mapping[str, torch.Tensor]) -> Dictionary:
    writes = [Site("mlp_out", target) for target in range(layer, layer + problem.writes(layer))]
    activation = JumpReLU(tensors[f"threshold.{layer}"])
    made = Dictionary(
        f"transcoder.{layer}", [Site("mlp_in", layer)], writes, problem.features, problem.d_model, activation
    )
    with torch.no_grad():
        made.W_enc.copy_(tensors[f"W_enc.{layer}"][:, None])
        made.b_enc.copy_(tensors[f"b_enc.{layer}"])
        made.W_dec.copy_(tensors[f"W_dec.{layer}"])
        made.b_dec.zero_()
        made.b_dec[0] = tensors[f"b_dec.{layer}"]
        made.b_in.zero_()
    return made.requires_grad_(False)


if __name__ == "__main__":
    serve_runs(opening)
