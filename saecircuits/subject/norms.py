"""The two norms of language models, as data."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Norm:
    """A norm as data: `out = gain * centred(x) * scale(x) + bias`.

    Attributes:
        kind: `"rms"` (divides by the root mean square) or `"layer"` (subtracts the mean, divides by the deviation).
        gain, bias: `[d_model]` (`[d_head]` for norms of queries and keys); the bias is zero for RMS norms.
        epsilon: what is added to the mean square.
        module: the module itself, for holding it.
    """

    kind: str
    gain: Float[Tensor, " d_model"]
    bias: Float[Tensor, " d_model"]
    epsilon: float
    module: nn.Module

    def scale(self, x: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows 1"]:
        """The factor `1 / denominator` by which the norm multiplies the centred `x`."""
        return torch.rsqrt(self.centred(x.float()).pow(2).mean(-1, keepdim=True) + self.epsilon)

    def centred(self, x: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows d_model"]:
        """The linear part before the division: a layer norm subtracts the mean, an RMS norm nothing."""
        return x - x.mean(-1, keepdim=True) if self.kind == "layer" else x

    def apply(
        self, x: Float[Tensor, "*rows d_model"], scale: Float[Tensor, "*rows 1"] | None = None
    ) -> Float[Tensor, "*rows d_model"]:
        """The norm's output at `x`, with its own denominator or with `scale` in its place."""
        return self.gain * (self.centred(x) * (self.scale(x) if scale is None else scale)) + self.bias

    def pull_back(self, gradient: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows d_model"]:
        """Gradient at the output to gradient at the input, before the factor `scale`, the denominator held."""
        return self.centred(gradient * self.gain)  # centring is its own transpose
