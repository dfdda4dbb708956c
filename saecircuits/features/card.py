"""What is known of one feature, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Context:
    """A stretch of text in which a feature fires strongly.

    Attributes:
        tokens: their texts.
        activations: at each token.
        peak: place of the strongest.
    """

    tokens: tuple[str, ...]
    activations: tuple[float, ...]
    peak: int


@dataclass(frozen=True)
class FeatureHistogram:
    """How often a feature fires how strongly; one edge more than counts."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class FeatureCard:
    """Evidence of one feature.

    Attributes:
        dictionary, feature: which one.
        label: what it is about, in a few words.
        firing_rate: share of tokens at which it fires.
        max: the strongest activation that was seen.
        histogram: of its positive activations.
        promoted, suppressed: tokens with the logits that an activation of 1 adds directly, before the last norm's
            denominator.
        fired: tokens at which it fires most, with their share of its squared activations.
        contexts: where it fires most, strongest first.
    """

    dictionary: str
    feature: int
    label: str
    firing_rate: float
    max: float
    histogram: FeatureHistogram
    promoted: tuple[tuple[str, float], ...]
    suppressed: tuple[tuple[str, float], ...]
    fired: tuple[tuple[str, float], ...]
    contexts: tuple[Context, ...]

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON-able values."""
        return _lists(asdict(self))


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_lists(each) for each in value]
    return value
