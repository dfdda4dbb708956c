"""The FeatureCard: what is known of one feature, as a widget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"


class FeatureCard(anywidget.AnyWidget):
    """Evidence of one feature: top contexts, histogram, promoted and suppressed tokens, firing rate.

    Args:
        card: the evidence as JSON, as `ReplacementModel.card` gives it.
        value: an activation to mark in the histogram.
    """

    _esm = _STATIC / "feature_card.js"
    _css = _STATIC / "feature_card.css"

    card = traitlets.Dict().tag(sync=True)
    value = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(self, card: Mapping[str, Any], value: float | None = None, **traits: Any) -> None:
        super().__init__(card=dict(card), value=value, **traits)
