"""Activations that are normalised token by token before a dictionary reads them, and undone behind it.

With the size `s` and the mean `μ` of a token, such a dictionary computes `n = (x - μ) / s`, `pre = W_enc (n - b_in) +
b_enc`, and `x̂ = s (z · W_dec + b) + μ`. Here its latents are kept `s` times as large, which a ReLU and a TopK follow:
then `x̂ = z · W_dec + (s b + μ)`, a decoder that is linear in the latents, and a part that goes past the features.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from saecircuits.errors import FileFormatError

TOKEN_NORMS = ("layer_norm", "constant_norm")
"""`layer_norm`: less its mean, over its deviation (of a sample) plus 1e-5. `constant_norm`: over its norm, times √d."""

_EPSILON = 1e-5


class TokenNorm(nn.Module):
    """How a dictionary of one site normalises each token.

    Args:
        kind: one of `TOKEN_NORMS`.
        bias: `b` above, `[write, d_model]`.
    """

    def __init__(self, kind: str, bias: Float[Tensor, "write d_model"]) -> None:
        super().__init__()
        if kind not in TOKEN_NORMS:
            raise FileFormatError(
                f"There is no normalisation of tokens {kind!r}.", f"Known are {', '.join(TOKEN_NORMS)}."
            )
        self.kind = kind
        self.bias = nn.Parameter(torch.as_tensor(bias, dtype=torch.float32).clone())

    def inside(
        self, x: Float[Tensor, "*tokens read d_model"]
    ) -> tuple[Float[Tensor, "*tokens read d_model"], Float[Tensor, "*tokens 1"]]:
        """Normalised activations, and the size of each token."""
        mean, size = self._mean_and_size(x)
        shrink = size + (_EPSILON if self.kind == "layer_norm" else 0.0)
        return (x - mean) / shrink, size[..., 0]

    def past(self, x: Float[Tensor, "*tokens read d_model"]) -> Float[Tensor, "*tokens write d_model"]:
        """What is written whatever fires: the mean, and the bias at the token's size."""
        mean, size = self._mean_and_size(x)
        return size * self.bias + mean

    def _mean_and_size(self, x: Tensor) -> tuple[Tensor | float, Tensor]:
        if self.kind == "layer_norm":
            return x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
        norm = x.norm(dim=-1, keepdim=True).clamp_min(torch.finfo(x.dtype).tiny)
        return 0.0, norm / x.shape[-1] ** 0.5
