"""One selected feature for several widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from saecircuits.errors import InputError


def share_selection(*widgets: Any) -> Callable[[], None]:
    """Couple the selected feature of several widgets: a click in one selects in all.

    A widget that does not have the feature shows no selection, and the others keep theirs. The first widget with a
    selection gives it to the others.

    Args:
        widgets: any that have a trait `feature`: Explorer, FeatureCard, FeatureAtlas, CrosscoderMap, PatchBoard,
            SteeringPanel, SparsityExplorer, Disentangler.

    Returns:
        A function that ends the coupling.

    Raises:
        InputError: if a widget selects no features.
    """
    for widget in widgets:
        if not isinstance(widget, traitlets.HasTraits) or not widget.has_trait("feature"):
            raise InputError(f"{type(widget).__name__} selects no features.", "Leave it out.")
    coupling = _Coupling(widgets)
    chosen = next((widget for widget in widgets if widget.feature is not None), None)
    if chosen is not None:
        coupling.pass_on({"owner": chosen, "new": chosen.feature})
    for widget in widgets:
        widget.observe(coupling.pass_on, "feature")
    return coupling.end


class _Coupling:
    def __init__(self, widgets: Sequence[Any]) -> None:
        self._widgets = widgets
        self._busy = False

    def pass_on(self, change: Any) -> None:
        """Give a selection to the other widgets; what they make of it goes no further."""
        if self._busy:
            return
        self._busy = True
        try:
            for widget in self._widgets:
                if widget is not change["owner"]:
                    widget.feature = change["new"]
        finally:
            self._busy = False

    def end(self) -> None:
        for widget in self._widgets:
            widget.unobserve(self.pass_on, "feature")
