"""What a model adds by rounding: the difference between what it did and what its weights say.

A model in half precision rounds every value to 8 or 11 bits, one in 8 bits by LLM.int8 rounds what its matrices read
too. Taken as one more bias of the layer, the difference leaves the books balanced, and can be seen there. In models
that compute in float32 nothing is taken so: their books test the weights.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.replacement import Capture
from saecircuits.subject import Weights


def beside_attention(
    weights: Weights, captured: Capture, layer: int, linear: Float[Tensor, "position d_model"]
) -> Float[Tensor, "position d_model"]:
    """What came to the stream beside what attention adds by its weights, which is `linear`."""
    if weights.parallel:
        return captured.attn_out[layer] - linear
    return captured.resid_mid[layer] - captured.resid_pre[layer] - linear


def beside_mlp(weights: Weights, captured: Capture, layer: int) -> Float[Tensor, "position d_model"]:
    """What came to the stream beside the MLP's output; zero if the model computes exactly."""
    out = captured.mlp_out[layer]
    if weights.exact:
        return torch.zeros_like(out)
    after = captured.final_input if layer + 1 == len(captured.resid_pre) else captured.resid_pre[layer + 1]
    before = captured.resid_mid[layer] + (captured.attn_out[layer] if weights.parallel else 0)
    return after - before - out


def beside_norm(weights: Weights, captured: Capture, layer: int) -> Float[Tensor, "position d_model"]:
    """What an MLP reads beside what its norm makes of the stream; zero if the model computes exactly."""
    read = captured.mlp_in[layer]
    if weights.exact:
        return torch.zeros_like(read)
    return read - weights.mlp_norm(layer).apply(captured.resid_mid[layer], captured.mlp_scale[layer])
