"""What a circuit explains: tokens, a difference of tokens, a feature, a direction, or a whole continuation.

Logits are those before a soft cap, which is not linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError
from saecircuits.interventions import EditedRun
from saecircuits.sites import Site


@dataclass(frozen=True)
class TopTokens:
    """The likeliest next tokens, until they hold `share` of the probability, `most` at the most."""

    share: float = 0.95
    most: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.most < 1:
            raise InputError(f"share is {self.share}, most is {self.most}.", "Give a share in (0, 1] and most ≥ 1.")


@dataclass(frozen=True)
class NextTokens:
    """Given next tokens, each a target of its own, weighted by its share of their probability."""

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.texts, str):
            raise InputError(f"NextTokens takes several texts, not {self.texts!r}.", f"Write ({self.texts!r},).")


@dataclass(frozen=True)
class Difference:
    """The logit of one next token minus that of another."""

    token: str
    against: str


@dataclass(frozen=True)
class FeatureAt:
    """The activation of a feature at a position (negative positions count from the end)."""

    feature: Feature
    position: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "feature", Feature.parse(self.feature))


@dataclass(frozen=True)
class Direction:
    """The product of a site with a vector, at a position.

    Args:
        site: any of the model's.
        vector: `[d_model]`, e.g. of a probe.
        position: negative ones count from the end.
        label: what to call it.
    """

    site: Site
    vector: Sequence[float] | Float[Tensor, " d_model"]
    position: int = -1
    label: str = "direction"

    def __post_init__(self) -> None:
        vector = torch.as_tensor(self.vector, dtype=torch.float32)
        if vector.ndim != 1 or not bool(torch.isfinite(vector).all()) or not bool(vector.any()):
            raise InputError(
                f"The direction has shape {tuple(vector.shape)}, or is zero or not finite.", "Give one finite vector."
            )
        object.__setattr__(self, "site", Site.parse(self.site))
        object.__setattr__(self, "vector", tuple(vector.tolist()))


@dataclass(frozen=True)
class Continuation:
    """The log-probability of a whole continuation, linearised: for each of its tokens, the logit above the mean over
    the vocabulary weighted by probability, which is the gradient of the log-probability with respect to the logits."""

    text: str


Target = TopTokens | NextTokens | Difference | FeatureAt | Direction | Continuation

ALL_EQUAL, BY_PROBABILITY = -1, -2
"""In place of a token that a logit is measured against: the mean over the vocabulary, plain or by probability."""


@dataclass(frozen=True)
class Readout:
    """Where a target's value stands in a run: kept with the circuit, so that it can be measured again.

    Attributes:
        token: id of the token whose logit counts, -1 for other targets.
        against: id of the token whose logit is subtracted; -1 for the mean over the vocabulary, -2 for the mean
            weighted by the probabilities of the unedited run.
        feature: of a feature target, else "".
        position: where, -1 for the last.
        site, vector: of a direction, else "" and nothing.
    """

    token: int = -1
    against: int = ALL_EQUAL
    feature: str = ""
    position: int = -1
    site: str = ""
    vector: tuple[float, ...] = ()

    def record(self) -> dict[str, Any]:
        """The readout as a circuit's provenance holds it, of such values as JSON gives back; see `readouts`."""
        return asdict(self) | {"vector": list(self.vector)}

    def measure(self, run: EditedRun, unedited: EditedRun) -> float:
        """The target's value in a run."""
        if self.feature:
            feature = Feature.parse(self.feature)
            return float(run.latents[feature.dictionary][self.position, feature.index])
        if self.site:
            value = run.watched[Site.parse(self.site)][self.position].double()
            return float(value @ value.new_tensor(self.vector))
        if self.token < 0:
            raise InputError("This target comes from a file that does not say what it is.", "Attribute it here again.")
        scores = run.scores[self.position].double()
        if self.against == BY_PROBABILITY:
            return float(scores[self.token] - unedited.probabilities(self.position) @ scores)
        return float(scores[self.token] - (scores.mean() if self.against < 0 else scores[self.against]))


def readouts(circuit: Circuit) -> list[Readout]:
    """Where the values of a circuit's targets stand, in the order of its target rows.

    Raises:
        InputError: if it is not the circuit of one prompt, attributed here.
    """
    origin = circuit.provenance
    if not origin.settings.get("readouts") or min(origin.token_ids) < 0:
        raise InputError(
            "This circuit stands for several prompts, or comes from another tool: there is no run to compare it with.",
            "Attribute one prompt.",
        )
    records = origin.settings["readouts"]
    return [Readout(**{**record, "vector": tuple(record.get("vector", ()))}) for record in records]


def watched(circuit: Circuit) -> list[Site]:
    """The sites that have to be kept in a run, so that a circuit's targets can be measured."""
    return [Site.parse(readout.site) for readout in readouts(circuit) if readout.site]


def explains_next_token(circuit: Circuit) -> bool:
    """Whether all targets of a circuit are logits at the end of one prompt, or differences of two."""
    last = len(circuit.provenance.tokens) - 1
    return all(
        readout.token >= 0 and readout.against >= ALL_EQUAL and readout.position in (-1, last)
        for readout in readouts(circuit)
    )


def text_of(prompt: Any, target: Target) -> str | None:
    """The text of what is run; None if the prompt came as tokens."""
    if not isinstance(prompt, str) or isinstance(target, Continuation):
        return None
    return prompt
