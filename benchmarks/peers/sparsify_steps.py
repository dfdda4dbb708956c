"""Worker: the steps of sparsify's training loop, in its order and with its defaults, without its model and its log.

Its `Trainer.fit` cannot be called a step at a time; what is left out is what it does with the model and the tokens.
AuxK is off by default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from schedulefree import ScheduleFreeWrapper
from sparsify import SparseCoder, SparseCoderConfig
from sparsify.sign_sgd import SignSGD
from torch import Tensor, nn

from benchmarks.peers.stepping import Prepare, Shape, Step, nothing, serve_steps


def signum(parameters: Any, m: int) -> Any:
    """The default optimiser."""
    optimizer = ScheduleFreeWrapper(SignSGD(parameters, lr=5e-3 / (m / 2**14) ** 0.5), momentum=0.95)
    optimizer.train()
    return optimizer


def adam(parameters: Any, m: int) -> Any:
    """The optimiser that most others have."""
    return torch.optim.Adam(parameters, lr=2e-4 / (m / 2**14) ** 0.5)


def by(optimizer_of: Callable[[Any, int], Any]) -> Prepare:
    """Steps with an optimiser."""

    def prepare(shape: Shape, sample: Tensor) -> tuple[Step, Callable[[], Mapping[str, float]]]:
        coder = SparseCoder(shape.d, SparseCoderConfig(num_latents=shape.m, k=shape.k), shape.device, torch.float32)
        coder.b_dec.data = sample[: shape.batch].mean(0)
        optimizer = optimizer_of(nn.ParameterList(coder.parameters()), shape.m)
        since = torch.zeros(shape.m, dtype=torch.long, device=shape.device)
        fired = torch.zeros(shape.m, dtype=torch.bool, device=shape.device)

        def step(batch: Tensor) -> None:
            coder.set_decoder_norm_to_unit_norm()
            variance = (batch - batch.mean(0)).pow(2).sum()
            out = coder(x=batch, y=batch, dead_mask=None, total_variance=variance)
            fired[out.latent_indices.flatten()] = True
            float(out.fvu.detach())
            (out.fvu + out.multi_topk_fvu / 8).backward()
            coder.remove_gradient_parallel_to_decoder_directions()
            optimizer.step()
            optimizer.zero_grad()
            since.add_(len(batch))
            since[fired] = 0
            fired.zero_()

        return step, nothing

    return prepare


VARIANTS: dict[str, Prepare] = {"topk": by(signum), "topk, Adam": by(adam)}

if __name__ == "__main__":
    serve_steps(VARIANTS)
