"""Which features fire at which tokens, and the three products that training needs, at the cost of what fires.

Seen as a sparse matrix `S` of tokens by features, with one value a pair:

1. `times`: `S · rows`, the sum over a token's features. Decoding is this.
2. `transposed_times`: `Sᵀ · rows`, the sum over a feature's tokens. The gradients of both weight matrices are this.
3. `sampled`: the dot product of a token's row and a feature's row, for each pair alone. Pre-activations of chosen
   pairs, and the gradient of each latent, are this.

1 and 2 are one kernel (`embedding_bag`) with the roles of tokens and features swapped, so no dense gradient of
`[token, feature]` is ever formed. Where much fires, dense products are cheaper, and are taken instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import embedding_bag

_DENSE = 0.04
"""Share of pairs above which dense products are faster (2 CPU cores, 512 wide: even between 3 and 5 %)."""


@dataclass(frozen=True)
class Firing:
    """Pairs of a token and a feature, ordered by token.

    Args:
        tokens, features: how many there are.
        token, feature: of each pair.
    """

    tokens: int
    features: int
    token: Int[Tensor, " pair"]
    feature: Int[Tensor, " pair"]

    def __len__(self) -> int:
        return len(self.token)

    def times(self, values: Float[Tensor, " pair"], rows: Float[Tensor, "feature d"]) -> Float[Tensor, "token d"]:
        """For each token the sum over its features of value times row."""
        if self._is_dense:
            return self._scattered(values) @ rows
        return _sums(rows, self.feature, self._starts, values)

    def transposed_times(
        self, values: Float[Tensor, " pair"], rows: Float[Tensor, "token d"]
    ) -> Float[Tensor, "feature d"]:
        """For each feature the sum over its tokens of value times row."""
        if self._is_dense:
            return self._scattered(values).T @ rows
        order, starts = self._by_feature
        return _sums(rows, self.token[order], starts, values[order])

    def sampled(
        self, token_rows: Float[Tensor, "token d"], feature_rows: Float[Tensor, "feature d"]
    ) -> Float[Tensor, " pair"]:
        """The dot product of each pair's two rows."""
        if self._is_dense:
            return (token_rows @ feature_rows.T)[self.token, self.feature]
        dots = torch.ops.aten._embedding_bag_per_sample_weights_backward
        return dots(token_rows, feature_rows, self.feature, self._starts[:-1], self.token, 0)

    def sum_by_feature(self, values: Float[Tensor, " pair"]) -> Float[Tensor, " feature"]:
        """The sum of each feature's values."""
        return values.new_zeros(self.features).index_add_(0, self.feature, values)

    def dense(self, values: Float[Tensor, " pair"]) -> Float[Tensor, "token feature"]:
        """The values in their places, zero elsewhere; differentiable."""
        return values.new_zeros(self.tokens, self.features).index_put((self.token, self.feature), values)

    def keep(self, pairs: Tensor) -> Firing:
        """Some of the pairs: a mask, or ascending indices."""
        return Firing(self.tokens, self.features, self.token[pairs], self.feature[pairs])

    @property
    def _is_dense(self) -> bool:
        return len(self) > _DENSE * self.tokens * self.features

    def _scattered(self, values: Tensor) -> Tensor:
        dense = values.new_zeros(self.tokens, self.features)
        dense[self.token, self.feature] = values
        return dense

    @cached_property
    def _starts(self) -> Tensor:
        return _starts(self.token, self.tokens)

    @cached_property
    def _by_feature(self) -> tuple[Tensor, Tensor]:
        return torch.sort(self.feature, stable=True).indices, _starts(self.feature, self.features)


def _starts(sorted_or_not: Tensor, groups: int) -> Tensor:
    """Where each group begins once pairs are ordered by group, and the number of pairs behind the last."""
    counts = torch.bincount(sorted_or_not, minlength=groups)
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])


def _sums(rows: Tensor, index: Tensor, starts: Tensor, values: Tensor) -> Tensor:
    return embedding_bag(index, rows, starts, mode="sum", per_sample_weights=values, include_last_offset=True)


class _Picked(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values: Tensor, x: Tensor, weight: Tensor, bias: Tensor, firing: Firing) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(x)
        ctx.firing = firing
        return values.view_as(values)

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[override]
        (x,) = ctx.saved_tensors
        return None, None, ctx.firing.transposed_times(gradient, x), ctx.firing.sum_by_feature(gradient), None


def picked(
    values: Float[Tensor, " pair"],
    x: Float[Tensor, "token d"],
    weight: Float[Tensor, "feature d"],
    bias: Float[Tensor, " feature"],
    firing: Firing,
) -> Float[Tensor, " pair"]:
    """Pre-activations of chosen pairs, `values`, with gradients for `weight` and `bias`.

    Args:
        values: `weight[feature] · x[token] + bias[feature]` of each pair, already worked out.
        x: held; gets no gradient.
        weight, bias: of the encoder.
        firing: the pairs.
    """
    return _Picked.apply(values, x, weight, bias, firing)


class _Decoded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values: Tensor, rows: Tensor, firing: Firing) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(values, rows)
        ctx.firing = firing
        return firing.times(values, rows)

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[override]
        values, rows = ctx.saved_tensors
        gradient = gradient.contiguous()
        for_values = ctx.firing.sampled(gradient, rows) if ctx.needs_input_grad[0] else None
        for_rows = ctx.firing.transposed_times(values, gradient) if ctx.needs_input_grad[1] else None
        return for_values, for_rows, None


def decoded(
    values: Float[Tensor, " pair"], rows: Float[Tensor, "feature d"], firing: Firing
) -> Float[Tensor, "token d"]:
    """`firing.times(values, rows)`, with gradients for both."""
    return _Decoded.apply(values, rows, firing)
