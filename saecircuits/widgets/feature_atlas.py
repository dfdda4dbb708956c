"""The FeatureAtlas: the directions of dictionaries as points in the plane, close ones close to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import traitlets

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError, Stopped
from saecircuits.features import Evidence
from saecircuits.features.clusters import cluster_names, clusters
from saecircuits.features.directions import directions, nearest
from saecircuits.features.norms import decoder_norms, place_sizes
from saecircuits.features.plane import plane, trust
from saecircuits.table import Table

from .choosing import FeatureChooser, Known, evidence_of, labels_of, rates_of
from .messages import Answer, describe

_NEIGHBOURS = 12
COLOURS = ("cluster", "firing rate", "layer", "max activation")
_COLUMNS = {"feature": "feature", "label": "label", "cluster": "cluster", "firing rate": "firing_rate", "max": "max"}


@dataclass(frozen=True)
class Neighbour:
    """A feature and the cosine of its direction to that of another."""

    feature: str
    cosine: float
    label: str


@dataclass(frozen=True)
class AtlasPoint:
    """A feature in the atlas.

    Attributes:
        feature, label: which one, and what it is about.
        cluster: name of its cluster; empty if it is in none.
        firing_rate, max: from the evidence; nan without it.
        x, y: its place in the picture, each from -1 to 1.
    """

    feature: str
    label: str
    cluster: str
    firing_rate: float
    max: float
    x: float
    y: float


class FeatureAtlas(FeatureChooser):
    """Decoder directions in the plane by similarity: hover, click, search, lasso.

    The picture is t-SNE on the cosine, after 50 principal components, with a fixed seed. It keeps more of the
    neighbourhoods than other projections: trustworthiness 0.88 on the transcoders of the embedded world, against 0.63
    for two principal components and 0.59 for a spectral embedding. `trust` is that of the picture on show. What is far
    apart in it may be close in truth; neighbours are therefore listed by their cosine. Clusters are made from cosines
    too, not from the picture. 2,000 directions take about 2 seconds, in a thread; `wait()` waits for them.

    Args:
        dictionaries: one or several of one model. Directions are those of the decoder: of several sites side by side if
            all dictionaries write the same ones, else summed.
        evidence: of these dictionaries, e.g. `lab.evidence`. Features that never fired are left out: their directions
            are left from the start of the training.

    Attributes:
        feature: the clicked feature, or None.
        selected: features chosen with the lasso; can be set and observed.
        colour: what colours show: `cluster`, `firing rate`, `layer` or `max activation`.
        clusters: names of the clusters, the largest first.
        trust: trustworthiness of the picture, for 10 neighbours; None until it is there, or for a handful of features.

    Raises:
        InputError: if there is no dictionary, two share a name, or they are of different widths.
    """

    bundle = "feature_atlas"

    colour = traitlets.Unicode("cluster").tag(sync=True)
    sets = traitlets.List(traitlets.Dict()).tag(sync=True)
    points = traitlets.Dict().tag(sync=True)
    clusters = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trust = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(self, dictionaries: Dictionary | Sequence[Dictionary], evidence: Known = None, **traits: Any) -> None:
        found = [dictionaries] if isinstance(dictionaries, Dictionary) else list(dictionaries)
        names = [each.name for each in found]
        if len(set(names)) < len(names):
            raise InputError(f"Two dictionaries share a name: {', '.join(names)}.", "Give each its own name.")
        if len(found) > 1 and isinstance(evidence, Evidence):
            raise InputError("The evidence of several dictionaries has to come by name.", "Give lab.evidence.")
        rows = directions(found)
        known = [evidence_of(each, evidence) for each in found]
        table = _Table.of(found, known)
        shown = table.alive & rows.any(axis=1)
        self._directions, self._table = rows[shown], table.where(shown)
        sources = dict(zip(names, zip(found, known, strict=True), strict=True))
        super().__init__(self._table.names(names), sources, labels=self._table.labels, **traits)
        counts = np.bincount(self._table.dictionary, minlength=len(found))
        self.sets = [
            {"name": each.name, "features": each.n_features, "shown": int(count)}
            for each, count in zip(found, counts, strict=True)
        ]
        self._desks[0].submit({"type": "lay_out"}, self._lay_out)

    def neighbours(self, feature: Any, n: int = _NEIGHBOURS) -> Table[Neighbour]:
        """The features whose directions have the largest cosine to that of one feature.

        Args:
            feature: as `"transcoder.3/248"`.
            n: how many.

        Raises:
            InputError: if the atlas does not show it.
        """
        row = self.row_of(feature)
        cosines = (self._directions @ self._directions[row]).clip(-1, 1)
        order = np.argsort(-cosines, kind="stable")
        chosen = order[order != row][: max(0, n)]
        rows = [Neighbour(self._names[i], float(cosines[i]), self.labels[i]) for i in chosen]
        return Table(rows, {"feature": "feature", "cosine": "cosine", "label": "label"})

    def table(self) -> Table[AtlasPoint]:
        """The chosen features, or all if none is chosen; waits for the picture."""
        self.wait(None)
        if not self.points:
            raise InputError("There is no picture: it was stopped.", "Make the atlas again.")
        group = np.frombuffer(self.points["cluster"], "<i2")
        places = np.frombuffer(self.points["places"], "<f4").reshape(-1, 2)
        rows = [
            AtlasPoint(
                self._names[row],
                self.labels[row],
                self.clusters[group[row]] if group[row] >= 0 else "",
                float(self._table.rate[row]),
                float(self._table.most[row]),
                *places[row].tolist(),
            )
            for row in self._marked()
        ]
        return Table(rows, _COLUMNS)

    @traitlets.validate("colour")
    def _check_colour(self, proposal: Any) -> str:
        if proposal["value"] not in COLOURS:
            raise InputError(f"Points have no colour by {proposal['value']!r}.", f"Known are {', '.join(COLOURS)}.")
        return proposal["value"]

    def _page_state(self) -> dict[str, Any]:
        self.wait(None)
        return super()._page_state()

    def _kept_state(self) -> dict[str, Any]:
        """As far as it is: a cell does not wait for the picture."""
        return super()._page_state()

    def _lay_out(self, _: Mapping[str, Any]) -> Answer:
        """Runs in the widget's thread; nobody waits for its answer, so errors go to the trait."""
        try:
            neighbours, cosines = nearest(self._directions, _NEIGHBOURS)
            places = plane(self._directions)
            group = clusters(self._directions)
            reliable = trust(self._directions, places)
        except Stopped:
            raise
        except Exception as error:
            self.error = describe(error)
            return {}, []
        with self.hold_sync():
            self.clusters = cluster_names(group, self.labels)
            self.trust = reliable
            self.points = self._table.columns() | {
                "places": places.astype("<f4").tobytes(),
                "cluster": group.astype("<i2").tobytes(),
                "neighbours": neighbours.astype("<u4").tobytes(),
                "cosines": cosines.astype("<f4").tobytes(),
            }
        return {}, []


@dataclass(frozen=True)
class _Table:
    """What is known of the features, one row each."""

    dictionary: np.ndarray
    index: np.ndarray
    layer: np.ndarray
    rate: np.ndarray
    most: np.ndarray
    labels: list[str]

    @classmethod
    def of(cls, found: Sequence[Dictionary], known: Sequence[Evidence | None]) -> _Table:
        pairs = list(zip(found, known, strict=True))
        return cls(
            dictionary=np.concatenate([np.full(each.n_features, number) for number, each in enumerate(found)]),
            index=np.concatenate([np.arange(each.n_features) for each in found]),
            layer=np.concatenate([_layers(each) for each in found]),
            rate=np.concatenate([rates_of(each, what) for each, what in pairs]),
            most=np.concatenate([np.full(d.n_features, np.nan) if e is None else e.maxima for d, e in pairs]),
            labels=[label for each, what in pairs for label in labels_of(each, what)],
        )

    @property
    def alive(self) -> np.ndarray:
        """Features that fired, or of which nothing is known."""
        return ~(self.rate == 0)

    def where(self, shown: np.ndarray) -> _Table:
        labels = [label for label, here in zip(self.labels, shown, strict=True) if here]
        columns = (self.dictionary, self.index, self.layer, self.rate, self.most)
        dictionary, index, layer, rate, most = (column[shown] for column in columns)
        return _Table(dictionary, index, layer, rate, most, labels)

    def names(self, names: Sequence[str]) -> list[str]:
        return [f"{names[number]}/{index}" for number, index in zip(self.dictionary, self.index, strict=True)]

    def columns(self) -> dict[str, bytes]:
        return {
            "dictionary": self.dictionary.astype("<u2").tobytes(),
            "feature": self.index.astype("<u4").tobytes(),
            "layer": self.layer.astype("<i2").tobytes(),
            "rate": self.rate.astype("<f4").tobytes(),
            "max": self.most.astype("<f4").tobytes(),
        }


def _layers(dictionary: Dictionary) -> np.ndarray:
    """The layer of what it reads; where it reads several, of the site at which a feature writes most."""
    if len(dictionary.reads) == 1:
        return np.full(dictionary.n_features, dictionary.reads[0].layer)
    norms = decoder_norms(dictionary.W_dec)
    strongest = (norms / place_sizes(norms)).argmax(1)
    return np.array([site.layer for site in dictionary.writes])[strongest]
