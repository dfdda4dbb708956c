"""Worker: steps of SAELens' trainer, with its defaults (Adam, clipping, counts of firing, AuxK when features die)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sae_lens import (
    BatchTopKTrainingSAEConfig,
    GatedTrainingSAEConfig,
    JumpReLUTrainingSAEConfig,
    LoggingConfig,
    MatryoshkaBatchTopKTrainingSAEConfig,
    StandardTrainingSAEConfig,
    TopKTrainingSAEConfig,
    TrainingSAEConfig,
)
from sae_lens.config import SAETrainerConfig
from sae_lens.registry import get_sae_training_class
from sae_lens.training.sae_trainer import SAETrainer
from torch import Tensor

from benchmarks.peers.stepping import Prepare, Shape, Step, nothing, serve_steps

FOREVER = 10**9


def by(config: Callable[[Shape, dict[str, Any]], TrainingSAEConfig]) -> Prepare:
    """Steps of the trainer for a configuration."""

    def prepare(shape: Shape, sample: Tensor) -> tuple[Step, Callable[[], Mapping[str, float]]]:
        made = config(shape, {"d_in": shape.d, "d_sae": shape.m, "device": shape.device})
        trainer = SAETrainer(
            SAETrainerConfig(
                total_training_samples=FOREVER * shape.batch,
                train_batch_size_samples=shape.batch,
                lr_end=3e-5,  # asked for, not used by the constant schedule
                device=shape.device,
                autocast=shape.precision == "bf16",
                logger=LoggingConfig(log_to_wandb=False),
            ),
            sae=get_sae_training_class(made.architecture())[0](made),
            data_provider=iter(()),
        )

        def step(batch: Tensor) -> None:
            trainer.step(batch)
            trainer.n_training_steps += 1

        return step, nothing

    return prepare


VARIANTS: dict[str, Prepare] = {
    "topk": by(lambda shape, width: TopKTrainingSAEConfig(**width, k=shape.k)),
    "topk, sparse": by(
        lambda shape, width: TopKTrainingSAEConfig(
            **width, k=shape.k, use_sparse_activations=True, rescale_acts_by_decoder_norm=False
        )
    ),
    "batchtopk": by(lambda shape, width: BatchTopKTrainingSAEConfig(**width, k=shape.k)),
    "jumprelu": by(lambda shape, width: JumpReLUTrainingSAEConfig(**width)),
    "gated": by(lambda shape, width: GatedTrainingSAEConfig(**width)),
    # the documentation's example: a quarter, a half, all
    "matryoshka": by(
        lambda shape, width: MatryoshkaBatchTopKTrainingSAEConfig(
            **width, k=shape.k, matryoshka_widths=[shape.m // 4, shape.m // 2, shape.m]
        )
    ),
    "relu": by(lambda shape, width: StandardTrainingSAEConfig(**width, l1_coefficient=5.0)),
}

if __name__ == "__main__":
    serve_steps(VARIANTS)
