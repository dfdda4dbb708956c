"""The FeatureCard: what is known of one feature, as a widget; another one is a click away, and its label can be edited.

The trait `feature` says which one is shown, whoever sets it: Python, a click on a neighbour, or another widget that
shares its selection. Python answers with the trait `card`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import traitlets

from saecircuits.circuit import Feature
from saecircuits.errors import InputError, NotAttachedError, SaeCircuitsError
from saecircuits.features import Evidence, bands, texts_of
from saecircuits.training import Corpus

from .base import Widget
from .labels import answer_label
from .messages import Answer, Handler, describe, text_field

_FOUND = 12


class HasCards(Protocol):
    """What the card asks of a laboratory."""

    @property
    def subject(self) -> Any:
        """The model."""
        ...

    @property
    def dictionaries(self) -> Mapping[str, Any]:
        """Its dictionaries by name."""
        ...

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """What is known of their features."""
        ...

    def card(self, feature: Feature | str) -> dict[str, Any]:
        """Evidence of a feature, as JSON."""
        ...

    def find(self, text: str, n: int = 20) -> list[Feature]:
        """Features by number or words of their labels."""
        ...

    def label(self, feature: Feature | str) -> str:
        """What a feature is about."""
        ...

    def set_label(self, feature: Feature | str, label: str) -> Any:
        """Name a feature."""
        ...

    def tell_of_labels(self, listener: Any) -> None:
        """Say which features were named."""
        ...


class FeatureCard(Widget):
    """Evidence of one feature: where it fires, how often and how strongly, what it promotes, its neighbours, its label.

    Args:
        lab: a laboratory; or the evidence of one feature as JSON, as `ReplacementModel.card` gives it, which can
            only be looked at.
        feature: `"transcoder.3/203"`; None for an empty card that follows a shared selection.
        value: an activation to mark in the histogram.
        corpus: texts for contexts of weaker activations; by default those of the world, if the evidence is from there.

    Attributes:
        feature: which feature is shown, or None.
        card: its evidence, as JSON; empty if nothing is shown.
        value: the activation that is marked; another feature takes it away.
    """

    bundle: ClassVar[str] = "feature_card"

    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    card = traitlets.Dict().tag(sync=True)
    value = traitlets.Float(None, allow_none=True).tag(sync=True)
    bands = traitlets.Dict(None, allow_none=True).tag(sync=True)
    live = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        lab: HasCards | Mapping[str, Any],
        feature: Feature | str | None = None,
        value: float | None = None,
        corpus: Corpus | None = None,
        **traits: Any,
    ) -> None:
        self._lab: HasCards | None = None
        self._corpus = corpus
        super().__init__(**{"bands": None, **traits})  # traitlets makes {} of a Dict's default None
        if isinstance(lab, Mapping):
            self.card, self.value = dict(lab), value
            self.feature = f"{lab['dictionary']}/{lab['feature']}"
            return
        self._lab = lab
        with self.hold_sync():
            self.live = True
            if feature is not None:
                lab.card(feature)  # a wrong name raises here, where Python can see it
                self.feature = str(feature)
            self.value = value
        lab.tell_of_labels(self._named)

    @property
    def label(self) -> str:
        """What the shown feature is about; setting it names the feature, an empty text brings the automatic label back.

        Raises:
            InputError: when it is set and no feature is shown, or the text is too long.
            NotAttachedError: when it is set and there is no laboratory.
        """
        return self.card.get("label", "")

    @label.setter
    def label(self, label: str) -> None:
        if not self.card:
            raise InputError("The card is empty.", 'Choose a feature first: card.feature = "transcoder.3/203".')
        self._at_hand.set_label(f"{self.card['dictionary']}/{self.card['feature']}", label)

    @property
    def _at_hand(self) -> HasCards:
        if self._lab is None:
            raise NotAttachedError(
                "There is no laboratory behind this card.", "Open it with lab.feature_card(feature)."
            )
        return self._lab

    def _quick(self) -> Mapping[str, Handler]:
        return {"label": self._answer_label, "find": self._answer_find}

    def _long(self) -> Mapping[str, Handler]:
        return {"bands": self._answer_bands}

    def _page_state(self) -> dict[str, Any]:
        return super()._page_state() | {"live": False}

    def _answer_label(self, message: Mapping[str, Any]) -> Answer:
        return answer_label(self._at_hand, message)

    def _answer_find(self, message: Mapping[str, Any]) -> Answer:
        found = self._at_hand.find(text_field(message, "text")[:200], _FOUND)
        return {"found": [{"feature": str(each), "label": self._at_hand.label(each)} for each in found]}, []

    def _answer_bands(self, message: Mapping[str, Any]) -> Answer:
        feature = Feature.parse(text_field(message, "feature"))
        lab, corpus = self._at_hand, self._texts(feature.dictionary)
        card = lab.card(feature)
        if corpus is None:
            raise InputError("There are no texts to look at.", "Open the card with FeatureCard(lab, corpus=...).")
        if card["max"] <= 0:
            raise InputError(f"{feature} never fired, so there are no contexts.")
        found = bands(lab.subject, lab.dictionaries[feature.dictionary], feature.index, card["max"], corpus)
        rows = [
            {
                "low": band.low,
                "high": band.high,
                "firings": band.firings,
                "contexts": [
                    {"tokens": list(each.tokens), "activations": list(each.activations), "peak": each.peak}
                    for each in band.contexts
                ],
            }
            for band in found
        ]
        self.bands = {"feature": str(feature), "corpus": corpus.name, "rows": rows}
        return {}, []

    def _texts(self, dictionary: str) -> Corpus | None:
        """The corpus that was given; else that of the evidence, where it is known how to read it."""
        return self._corpus or texts_of(self._at_hand.evidence.get(dictionary))

    def _named(self, dictionary: str, feature: int) -> None:
        """A feature was named somewhere: here, or in another widget of the same laboratory."""
        shown = {f"{self.card['dictionary']}/{self.card['feature']}"} if self.card else set()
        shown |= {near["feature"] for near in self.card.get("neighbours", ())}
        if self.feature is not None and f"{dictionary}/{feature}" in shown:
            self.card = self._at_hand.card(self.feature)

    @traitlets.observe("feature")
    def _chosen(self, change: Any) -> None:
        """Show the evidence of another feature; one that is not here shows nothing."""
        if self._lab is None:
            return
        with self.hold_sync():
            self.card, self.value, self.error = {}, None, None
            if change["new"] is None or not self._is_here(change["new"]):
                return
            try:
                self.card = self._lab.card(change["new"])
            except SaeCircuitsError as error:
                self.error = describe(error)

    def _is_here(self, text: str) -> bool:
        try:
            feature = Feature.parse(text)
        except InputError:
            return False
        dictionary = self._at_hand.dictionaries.get(feature.dictionary)
        return dictionary is not None and feature.index < dictionary.n_features
