"""What an activation function is.

Each maps pre-activations `[..., feature]` to latents of the same shape, zero almost everywhere, in two ways: `forward`
works on all of them; `choose` and `latents` work on the few pairs of token and feature that take part, which is how
training does it. Both give the same numbers and gradients.

In a saved dictionary a latent that fires equals its pre-activation; attribution is linear between features because of
this. `for_inference` folds what a variant learned beside it into the encoder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from saecircuits.dictionaries.preactivations import Chosen, Preactivations
from saecircuits.errors import InputError


@dataclass(frozen=True)
class Folded:
    """An activation function for inference, and what the encoder has to do for it.

    Attributes:
        activation: of the pre-activations `scale * pre + shift`.
        scale, shift: a number, or one a feature.
    """

    activation: Activation
    scale: Tensor | float = 1.0
    shift: Tensor | float = 0.0


class Activation(nn.Module, ABC):
    """An activation function of a dictionary."""

    kind: ClassVar[str]

    @abstractmethod
    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""

    @abstractmethod
    def choose(self, pre: Preactivations) -> Chosen:
        """The pairs of a training batch that can fire or get a gradient."""

    @abstractmethod
    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """Latents of chosen pairs, given their pre-activations and features; differentiable."""

    @abstractmethod
    def level(self) -> Float[Tensor, "..."] | float:
        """What pre-activations have to be above for a feature to fire at all; a number, or one a feature."""

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """What the config file keeps; what was learned lies with the weights."""

    @abstractmethod
    def for_inference(self) -> Folded:
        """The part that a saved dictionary uses."""

    @abstractmethod
    def rescale(self, factor: float) -> None:
        """Follow pre-activations that are multiplied by `factor`."""

    @abstractmethod
    def widen(self, n_features: int) -> None:
        """Give every feature its own copy of what is learned, for training."""

    @abstractmethod
    def reset(self, features: Int[Tensor, " revived"]) -> None:
        """Begin anew with what was learned about some features."""

    @abstractmethod
    def after_step(self, latents: Float[Tensor, " pair"]) -> None:
        """Learn from the latents of a training batch, once the optimizer has made its step."""


class Stateless(Activation):
    """An activation function that learns nothing and does not depend on the scale."""

    def level(self) -> Float[Tensor, "..."] | float:
        """Zero."""
        return 0.0

    def for_inference(self) -> Folded:
        """The part that a saved dictionary uses."""
        return Folded(self)

    def rescale(self, factor: float) -> None:
        """Nothing depends on the scale."""

    def widen(self, n_features: int) -> None:
        """Nothing is learned."""

    def reset(self, features: Int[Tensor, " revived"]) -> None:
        """Nothing is learned."""

    def after_step(self, latents: Float[Tensor, " pair"]) -> None:
        """Nothing is learned."""


def positive(k: int) -> int:
    """A number of latents; `InputError` unless it is positive."""
    if k < 1:
        raise InputError(f"k is {k}; at least one latent has to fire.", "Give a positive k.")
    return k


def per_feature(value: Tensor, n_features: int) -> nn.Parameter:
    """A learned number for every feature."""
    return nn.Parameter(torch.as_tensor(value).detach().expand(n_features).clone())
