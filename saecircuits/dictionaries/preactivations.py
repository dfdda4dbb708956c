"""Choosing pairs of a token and a feature from the pre-activations of a batch.

1. All pre-activations are worked out once, without gradient, in float32 or, where matrix units are much faster at it,
   in bfloat16.
2. The features of a token are looked at in groups. A group whose maximum is too small is passed over, so most of the
   work is one pass that takes maxima. The choice is exact: the k largest values lie in the k groups with the largest
   maxima.
3. After bfloat16 some more pairs are chosen than asked for, their values are worked out anew in float32, and the
   choice is made among those.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from .firing import Firing

_SPARE = 16
"""Candidates beyond k after bfloat16: the k largest were among k + 16 in every case of some 10 million tokens tried."""
_ROUNDING = 2.0**-5
"""A pre-activation's error after bfloat16 as a share of |w| |x| / sqrt(d): 8 standard deviations of rounding errors
that are spread evenly over the d products."""
_OUTPUT = 2.0**-8
"""Rounding of a sum and of a bias to bfloat16, as a share of their sizes."""
_BELOW = 0.999
"""Factor that puts a bound below a value that is to lie above it."""
_MUCH = 0.25
"""Share of groups with a candidate above which looking at groups saves nothing."""


@dataclass(frozen=True)
class Chosen:
    """Some pairs, with their pre-activations in float32 (no gradient)."""

    firing: Firing
    values: Float[Tensor, " pair"]

    def keep(self, pairs: Tensor) -> Chosen:
        """Some of them: a mask, or ascending indices."""
        return Chosen(self.firing.keep(pairs), self.values[pairs])


class Preactivations:
    """The pre-activations of a batch.

    Args:
        x: what is read, centred.
        weight, bias: of the encoder.
        low_precision: work out all of them in bfloat16, and chosen ones in float32.
        out: memory for them, `[token, feature]`, of the right type; made if it is not given.
    """

    def __init__(
        self,
        x: Float[Tensor, "token d"],
        weight: Float[Tensor, "feature d"],
        bias: Float[Tensor, " feature"],
        low_precision: bool = False,
        out: Tensor | None = None,
    ) -> None:
        self._x, self._weight, self._bias = x.detach(), weight.detach(), bias.detach()
        self._low = low_precision
        kind = torch.bfloat16 if low_precision else weight.dtype
        self._all = torch.addmm(self._bias.to(kind), self._x.to(kind), self._weight.to(kind).T, out=out)

    @property
    def tokens(self) -> int:
        """Number of tokens."""
        return self._all.shape[0]

    @property
    def features(self) -> int:
        """Number of features."""
        return self._all.shape[1]

    @property
    def memory(self) -> Tensor:
        """What may be handed in as `out` once this object is done with."""
        return self._all

    def at(self, firing: Firing) -> Chosen:
        """The pairs of a firing."""
        if self._low:
            values = firing.sampled(self._x, self._weight) + self._bias[firing.feature]
        else:
            values = self._all[firing.token, firing.feature]
        return Chosen(firing, values)

    def largest(self, k: int, among: Tensor | None = None, tokens: int | None = None) -> Chosen:
        """The `k` largest of each token.

        Args:
            k: pairs a token.
            among: indices of the features that may be chosen; default all.
            tokens: only the first tokens.
        """
        values = self._all[:tokens] if among is None else self._all[:tokens].index_select(1, among)
        k = min(k, values.shape[1])
        candidates = min(k + _SPARE, values.shape[1]) if self._low else k
        index = _largest(values, candidates)
        chosen = self.at(self._firing(index if among is None else among[index]))
        if candidates == k:
            return chosen
        best = chosen.values.view(-1, candidates).topk(k, sorted=False).indices.sort().values
        return chosen.keep((best + torch.arange(len(best), device=best.device)[:, None] * candidates).flatten())

    def largest_of_batch(self, k: int, guess: float) -> Chosen:
        """The `k x tokens` largest positive ones of the whole batch.

        Args:
            k: how many a token, on average, at most.
            guess: somewhat less than the smallest value that will be chosen, or 0 if nothing is known of it; a good
                guess saves nearly all of the work.
        """
        count = k * self.tokens
        chosen = self.above(guess) if guess > 0 else None
        if chosen is None or len(chosen.values) < count:
            # So many values reach the smallest of each token's k largest: the bound cannot be lower.
            chosen = self.above(max(0.0, _BELOW * float(self.largest(k).values.min())))
        if len(chosen.values) <= count:
            return chosen
        return chosen.keep(chosen.values.topk(count, sorted=False).indices.sort().values)

    def above(self, bound: float | Float[Tensor, " feature"]) -> Chosen:
        """All pairs above a bound, which may differ from feature to feature."""
        limit = torch.as_tensor(bound, dtype=self._weight.dtype, device=self._all.device).expand(self.features)
        slack = self._slack() + (_OUTPUT * (limit.abs() + self._bias.abs()) if self._low else 0.0)
        size = next(size for size in (16, 8, 4, 2, 1) if self.features % size == 0)
        grouped = self._all.view(self.tokens, size, -1)
        hit = (grouped.amax(1) > (limit - slack).unflatten(1, (size, -1)).amin(1)).nonzero()
        if len(hit) > _MUCH * self.tokens * grouped.shape[2]:
            token, feature = (self._all > limit - slack).nonzero(as_tuple=True)
        else:
            token, feature = hit[:, :1], hit[:, 1:] + torch.arange(size, device=hit.device) * grouped.shape[2]
            values = self._all.view(-1)[token * self.features + feature]
            row, column = (values > limit[feature] - slack.expand(-1, self.features)[token, feature]).nonzero(
                as_tuple=True
            )
            token, feature = token[row, 0], feature[row, column]
        chosen = self.at(Firing(self.tokens, self.features, token, feature))
        return chosen.keep(chosen.values > limit[feature])

    def _slack(self) -> Float[Tensor, "token 1"]:
        """How far below the bound a value after bfloat16 may lie whose true value is above it."""
        if not self._low:
            return self._x.new_zeros(self.tokens, 1)
        sizes = self._x.norm(dim=1, keepdim=True) * self._weight.norm(dim=1).max()
        return _ROUNDING * sizes / self._x.shape[1] ** 0.5

    def _firing(self, index: Tensor) -> Firing:
        token = torch.arange(len(index), device=index.device).repeat_interleave(index.shape[1])
        return Firing(len(index), self.features, token, index.flatten())


def _largest(values: Tensor, k: int) -> Tensor:
    """Indices of the k largest of each row, in any order; groups of groups, so that few values are sorted."""
    columns = values.shape[1]
    if columns % 8 or columns // 8 < 2 * k:
        return values.topk(k, sorted=False).indices
    grouped = values.view(len(values), 8, columns // 8)
    groups = _largest(grouped.amax(1), k)
    candidates = grouped.gather(2, groups[:, None].expand(-1, 8, -1)).flatten(1)
    best = candidates.topk(k, sorted=False).indices
    return (best // k) * (columns // 8) + groups.gather(1, best % k)
