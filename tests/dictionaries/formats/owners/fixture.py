"""What all writers of checkpoints share: sizes, random weights, and how expected numbers are kept.

Beside the folder of each checkpoint lies `<case>.safetensors`: `x` as it is read, `latents` and `out` as the owner's
code makes them; one line a dictionary in `latents` where there are several.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

D, M, N = 8, 16, 6
"""Width, features, tokens."""


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(seed))


def tokens(*sites: int, seed: int = 99) -> torch.Tensor:
    """Random activations with a mean and a norm that are far from 0 and 1."""
    return 2.0 * randn(seed, N, *sites, D) + 0.5


def randomise(module: torch.nn.Module, seed: int) -> None:
    """Give every parameter random values, none of them zero; norms of decoder rows differ."""
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            parameter.copy_(0.5 * randn(1000 * seed + number, *parameter.shape))


def keep(data: Path, case: str, x: torch.Tensor, latents: torch.Tensor, out: torch.Tensor) -> None:
    """Write what is expected of a checkpoint."""
    fired = (latents > 0).float().mean()
    assert 0.02 < fired < 0.9, f"{case}: {fired:.0%} fire, so little is tested"
    held = {"x": x, "latents": latents, "out": out}
    save_file({name: value.detach().float().contiguous() for name, value in held.items()}, data / f"{case}.safetensors")
