"""Superposition in a toy model: Elhage et al. 2022, "Toy Models of Superposition" (arXiv 2209.10652).

    h  = W x               n features go through m neurons
    x̂  = ReLU(Wᵀ h + b)    and have to come out again
    L  = Σ_i importance_i (x_i − x̂_i)²

1. A feature is on with probability 1 − sparsity, and then anything from 0 to 1.
2. For every sparsity of a list several models are trained, all at once, from different beginnings.
3. Of each sparsity the model with the lowest loss counts: some beginnings end in worse arrangements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.progress import report

LEVELS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)
"""Sparsities: the probability that a feature is off."""
_RATE = 1e-2
_SCORED = 8192
_SHOWINGS = 16
"""How often a watcher sees the models while they are trained."""


@dataclass(frozen=True)
class ToySettings:
    """What is trained.

    Attributes:
        features: n.
        neurons: m, fewer than n.
        decay: importance of a feature over that of the one before.
        seed: of everything that is drawn.
        levels: sparsities, rising, below 1.
    """

    features: int = 5
    neurons: int = 2
    decay: float = 0.9
    seed: int = 0
    levels: tuple[float, ...] = LEVELS

    def checked(self) -> ToySettings:
        """Itself; `InputError` if it cannot be trained."""
        if not 1 <= self.neurons < self.features <= 40:
            raise InputError(
                f"{self.features} features do not fit {self.neurons} neurons.",
                "Give 2 to 40 features, and from 1 to fewer neurons than these.",
            )
        if not 0 < self.decay <= 1:
            raise InputError(f"The decay of importance is {self.decay}.", "Give a number above 0 and up to 1.")
        if not self.levels or not all(0 <= level < 1 for level in self.levels):
            raise InputError(f"The sparsities are {list(self.levels)}.", "Give numbers from 0 to below 1.")
        return self

    @property
    def importance(self) -> Float[Tensor, " feature"]:
        """Weight of each feature in the loss."""
        return self.decay ** torch.arange(self.features).float()


@dataclass(frozen=True)
class ToyModels:
    """The best model of each sparsity.

    Attributes:
        settings: what was trained.
        weight: `W`; a column is a feature's direction.
        bias: `b`.
        loss: on fresh inputs.
    """

    settings: ToySettings
    weight: Float[Tensor, "level neuron feature"]
    bias: Float[Tensor, "level feature"]
    loss: Float[Tensor, " level"]

    @property
    def kept(self) -> Float[Tensor, "level feature"]:
        """Which features the model represents: those whose direction is longer than a half."""
        return (self.weight.norm(dim=1) > 0.5).float()


def sample(
    shape: tuple[int, int, int], off: Float[Tensor, "run 1 1"], generator: torch.Generator
) -> Float[Tensor, "run batch feature"]:
    """Inputs; `off` is the probability that a feature is 0."""
    value, chance = torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)
    return value * (chance >= off)


def toy_loss(
    weight: Float[Tensor, "run neuron feature"],
    bias: Float[Tensor, "run feature"],
    x: Float[Tensor, "run batch feature"],
    importance: Float[Tensor, " feature"],
) -> Float[Tensor, " run"]:
    """The loss of each run, a mean over its batch."""
    out = torch.baddbmm(bias[:, None], torch.bmm(x, weight.mT), weight).relu()
    return (importance * (x - out).square()).sum(2).mean(1)


def train_toy(
    settings: ToySettings,
    steps: int = 1500,
    runs: int = 3,
    batch: int = 256,
    watch: Callable[[ToyModels], object] | None = None,
) -> ToyModels:
    """Train models of all sparsities at once.

    Args:
        settings: what to train.
        steps: of Adam; over the second half the learning rate falls to nearly 0.
        runs: models of each sparsity.
        batch: inputs of a step.
        watch: shown the best models so far, some sixteen times.

    Raises:
        InputError: for settings that cannot be trained.
    """
    levels, count = settings.checked().levels, len(settings.levels) * runs
    generator = torch.Generator().manual_seed(settings.seed)
    n, m = settings.features, settings.neurons
    weight = (0.7 * m**-0.5 * torch.randn(count, m, n, generator=generator)).requires_grad_(True)
    bias = torch.zeros(count, n, requires_grad=True)
    off = torch.tensor(levels).repeat_interleave(runs)[:, None, None]
    optimizer = torch.optim.Adam([weight, bias], lr=_RATE)
    with torch.enable_grad():
        for step in range(steps):
            report("Training toy models", step, steps)
            optimizer.param_groups[0]["lr"] = _RATE * min(1.0, max(0.02, 2 - 2 * step / steps))
            losses = toy_loss(weight, bias, sample((count, batch, n), off, generator), settings.importance)
            optimizer.zero_grad()
            losses.sum().backward()
            optimizer.step()
            if watch is not None and step % max(1, steps // _SHOWINGS) == 0:
                watch(_best(settings, weight, bias, losses, runs))
    with torch.no_grad():
        x = sample((count, _SCORED, n), off, generator)
        return _best(settings, weight, bias, toy_loss(weight, bias, x, settings.importance), runs)


def _best(settings: ToySettings, weight: Tensor, bias: Tensor, losses: Tensor, runs: int) -> ToyModels:
    losses = losses.detach().unflatten(0, (-1, runs))
    chosen = losses.argmin(1) + runs * torch.arange(len(losses))
    return ToyModels(settings, weight.detach()[chosen], bias.detach()[chosen], losses.min(1).values)
