"""BatchTopK: Bussmann et al. 2024, "BatchTopK Sparse Autoencoders" (arXiv 2412.06410)."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries.preactivations import Chosen, Preactivations

from .activation import Activation, Folded, positive
from .jump_relu import JumpReLU

_GUESS = 0.93
"""Share of the last batch's smallest kept value below which nothing is looked at in the next, unless too little is
found."""


class BatchTopK(Activation):
    """Keeps the `k x tokens` largest pre-activations of a whole batch, and learns the threshold that does the same.

    While training, a moving average (rate `1 - momentum`) of the smallest kept value is held in `threshold`; at
    inference the dictionary is a `JumpReLU` with that threshold, so that a token's latents do not depend on its
    neighbours in the batch.
    """

    kind: ClassVar[str] = "batchtopk"
    threshold: Tensor
    guess: Tensor

    def __init__(self, k: int, momentum: float = 0.99) -> None:
        super().__init__()
        self.k = positive(k)
        self.momentum = momentum
        self.register_buffer("threshold", torch.tensor(float("nan"), dtype=torch.float64))
        # What is looked at, not what is chosen; but the order in which pairs are found follows from it.
        self.register_buffer("guess", torch.zeros((), dtype=torch.float64))

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of a batch of pre-activations."""
        flat = pre.relu().flatten()
        keep = min(self.k * (pre.numel() // pre.shape[-1]), flat.numel())
        values, indices = flat.topk(keep, sorted=False)
        return torch.zeros_like(flat).scatter(0, indices, values).view_as(pre)

    def choose(self, pre: Preactivations) -> Chosen:
        """The `k x tokens` largest of the batch."""
        return pre.largest_of_batch(self.k, float(self.guess))

    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The pre-activations themselves."""
        return values.relu()

    def level(self) -> Float[Tensor, "..."] | float:
        """Zero."""
        return 0.0

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": self.kind, "k": self.k}

    def for_inference(self) -> Folded:
        """A `JumpReLU` with the learned threshold."""
        return Folded(JumpReLU(0.0 if self.threshold.isnan() else float(self.threshold)))

    def rescale(self, factor: float) -> None:
        """Scale the threshold."""
        self.threshold.mul_(factor)
        self.guess.mul_(factor)

    def widen(self, n_features: int) -> None:
        """One threshold serves all features."""

    def reset(self, features: Int[Tensor, " revived"]) -> None:
        """One threshold serves all features."""

    @torch.no_grad()
    def after_step(self, latents: Float[Tensor, " pair"]) -> None:
        """Move the threshold towards the smallest latent that fired in this training batch."""
        fired = latents[latents > 0]
        if fired.numel() == 0:
            return
        smallest = fired.min().to(self.threshold)
        self.guess.copy_(_GUESS * smallest)
        if self.threshold.isnan():
            self.threshold.copy_(smallest)
        else:
            self.threshold.lerp_(smallest, 1 - self.momentum)
