"""Checkpoints written by SAELens 6.54.12, of every architecture and of files from before version 6."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import torch
from sae_lens import SAE
from sae_lens.saes.batchtopk_sae import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
from sae_lens.saes.gated_sae import GatedSAE, GatedSAEConfig
from sae_lens.saes.jumprelu_sae import JumpReLUSAE, JumpReLUSAEConfig
from sae_lens.saes.matryoshka_batchtopk_sae import MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig
from sae_lens.saes.sae import SAEMetadata
from sae_lens.saes.standard_sae import StandardSAE, StandardSAEConfig
from sae_lens.saes.topk_sae import TopKSAE, TopKSAEConfig
from sae_lens.saes.transcoder import (
    JumpReLUSkipTranscoder,
    JumpReLUSkipTranscoderConfig,
    JumpReLUTranscoder,
    JumpReLUTranscoderConfig,
    SkipTranscoder,
    SkipTranscoderConfig,
    Transcoder,
    TranscoderConfig,
)
from safetensors.torch import save_file

from tests.dictionaries.formats.owners.fixture import D, M, keep, randn, randomise, tokens

HOOK = "blocks.3.hook_resid_post"
SAES = {
    "standard": (StandardSAE, StandardSAEConfig, {}),
    "standard_plain_input": (StandardSAE, StandardSAEConfig, {"apply_b_dec_to_input": False}),
    "topk": (TopKSAE, TopKSAEConfig, {"k": 3}),
    "topk_rescaled": (TopKSAE, TopKSAEConfig, {"k": 3, "rescale_acts_by_decoder_norm": True}),
    "jumprelu": (JumpReLUSAE, JumpReLUSAEConfig, {}),
    "gated": (GatedSAE, GatedSAEConfig, {}),
}
TRANSCODERS = {
    "transcoder": (Transcoder, TranscoderConfig),
    "skip_transcoder": (SkipTranscoder, SkipTranscoderConfig),
    "jumprelu_transcoder": (JumpReLUTranscoder, JumpReLUTranscoderConfig),
    "jumprelu_skip_transcoder": (JumpReLUSkipTranscoder, JumpReLUSkipTranscoderConfig),
}
TRAINED = {
    "batchtopk": (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, {}),
    "batchtopk_rescaled": (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, {"rescale_acts_by_decoder_norm": True}),
    "matryoshka": (
        MatryoshkaBatchTopKTrainingSAE,
        MatryoshkaBatchTopKTrainingSAEConfig,
        {"matryoshka_widths": [4, 8, M]},
    ),
}
OLD = {
    "old_standard": {"hook_point": HOOK, "architecture": "standard", "normalize_activations": False},
    "old_topk": {"hook_name": HOOK, "activation_fn_str": "topk", "activation_fn_kwargs": {"k": 3}},
    "old_gated": {
        "hook_name": HOOK,
        "architecture": "gated",
        "activation_fn_str": "relu",
        "apply_b_dec_to_input": True,
    },
}


def shake(sae: torch.nn.Module, seed: int) -> None:
    """Random weights; thresholds among the pre-activations, a few of them below 0."""
    randomise(sae, seed)
    threshold = getattr(sae, "threshold", None)
    if threshold is not None:
        threshold.data.copy_(1.5 * randn(seed + 50, M) + 0.8)


def main(data: Path) -> None:
    seed = 0
    for case, (kind, config, more) in SAES.items():
        seed += 1
        sae = kind(config(d_in=D, d_sae=M, metadata=SAEMetadata(hook_name=HOOK, model_name="gpt2"), **more))
        shake(sae, seed)
        finish(sae, data, case)
    for case, (kind, config) in TRANSCODERS.items():
        seed += 1
        meta = SAEMetadata(hook_name="blocks.1.mlp.hook_in", hook_name_out="blocks.1.hook_mlp_out", model_name="gpt2")
        sae = kind(config(d_in=D, d_sae=M, d_out=D, apply_b_dec_to_input=False, metadata=meta))
        shake(sae, seed)
        finish(sae, data, case)
    for case, (kind, config, more) in TRAINED.items():
        seed += 1
        sae = kind(
            config(
                d_in=D,
                d_sae=M,
                k=3,
                metadata=SAEMetadata(hook_name=HOOK),
                **({"rescale_acts_by_decoder_norm": False} | more),
            )
        )
        shake(sae, seed)
        sae.topk_threshold = torch.tensor(1.7, dtype=torch.double)
        sae.save_model(data / f"sae_lens_{case}_training")
        sae.save_inference_model(data / f"sae_lens_{case}_inference")
        inference = SAE.load_from_disk(data / f"sae_lens_{case}_inference")
        for save in ("training", "inference"):
            expect(inference, data, f"{case}_{save}")
    for case, config in OLD.items():
        seed += 1
        old(data, case, config, seed)
    scaled(data)
    whitened(data)
    by_token(data)


def finish(sae: SAE, data: Path, case: str) -> None:
    sae.save_model(data / f"sae_lens_{case}")
    expect(SAE.load_from_disk(data / f"sae_lens_{case}"), data, case)


def expect(sae: SAE, data: Path, case: str) -> None:
    with torch.no_grad():
        x = tokens()
        keep(data, f"sae_lens_{case}", x, sae.encode(x), sae(x))


def old(data: Path, case: str, config: dict, seed: int) -> None:
    folder = data / f"sae_lens_{case}"
    folder.mkdir(exist_ok=True)
    shapes = {"W_enc": (D, M), "W_dec": (M, D), "b_dec": (D,)}
    shapes |= {
        name: (M,) for name in (("b_gate", "b_mag", "r_mag") if "gated" in case else ("b_enc", "scaling_factor"))
    }
    weights = {name: 0.5 * randn(1000 * seed + i, *shape) for i, (name, shape) in enumerate(shapes.items())}
    if "scaling_factor" in weights:
        weights["scaling_factor"] = torch.ones(M)
    save_file(weights, folder / "sae_weights.safetensors")
    flat = config | {"d_in": D, "d_sae": M, "dtype": "torch.float32", "device": "cpu", "model_name": "gpt2", "lr": 4e-4}
    (folder / "cfg.json").write_text(json.dumps(flat))
    expect(SAE.load_from_disk(folder), data, case)


def scaled(data: Path) -> None:
    """Training checkpoints: the scale lies beside the weights and is not folded in yet."""
    top = {"k": 3, "rescale_acts_by_decoder_norm": True}
    for case, kind, config, more in (
        ("scaled", StandardSAE, StandardSAEConfig, {}),
        ("scaled_topk_rescaled", TopKSAE, TopKSAEConfig, top),
        ("scaled_batchtopk_rescaled", BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, top),
    ):
        normalised = {"normalize_activations": "expected_average_only_in", "metadata": SAEMetadata(hook_name=HOOK)}
        sae = kind(config(d_in=D, d_sae=M, **normalised, **more))
        shake(sae, 40)
        if hasattr(sae, "topk_threshold"):
            sae.topk_threshold = torch.tensor(1.7, dtype=torch.double)
        folder = data / f"sae_lens_{case}"
        sae.save_model(folder)
        (folder / "activation_scaler.json").write_text(json.dumps({"scaling_factor": 0.3, "has_whitening": False}))
        sae.fold_activation_norm_scaling_factor(0.3)
        if hasattr(sae, "save_inference_model"):
            with tempfile.TemporaryDirectory() as made:
                sae.save_inference_model(made)
                sae = SAE.load_from_disk(made)
        expect(sae, data, case)


def whitened(data: Path) -> None:
    for case, subtracts in (("whitened", True), ("whitened_plain_input", False)):
        config = StandardSAEConfig(
            d_in=D,
            d_sae=M,
            normalize_activations="covariance_whitening",
            apply_b_dec_to_input=subtracts,
            metadata=SAEMetadata(hook_name=HOOK),
        )
        sae = StandardSAE(config)
        shake(sae, 41)
        folder = data / f"sae_lens_{case}"
        sae.save_model(folder)
        matrix = torch.eye(D) + 0.2 * randn(42, D, D)
        affine = {"mean": randn(43, D), "matrix": matrix, "inverse_matrix": torch.linalg.inv(matrix).contiguous()}
        save_file(affine, folder / "activation_whitening.safetensors")
        sae.fold_activation_whitening(affine["mean"], affine["matrix"], affine["inverse_matrix"])
        expect(sae, data, case)


def by_token(data: Path) -> None:
    """Latents are kept as the tokens' sizes make them, as large as what they write."""
    x = tokens()
    sizes = {"layer_norm": x.std(-1, keepdim=True), "constant_norm_rescale": x.norm(dim=-1, keepdim=True) / D**0.5}
    for number, (how, size) in enumerate(sizes.items()):
        for name, kind, config, more in (
            ("standard", StandardSAE, StandardSAEConfig, {}),
            ("topk", TopKSAE, TopKSAEConfig, {"k": 3, "apply_b_dec_to_input": False}),
        ):
            meta = SAEMetadata(hook_name=HOOK)
            sae = kind(config(d_in=D, d_sae=M, normalize_activations=how, metadata=meta, **more))
            shake(sae, 50 + number)
            case = f"sae_lens_{how}_{name}"
            sae.save_model(data / case)
            loaded = SAE.load_from_disk(data / case)
            with torch.no_grad():
                latents = loaded.encode(x)
                keep(data, case, x, latents * size, loaded(x))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
