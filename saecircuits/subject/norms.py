"""The norms of language models, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Norm:
    """A norm as data: `out = gain * centred(x) * scale(x) + bias`.

    Attributes:
        kind: `"rms"` (divides by the root mean square), `"layer"` (subtracts the mean, divides by the deviation), or
            `"none"` where a sublayer reads the residual stream as it is.
        gain, bias: `[d_model]` (see `HeadNorm` for norms of queries and keys); the bias is zero for RMS norms.
        epsilon: what is added to the mean square.
        module: the module itself, for holding it; None if there is none.
    """

    kind: str
    gain: Float[Tensor, " d_model"]
    bias: Float[Tensor, " d_model"]
    epsilon: float
    module: nn.Module | None

    def scale(self, x: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows 1"]:
        """The factor `1 / denominator` by which the norm multiplies the centred `x`."""
        if self.kind == "none":
            return torch.ones_like(x[..., :1])
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


@dataclass(frozen=True)
class HeadNorm:
    """The norm of queries or keys: of each head on its own (Qwen 3), or of all heads together (OLMo 2).

    Attributes:
        norm: as the module has it, over `d_head` or over `[head * d_head]`.
        n_heads: number of query heads; key heads stand here once for every query head that reads them.
    """

    norm: Norm
    n_heads: int

    def scale(self, x: Float[Tensor, "head position d_head"]) -> Float[Tensor, "head position 1"]:
        """The factor `1 / denominator` of each head; the same for all heads that are normed together."""
        if not self._together(x):
            return self.norm.scale(x)
        # Every key head is repeated equally often, which does not change the mean over heads.
        together = self.norm.scale(x.transpose(0, 1).flatten(1))
        return together.expand(len(x), -1, -1)

    def apply(self, x: Float[Tensor, "head position d_head"]) -> Float[Tensor, "head position d_head"]:
        """Queries or keys after the norm."""
        scale = self.scale(x)
        return torch.stack([self.of(head, x.shape[-1]).apply(x[head], scale[head]) for head in range(len(x))])

    def of(self, head: int, d_head: int) -> Norm:
        """The norm of one head, whose denominator is to be had from `scale`."""
        gain = self.norm.gain.unflatten(0, (-1, d_head))
        own = gain[head * len(gain) // self.n_heads]
        return replace(self.norm, gain=own, bias=torch.zeros_like(own), module=None)

    def _together(self, x: Tensor) -> bool:
        return len(self.norm.gain) != x.shape[-1]
