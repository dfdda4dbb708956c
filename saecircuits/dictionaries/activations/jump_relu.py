"""JumpReLU with a straight-through estimator: Rajamanoharan et al. 2024 (arXiv 2407.14435)."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries.preactivations import Chosen, Preactivations
from saecircuits.errors import InputError

from .activation import Activation, Folded, per_feature


class JumpReLU(Activation):
    """Keeps what lies above a threshold, unchanged.

    A change of the threshold changes the output only where a pre-activation crosses it, so its gradient is estimated
    from those that lie within half a `bandwidth` of it (a rectangular kernel).

    Args:
        threshold: of all features, or one a feature; never below 0. Where training begins, in scaled units.
        bandwidth: width of the kernel, in units of pre-activations.
    """

    kind: ClassVar[str] = "jumprelu"

    def __init__(self, threshold: float | Tensor = 0.1, bandwidth: float = 0.03) -> None:
        super().__init__()
        if not bandwidth > 0:
            raise InputError(f"The bandwidth of a JumpReLU is {bandwidth}.", "Give a positive number.")
        self.threshold = torch.nn.Parameter(torch.as_tensor(threshold, dtype=torch.float32).clone())
        self.bandwidth = bandwidth

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        return _Jump.apply(pre, self.threshold.clamp_min(0), self.bandwidth)  # type: ignore[return-value]

    def choose(self, pre: Preactivations) -> Chosen:
        """All that lies above the threshold less half a bandwidth: the rest gets no gradient."""
        return pre.above(self.threshold.detach().clamp_min(0) - self.bandwidth / 2)

    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The pre-activations themselves, if above the threshold."""
        return _Jump.apply(values, self.thresholds(feature), self.bandwidth)  # type: ignore[return-value]

    def fires(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """1 above the threshold, else 0; its sum is L0, with the same estimator for the threshold's gradient."""
        return _Step.apply(values, self.thresholds(feature), self.bandwidth)  # type: ignore[return-value]

    def thresholds(self, feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The threshold of each pair's feature."""
        threshold = self.threshold.clamp_min(0)
        return threshold[feature] if threshold.ndim else threshold.expand(len(feature))

    def level(self) -> Float[Tensor, "..."] | float:
        """The threshold."""
        return self.threshold.detach().clamp_min(0)

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": self.kind, "bandwidth": self.bandwidth}

    def for_inference(self) -> Folded:
        """The part that a saved dictionary uses."""
        return Folded(JumpReLU(self.threshold.detach().clamp_min(0), self.bandwidth))

    @torch.no_grad()
    def rescale(self, factor: float) -> None:
        """Scale threshold and bandwidth."""
        self.threshold.mul_(factor)
        self.bandwidth *= factor

    def widen(self, n_features: int) -> None:
        """A threshold for every feature."""
        self.threshold = per_feature(self.threshold, n_features)

    @torch.no_grad()
    def reset(self, features: Int[Tensor, " revived"]) -> None:
        """Give them a threshold like that of the others."""
        self.threshold[features] = self.threshold.median()

    @torch.no_grad()
    def after_step(self, latents: Float[Tensor, " pair"]) -> None:
        """Thresholds stay at 0 or above."""
        self.threshold.clamp_min_(0)


class _Jump(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pre: Tensor, threshold: Tensor, bandwidth: float) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(pre, threshold)
        ctx.bandwidth = bandwidth
        return torch.where(pre > threshold, pre, torch.zeros_like(pre))

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[override]
        pre, threshold = ctx.saved_tensors
        for_threshold = -threshold / ctx.bandwidth * _kernel(pre, threshold, ctx.bandwidth) * gradient
        return gradient * (pre > threshold), for_threshold.sum_to_size(threshold.shape), None


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pre: Tensor, threshold: Tensor, bandwidth: float) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(pre, threshold)
        ctx.bandwidth = bandwidth
        return (pre > threshold).to(pre.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[override]
        pre, threshold = ctx.saved_tensors
        for_threshold = -_kernel(pre, threshold, ctx.bandwidth) / ctx.bandwidth * gradient
        return None, for_threshold.sum_to_size(threshold.shape), None


def _kernel(pre: Tensor, threshold: Tensor, bandwidth: float) -> Tensor:
    return ((pre - threshold).abs() < bandwidth / 2).to(pre.dtype)
