"""ReLU: keeps what is positive. Sparse only with a penalty on the latents."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries.preactivations import Chosen, Preactivations

from .activation import Stateless


class ReLU(Stateless):
    """Keeps what is positive."""

    kind: ClassVar[str] = "relu"

    def forward(self, pre: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        """Latents of pre-activations."""
        return pre.relu()

    def choose(self, pre: Preactivations) -> Chosen:
        """All that is positive."""
        return pre.above(0.0)

    def latents(self, values: Float[Tensor, " pair"], feature: Int[Tensor, " pair"]) -> Float[Tensor, " pair"]:
        """The pre-activations themselves."""
        return values.relu()

    def spec(self) -> dict[str, Any]:
        """What the config file keeps."""
        return {"kind": self.kind}
