"""Activations made from known sparse features, and how well a dictionary finds these again.

A small form of SynthSAEBench (arXiv 2602.14687), in its second version's settings:

1. Directions: random unit vectors, pushed apart; more of them than dimensions.
2. Which features fire: a normal variable a feature, correlated through a few common factors, compared with a threshold
   that gives the feature its frequency; frequencies follow Zipf's law.
3. How strongly: a normal magnitude a feature.
4. A hierarchy on the first features: a child fires only with its parent, at most one child a parent, and as strongly as
   its parent does relative to the parent's mean.
5. An activation is the sum of its features' directions times their magnitudes, and a fixed offset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from saecircuits.errors import InputError


@dataclass(frozen=True)
class Zipf:
    """How often features fire: `1 / rank ** exponent`, stretched to run from `most` to `least`."""

    most: float = 0.4
    least: float = 0.005
    exponent: float = 0.5

    def probabilities(self, n: int) -> Float[Tensor, " feature"]:
        """From the most to the least frequent feature."""
        if n == 1:
            return torch.tensor([self.most])
        share = torch.arange(1, n + 1).float().pow(-self.exponent)
        share = (share - share[-1]) / (share[0] - share[-1]) if self.exponent else torch.ones(n)
        return self.least + (self.most - self.least) * share


@dataclass(frozen=True)
class Tree:
    """A hierarchy of the first features, numbered level by level.

    Args:
        roots: features without a parent at the top.
        children: of every feature above the last level.
        depth: levels below the roots.
        exclusive: no two children of one parent fire together; of those that would, chance takes one.
        scaled: a child's magnitude is multiplied by its parent's, relative to the parent's mean.
    """

    roots: int = 16
    children: int = 4
    depth: int = 2
    exclusive: bool = True
    scaled: bool = True

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """First feature, and first feature after it, of every level."""
        ends = [0]
        for level in range(self.depth + 1):
            ends.append(ends[-1] + self.roots * self.children**level)
        return tuple(pairwise(ends))


@dataclass(frozen=True)
class SyntheticConfig:
    """What synthetic activations are made of.

    Args:
        n_features: known directions.
        d_model: width of the activations.
        firing: how often features fire.
        tree: which features depend on others; None for none.
        correlation_rank: common factors of the firing; 0 for independent features.
        correlation_scale: standard deviation of a feature's dependence on a factor.
        magnitudes: means of the most and of the least frequent feature.
        magnitude_spread: mean and standard deviation over features of a magnitude's own standard deviation.
        offset: norm of what all activations share.
        spreading: rounds in which the directions are pushed apart.
        seed: of directions, spreads, factors and offset.

    Raises:
        InputError: if the hierarchy has more features than there are.
    """

    n_features: int = 512
    d_model: int = 128
    firing: Zipf = field(default_factory=Zipf)
    tree: Tree | None = field(default_factory=Tree)
    correlation_rank: int = 8
    correlation_scale: float = 0.1
    magnitudes: tuple[float, float] = (5.0, 4.0)
    magnitude_spread: float = 0.5
    offset: float = 0.5
    spreading: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        needed = 0 if self.tree is None else self.tree.levels[-1][1]
        if needed > self.n_features:
            raise InputError(
                f"The hierarchy has {needed} features, the data only {self.n_features}.",
                "Give it fewer roots, children or levels, or the data more features.",
            )


@dataclass(frozen=True)
class SyntheticBatch:
    """Activations, and the features that they are made of."""

    activations: Float[Tensor, "token d_model"]
    features: Float[Tensor, "token feature"]


class SyntheticTruth:
    """Known features, and samples of activations made from them.

    Attributes:
        config: what it was made from.
        directions: of the features, unit vectors.
        offset: what all activations share.
    """

    directions: Float[Tensor, "feature d_model"]
    offset: Float[Tensor, " d_model"]

    def __init__(self, config: SyntheticConfig) -> None:
        random = torch.Generator().manual_seed(config.seed)
        n, width = config.n_features, config.d_model
        self.config = config
        self.directions = _spread(torch.randn(n, width, generator=random), config.spreading)
        direction = torch.randn(width, generator=random)
        self.offset = config.offset * direction / direction.norm()
        self._deviation = (config.magnitude_spread * (1 + torch.randn(n, generator=random))).abs()
        self._mean = torch.linspace(*config.magnitudes, n)
        factors = config.correlation_scale * torch.randn(n, config.correlation_rank, generator=random)
        shared = factors.pow(2).sum(1, keepdim=True)
        self._factors = factors * (shared.clamp(max=0.99) / shared.clamp(min=1e-12)).sqrt()
        self._threshold = -math.sqrt(2) * torch.erfinv(2 * self._raw_probabilities() - 1)

    @property
    def n_features(self) -> int:
        """Number of known features."""
        return self.config.n_features

    def sample(self, tokens: int, random: torch.Generator) -> SyntheticBatch:
        """Fresh activations; the generator decides which."""
        common = torch.randn(tokens, self.config.correlation_rank, generator=random) @ self._factors.T
        own = torch.randn(tokens, self.n_features, generator=random)
        fires = common + own * (1 - self._factors.pow(2).sum(1)).sqrt() > self._threshold
        token, which = fires.nonzero(as_tuple=True)
        strength = self._mean[which] + self._deviation[which] * torch.randn(len(which), generator=random)
        features = torch.zeros(tokens, self.n_features)
        features[token, which] = strength.clamp(min=0)
        if self.config.tree is not None:
            self._obey(features, self.config.tree, random)
        return SyntheticBatch(features @ self.directions + self.offset, features)

    def _obey(self, features: Float[Tensor, "token feature"], tree: Tree, random: torch.Generator) -> None:
        """Apply the hierarchy in place, from the top to the bottom."""
        for (above, first), (_, last) in pairwise(tree.levels):
            parents = features[:, above:first, None]
            children = features[:, first:last].unflatten(1, (-1, tree.children))  # a view: siblings are neighbours
            factor = parents / self._mean[above:first, None] if tree.scaled else (parents > 0).float()
            children.mul_(factor)
            if tree.exclusive:
                draw = torch.rand(children.shape, generator=random) * (children > 0)
                children.mul_(draw == draw.amax(2, keepdim=True))

    def _raw_probabilities(self) -> Float[Tensor, " feature"]:
        """How often a feature has to fire before the hierarchy, so that it fires about as often as wanted after it.

        A child's frequency is divided by its parent's, and multiplied by one plus the siblings expected beside it.
        """
        wanted = self.config.firing.probabilities(self.n_features)
        raw, tree = wanted.clone(), self.config.tree
        if tree is None:
            return raw
        for (above, first), (_, last) in pairwise(tree.levels):
            given = wanted[first:last].unflatten(0, (-1, tree.children)) / wanted[above:first, None]
            siblings = given.sum(1, keepdim=True) - given if tree.exclusive else torch.zeros_like(given)
            raw[first:last] = (given * (1 + siblings)).flatten().clamp(max=1)
        return raw


@dataclass(frozen=True)
class SyntheticScores:
    """How well a dictionary's features are the known ones.

    Attributes:
        f1: of a latent, taken as a sign that the feature nearest to its decoder direction fires; mean over latents.
        mcc: mean absolute cosine of latents and features matched one to one as well as can be.
        uniqueness: number of different features that are nearest to some latent, divided by the number of latents.
        mean_max_cosine: of a feature's direction and the nearest latent's; mean over features.
        variance_explained: share of the activations' variance that the reconstructions give back.
        l0: latents that fire on a token.
        dead: share of latents that fire on no token.
    """

    f1: float
    mcc: float
    uniqueness: float
    mean_max_cosine: float
    variance_explained: float
    l0: float
    dead: float


def synthetic_scores(
    truth: SyntheticTruth,
    batch: SyntheticBatch,
    decoder: Float[Tensor, "latent d_model"],
    latents: Float[Tensor, "token latent"],
    reconstruction: Float[Tensor, "token d_model"],
) -> SyntheticScores:
    """Compare a dictionary with the truth, on activations that it was not trained on.

    Args:
        truth: the known features.
        batch: activations and what they are made of.
        decoder: directions that the dictionary writes.
        latents: its features on the batch.
        reconstruction: of the batch.
    """
    cosines = cosine_table(decoder, truth.directions)
    fires, nearest = latents > 0, cosines.abs().argmax(1)
    centred = batch.activations - batch.activations.mean(0)
    error = (batch.activations - reconstruction).double().pow(2).sum() / centred.double().pow(2).sum()
    return SyntheticScores(
        f1=f1_scores(fires, batch.features[:, nearest] > 0).mean().item(),
        mcc=matched_cosine(cosines),
        uniqueness=len(nearest.unique()) / len(nearest),
        mean_max_cosine=cosines.amax(0).mean().item(),
        variance_explained=1 - error.item(),
        l0=fires.float().sum(1).mean().item(),
        dead=(~fires.any(0)).float().mean().item(),
    )


def cosine_table(a: Float[Tensor, "row d_model"], b: Float[Tensor, "column d_model"]) -> Float[Tensor, "row column"]:
    """Cosines of all pairs; 0 for a vector without length."""
    return (a / a.norm(dim=1, keepdim=True).clamp(min=1e-8)) @ (b / b.norm(dim=1, keepdim=True).clamp(min=1e-8)).T


def matched_cosine(cosines: Float[Tensor, "latent feature"]) -> float:
    """Mean absolute cosine of the pairs of the best one-to-one matching (arXiv 2505.20254)."""
    size = cosines.abs()
    rows, columns = linear_sum_assignment(size.numpy(), maximize=True)
    return size[rows, columns].mean().item()


def f1_scores(
    predicted: Int[Tensor, "token latent"] | Tensor, true: Int[Tensor, "token latent"] | Tensor
) -> Float[Tensor, " latent"]:
    """Harmonic mean of precision and recall, column by column; 0 where nothing is found."""
    found = (predicted & true).sum(0).float()
    return 2 * found / (predicted.sum(0) + true.sum(0)).clamp(min=1)


def _spread(vectors: Float[Tensor, "row d_model"], rounds: int) -> Float[Tensor, "row d_model"]:
    """Unit vectors pushed apart by gradient descent on the fourth powers of their cosines, the largest most."""
    vectors = vectors / vectors.norm(dim=1, keepdim=True)
    for _ in range(rounds):
        cubes = (vectors @ vectors.T).fill_diagonal_(0).pow(3)
        vectors = vectors - 0.5 * cubes @ vectors
        vectors = vectors / vectors.norm(dim=1, keepdim=True)
    return vectors
