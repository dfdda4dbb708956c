"""Worker: one SAELens dictionary trained on activations from a file, by SAELens' own trainer.

SAELens' defaults, with what its documentation recommends: batch 1024, a learning rate that falls to 0 over the last
fifth, coefficients that rise over the first fifth. The rate is three times the default: 3e-4 is meant for hundreds of
thousands of steps, and leaves every score lower on a few thousand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sae_lens import (
    SAE,
    BatchTopKTrainingSAEConfig,
    GatedTrainingSAEConfig,
    JumpReLUTrainingSAEConfig,
    LoggingConfig,
    MatryoshkaBatchTopKTrainingSAEConfig,
    StandardTrainingSAEConfig,
    TopKTrainingSAEConfig,
)
from sae_lens.config import SAETrainerConfig
from sae_lens.registry import get_sae_training_class
from sae_lens.training.sae_trainer import SAETrainer

from benchmarks.peers.protocol import serve

BATCH = 1024
RATE = 1e-3
VARIANTS = {
    "topk": lambda width, k, coefficient, warm_up: TopKTrainingSAEConfig(**width, k=k),
    "batchtopk": lambda width, k, coefficient, warm_up: BatchTopKTrainingSAEConfig(**width, k=k),
    "matryoshka": lambda width, k, coefficient, warm_up: MatryoshkaBatchTopKTrainingSAEConfig(
        **width, k=k, matryoshka_widths=[width["d_sae"] // 4, width["d_sae"] // 2, width["d_sae"]]
    ),
    "relu": lambda width, k, coefficient, warm_up: StandardTrainingSAEConfig(
        **width, l1_coefficient=coefficient, l1_warm_up_steps=warm_up
    ),
    "gated": lambda width, k, coefficient, warm_up: GatedTrainingSAEConfig(
        **width, l1_coefficient=coefficient, l1_warm_up_steps=warm_up
    ),
    "jumprelu": lambda width, k, coefficient, warm_up: JumpReLUTrainingSAEConfig(
        **width, l0_coefficient=coefficient, l0_warm_up_steps=warm_up
    ),
}


def train(job: dict[str, Any]) -> dict[str, Any]:
    """Train one dictionary; its answers on the held-out activations go to the file `job["out"]`."""
    torch.manual_seed(job["seed"])
    activations = np.load(job["train"], mmap_mode="r")
    width = {"d_in": activations.shape[1], "d_sae": job["m"], "device": "cpu", "normalize_activations": "none"}
    steps = job["tokens"] // BATCH
    config = VARIANTS[job["variant"]](width, job["k"], job["coefficient"], steps // 5)
    sae = get_sae_training_class(config.architecture())[0](config)
    trainer = SAETrainer(
        SAETrainerConfig(
            total_training_samples=steps * BATCH,
            train_batch_size_samples=BATCH,
            lr=RATE,
            lr_end=RATE / 10,  # asked for, not used by a constant schedule
            lr_decay_steps=steps // 5,
            logger=LoggingConfig(log_to_wandb=False),
        ),
        sae=sae,
        data_provider=_batches(activations, BATCH),
    )
    trainer.fit()
    with tempfile.TemporaryDirectory() as folder:
        sae.save_inference_model(folder)
        _answer(SAE.load_from_disk(folder), job)
    return {"out": job["out"]}


def _batches(activations: np.ndarray, size: int) -> Iterator[torch.Tensor]:
    """In the order of the file, again and again."""
    while True:
        for start in range(0, len(activations) - size + 1, size):
            yield torch.from_numpy(activations[start : start + size].copy())


@torch.no_grad()
def _answer(sae: Any, job: dict[str, Any]) -> None:
    held_out = torch.from_numpy(np.load(job["held_out"]))
    latents = sae.encode(held_out)
    np.savez(
        job["out"],
        decoder=sae.W_dec.numpy(),
        latents=latents.numpy(),
        reconstruction=sae.decode(latents).numpy(),
    )


if __name__ == "__main__":
    serve({"train": lambda **job: train(job)})
