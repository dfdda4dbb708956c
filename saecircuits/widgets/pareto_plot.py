"""The ParetoPlot: a sweep of dictionaries, sparsity against quality, with the front that none of the others beats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError

from .base import Widget
from .pareto_points import ParetoPoint, Points, known_scores, points_in, points_of

_PREFERRED = ("variance_explained", "loss_recovered")
"""Scores that are plotted upwards unless another is asked for."""
_LOWER_IS_BETTER = ["l0", "l1", "loss", "mse", "fvu", "relative_error", "dead", "dense", "delta_loss", "kl"]


class ParetoPlot(Widget):
    """Dictionaries of a sweep as points.

    Args:
        points: results of a training, `ParetoPoint` objects, or scores by name.
        x, y: names of the scores to begin with; by default `l0` and the variance explained.
        group: tells the group of a point, which its colour and shape show; by default the variant.

    Attributes:
        selected: name of the selected dictionary, or None; a click sets it, and it can be observed.
        x, y: names of the scores that are shown.
        lower_is_better: names of the scores of which less is better; of all others more is.

    Raises:
        InputError: if there is no point, two share a name, or none has a score that is asked for.
    """

    bundle = "pareto_plot"

    points = traitlets.List(traitlets.Dict()).tag(sync=True)
    x = traitlets.Unicode("").tag(sync=True)
    y = traitlets.Unicode("").tag(sync=True)
    selected = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    lower_is_better = traitlets.List(traitlets.Unicode(), _LOWER_IS_BETTER).tag(sync=True)

    def __init__(
        self, points: Points, group: Callable[[ParetoPoint], str] | None = None, x: str = "", y: str = "", **traits: Any
    ) -> None:
        self._points: dict[str, ParetoPoint] = {}
        super().__init__(**{name: value for name, value in traits.items() if name != "selected"})
        self.show(points, group, x, y)
        self.selected = traits.get("selected")

    @classmethod
    def from_folder(cls, folder: str | Path, **options: Any) -> ParetoPlot:
        """The dictionaries that are saved in a folder, with the scores that stand in their configs.

        Args:
            folder: is searched at any depth; a dictionary is named by its place in it.
            options: further arguments of the class.

        Raises:
            InputError: if there is no dictionary in it.
            FileFormatError: if a config cannot be read.
        """
        return cls(points_in(folder), **options)

    @property
    def point(self) -> ParetoPoint | None:
        """What is known of the selected dictionary, or None."""
        return None if self.selected is None else self._points[self.selected]

    @property
    def dictionary(self) -> Dictionary | None:
        """The selected dictionary, read from its folder if it has to be; or None.

        Raises:
            InputError: if a plan has several, as that of a cross-layer transcoder; they are `point.dictionaries`.
            NotAttachedError: if the plot was made of scores alone.
            FileFormatError: if its files cannot be read.
        """
        if self.point is None:
            return None
        only, *more = self.point.dictionaries
        if more:
            raise InputError(f"{self.selected!r} has {1 + len(more)} dictionaries.", "Take plot.point.dictionaries.")
        return only

    def show(self, points: Points, group: Callable[[ParetoPoint], str] | None = None, x: str = "", y: str = "") -> None:
        """Show other dictionaries; the selection stays if its name is among them. Raises as the class does."""
        found = points_of(points, group)
        known = known_scores(found)
        across = _score(x or self.x or "l0", known)
        default = next((name for name in (self.y, *_PREFERRED, *known) if name in known and name != across), across)
        up = _score(y or default, known)
        self._points = {point.name: point for point in found}
        with self.hold_sync():
            self.points = [point.record() for point in found]
            self.x, self.y = across, up
            self.selected = self.selected if self.selected in self._points else None

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> str | None:
        name = proposal["value"]
        if name is not None and name not in self._points:
            raise InputError(f"There is no dictionary {name!r}.", f"Known are {', '.join(self._points)}.")
        return name

    @traitlets.validate("x", "y")
    def _check_score(self, proposal: Any) -> str:
        return _score(proposal["value"], known_scores(self._points.values()) or [proposal["value"]])


def _score(name: str, known: list[str]) -> str:
    if name not in known:
        raise InputError(f"No dictionary has a score {name!r}.", f"Known are {', '.join(known) or 'none'}.")
    return name
