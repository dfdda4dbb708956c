"""The ways to estimate what a node adds to a target, as choices for `attribute_gradient`.

The effect of a node is what the target would lose if the node went to its baseline: to zero, or to its value in a
second prompt of the same length (the patch prompt of Marks et al. 2025, "Sparse Feature Circuits", arXiv 2403.19647).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from saecircuits.errors import InputError

NODES = ("features", "neurons")
"""What nodes can be: features of the dictionaries, or the neurons of all MLPs as the control."""


@dataclass(frozen=True, kw_only=True)
class GradientMethod:
    """What all of these methods have in common.

    Args:
        baseline: a second prompt; None for zero.
        nodes: one of `NODES`.
        max_nodes: features and errors that a circuit keeps, the strongest by their effect; None for all.
        threshold: effect that a feature or error must reach to be kept, in units of the target.
        edges: work out direct effects among what is kept.
    """

    name: ClassVar[str]
    baseline: str | None = None
    nodes: str = "features"
    max_nodes: int | None = 300
    threshold: float = 0.0
    edges: bool = True

    def __post_init__(self) -> None:
        if self.nodes not in NODES:
            raise InputError(f"nodes is {self.nodes!r}.", f"Use one of {', '.join(NODES)}.")
        if self.max_nodes is not None and self.max_nodes < 1:
            raise InputError(f"max_nodes is {self.max_nodes}.", "Keep at least one node, or None for all.")
        if not self.threshold >= 0:
            raise InputError(f"threshold is {self.threshold}.", "Give a number from 0: effects count by their size.")


@dataclass(frozen=True)
class Gradient(GradientMethod):
    """The gradient at the prompt times the distance to the baseline; one backward pass."""

    name: ClassVar[str] = "gradient"


@dataclass(frozen=True)
class IntegratedGradients(GradientMethod):
    """The mean gradient along the straight path from the baseline to the prompt, one place after the other.

    The effects of all nodes of one place add up to what the target loses if the whole place goes to its baseline, but
    for the error of `steps` midpoints. With zero as the baseline the first token stays as it is, and its effect is that
    of the mean gradient. Source: Sundararajan et al. 2017 (arXiv 1703.01365); along activations, as in sparse feature
    circuits.

    Args:
        steps: points on the path.
    """

    name: ClassVar[str] = "integrated gradients"
    steps: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.steps < 1:
            raise InputError(f"steps is {self.steps}.", "Give at least one; 10 is usual.")


@dataclass(frozen=True)
class RelP(GradientMethod):
    """The gradient at the prompt under rules of relevance propagation; one backward pass.

    Denominators of norms are held; an activation function counts as the factor by which it multiplies its input; a gate
    and what it lets through get half of the gradient each. Source: Jafari et al. 2025, "RelP" (arXiv 2508.21258).

    Args:
        hold_attention: hold attention patterns too.
    """

    name: ClassVar[str] = "relp"
    hold_attention: bool = False


@dataclass(frozen=True)
class Ablation(GradientMethod):
    """Set each node to its baseline in the live model and look: exact, and a row of a forward pass for every node.

    Args:
        batch: nodes a pass.
    """

    name: ClassVar[str] = "ablation"
    batch: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.batch < 1:
            raise InputError(f"batch is {self.batch}.", "Give at least one node a pass.")
