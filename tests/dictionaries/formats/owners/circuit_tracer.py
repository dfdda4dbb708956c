"""Checkpoints written and read by circuit-tracer 0.5.0: sets of transcoders, cross-layer transcoders, and the two
formats of Gemma Scope, of which it has readers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
import yaml
from circuit_tracer.transcoder.activation_functions import JumpReLU
from circuit_tracer.transcoder.cross_layer_transcoder import CrossLayerTranscoder, load_clt
from circuit_tracer.transcoder.single_layer_transcoder import (
    SingleLayerTranscoder,
    TranscoderSet,
    load_gemma_scope_2_transcoder,
    load_gemma_scope_transcoder,
    load_transcoder_set,
)
from safetensors.torch import save_file

from tests.dictionaries.formats.owners.fixture import D, M, keep, randn, randomise, tokens

LAYERS = 3
HOOKS = {"feature_input_hook": "mlp.hook_in", "feature_output_hook": "hook_mlp_out"}


def main(data: Path) -> None:
    transcoders(data, "circuit_tracer_relu", jumps=False, skip=False)
    transcoders(data, "circuit_tracer_jumprelu_skip", jumps=True, skip=True)
    cross_layer(data, "circuit_tracer_clt_relu", "relu")
    cross_layer(data, "circuit_tracer_clt_jumprelu", "jump_relu")
    gemma_scope(data)
    gemma_scope_2(data)


def config(folder: Path, kind: str) -> None:
    values = {"model_name": "google/gemma-2-2b", "model_kind": kind, "scan": "random"} | HOOKS
    (folder / "config.yaml").write_text(yaml.safe_dump(values))


def threshold(seed: int, *shape: int) -> torch.Tensor:
    return (1.5 * randn(seed, *shape) + 0.8).clamp_min(0)  # below 0 its JumpReLU lets negative latents fire


def transcoders(data: Path, case: str, jumps: bool, skip: bool) -> None:
    made = {}
    for layer in range(LAYERS):
        part = JumpReLU(threshold(layer, M), 0.1) if jumps else torch.nn.functional.relu
        made[layer] = SingleLayerTranscoder(D, M, part, layer, skip_connection=skip, dtype=torch.float32)
        randomise(made[layer], 300 + layer)
        if jumps:
            part.threshold.data.copy_(threshold(layer, M))
    folder = data / case
    TranscoderSet(made, **HOOKS).to_safetensors(str(folder))
    config(folder, "transcoder_set")
    paths = {layer: str(folder / f"layer_{layer}.safetensors") for layer in range(LAYERS)}
    with torch.no_grad():
        loaded = load_transcoder_set(
            paths, "random", device=torch.device("cpu"), lazy_encoder=False, lazy_decoder=False, **HOOKS
        )
        x = tokens(LAYERS)
        latents = loaded.encode(x.transpose(0, 1))
        out = loaded.decode(latents, x.transpose(0, 1))
        keep(data, case, x, latents.transpose(0, 1), out.transpose(0, 1))


def cross_layer(data: Path, case: str, kind: str) -> None:
    clt = CrossLayerTranscoder(
        LAYERS,
        M,
        D,
        activation_function=kind,
        lazy_decoder=False,
        dtype=torch.float32,
        device=torch.device("cpu"),
        **HOOKS,
    )
    randomise(clt, 320)
    if kind == "jump_relu":
        clt.activation_function.threshold.data.copy_(threshold(9, LAYERS, 1, M))
    folder = data / case
    clt.to_safetensors(str(folder))
    config(folder, "cross_layer_transcoder")
    with torch.no_grad():
        loaded = load_clt(str(folder), dtype=torch.float32, lazy_decoder=False, device=torch.device("cpu"), **HOOKS)
        x = tokens(LAYERS)
        latents = loaded.encode(x.transpose(0, 1))
        out = loaded.decode(latents.to_sparse())
        keep(data, case, x, latents.transpose(0, 1), out.transpose(0, 1))


def gemma_scope(data: Path) -> None:
    """Its reader here is of transcoders; SAEs have the same layout."""
    case = "gemma_scope"
    folder = data / case / "gemma-scope-2b-pt-mlp" / "layer_3" / "width_16k" / "average_l0_59"
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"W_enc": randn(330, D, M), "W_dec": randn(331, M, D), "b_enc": randn(332, M), "b_dec": randn(333, D)}
    arrays["threshold"] = threshold(334, M)
    np.savez(folder / "params.npz", **{name: value.numpy() for name, value in arrays.items()})
    loaded = load_gemma_scope_transcoder(str(folder / "params.npz"), 3, device=torch.device("cpu"))
    with torch.no_grad():
        x = tokens()
        keep(data, case, x, loaded.encode(x), loaded(x))


def gemma_scope_2(data: Path) -> None:
    for case, skip in (("gemma_scope_2_sae", False), ("gemma_scope_2_transcoder_skip", True)):
        folder = data / case
        folder.mkdir(exist_ok=True)
        weights = {"w_enc": randn(340, D, M), "w_dec": randn(341, M, D), "b_enc": randn(342, M), "b_dec": randn(343, D)}
        weights["threshold"] = threshold(344, M)
        if skip:
            weights["affine_skip_connection"] = randn(345, D, D)
        save_file(weights, folder / "params.safetensors")
        block = "model.layers.5."
        ends = {"hf_hook_point_in": block + ("pre_feedforward_layernorm.output" if skip else "output")}
        if skip:
            ends["hf_hook_point_out"] = block + "post_feedforward_layernorm.output"
        text = json.dumps(
            {"architecture": "jump_relu", "model_name": "gemma-3-1b-pt", "affine_connection": skip} | ends
        )
        (folder / "config.json").write_text(text)
        loaded = load_gemma_scope_2_transcoder(str(folder / "params.safetensors"), 5, device=torch.device("cpu"))
        with torch.no_grad():
            x = tokens()
            keep(data, case, x, loaded.encode(x), loaded(x))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
