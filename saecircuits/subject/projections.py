"""The projections of attention and MLPs, brought into one layout: one slice a query head, `[in, out]`.

Families differ in whether query, key and value have a matrix each or share one, in the order inside a shared one, in
how many query heads read one key-value head, and in whether a matrix is kept as `[out, in]` or `[in, out]`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from .norms import HeadNorm
from .stored import linear

QUERY, KEY, VALUE = range(3)


@dataclass(frozen=True)
class AttentionWeights:
    """The value and output projections of one attention layer, one slice a query head.

    Attributes:
        value: `[head, d_model, d_head]`, grouped key-value heads repeated to the query heads.
        value_bias: `[head, d_head]`.
        output: `[head, d_head, d_model]`.
        output_bias: `[d_model]`.
    """

    value: Float[Tensor, "head d_model d_head"]
    value_bias: Float[Tensor, "head d_head"]
    output: Float[Tensor, "head d_head d_model"]
    output_bias: Float[Tensor, " d_model"]

    def out(
        self, read: Float[Tensor, "key d_model"], pattern: Float[Tensor, "head query key"]
    ) -> Float[Tensor, "query d_model"]:
        """What attention puts out, before a post-norm, from what it reads and where it looks."""
        values = torch.einsum("pd,hdk->hpk", read, self.value) + self.value_bias[:, None]
        return torch.einsum("hqp,hpk,hkd->qd", pattern, values, self.output) + self.output_bias


Rotary = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""A model's rotary embedding: from any tensor (for its precision) and positions `[1, position]`, cosines and sines."""


@dataclass(frozen=True)
class QueryKeyWeights:
    """What makes the attention scores of one layer, one slice a query head.

    With `q = rotate(query_norm(x W_Q + b_Q))` and `k` likewise, x what attention reads (after its norm),
    `score = capped(scale * q · k)`; the pattern is the softmax of the scores over the keys that `mask` allows.

    Attributes:
        query, key: `[head, d_model, d_head]`, grouped key heads repeated to the query heads.
        query_bias, key_bias: `[head, d_head]`.
        scale: what `q · k` is multiplied with.
        cap: scores are `cap * tanh(score / cap)`; None where they are not capped.
        window: a query sees this many tokens, itself the last; None where it sees all before it.
        query_norm, key_norm: the norms of queries and keys, or None.
        rotary: gives cosines and sines for a tensor's precision and positions `[1, position]`; or None.
    """

    query: Float[Tensor, "head d_model d_head"]
    query_bias: Float[Tensor, "head d_head"]
    key: Float[Tensor, "head d_model d_head"]
    key_bias: Float[Tensor, "head d_head"]
    scale: float
    cap: float | None
    window: int | None
    query_norm: HeadNorm | None
    key_norm: HeadNorm | None
    rotary: Rotary | None

    def cos_sin(self, length: int) -> tuple[Float[Tensor, "position rotary"], Float[Tensor, "position rotary"]]:
        """Cosines and sines at every position of a prompt, of no width where the model has no rotary embedding.

        Some models turn all positions at another speed once the prompt is long, so its length is needed, not some
        positions of it.
        """
        if self.rotary is None:
            none = self.query.new_zeros(length, 0)
            return none, none
        cos, sin = self.rotary(self.query, torch.arange(length, device=self.query.device)[None])
        return cos[0].to(self.query.device), sin[0].to(self.query.device)

    def scores(self, read: Float[Tensor, "position d_model"]) -> Float[Tensor, "head query key"]:
        """Scores, capped but not masked, from what attention reads at every position of a prompt."""
        cos, sin = self.cos_sin(len(read))
        query = torch.einsum("pd,hdk->hpk", read, self.query) + self.query_bias[:, None]
        key = torch.einsum("pd,hdk->hpk", read, self.key) + self.key_bias[:, None]
        if self.query_norm is not None and self.key_norm is not None:
            query, key = self.query_norm.apply(query), self.key_norm.apply(key)
        return self.capped(self.scale * rotate(query, cos, sin) @ rotate(key, cos, sin).transpose(1, 2))

    def capped(self, scores: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Scores after soft-capping."""
        return scores if self.cap is None else self.cap * torch.tanh(scores / self.cap)

    def mask(self, length: int) -> Bool[Tensor, "query key"]:
        """Which keys a query sees in a prompt without padding."""
        back = torch.arange(length)[:, None] - torch.arange(length)
        seen = (back >= 0) & (back < (self.window or length))
        return seen.to(self.query.device)


def rotate(
    x: Float[Tensor, "*head position d_head"],
    cos: Float[Tensor, "position rotary"],
    sin: Float[Tensor, "position rotary"],
) -> Float[Tensor, "*head position d_head"]:
    """Rotary embedding of queries or keys; the dimensions beyond those of `cos` pass unchanged.

    It is linear in `x`; its transpose is the rotation with `-sin`.
    """
    turned, kept = x[..., : cos.shape[-1]], x[..., cos.shape[-1] :]
    first, second = turned.chunk(2, -1)
    return torch.cat([turned * cos + torch.cat([-second, first], -1) * sin, kept], -1)


@dataclass(frozen=True)
class Projections:
    """Where the projections of an attention module lie.

    Attributes:
        paths: of the query, key and value matrices; one path three times where they share one.
        output: path of the output projection.
        heads: picks the columns `[..., out]` of part 0, 1 or 2, as `[..., head, d_head]`, given the part, the number of
            query heads and d_head.
    """

    paths: tuple[str, str, str]
    output: str
    heads: Callable[[Tensor, int, int, int], Tensor]

    def part(self, attention: nn.Module, part: int, n_heads: int) -> tuple[Tensor, Tensor]:
        """One of query, key and value: weight `[head, d_model, d_head]` and bias `[head, d_head]`."""
        d_head = len(linear(attention.get_submodule(self.output))[0]) // n_heads
        weight, bias = (
            self.heads(values, part, n_heads, d_head) for values in linear(attention.get_submodule(self.paths[part]))
        )
        shared = n_heads // len(bias)
        return weight.transpose(0, 1).repeat_interleave(shared, 0), bias.repeat_interleave(shared, 0)

    def attention(self, attention: nn.Module, n_heads: int) -> AttentionWeights:
        """Value and output projections."""
        output, bias = linear(attention.get_submodule(self.output))
        return AttentionWeights(*self.part(attention, VALUE, n_heads), output.unflatten(0, (n_heads, -1)), bias)


def _a_matrix_each(columns: Tensor, _: int, __: int, d_head: int) -> Tensor:
    return columns.unflatten(-1, (-1, d_head))


def _part_by_part(columns: Tensor, part: int, n_heads: int, d_head: int) -> Tensor:
    """All queries, then all keys, then all values; of these there may be fewer."""
    heads = columns.unflatten(-1, (-1, d_head))
    shared = (heads.shape[-2] - n_heads) // 2
    return heads.split([n_heads, shared, shared], -2)[part]


def _head_by_head(columns: Tensor, part: int, _: int, d_head: int) -> Tensor:
    return columns.unflatten(-1, (-1, 3, d_head))[..., part, :]


SEPARATE = Projections(("q_proj", "k_proj", "v_proj"), "o_proj", _a_matrix_each)
"""Llama and those who followed it."""

FUSED_BY_PART = Projections(("c_attn", "c_attn", "c_attn"), "c_proj", _part_by_part)
"""GPT-2: all queries, then all keys, then all values."""

FUSED_BY_HEAD = Projections(("query_key_value", "query_key_value", "query_key_value"), "dense", _head_by_head)
"""GPT-NeoX: query, key and value of the first head, then of the second, …"""

FUSED_GROUPED = Projections(("qkv_proj", "qkv_proj", "qkv_proj"), "o_proj", _part_by_part)
"""Phi-3: as GPT-2, with fewer keys and values than queries."""

SEPARATE_DENSE = Projections(("q_proj", "k_proj", "v_proj"), "dense", _a_matrix_each)
"""Phi."""

SEPARATE_OUT = Projections(("q_proj", "k_proj", "v_proj"), "out_proj", _a_matrix_each)
"""GPT-J, GPT-Neo and OPT."""
