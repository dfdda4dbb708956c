"""What widgets that show features share: the request `label`, and the card of the selected feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from saecircuits.circuit import Feature
from saecircuits.errors import InputError

from .messages import Answer, text_field


class HasLabels(Protocol):
    """A laboratory whose features can be named."""

    def card(self, feature: Feature | str) -> dict[str, Any]:
        """Evidence of a feature, as JSON."""
        ...

    def set_label(self, feature: Feature | str, label: str) -> Any:
        """Name a feature."""
        ...

    def label(self, feature: Feature | str) -> str:
        """What a feature is about."""
        ...


def answer_label(lab: HasLabels, message: Mapping[str, Any]) -> Answer:
    """Answer `{"feature", "label"}` with the label that holds now.

    Raises:
        InputError: for a feature that is not there, or a label that is not text or too long.
    """
    feature = Feature.parse(text_field(message, "feature"))
    lab.set_label(feature, text_field(message, "label"))
    return {"feature": str(feature), "label": lab.label(feature)}, []


def known_card(lab: HasLabels | None, feature: str | None) -> dict[str, Any]:
    """The card of the selected feature; `{"missing": feature}` where nothing is known of it, empty without one."""
    if feature is None:
        return {}
    try:
        return {"missing": feature} if lab is None else lab.card(feature)
    except InputError:
        return {"missing": feature}
