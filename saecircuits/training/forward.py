"""One batch through the dictionaries of a plan while they are trained: only what takes part is worked out.

1. All pre-activations are worked out without gradient, and the activation function chooses pairs of token and feature.
2. Pre-activations, latents and reconstructions of the chosen pairs are differentiable; their gradients cost what the
   pairs cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.dictionaries import Chosen, Dictionary, Firing, Preactivations, decoded, picked


@dataclass(frozen=True)
class Part:
    """One dictionary of the plan.

    Attributes:
        dictionary: in scaled units.
        x: what it reads, scaled and flat.
        pre: all pre-activations.
        firing: the chosen pairs.
        values: their pre-activations, differentiable.
        latents: their latents, differentiable.
        dead: features that have not fired for long.
        columns: which of the plan's written sites it writes.
    """

    dictionary: Dictionary
    x: Float[Tensor, "token d_read"]
    pre: Preactivations
    firing: Firing
    values: Float[Tensor, " pair"]
    latents: Float[Tensor, " pair"]
    dead: Bool[Tensor, " feature"]
    columns: list[int]

    @cached_property
    def norms(self) -> Float[Tensor, " feature"]:
        """Norms of the decoder rows, summed over the written sites; what an L1 penalty is weighted by."""
        return self.dictionary.W_dec.norm(dim=2).sum(1)

    def pick(self, chosen: Chosen) -> Float[Tensor, " pair"]:
        """Pre-activations of other pairs, differentiable."""
        return pick(self.dictionary, self.x[: chosen.firing.tokens], chosen)

    def past(self) -> Float[Tensor, "... column d_model"]:
        """What it writes whatever fires: its bias, and what goes past the features."""
        return self.dictionary.b_dec + self.dictionary.skipped(self.x.unflatten(1, self.dictionary.b_in.shape))

    def write(
        self, latents: Float[Tensor, " pair"], firing: Firing, *, held: bool = False
    ) -> Float[Tensor, "token column d_model"]:
        """What latents write, without bias; with `held` the decoder gets no gradient."""
        rows = self.dictionary.W_dec.flatten(1)
        written = decoded(latents, rows.detach() if held else rows, firing)
        return written.unflatten(1, self.dictionary.b_dec.shape)


@dataclass(frozen=True)
class ForwardPass:
    """One batch through a plan that is being trained, in scaled units.

    Attributes:
        target: what the written sites hold.
        parts: one a dictionary.
        prefixes: numbers of features, ascending; the last is all of them.
        penalty: penalties on latents as a share of their coefficients.
    """

    target: Float[Tensor, "token write d_model"]
    parts: tuple[Part, ...]
    prefixes: tuple[int, ...]
    penalty: float = 1.0

    @cached_property
    def levels(self) -> tuple[Float[Tensor, "token write d_model"], ...]:
        """Reconstructions from the first features alone, one a prefix."""
        return tuple(reduce(torch.add, each) for each in zip(*map(self._levels, self.parts), strict=True))

    @property
    def reconstruction(self) -> Float[Tensor, "token write d_model"]:
        """What all latents and biases add up to."""
        return self.levels[-1]

    @cached_property
    def residual(self) -> Float[Tensor, "token write d_model"]:
        """What is not reconstructed."""
        return self.target - self.reconstruction

    def _levels(self, part: Part) -> list[Tensor]:
        levels = list(accumulate(self._written(part), initial=part.past()))[1:]
        if len(part.columns) == self.target.shape[1]:
            return levels
        columns = torch.tensor(part.columns, device=self.target.device)
        return [torch.zeros_like(self.target).index_copy(1, columns, level) for level in levels]

    def _written(self, part: Part) -> tuple[Float[Tensor, "token column d_model"], ...]:
        """What the features between two prefixes write."""
        if len(self.prefixes) == 1:
            return (part.write(part.latents, part.firing),)
        levels = len(self.prefixes)
        bounds = torch.tensor(self.prefixes[:-1], device=part.firing.feature.device)
        level = torch.bucketize(part.firing.feature, bounds, right=True)
        bags, order = torch.sort(level * part.firing.tokens + part.firing.token, stable=True)
        split = Firing(part.firing.tokens * levels, part.firing.features, bags, part.firing.feature[order])
        return part.write(part.latents[order], split).chunk(levels)


def pick(dictionary: Dictionary, x: Float[Tensor, "token d_read"], chosen: Chosen) -> Float[Tensor, " pair"]:
    """Pre-activations of chosen pairs, differentiable for the encoder."""
    return picked(chosen.values, x, dictionary.W_enc.flatten(1), dictionary.b_enc, chosen.firing)


def part_of(
    dictionary: Dictionary,
    x: Float[Tensor, "token read d_model"],
    dead: Bool[Tensor, " feature"],
    columns: Sequence[int],
    pre: Preactivations,
) -> Part:
    """Run one dictionary on what it reads."""
    flat = x.flatten(1)
    with torch.no_grad():
        chosen = dictionary.activation.choose(pre)
    values = pick(dictionary, flat, chosen)
    latents = dictionary.activation.latents(values, chosen.firing.feature)
    return Part(dictionary, flat, pre, chosen.firing, values, latents, dead, list(columns))
