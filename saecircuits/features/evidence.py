"""What is known of all features of one dictionary, kept in columns: a card is put together when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt

from saecircuits.errors import InputError

from .card import Context, FeatureCard, FeatureHistogram
from .files import Header, read, write
from .firing_tokens import FiringTokens
from .labels import automatic_label
from .promotion import Promotion


@dataclass(frozen=True)
class ContextColumns:
    """The top contexts of all features in one list, each feature's beside each other, strongest first.

    Attributes:
        starts: contexts `starts[f]` to `starts[f + 1]` are those of feature f.
        tokens: token ids.
        relative: activations as a share of the feature's maximum, float16.
        peak, length: place of the strongest token, and how many tokens there are.
    """

    starts: UInt[np.ndarray, " feature_and_one"]
    tokens: UInt[np.ndarray, "context window"]
    relative: Float[np.ndarray, "context window"]
    peak: UInt[np.ndarray, " context"]
    length: UInt[np.ndarray, " context"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a dictionary's features.

    Attributes:
        dictionary: its name.
        model, corpus: what it was run on.
        tokens: how many tokens were looked at.
        texts: token id -> text, for every token that occurs in here.
        firings: tokens at which each feature fired.
        maxima: the strongest activation of each feature.
        bin_tops: upper edge of each feature's last histogram bin; bins are equally wide from 0.
        bin_counts: activations in each bin.
        contexts: where features fire most.
        fired: tokens at which features fire most.
        promotion: tokens that features promote and suppress.
        named: labels that a person gave; they stand before the automatic ones.
    """

    dictionary: str
    model: str
    corpus: str
    tokens: int
    texts: Mapping[int, str] = field(repr=False)
    firings: Int[np.ndarray, " feature"] = field(repr=False)
    maxima: Float[np.ndarray, " feature"] = field(repr=False)
    bin_tops: Float[np.ndarray, " feature"] = field(repr=False)
    bin_counts: UInt[np.ndarray, "feature bin"] = field(repr=False)
    contexts: ContextColumns = field(repr=False)
    fired: FiringTokens = field(repr=False)
    promotion: Promotion = field(repr=False)
    named: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def n_features(self) -> int:
        """Number of features."""
        return len(self.maxima)

    def firing_rate(self, feature: int) -> float:
        """Share of tokens at which a feature fires."""
        return int(self.firings[self._checked(feature)]) / max(self.tokens, 1)

    def maximum(self, feature: int) -> float:
        """The strongest activation of a feature; 0 if it never fired."""
        return float(self.maxima[self._checked(feature)])

    def label(self, feature: int) -> str:
        """What a feature is about: what a person said, else an automatic label."""
        return self.named.get(self._checked(feature)) or self.automatic_label(feature)

    def automatic_label(self, feature: int) -> str:
        """What a feature is about, as its evidence tells."""
        feature = self._checked(feature)
        breadth, spread = float(self.fired.breadth[feature]), float(self.promotion.spread[feature])
        return automatic_label(self._fired(feature), breadth, self._promoted(feature), spread)

    def with_label(self, feature: int, label: str) -> Evidence:
        """The same evidence with a feature named by a person; an empty label brings the automatic one back."""
        named = {**self.named, self._checked(feature): label.strip()}
        return replace(self, named={index: text for index, text in named.items() if text})

    def card(self, feature: int) -> FeatureCard:
        """All that is known of one feature.

        Raises:
            InputError: if there is no such feature.
        """
        feature = self._checked(feature)
        counts = self.bin_counts[feature]
        edges = np.linspace(0, float(self.bin_tops[feature]), len(counts) + 1)
        found = range(self.contexts.starts[feature], self.contexts.starts[feature + 1])
        return FeatureCard(
            dictionary=self.dictionary,
            feature=feature,
            label=self.label(feature),
            firing_rate=self.firing_rate(feature),
            max=self.maximum(feature),
            histogram=FeatureHistogram(tuple(edges.tolist()), tuple(counts.tolist())),
            promoted=self._promoted(feature),
            suppressed=self._pairs(self.promotion.suppressed, self.promotion.suppressed_logits, feature),
            fired=self._fired(feature),
            contexts=tuple(self._context(row, feature) for row in found),
        )

    def save(self, folder: str | Path) -> Path:
        """Write `<dictionary>.safetensors` and `<dictionary>.json` into a folder; returns the folder."""
        header = Header(
            dictionary=self.dictionary,
            model=self.model,
            corpus=self.corpus,
            tokens=self.tokens,
            n_features=self.n_features,
            named=dict(self.named),
            token_ids=list(self.texts),
            token_texts=list(self.texts.values()),
        )
        return write(Path(folder), header, _arrays(self))

    @classmethod
    def load(cls, folder: str | Path, dictionary: str) -> Evidence:
        """Read what `save` wrote.

        Raises:
            InputError: if there is no evidence of the dictionary in the folder.
            FileFormatError: if a file is cut short or does not fit the other.
        """
        header, arrays = read(Path(folder), dictionary, _AXES)
        groups = {
            group: part(**{each.name: arrays[f"{group}.{each.name}"] for each in fields(part)})
            for group, part in _GROUPS.items()
        }
        return cls(
            dictionary=header.dictionary,
            model=header.model,
            corpus=header.corpus,
            tokens=header.tokens,
            texts=dict(zip(header.token_ids, header.token_texts, strict=True)),
            named=header.named,
            **{name: arrays[name] for name in _PLAIN},
            **groups,
        )

    def _checked(self, feature: int) -> int:
        if not 0 <= feature < self.n_features:
            raise InputError(
                f"{self.dictionary} has features 0 to {self.n_features - 1}, not {feature}.",
                "Choose an index in this range.",
            )
        return int(feature)

    def _context(self, row: int, feature: int) -> Context:
        columns, length = self.contexts, int(self.contexts.length[row])
        activations = columns.relative[row, :length].astype(np.float64) * self.maximum(feature)
        texts = tuple(self.texts[int(token)] for token in columns.tokens[row, :length])
        return Context(texts, tuple(activations.tolist()), int(columns.peak[row]))

    def _fired(self, feature: int) -> tuple[tuple[str, float], ...]:
        pairs = self._pairs(self.fired.ids, self.fired.shares, feature)
        return tuple((text, share) for text, share in pairs if share > 0)

    def _promoted(self, feature: int) -> tuple[tuple[str, float], ...]:
        return self._pairs(self.promotion.promoted, self.promotion.promoted_logits, feature)

    def _pairs(self, ids: np.ndarray, values: np.ndarray, feature: int) -> tuple[tuple[str, float], ...]:
        rows = zip(ids[feature], values[feature], strict=True)
        return tuple((self.texts[int(token)], float(value)) for token, value in rows)


_PLAIN = {"firings": 1, "maxima": 1, "bin_tops": 1, "bin_counts": 2}
_GROUPS: dict[str, Any] = {"contexts": ContextColumns, "fired": FiringTokens, "promotion": Promotion}
_FLAT = {"starts", "peak", "length", "breadth", "spread"}
_AXES = _PLAIN | {
    f"{group}.{each.name}": 1 if each.name in _FLAT else 2 for group, part in _GROUPS.items() for each in fields(part)
}
"""Array of the file -> its number of axes."""


def _arrays(evidence: Evidence) -> dict[str, np.ndarray]:
    grouped = {
        f"{group}.{each.name}": getattr(getattr(evidence, group), each.name)
        for group, part in _GROUPS.items()
        for each in fields(part)
    }
    return {name: getattr(evidence, name) for name in _PLAIN} | grouped
