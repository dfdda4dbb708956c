"""What a CrosscoderMap shows of a dictionary: places, norms in two units, and measures that features are sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.features.norms import centre, decoder_norms, pair_cosines, place_sizes, relative_norm, spread
from saecircuits.sites import Site

Sizes = Mapping[str, float] | Sequence[float] | None
Column = Float[np.ndarray, " feature"]


@dataclass(frozen=True)
class Measure:
    """A number that every feature has: what it is called, and the range that it can have (None: as far as it goes)."""

    name: str
    title: str
    low: float | None
    high: float | None


class Places:
    """The places that a dictionary writes, and how much each feature writes there.

    Args:
        dictionary: writes one site or several, of one model or several.
        sizes: unit of each place in which norms are compared, in the order of the sites or by their names; by default
            `place_sizes`.
        compare: the two models to compare; by default the first two.
        alive: features that are looked at; what never fires kept the decoder of its start. By default all.

    Raises:
        InputError: if a size is missing or not positive, or a model is not there.
    """

    def __init__(
        self,
        dictionary: Dictionary,
        sizes: Sizes = None,
        compare: Sequence[str] | None = None,
        alive: Bool[np.ndarray, " feature"] | None = None,
    ) -> None:
        self.sites = dictionary.writes
        self._w_dec = dictionary.W_dec.detach()
        self.raw = decoder_norms(self._w_dec)
        self.alive = np.ones(len(self.raw), bool) if alive is None else alive
        unit = self.raw[self.alive] if self.alive.any() else self.raw
        self.sizes = place_sizes(unit) if sizes is None else _sizes(sizes, self.sites)
        self.models = list(dict.fromkeys(site.model for site in self.sites))
        self.pair = _pair(compare, self.models)

    @cached_property
    def stages(self) -> list[Site]:
        """The places without their models: what stands beside each other from bottom to top."""
        return sorted({site.bare for site in self.sites})

    @property
    def rungs(self) -> list[float]:
        """Where each stage stands: at its layer, or counted where two share one."""
        layers = [site.layer for site in self.stages]
        return [float(each) for each in (layers if len(set(layers)) == len(layers) else range(len(layers)))]

    @property
    def links(self) -> list[tuple[int, int]]:
        """Pairs of places whose directions are compared: the two models at each stage, or one stage and the next."""
        at = {site: number for number, site in enumerate(self.sites)}
        if self.pair:
            first, second = ({site.bare: site for site in self.sites if site.model == name} for name in self.pair)
            return [(at[first[s]], at[second[s]]) for s in self.stages if s in first and s in second]
        order = sorted(range(len(self.sites)), key=lambda number: self.sites[number].order)
        return list(pairwise(order))

    @cached_property
    def cosines(self) -> Float[np.ndarray, "feature link"]:
        """Cosine of the directions at the two ends of each link."""
        return pair_cosines(self._w_dec, self.links)

    def norms(self, scale: str) -> Float[np.ndarray, "feature place"]:
        """Decoder norms as they are (`raw`), or each place in its unit (`alike`)."""
        return self.raw if scale == "raw" else self.raw / self.sizes

    def measures(self, scale: str) -> dict[str, Column]:
        """The measures in one scale, by name; nan for a feature that is not alive."""
        norms = self.norms(scale)
        stages = self._by_stage(norms)
        found: dict[str, Column] = {}
        if self.pair:
            a, b = (self._of_model(norms, name) for name in self.pair)
            found["relative"] = relative_norm(a, b)
            if self.links:
                found["cosine"] = self._cosine_of_models(scale)
        if len(self.stages) > 1:
            found["centre"] = centre(stages, self.rungs)
            found["spread"] = spread(stages)
        found["norm"] = np.sqrt(np.square(norms).sum(1))
        return {name: np.where(self.alive, column, np.nan) for name, column in found.items()}

    def known_measures(self) -> list[Measure]:
        """The measures in the order in which they are offered."""
        rungs = self.rungs
        everything = (
            Measure("relative", "relative norm", 0, 1),
            Measure("cosine", "cosine of the two directions", -1, 1),
            Measure("centre", "centre of mass", min(rungs), max(rungs)),
            Measure("spread", "places spanned", 1, len(self.stages)),
            Measure("norm", "norm", 0, None),
        )
        there = self.measures("raw")
        return [measure for measure in everything if measure.name in there]

    def record(self) -> list[dict[str, Any]]:
        """The places as plain values."""
        at = {stage: number for number, stage in enumerate(self.stages)}
        return [{"name": str(s), "stage": at[s.bare], "model": s.model, "layer": s.layer} for s in self.sites]

    def _of_model(self, norms: Float[np.ndarray, "feature place"], model: str) -> Column:
        mine = [number for number, site in enumerate(self.sites) if site.model == model]
        return np.sqrt(np.square(norms[:, mine]).sum(1))

    def _by_stage(self, norms: Float[np.ndarray, "feature place"]) -> Float[np.ndarray, "feature stage"]:
        """Norms of all models at each stage together."""
        squares = np.zeros((len(norms), len(self.stages)))
        for number, site in enumerate(self.sites):
            squares[:, self.stages.index(site.bare)] += np.square(norms[:, number])
        return np.sqrt(squares)

    def _cosine_of_models(self, scale: str) -> Column:
        """Cosine of what the two models get, at all stages that both have side by side."""
        sizes = torch.as_tensor(self.sizes if scale != "raw" else np.ones_like(self.sizes), dtype=torch.float64)
        sides = [
            torch.cat([self._w_dec[:, place].double().cpu() / sizes[place] for place in ends], dim=1)
            for ends in zip(*self.links, strict=True)
        ]
        return pair_cosines(torch.stack(sides, dim=1), [(0, 1)])[:, 0]


def _sizes(sizes: Mapping[str, float] | Sequence[float], sites: Sequence[Site]) -> Float[np.ndarray, " place"]:
    names = [str(site) for site in sites]
    given = [sizes.get(name, np.nan) for name in names] if isinstance(sizes, Mapping) else list(sizes)
    found = np.asarray(given, dtype=np.float64)
    if found.shape != (len(names),) or not np.all(np.isfinite(found) & (found > 0)):
        raise InputError(
            f"The sizes {sizes!r} are not one positive number for each place.", f"There are {', '.join(names)}."
        )
    return found


def _pair(compare: Sequence[str] | None, models: list[str]) -> tuple[str, str] | None:
    if compare is None:
        return (models[0], models[1]) if len(models) > 1 else None
    unknown = [name for name in compare if name not in models]
    if unknown or len(set(compare)) != 2 or len(compare) != 2:
        known = ", ".join(repr(name) for name in models)
        raise InputError(f"{list(compare)} are not two models of the crosscoder.", f"It writes {known}.")
    return compare[0], compare[1]
