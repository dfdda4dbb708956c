"""One attention layer with its pattern and all norm denominators held: a linear map between positions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.replacement import Capture
from saecircuits.subject import Weights

from .rounding import beside_attention


@dataclass(frozen=True)
class HeldAttention:
    """Gains and centring of the norms are folded into the projections, denominators into the pattern.

    A row of an attention pattern adds up to one, so biases of norm and values add the same vector at every position; a
    norm after attention then scales it by its denominator there.

    Attributes:
        output: cotangents of what attention adds to those of its heads, `[d_model, head * d_head]`.
        value: cotangents of values to those of the stream, `[head, d_head, d_model]`.
        pattern: `[head, query, key]`, times both denominators' factors.
        bias: what attention adds without reading anything, `[position, d_model]`; with what a coarse model rounds.
    """

    output: Float[Tensor, "d_model heads"]
    value: Float[Tensor, "head d_head d_model"]
    pattern: Float[Tensor, "head query key"]
    bias: Float[Tensor, "position d_model"]

    @classmethod
    def of(cls, weights: Weights, captured: Capture, layer: int) -> HeldAttention:
        """The attention of a layer of a captured prompt."""
        projections, norm = weights.attention(layer), weights.attention_norm(layer)
        pattern = captured.patterns[layer] * captured.attention_scale[layer].T
        through = torch.einsum("d,hdk->hk", norm.bias, projections.value) + projections.value_bias
        bias = torch.einsum("hk,hkd->d", through, projections.output) + projections.output_bias
        output = projections.output.flatten(0, 1)  # [head * d_head, d_model]
        post, scale = weights.attention_post_norm(layer), captured.post_scale[layer]
        if post is None or scale is None:
            biases = bias.expand(captured.length, -1)
        else:
            biases = post.gain * post.centred(bias) * scale + post.bias
            pattern, output = pattern * scale, post.gain * post.centred(output)
        held = cls(output.T.contiguous(), norm.pull_back(projections.value.transpose(1, 2)), pattern, biases)
        if weights.exact:
            return held
        linear = biases + held.moved(captured.resid_pre[layer])
        return replace(held, bias=biases + beside_attention(weights, captured, layer, linear))

    def moved(self, x: Float[Tensor, "key d_model"]) -> Float[Tensor, "query d_model"]:
        """What attention adds at each query because of the whole stream."""
        heads = torch.einsum("kd,hed->hke", x, self.value)
        return (self.pattern @ heads).transpose(0, 1).flatten(1) @ self.output.T

    def bias_effects(
        self, g: Float[Tensor, "... row d_model"], position: Int[Tensor, " row"] | None = None
    ) -> Float[Tensor, "... row"]:
        """What the biases add to readings: at every position, or each at its own."""
        if position is not None:
            return (g * self.bias[position]).sum(-1)
        return (g @ self.bias[: len(g), :, None]).squeeze(-1)

    def carry(self, g: Float[Tensor, "position row d_model"], rows: int) -> None:
        """Add to the first rows of `g`, in place, what reaches each position through attention."""
        length, (heads, d_head, d_model) = len(g), self.value.shape
        at_heads = (g[:, :rows].reshape(-1, d_model) @ self.output).view(length, rows, heads, d_head)
        at_heads = at_heads.permute(2, 0, 1, 3).reshape(heads, length, rows * d_head)
        pattern = self.pattern[:, :length, :length].transpose(1, 2)
        at_keys = (pattern @ at_heads).view(heads, length, rows, d_head)
        at_keys = at_keys.permute(1, 2, 0, 3).reshape(length * rows, heads * d_head)
        if rows == g.shape[1]:
            g.view(-1, d_model).addmm_(at_keys, self.value.flatten(0, 1))
        else:
            g[:, :rows] += (at_keys @ self.value.flatten(0, 1)).view(length, rows, d_model)

    def push(self, x: Float[Tensor, "key d_model"]) -> Float[Tensor, "query key d_model"]:
        """What attention adds at each query because of a vector in the stream at each key."""
        heads = torch.einsum("kd,hed->hke", x, self.value)
        moved = heads @ self.output.T.unflatten(0, (len(self.value), -1))
        length = len(x)
        return torch.einsum("hqk,hkd->qkd", self.pattern[:, :length, :length], moved)

    def carry_single(
        self,
        g: Float[Tensor, "position row d_model"],
        first: int,
        position: Int[Tensor, " fresh"],
        vector: Float[Tensor, "fresh d_model"],
    ) -> None:
        """The same for rows from `first` on that stand at one position each, in ascending order of it."""
        heads, d_head, d_model = self.value.shape
        at_heads = (vector @ self.output).view(-1, heads, d_head).transpose(0, 1)
        moved = (at_heads @ self.value).view(heads, -1)  # [head, fresh * d_model]
        flat, start = g.view(len(g), -1), 0
        for at, count in zip(
            *(found.tolist() for found in position.unique_consecutive(return_counts=True)), strict=True
        ):
            here = slice(start * d_model, (start + count) * d_model)
            there = slice((first + start) * d_model, (first + start + count) * d_model)
            flat[: at + 1, there].addmm_(self.pattern[:, at, : at + 1].T, moved[:, here])
            start += count
