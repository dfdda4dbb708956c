"""Checkpoints written by llamascopium 2.0.0b34: SAEs, transcoders, crosscoders and cross-layer transcoders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from llamascopium.models.clt import CLTConfig, CrossLayerTranscoder
from llamascopium.models.crosscoder import Crosscoder, CrosscoderConfig
from llamascopium.models.sae import SAEConfig, SparseAutoEncoder

from tests.dictionaries.formats.owners.fixture import D, M, keep, randn, randomise, tokens

LAYERS = 3
POST, IN, OUT = "blocks.{}.hook_resid_post", "blocks.{}.mlp.hook_in", "blocks.{}.hook_mlp_out"
SAES = {
    "sae_relu": (POST, POST, {"norm_activation": "dataset-wise"}),
    "sae_inference": (POST, POST, {"norm_activation": "inference"}),
    "sae_jumprelu": (POST, POST, {"act_fn": "jumprelu"}),
    "sae_jumprelu_plain": (POST, POST, {"act_fn": "jumprelu", "sparsity_include_decoder_norm": False}),
    "sae_topk": (POST, POST, {"act_fn": "topk", "top_k": 3}),
    "sae_topk_plain": (POST, POST, {"act_fn": "topk", "top_k": 3, "sparsity_include_decoder_norm": False}),
    "transcoder_jumprelu": (IN, OUT, {"act_fn": "jumprelu"}),
    "sae_without_bias": (POST, POST, {"use_decoder_bias": False}),
}


def write(model: Any, folder: Path, norms: dict[str, float]) -> Any:
    """Random weights, saved with their config, and loaded again."""
    randomise(model, 400 + len(folder.name))
    log_threshold = getattr(model.activation_function, "log_jumprelu_threshold", None)
    if log_threshold is not None:
        log_threshold.data.copy_(0.5 * randn(7, *log_threshold.shape))
    model.set_dataset_average_activation_norm(norms)
    folder.mkdir(exist_ok=True)
    model.save_pretrained(folder)
    model.cfg.save_hyperparameters(folder)
    return type(model).from_pretrained(str(folder))


def main(data: Path) -> None:
    for case, (reads, writes, more) in SAES.items():
        hooks = {"hook_point_in": reads.format(2), "hook_point_out": writes.format(2)}
        config = SAEConfig(d_model=D, expansion_factor=M / D, **hooks, **more)
        norms = {hooks["hook_point_in"]: 5.0, hooks["hook_point_out"]: 7.0 if reads != writes else 5.0}
        loaded = write(SparseAutoEncoder(config), data / f"llamascopium_{case}", norms)
        if config.act_fn == "topk":
            loaded.set_current_k(config.top_k)
        with torch.no_grad():
            x = tokens()
            latents, out = run(loaded, x, config.hook_point_in, config.hook_point_out)
            keep(data, f"llamascopium_{case}", x, latents, out)
    crosscoder(data)
    cross_layer(data, "relu")
    cross_layer(data, "jumprelu")


def run(model: Any, x: torch.Tensor, reads: str, writes: str) -> tuple[torch.Tensor, torch.Tensor]:
    latents = model.encode(x * model.compute_norm_factor(x, reads))
    return latents, model.decode(latents) / model.compute_norm_factor(x, writes)


def crosscoder(data: Path) -> None:
    hooks = [POST.format(layer) for layer in range(LAYERS)]
    config = CrosscoderConfig(d_model=D, expansion_factor=M / D, hook_points=hooks)
    norms = {hook: 4.0 + i for i, hook in enumerate(hooks)}
    loaded = write(Crosscoder(config), data / "llamascopium_crosscoder", norms)
    with torch.no_grad():
        x = tokens(LAYERS)
        factors = torch.stack([loaded.compute_norm_factor(x, hook) for hook in hooks])[:, None]
        latents = loaded.encode(x * factors)
        assert torch.allclose(latents[:, 0], latents[:, 1], atol=1e-5)  # one for all heads
        keep(data, "llamascopium_crosscoder", x, latents[:, 0], loaded.decode(latents) / factors)


def cross_layer(data: Path, kind: str) -> None:
    reads, writes = ([hook.format(layer) for layer in range(LAYERS)] for hook in (IN, OUT))
    config = CLTConfig(d_model=D, expansion_factor=M / D, act_fn=kind, hook_points_in=reads, hook_points_out=writes)
    norms = {hook: 4.0 + i for i, hook in enumerate(reads + writes)}
    case = f"llamascopium_clt_{kind}"
    loaded = write(CrossLayerTranscoder(config), data / case, norms)
    with torch.no_grad():
        x = tokens(LAYERS)
        inward, outward = (
            torch.stack([loaded.compute_norm_factor(x, hook) for hook in hooks]) for hooks in (reads, writes)
        )
        latents = loaded.encode(x * inward[:, None])
        out = loaded.decode(latents)
        keep(data, case, x, latents, out.movedim(0, 1) / outward[:, None])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
