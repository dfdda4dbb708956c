"""The CrosscoderMap: where the features of a crosscoder live, by the norms of their decoders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import traitlets

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.table import Table

from .choosing import FeatureChooser, Known, evidence_of, labels_of, rates_of
from .crosscoder_places import Measure, Places, Sizes

SCALES = ("alike", "raw")
RATE = Measure("rate", "firing rate", 0, None)


class CrosscoderMap(FeatureChooser):
    """Decoder norms of every feature over the layers, or the models, that a crosscoder writes.

    On top how many features have which centre of mass, span how many places, or, for two models, have which relative
    norm `‖d_B‖ / (‖d_A‖ + ‖d_B‖)` (Lindsey et al. 2024); below, features side by side in that order, a column each.
    Drag over either to choose features. Any dictionary can be shown, a cross-layer transcoder too.

    Norms at different places are compared in units of each place, since a crosscoder of raw activations writes more
    where activations are larger. The right unit is the size of the activations there: give it as `sizes` where it is
    known. By default it is the root mean square of all features' norms at the place (`features.norms.place_sizes`).

    Features that look exclusive to one model need not be. An L1 penalty shrinks the smaller of two norms to zero and
    splits shared features in two (complete shrinkage, latent decoupling: Minder et al. 2025, arXiv 2504.02922); train
    with BatchTopK, and check a feature by intervening or by refitting its scale on each model's error. A cosine near 1
    between two features at the two ends of the histogram is the mark of such a pair.

    Args:
        crosscoder: writes several places, of one model or of several (`sc.Site("resid_post", 3, "tuned")`).
        evidence: of its features; without it they have neither labels nor firing rates. Features that never fired are
            left out: their decoders are left from the start of the training.
        sizes: unit of each place, in the order of `crosscoder.writes` or by their names.
        compare: names of the two models to compare; by default the first two.

    Attributes:
        feature: the clicked feature, or None.
        selected: the features in the brush; can be set (which takes the brush away) and observed.
        measure: what features are sorted and counted by: `relative`, `cosine`, `centre`, `spread`, `norm` or `rate`,
            as far as they exist here.
        brush: the least and the largest value that are chosen, or None; another measure takes it away, and what was
            chosen stays.
        scale: `alike`, each place in its unit, or `raw`.
        normalised: show the norms of each feature relative to its largest.

    Raises:
        InputError: if the evidence is of another dictionary, or sizes or models do not fit.
    """

    bundle = "crosscoder_map"

    dictionary = traitlets.Unicode().tag(sync=True)
    places = traitlets.List(traitlets.Dict()).tag(sync=True)
    stages = traitlets.List(traitlets.Unicode()).tag(sync=True)
    pair = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns = traitlets.Dict().tag(sync=True)
    links = traitlets.List().tag(sync=True)
    known = traitlets.List(traitlets.Dict()).tag(sync=True)
    measures = traitlets.Dict().tag(sync=True)
    measure = traitlets.Unicode().tag(sync=True)
    brush = traitlets.List(traitlets.Float(), None, allow_none=True).tag(sync=True)
    scale = traitlets.Unicode("alike").tag(sync=True)
    normalised = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        crosscoder: Dictionary,
        evidence: Known = None,
        sizes: Sizes = None,
        compare: Sequence[str] | None = None,
        **traits: Any,
    ) -> None:
        found = evidence_of(crosscoder, evidence)
        self._rates = rates_of(crosscoder, found)
        self._places = Places(crosscoder, sizes, compare, self._rates != 0)
        self._values = {scale: self._places.measures(scale) | self._more() for scale in SCALES}
        self._measures = self._places.known_measures() + [RATE] * bool(self._more())
        self._brushed: tuple[str, list[float] | None] = "", None
        names = [f"{crosscoder.name}/{index}" for index in range(crosscoder.n_features)]
        first = {"brush": None, "measure": self._measures[0].name} | traits
        early = {name: value for name, value in first.items() if name not in ("brush", "selected")}
        super().__init__(names, {crosscoder.name: (crosscoder, found)}, **early)
        self._publish(crosscoder.name, labels_of(crosscoder, found))
        self.brush = first["brush"]
        if "selected" in traits:
            self.selected = traits["selected"]

    def values(self, measure: str) -> np.ndarray:
        """A measure of all features, in the scale on show; nan for a feature that never fires or writes nothing.

        Raises:
            InputError: if there is no such measure here.
        """
        return self._values[self.scale][self._known_measure(measure)].copy()

    def table(self) -> Table[dict[str, Any]]:
        """The selected features, or all if none is selected, with their measures and their norms at every place."""
        norms = self._places.norms(self.scale)
        values = self._values[self.scale]
        rows = [
            {"feature": self._names[row], "label": self.labels[row]}
            | {name: float(column[row]) for name, column in values.items()}
            | {place["name"]: float(norm) for place, norm in zip(self.places, norms[row], strict=True)}
            for row in self._marked()
        ]
        titles = {measure.title: measure.name for measure in self._measures}
        return Table(rows, {"feature": "feature", "label": "label"} | titles)

    @traitlets.validate("measure")
    def _check_measure(self, proposal: Any) -> str:
        return self._known_measure(proposal["value"])

    @traitlets.validate("scale")
    def _check_scale(self, proposal: Any) -> str:
        if proposal["value"] not in SCALES:
            raise InputError(f"There is no scale {proposal['value']!r}.", f"Known are {', '.join(SCALES)}.")
        return proposal["value"]

    @traitlets.validate("brush")
    def _check_brush(self, proposal: Any) -> list[float] | None:
        brush = proposal["value"]
        if brush is None or (len(brush) == 2 and brush[0] <= brush[1]):
            return brush
        raise InputError(f"{brush} is no range of values.", "Give the least and the largest, or None.")

    @traitlets.observe("brush", "measure", "scale")
    def _follow_brush(self, _: Any) -> None:
        measure, brush = self._brushed
        self._brushed = self.measure, self.brush
        if brush is not None and self.brush == brush and self.measure != measure:
            self.brush = None  # a range of one measure says nothing of another
        elif self.brush is not None:
            self.chosen = self._inside(self.brush)

    @traitlets.observe("chosen")
    def _leave_brush(self, change: Any) -> None:
        if self.brush is not None and change["new"] != self._inside(self.brush):
            self.brush = None

    def _inside(self, brush: Sequence[float]) -> bytes:
        """Rows in the brush; in the precision that the browser has, so that both choose the same."""
        values = self._values[self.scale][self.measure].astype(np.float32)
        return np.flatnonzero((values >= brush[0]) & (values <= brush[1])).astype("<u4").tobytes()

    def _more(self) -> dict[str, np.ndarray]:
        return {} if np.isnan(self._rates).all() else {"rate": np.where(self._rates > 0, self._rates, np.nan)}

    def _known_measure(self, name: str) -> str:
        known = [measure.name for measure in self._measures]
        if name not in known:
            raise InputError(f"There is no measure {name!r} here.", f"Known are {', '.join(known)}.")
        return name

    def _publish(self, dictionary: str, labels: list[str]) -> None:
        places = self._places
        with self.hold_sync():
            self.dictionary, self.labels = dictionary, labels
            self.places, self.stages = places.record(), [str(stage) for stage in places.stages]
            self.pair = list(places.pair or ())
            self.links = [list(link) for link in places.links]
            self.known = [asdict(measure) for measure in self._measures]
            self.columns = {
                "norms": _bytes(places.raw),
                "sizes": _bytes(places.sizes),
                "cosines": _bytes(places.cosines),
                "rates": _bytes(self._rates),
            }
            self.measures = {
                scale: {name: _bytes(column) for name, column in values.items()}
                for scale, values in self._values.items()
            }


def _bytes(values: np.ndarray) -> bytes:
    return np.ascontiguousarray(values, "<f4").tobytes()
