"""Which features tell two sets of prompts apart? Means of activations, no model of the answer involved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement

_ROWS = 64


@dataclass(frozen=True)
class ContrastingFeature:
    """A feature's mean activation over two sets of prompts.

    Attributes:
        feature: which.
        with_mean, without_mean: mean activation over the prompts of each set.
        selectivity: `(with − without) / (with + without)`: 1 if it fires in the first set only, -1 in the second only.
    """

    feature: Feature
    with_mean: float
    without_mean: float

    @property
    def selectivity(self) -> float:
        """See the class."""
        return (self.with_mean - self.without_mean) / (self.with_mean + self.without_mean)


def contrast(
    replacement: Replacement,
    prompts: Sequence[str],
    against: Sequence[str],
    at: int | Sequence[int] = -1,
    against_at: int | Sequence[int] | None = None,
) -> list[ContrastingFeature]:
    """Features by how differently they fire in two sets of prompts, those of the first set first.

    Args:
        replacement: model and dictionaries.
        prompts, against: the two sets.
        at: position to look at in each of `prompts`, one for all or one each; negative ones count from the end.
        against_at: the same for `against`; by default `at`, if that is one for all.

    Returns:
        Every feature that fires in either, by selectivity, the difference of its means over their sum.
    """
    if against_at is None:
        if not isinstance(at, int):
            raise InputError("Positions were given one a prompt, but only for the first set.", "Give against_at too.")
        against_at = at
    means = [mean_latents(replacement, *pair) for pair in ((prompts, at), (against, against_at))]
    found = []
    for name in means[0]:
        first, second = means[0][name], means[1][name]
        for index in ((first > 0) | (second > 0)).nonzero().flatten().tolist():
            found.append(ContrastingFeature(Feature(name, index), float(first[index]), float(second[index])))
    return sorted(found, key=lambda row: (-row.selectivity, -row.with_mean))


@torch.no_grad()
def mean_latents(
    replacement: Replacement, prompts: Sequence[str], at: int | Sequence[int]
) -> dict[str, Float[Tensor, " feature"]]:
    """Mean activation of every feature at one position of each prompt, by dictionary."""
    positions = [at] * len(prompts) if isinstance(at, int) else list(at)
    if len(positions) != len(prompts) or not prompts:
        raise InputError(f"{len(prompts)} prompts came with {len(positions)} positions.", "Give one a prompt.")
    sums = {name: torch.zeros(d.n_features) for name, d in replacement.dictionaries.items()}
    for start in range(0, len(prompts), _ROWS):
        tokens = replacement.subject.tokenize(prompts[start : start + _ROWS])
        read = replacement.subject.read(tokens, [site for d in replacement.dictionaries.values() for site in d.reads])
        columns = _columns(tokens.mask, positions[start : start + _ROWS])
        for dictionary in replacement.dictionaries.values():
            x = torch.stack([read[site] for site in dictionary.reads], -2)
            latents = replacement.encode(dictionary, x, tokens)
            sums[dictionary.name] += latents[torch.arange(len(columns)), columns].sum(0).cpu()
    return {name: total / len(prompts) for name, total in sums.items()}


def _columns(mask: Tensor, positions: Sequence[int]) -> Tensor:
    """Columns of the left-padded batch for positions counted within each prompt."""
    lengths = mask.sum(1).tolist()
    width = mask.shape[1]
    for length, position in zip(lengths, positions, strict=True):
        if not -length <= position < length:
            raise InputError(f"There is no position {position} in a prompt of {length} tokens.")
    return torch.tensor(
        [width - n + (p if p >= 0 else n + p) for n, p in zip(lengths, positions, strict=True)], device=mask.device
    )
