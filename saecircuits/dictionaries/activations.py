"""Activation functions of sparse dictionaries, as parts that are handed in.

Each is a module that maps pre-activations `[..., feature]` to latents of the same shape, zero almost everywhere. All of
them leave the value of a chosen latent as it is, so a latent that fires equals its pre-activation: attribution is
linear between features because of this. `spec()` is what a config file keeps.

Sources: TopK, Gao et al. 2024 (arXiv 2406.04093); BatchTopK, Bussmann et al. 2024 (arXiv 2412.06410);
JumpReLU, Rajamanoharan et al. 2024 (arXiv 2407.14435).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from saecircuits.errors import FileFormatError, InputError


class Activation(nn.Module, ABC):
    """An activation function of a dictionary."""

    @abstractmethod
    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""

    @abstractmethod
    def for_inference(self) -> Activation:
        """The part that a saved dictionary uses."""

    @abstractmethod
    def rescale(self, factor: float) -> None:
        """Follow pre-activations that are multiplied by `factor`."""


class ReLU(Activation):
    """Keeps what is positive."""

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        return pre.relu()

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": "relu"}

    def for_inference(self) -> Activation:
        """The part that a saved dictionary uses."""
        return self

    def rescale(self, factor: float) -> None:
        """Nothing depends on the scale."""


class TopK(Activation):
    """Keeps the `k` largest pre-activations of each token, if positive."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = _positive(k)

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        values, indices = pre.topk(min(self.k, pre.shape[-1]), dim=-1)
        return torch.zeros_like(pre).scatter(-1, indices, values.relu())

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": "topk", "k": self.k}

    def for_inference(self) -> Activation:
        """The part that a saved dictionary uses."""
        return self

    def rescale(self, factor: float) -> None:
        """Nothing depends on the scale."""


class BatchTopK(Activation):
    """Keeps the `k x tokens` largest pre-activations of a whole batch, and learns the threshold that does the same.

    While training, a moving average (rate `1 - momentum`) of the smallest kept value is held in `threshold`; at
    inference the dictionary is a `JumpReLU` with that threshold, so that a token's latents do not depend on its
    neighbours in the batch.
    """

    threshold: Tensor

    def __init__(self, k: int, momentum: float = 0.99) -> None:
        super().__init__()
        self.k = _positive(k)
        self.momentum = momentum
        self.register_buffer("threshold", torch.tensor(float("nan"), dtype=torch.float64))

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of a batch of pre-activations; `observe` learns the threshold from them."""
        flat = pre.relu().flatten()
        keep = min(self.k * (pre.numel() // pre.shape[-1]), flat.numel())
        values, indices = flat.topk(keep, sorted=False)
        return torch.zeros_like(flat).scatter(0, indices, values).view_as(pre)

    @torch.no_grad()
    def observe(self, latents: Float[Tensor, "... feature"]) -> None:
        """Move the threshold towards the smallest latent that fired in this training batch."""
        fired = latents[latents > 0]
        if fired.numel() == 0:
            return
        smallest = fired.min().double()
        if self.threshold.isnan():
            self.threshold.copy_(smallest)
        else:
            self.threshold.lerp_(smallest, 1 - self.momentum)

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": "batchtopk", "k": self.k}

    def for_inference(self) -> Activation:
        """A `JumpReLU` with the learned threshold."""
        return JumpReLU(0.0 if self.threshold.isnan() else float(self.threshold))

    def rescale(self, factor: float) -> None:
        """Scale the threshold."""
        self.threshold.mul_(factor)


class JumpReLU(Activation):
    """Keeps what lies above a threshold, unchanged."""

    threshold: Tensor

    def __init__(self, threshold: float | Tensor = 0.0) -> None:
        super().__init__()
        self.register_buffer("threshold", torch.as_tensor(threshold, dtype=torch.float32))

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        return torch.where(pre > self.threshold.clamp_min(0), pre, torch.zeros_like(pre))

    def spec(self) -> dict[str, Any]:
        """What the config file keeps; the threshold lies with the weights."""
        return {"kind": "jumprelu"}

    def for_inference(self) -> Activation:
        """The part that a saved dictionary uses."""
        return self

    def rescale(self, factor: float) -> None:
        """Scale the threshold."""
        self.threshold.mul_(factor)


ACTIVATIONS: dict[str, Any] = {"relu": ReLU, "topk": TopK, "batchtopk": BatchTopK, "jumprelu": JumpReLU}
"""The activation functions by the name that config files use."""


def activation_from_spec(spec: dict[str, Any]) -> Activation:
    """Build an activation function from what `spec()` gave.

    Raises:
        FileFormatError: for an unknown kind or unknown fields.
    """
    fields = dict(spec)
    kind = fields.pop("kind", None)
    if kind not in ACTIVATIONS:
        raise FileFormatError(
            f"There is no activation function {kind!r}.", f"Known are {', '.join(sorted(ACTIVATIONS))}."
        )
    try:
        return ACTIVATIONS[kind](**fields)
    except TypeError as error:
        raise FileFormatError(f"The activation function {kind!r} does not take {sorted(fields)}: {error}.") from error


def _positive(k: int) -> int:
    if k < 1:
        raise InputError(f"k is {k}; at least one latent has to fire.", "Give a positive k.")
    return k
