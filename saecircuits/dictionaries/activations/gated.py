"""Gated: Rajamanoharan et al. 2024, "Improving Dictionary Learning with Gated Sparse Autoencoders" (arXiv 2404.16014).

One encoder serves both paths: the gate opens where the pre-activation is positive, the magnitude is the pre-activation
stretched and shifted. At inference this is exactly a JumpReLU of the magnitudes.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries.preactivations import Chosen, Preactivations

from .activation import Activation, Folded, per_feature
from .jump_relu import JumpReLU


class Gated(Activation):
    """Keeps `relu(exp(stretch) * pre + shift)` where `pre` is positive.

    Gate and magnitude share the encoder and its bias. Whether a gate is open gets no gradient from the reconstruction;
    `training.losses.GateLoss` trains it.

    Args:
        stretch: logarithm of the factor between gate and magnitude; `r_mag` in the paper.
        shift: of the magnitude; the paper's `b_mag - exp(r_mag) * b_gate`.
    """

    kind: ClassVar[str] = "gated"

    def __init__(self, stretch: float | Tensor = 0.0, shift: float | Tensor = 0.0) -> None:
        super().__init__()
        self.stretch = torch.nn.Parameter(torch.as_tensor(stretch, dtype=torch.float32).clone())
        self.shift = torch.nn.Parameter(torch.as_tensor(shift, dtype=torch.float32).clone())

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        return (pre > 0) * (self.stretch.exp() * pre + self.shift).relu()

    def choose(self, pre: Preactivations) -> Chosen:
        """All whose gate is open."""
        return pre.above(0.0)

    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The magnitudes, where the gate is open."""
        stretch, shift = (p[feature] if p.ndim else p for p in (self.stretch, self.shift))
        return (values > 0) * (stretch.exp() * values + shift).relu()

    def level(self) -> Float[Tensor, "..."] | float:
        """Zero."""
        return 0.0

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": self.kind}

    def for_inference(self) -> Folded:
        """A `JumpReLU` of the magnitudes: the gate is open where the magnitude is above the shift."""
        shift = self.shift.detach()
        return Folded(JumpReLU(shift.clamp_min(0)), self.stretch.detach().exp(), shift)

    @torch.no_grad()
    def rescale(self, factor: float) -> None:
        """Scale the shift."""
        self.shift.mul_(factor)

    def widen(self, n_features: int) -> None:
        """Stretch and shift for every feature."""
        self.stretch = per_feature(self.stretch, n_features)
        self.shift = per_feature(self.shift, n_features)

    @torch.no_grad()
    def reset(self, features: Int[Tensor, " revived"]) -> None:
        """Make their magnitudes equal to the pre-activations."""
        self.stretch[features] = 0
        self.shift[features] = 0

    def after_step(self, latents: Float[Tensor, " pair"]) -> None:
        """The optimizer has learned all there is."""
