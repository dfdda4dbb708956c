"""Worker: `update` of dictionary_learning's trainers, with their defaults (among them AuxK and, mostly, clipping)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import torch
from dictionary_learning.trainers.batch_top_k import BatchTopKTrainer
from dictionary_learning.trainers.gdm import GatedSAETrainer
from dictionary_learning.trainers.jumprelu import JumpReluTrainer
from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKTrainer
from dictionary_learning.trainers.standard import StandardTrainer
from dictionary_learning.trainers.top_k import TopKTrainer
from torch import Tensor

from benchmarks.peers.stepping import Prepare, Shape, Step, nothing, serve_steps

GROUPS = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2 + 1 / 32]
"""Shares of the latents that its authors train their Matryoshka dictionaries with."""


def by(trainer: Callable[..., Any], **more: Any) -> Prepare:
    """Steps of a trainer; a value that is a function is asked for with the shape."""

    def prepare(shape: Shape, sample: Tensor) -> tuple[Step, Callable[[], Mapping[str, float]]]:
        given = {name: value(shape) if callable(value) else value for name, value in more.items()}
        made = trainer(
            steps=10**9, activation_dim=shape.d, dict_size=shape.m, layer=0, lm_name="", device=shape.device, **given
        )
        number = count()

        def step(batch: Tensor) -> None:
            with torch.autocast(shape.device, torch.bfloat16, enabled=shape.precision == "bf16"):
                made.update(next(number), batch)

        return step, nothing

    return prepare


VARIANTS: dict[str, Prepare] = {
    "topk": by(TopKTrainer, k=lambda shape: shape.k),
    "batchtopk": by(BatchTopKTrainer, k=lambda shape: shape.k),
    "jumprelu": by(JumpReluTrainer, target_l0=lambda shape: float(shape.k)),
    "gated": by(GatedSAETrainer),
    "matryoshka": by(MatryoshkaBatchTopKTrainer, k=lambda shape: shape.k, group_fractions=GROUPS),
    "relu": by(StandardTrainer),
}

if __name__ == "__main__":
    serve_steps(VARIANTS)
