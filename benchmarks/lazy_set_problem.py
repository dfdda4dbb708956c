"""A random model of Gemma-2-2B's shape, and a set of transcoders of Gemma Scope's shape for it, in files.

Numbers are random, sizes are the real ones: heads, widths, layers, features; the vocabulary may be cut. Each layer's
threshold is set so that as many features fire at a token as were asked for, on average. One layer is in memory at a
time. The set is written as Gemma Scope has it (float32 in `params.npz`, encoders transposed, read before the gain of
the norm) and as circuit-tracer has it (bfloat16 in safetensors, a row a feature): the same numbers, up to their types.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoModelForCausalLM, Gemma2Config
from transformers.utils import logging

from benchmarks.peers.circuit_tracer_problem import BOS, FIRST_WORD

FORMATS = {"gemma_scope": "gemma-scope-2b-pt-transcoders", "circuit_tracer": "circuit_tracer"}
"""Folders of a problem by format."""


@dataclass(frozen=True)
class Problem:
    """The shape of a problem.

    Args:
        layers, d_model, features: of the model and of each layer's transcoder.
        tokens: length of the prompt.
        active: features that fire at a token of a layer, on average.
        vocabulary: number of tokens.
    """

    layers: int = 26
    d_model: int = 2304
    features: int = 16384
    tokens: int = 10
    active: int = 70
    vocabulary: int = 32768


def read_problem(folder: Path) -> tuple[Problem, list[int]]:
    """The shape of a problem on disk, and its prompt as token ids."""
    found: dict[str, Any] = json.loads((folder / "problem.json").read_text("utf-8"))
    return Problem(**found["problem"]), found["ids"]


@torch.no_grad()
def write_problem(problem: Problem, folder: Path) -> Path:
    """Make a problem and write its files."""
    torch.manual_seed(0)
    logging.disable_progress_bar()
    model = _model(problem)
    model.save_pretrained(folder / "model")
    ids = [BOS, *torch.randint(FIRST_WORD, problem.vocabulary, (problem.tokens - 1,)).tolist()]
    (folder / "problem.json").write_text(json.dumps({"problem": asdict(problem), "ids": ids}), "utf-8")
    theirs = folder / FORMATS["circuit_tracer"]
    theirs.mkdir()
    config = {"model_kind": "transcoder_set", "model_name": "google/gemma-2-2b", "feature_input_hook": "mlp.hook_in"}
    (theirs / "config.yaml").write_text(yaml.safe_dump(config | {"feature_output_hook": "hook_mlp_out"}), "utf-8")
    for layer, x in enumerate(_mlp_inputs(model, ids)):
        gain = 1 + model.model.layers[layer].pre_feedforward_layernorm.weight.float()
        _write_layer(problem, layer, x, gain, folder)
    return folder


def _write_layer(problem: Problem, layer: int, x: Tensor, gain: Tensor, folder: Path) -> None:
    # in bfloat16, so that both files hold the same numbers
    encoder, decoder = (
        (torch.randn(problem.features, problem.d_model) / problem.d_model**0.5).bfloat16() for _ in range(2)
    )
    b_enc, b_dec = 0.1 * torch.randn(problem.features), 0.1 * torch.randn(problem.d_model)
    pre = x @ encoder.float().T + b_enc
    fire = problem.active * len(x)
    threshold = torch.full_like(b_enc, float(pre.flatten().topk(fire + 1).values[-1]))
    weights = {"W_enc": encoder, "W_dec": decoder, "b_enc": b_enc, "b_dec": b_dec}
    path = folder / FORMATS["circuit_tracer"] / f"layer_{layer}.safetensors"
    save_file(weights | {"activation_function.threshold": threshold}, path)
    archive = folder / FORMATS["gemma_scope"] / f"layer_{layer}" / "width_16k" / f"average_l0_{problem.active}"
    archive.mkdir(parents=True)
    arrays = {name: value.float() for name, value in weights.items()}
    arrays |= {"W_enc": (encoder.float() * gain).T.contiguous(), "threshold": threshold}
    np.savez(archive / "params.npz", **{name: value.numpy() for name, value in arrays.items()})


def _model(problem: Problem) -> Any:
    config = Gemma2Config(
        num_hidden_layers=problem.layers,
        hidden_size=problem.d_model,
        intermediate_size=4 * problem.d_model,
        vocab_size=problem.vocabulary,
        num_attention_heads=8,
        num_key_value_heads=4,
        head_dim=256,
        bos_token_id=BOS,
        eos_token_id=BOS + 1,
        pad_token_id=1,
    )
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    for parameter in model.parameters():
        if parameter.ndim == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def _mlp_inputs(model: Any, ids: list[int]) -> list[Tensor]:
    """What the MLP of each layer reads, without the first token."""
    seen: list[Tensor] = []
    hooks = [
        block.mlp.register_forward_hook(lambda module, inputs, out: seen.append(inputs[0][0, 1:].float()))
        for block in model.model.layers
    ]
    model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return seen
