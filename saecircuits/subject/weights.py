"""The weights that the explicit sweep needs, in one layout for every architecture."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn

from .architectures import Architecture, AttentionWeights, centre, norm_scale


@dataclass(frozen=True)
class Norm:
    """A norm as data: `out = gain * centred(x) * scale(x) + bias`.

    Attributes:
        kind: `"rms"` or `"layer"`.
        gain, bias: `[d_model]`; the bias is zero for RMS norms.
        module: the module itself, asked for its epsilon.
    """

    kind: str
    gain: Tensor
    bias: Tensor
    module: nn.Module

    def scale(self, x: Tensor) -> Tensor:
        """`1 / denominator` at `x`, shape `[..., 1]`."""
        return norm_scale(self.kind, self.module, x)

    def centred(self, x: Tensor) -> Tensor:
        """The linear part before the division."""
        return centre(self.kind, x)

    def pull_back(self, gradient: Tensor) -> Tensor:
        """Gradient at the output to gradient at the input, before the factor `scale`, the denominator held."""
        return centre(self.kind, gradient * self.gain)  # centring is its own transpose


def at_least_single(values: Tensor) -> Tensor:
    """The values in float32, if they come in half precision; as they are otherwise."""
    return values.float() if values.dtype in (torch.bfloat16, torch.float16) else values


class Weights:
    """Reads the weights of a model, in float32 where the model has half precision.

    Nothing is copied before it is asked for.

    Args:
        model: the Hugging Face model.
        architecture: its row of the table.
    """

    def __init__(self, model: nn.Module, architecture: Architecture) -> None:
        self._model = model
        self._architecture = architecture
        self._blocks: Any = model.get_submodule(architecture.blocks)

    @property
    def dtype(self) -> torch.dtype:
        """The precision in which the model computes."""
        return self._model.get_submodule(self._architecture.token_embedding).get_parameter("weight").dtype

    @property
    def token_embedding(self) -> Tensor:
        """`[vocabulary, d_model]`."""
        return self._parameter(self._architecture.token_embedding)

    @property
    def position_embedding(self) -> Tensor | None:
        """`[position, d_model]`, or None for rotary models."""
        path = self._architecture.position_embedding
        return None if path is None else self._parameter(path)

    @property
    def unembed(self) -> Tensor:
        """`[vocabulary, d_model]`."""
        return self._parameter(self._architecture.unembed)

    @property
    def unembed_bias(self) -> Tensor:
        """`[vocabulary]`, zero where the model has none."""
        bias: Any = self._model.get_submodule(self._architecture.unembed).bias
        return self.unembed.new_zeros(len(self.unembed)) if bias is None else at_least_single(bias)

    @property
    def final_norm(self) -> Norm:
        """The norm before the unembedding."""
        return self._norm(self._model.get_submodule(self._architecture.final_norm))

    def attention(self, layer: int) -> AttentionWeights:
        """Value and output projections of one layer."""
        module = self._blocks[layer].get_submodule(self._architecture.attention)
        weights = self._architecture.attention_weights(module, self._model.config)
        return AttentionWeights(
            **{field.name: at_least_single(getattr(weights, field.name)) for field in fields(weights)}
        )

    def attention_norm(self, layer: int) -> Norm:
        """The norm that attention reads through."""
        return self._norm(self._blocks[layer].get_submodule(self._architecture.attention_norm))

    def mlp_norm(self, layer: int) -> Norm:
        """The norm that the MLP reads through."""
        return self._norm(self._blocks[layer].get_submodule(self._architecture.mlp_norm))

    def _parameter(self, path: str) -> Tensor:
        return at_least_single(self._model.get_submodule(path).get_parameter("weight"))

    def _norm(self, module: Any) -> Norm:
        gain, bias = at_least_single(module.weight), getattr(module, "bias", None)
        return Norm(
            self._architecture.norm, gain, torch.zeros_like(gain) if bias is None else at_least_single(bias), module
        )
