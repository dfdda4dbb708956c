"""A Llama in few lines, for training a small one on a CPU.

The mathematics is exactly that of the Hugging Face `LlamaForCausalLM` with tied embeddings; matrices that read the
same activation are kept in one, which is faster at this size. `to_hugging_face` exports the trained weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

ROPE_BASE = 10000.0
NORM_EPSILON = 1e-6


@dataclass(frozen=True)
class Shape:
    """The sizes of a Llama."""

    vocabulary: int
    layers: int = 4
    width: int = 128
    head_width: int = 32
    mlp_width: int = 384
    context: int = 512

    @property
    def heads(self) -> int:
        """Attention heads in a layer."""
        return self.width // self.head_width


class LeanBlock(nn.Module):
    """One layer: attention and a gated MLP, each behind an RMS norm.

    Matrices start at a standard deviation of `1/sqrt(width)`; those that write to the residual stream start smaller, so
    that its variance does not grow with the number of layers.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, mlp = shape.width, shape.mlp_width
        output_scale = 1 / math.sqrt(2 * shape.layers)
        self.attention_norm = nn.Parameter(torch.ones(width))
        self.mlp_norm = nn.Parameter(torch.ones(width))
        self.query_key_value = _matrix(3 * width, width)
        self.attention_out = _matrix(width, width, output_scale)
        self.gate_up = _matrix(2 * mlp, width)
        self.down = _matrix(width, mlp, output_scale)

    def forward(
        self,
        residual: Float[Tensor, "batch position width"],
        cosine: Float[Tensor, "position head_width"],
        sine: Float[Tensor, "position head_width"],
    ) -> Float[Tensor, "batch position width"]:
        """The residual stream after this layer."""
        residual = residual + self._attention(_norm(residual, self.attention_norm), cosine, sine)
        gate, up = functional.linear(_norm(residual, self.mlp_norm), self.gate_up).chunk(2, -1)
        return residual + functional.linear(functional.silu(gate) * up, self.down)

    def _attention(self, normed: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, positions, width = normed.shape
        stacked = functional.linear(normed, self.query_key_value)
        stacked = stacked.view(batch, positions, 3, self.shape.heads, self.shape.head_width)
        stacked = stacked.permute(2, 0, 3, 1, 4)
        queries, keys = stacked[:2] * cosine + _rotate_half(stacked[:2]) * sine
        mixed = functional.scaled_dot_product_attention(queries, keys, stacked[2], is_causal=True)
        return functional.linear(mixed.transpose(1, 2).reshape(batch, positions, width), self.attention_out)


class LeanLlama(nn.Module):
    """A Llama whose output matrix is its embedding."""

    cosine: Tensor
    sine: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, shape.width) / math.sqrt(shape.width))
        self.blocks = nn.ModuleList(LeanBlock(shape) for _ in range(shape.layers))
        self.final_norm = nn.Parameter(torch.ones(shape.width))
        cosine, sine = _rotations(shape)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)

    def forward(self, tokens: Int[Tensor, "batch position"]) -> Float[Tensor, "batch position vocabulary"]:
        """The logits of the next token at every position."""
        positions = tokens.shape[1]
        residual = functional.embedding(tokens, self.embedding)
        for block in self.layers():
            residual = block(residual, self.cosine[:positions], self.sine[:positions])
        return functional.linear(_norm(residual, self.final_norm), self.embedding)

    def layers(self) -> list[LeanBlock]:
        """The layers, in the order of the forward pass."""
        return [block for block in self.blocks if isinstance(block, LeanBlock)]

    def matrices(self) -> list[nn.Parameter]:
        """The weights of the layers, without embedding and norms."""
        return [parameter for parameter in self.blocks.parameters() if parameter.ndim == 2]

    def embedding_and_norms(self) -> list[nn.Parameter]:
        """Every parameter that is not in `matrices`."""
        norms = [parameter for parameter in self.blocks.parameters() if parameter.ndim == 1]
        return [self.embedding, self.final_norm, *norms]


def to_hugging_face(model: LeanLlama, *, bos_token_id: int, pad_token_id: int) -> LlamaForCausalLM:
    """The same model as a `LlamaForCausalLM`, in evaluation mode; it has no end-of-text token."""
    shape = model.shape
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.mlp_width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        head_dim=shape.head_width,
        max_position_embeddings=shape.context,
        rms_norm_eps=NORM_EPSILON,
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_BASE},
        tie_word_embeddings=True,
        bos_token_id=bos_token_id,
        eos_token_id=None,
        pad_token_id=pad_token_id,
    )
    exported = LlamaForCausalLM(config)
    exported.load_state_dict({name: weight.detach().clone() for name, weight in _named_weights(model).items()})
    return exported.eval()


def _named_weights(model: LeanLlama) -> dict[str, Tensor]:
    """The weights under their Hugging Face names."""
    named: dict[str, Tensor] = {
        "model.embed_tokens.weight": model.embedding,
        "lm_head.weight": model.embedding,
        "model.norm.weight": model.final_norm,
    }
    for index, block in enumerate(model.layers()):
        query, key, value = block.query_key_value.chunk(3)
        gate, up = block.gate_up.chunk(2)
        layer = {
            "self_attn.q_proj": query,
            "self_attn.k_proj": key,
            "self_attn.v_proj": value,
            "self_attn.o_proj": block.attention_out,
            "mlp.gate_proj": gate,
            "mlp.up_proj": up,
            "mlp.down_proj": block.down,
            "input_layernorm": block.attention_norm,
            "post_attention_layernorm": block.mlp_norm,
        }
        named |= {f"model.layers.{index}.{name}.weight": weight for name, weight in layer.items()}
    return named


def _matrix(outputs: int, inputs: int, scale: float = 1.0) -> nn.Parameter:
    return nn.Parameter(torch.randn(outputs, inputs) * (scale / math.sqrt(inputs)))


def _norm(activation: Tensor, weight: Tensor) -> Tensor:
    return functional.rms_norm(activation, weight.shape, weight, NORM_EPSILON)


def _rotate_half(activation: Tensor) -> Tensor:
    first, second = activation.chunk(2, -1)
    return torch.cat([-second, first], -1)


def _rotations(shape: Shape) -> tuple[Tensor, Tensor]:
    """Cosine and sine of every position's angles, each `[context, head_width]`."""
    frequencies = ROPE_BASE ** -(torch.arange(0, shape.head_width, 2).float() / shape.head_width)
    angles = torch.arange(shape.context).float()[:, None] * frequencies
    angles = torch.cat([angles, angles], -1)
    return angles.cos(), angles.sin()
