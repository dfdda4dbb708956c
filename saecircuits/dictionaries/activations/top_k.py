"""TopK: Gao et al. 2024, "Scaling and evaluating sparse autoencoders" (arXiv 2406.04093)."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries.preactivations import Chosen, Preactivations

from .activation import Stateless, positive


class TopK(Stateless):
    """Keeps the `k` largest pre-activations of each token, if positive."""

    kind: ClassVar[str] = "topk"

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = positive(k)

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        values, indices = pre.topk(min(self.k, pre.shape[-1]), dim=-1)
        return torch.zeros_like(pre).scatter(-1, indices, values.relu())

    def choose(self, pre: Preactivations) -> Chosen:
        """The `k` largest of each token."""
        return pre.largest(self.k)

    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The pre-activations themselves, if positive."""
        return values.relu()

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": self.kind, "k": self.k}
