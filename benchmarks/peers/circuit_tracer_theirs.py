"""Worker: graphs of a problem by circuit-tracer, on a TransformerLens model with the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from circuit_tracer.attribution.attribute import attribute
from circuit_tracer.graph import Graph
from circuit_tracer.replacement_model.replacement_model_transformerlens import TransformerLensReplacementModel
from circuit_tracer.transcoder.activation_functions import JumpReLU
from circuit_tracer.transcoder.cross_layer_transcoder import CrossLayerTranscoder
from circuit_tracer.transcoder.single_layer_transcoder import SingleLayerTranscoder, TranscoderSet
from safetensors.torch import load_file
from transformer_lens import HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.peers.circuit_tracer_problem import Problem, read_problem, word_tokenizer
from benchmarks.peers.circuit_tracer_running import serve_runs

HOOKS = {"feature_input_hook": "mlp.hook_in", "feature_output_hook": "mlp.hook_out"}
"""What the MLP reads, after the norm's gain and bias, and what it writes."""


class Theirs:
    """circuit-tracer on one problem."""

    def __init__(self, model: TransformerLensReplacementModel) -> None:
        self._model = model

    def graph(self, ids: list[int], **options: Any) -> Graph:
        """The whole graph of the likeliest next tokens, with the library's own defaults where nothing else is said."""
        return attribute(torch.tensor(ids), self._model, max_n_logits=10, desired_logit_prob=0.95, **options)

    def facts(self, graph: Graph) -> Mapping[str, Any]:
        """Numbers of nodes and edges."""
        return {"nodes": len(graph.adjacency_matrix), "edges": int(graph.adjacency_matrix.count_nonzero())}

    def save(self, graph: Graph, path: Path) -> None:
        """Write the graph by the library's own writer."""
        graph.to_pt(str(path))


def opening(folder: Path, device: str) -> tuple[Theirs, list[int]]:
    """The problem of a folder, loaded."""
    problem, ids = read_problem(folder)
    # TransformerLens opens a tokenizer anew by its name, so it has to lie in a folder.
    names = folder / "their_tokenizer"
    word_tokenizer(problem).save_pretrained(names)
    config = _config(problem, names, device)
    plain = AutoModelForCausalLM.from_pretrained(folder / "model").to(device)
    model = TransformerLensReplacementModel(config, tokenizer=AutoTokenizer.from_pretrained(names))
    model.load_state_dict(convert_gpt2_weights(plain, config), strict=False)
    tensors = load_file(folder / "dictionaries.safetensors", device=device)
    transcoders = _clt(problem, tensors, device) if problem.wiring == "clt" else _plt(problem, tensors, device)
    model._configure_replacement_model(transcoders)
    return Theirs(model), ids


def _config(problem: Problem, tokenizer: Path, device: str) -> HookedTransformerConfig:
    return HookedTransformerConfig(
        n_layers=problem.layers,
        d_model=problem.d_model,
        n_heads=problem.heads,
        d_head=problem.d_model // problem.heads,
        d_mlp=4 * problem.d_model,
        n_ctx=max(problem.tokens, 64),
        d_vocab=problem.vocabulary,
        act_fn="gelu_new",
        normalization_type="LN",
        model_name="random",
        original_architecture="GPT2LMHeadModel",
        tokenizer_name=str(tokenizer),
        device=device,
    )


def _plt(problem: Problem, tensors: Mapping[str, torch.Tensor], device: str) -> TranscoderSet:
    single = {}
    for layer in range(problem.layers):
        activation = JumpReLU(tensors[f"threshold.{layer}"])
        shape = (problem.d_model, problem.features, activation, layer)
        single[layer] = SingleLayerTranscoder(*shape, device=torch.device(device), dtype=torch.float32)
        with torch.no_grad():
            single[layer].W_enc.copy_(tensors[f"W_enc.{layer}"])
            single[layer].b_enc.copy_(tensors[f"b_enc.{layer}"])
            single[layer].W_dec.copy_(tensors[f"W_dec.{layer}"][:, 0])
            single[layer].b_dec.copy_(tensors[f"b_dec.{layer}"])
    return TranscoderSet(single, **HOOKS, scan="random")


def _clt(problem: Problem, tensors: Mapping[str, torch.Tensor], device: str) -> CrossLayerTranscoder:
    made = CrossLayerTranscoder(
        problem.layers,
        problem.features,
        problem.d_model,
        activation_function="jump_relu",
        lazy_decoder=False,
        **HOOKS,
        scan="random",
        device=torch.device(device),
        dtype=torch.float32,
    )
    with torch.no_grad():
        for layer in range(problem.layers):
            made.W_enc[layer] = tensors[f"W_enc.{layer}"]
            made.b_enc[layer] = tensors[f"b_enc.{layer}"]
            made.b_dec[layer] = tensors[f"b_dec.{layer}"]
            made.activation_function.threshold[layer, 0] = tensors[f"threshold.{layer}"]
            made.W_dec[layer].copy_(tensors[f"W_dec.{layer}"])
    return made


if __name__ == "__main__":
    serve_runs(opening)
