"""What a format is, and what its reader is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS, Site

from .folder import Folder
from .hooks import Place
from .parts import Parts

NormOf = Callable[[int], tuple[Tensor, Tensor]]
"""Gain and bias of the norm that the MLP of a layer reads through."""


@dataclass(frozen=True)
class Request:
    """What a caller said about the dictionaries to be read, where files do not say it.

    Attributes:
        sites: `"resid_post.3"`; for transcoders what is read and what is written; for crosscoders all of them. A kind
            alone (`"resid_post"`) takes the layer from the files.
        name: what circuits will call the dictionary; default a name made of its sites.
        scale: what activations were multiplied by before the dictionary saw them, where a format does not keep it.
        norm: of the model that the dictionaries are for.
    """

    sites: tuple[str | Site, ...] = ()
    name: str | None = None
    scale: tuple[float, ...] | None = None
    norm: NormOf | None = None

    def one_site(self, where: str, found: Callable[[], Place], layer: int | None = None) -> Wiring:
        """The site of an SAE: as asked for, else as found."""
        if not self.sites:
            place = found()
            return Wiring((place.site,), (place.site,), place.normalised)
        (site,) = self._sites(where, 1, layer)
        return Wiring((site,), (site,))

    def two_sites(self, where: str, found: Callable[[], tuple[Place, Site]], layer: int | None = None) -> Wiring:
        """What a transcoder reads and writes: as asked for, else as found."""
        if not self.sites:
            reads, writes = found()
            return Wiring((reads.site,), (writes,), reads.normalised)
        reads, writes = self._sites(where, 2, layer)
        return Wiring((reads,), (writes,))

    def many_sites(self, where: str, count: int, found: Callable[[], Sequence[Site]]) -> Wiring:
        """The sites of a crosscoder: as asked for, else as found."""
        sites = self._sites(where, count, None) if self.sites else tuple(found())
        return Wiring(sites, sites)

    def scales(self, where: str, count: int, why: str) -> tuple[float, ...]:
        """What activations were multiplied by, one a site; `InputError` if it was not said."""
        if self.scale is None:
            raise InputError(
                f"{where} is of activations that were scaled: {why}.",
                "Give scale=, what activations were multiplied by before the dictionary saw them (one a site); 1 if "
                "they were not, or if it is in the weights already.",
            )
        scales = self.scale * count if len(self.scale) == 1 else self.scale
        if len(scales) != count or not all(0 < s < float("inf") for s in scales):
            raise InputError(f"scale is {self.scale}; {where} has {count} sites.", "Give one positive number a site.")
        return scales

    def _sites(self, where: str, count: int, layer: int | None) -> tuple[Site, ...]:
        if len(self.sites) != count:
            raise InputError(
                f"{len(self.sites)} sites were given for {where}, which has {count}.",
                "Name what is read and then what is written." if count == 2 else "Name each in its order.",
            )
        return tuple(_site(site, layer, where) for site in self.sites)


def _site(given: str | Site, layer: int | None, where: str) -> Site:
    if isinstance(given, Site) or given not in SITE_KINDS:
        return Site.parse(given)
    if layer is None:
        raise InputError(f"site is {given!r}, and {where} does not say of which layer.", f'Write "{given}.3".')
    return Site(given, layer)


@dataclass(frozen=True)
class Wiring:
    """The sites of a dictionary.

    Attributes:
        reads, writes: in order.
        normalised: what is read is what lies inside the MLP's norm, before its gain.
        called: its name, where its sites do not make it.
    """

    reads: tuple[Site, ...]
    writes: tuple[Site, ...]
    normalised: bool = False
    called: str = ""

    def build(self, parts: Parts, request: Request) -> Dictionary:
        """The dictionary that stands here."""
        if self.normalised:
            if request.norm is None:
                raise InputError(
                    f"A dictionary reads ln2.hook_normalized of layer {self.reads[0].layer}: {self.reads[0]} before "
                    "the gain of its norm, which has to be folded into its encoder.",
                    "Give model=, the model that it is for.",
                )
            parts = parts.after_norm(*request.norm(self.reads[0].layer))
        return parts.build(self.name, self.reads, self.writes)

    @property
    def name(self) -> str:
        """What circuits call a dictionary here unless told otherwise."""
        first = self.writes[0]
        if self.called:
            return self.called
        if self.reads == self.writes:
            return f"sae.{first}" if len(self.reads) == 1 else "crosscoder"
        if len(self.writes) > 1:
            return f"clt.{first.layer}"
        plain = (self.reads[0].kind, first.kind) == ("mlp_in", "mlp_out") and self.reads[0].layer == first.layer
        return f"transcoder.{first.layer}" if plain else f"transcoder.{self.reads[0]}-{first}"


Write = Callable[[Sequence[Dictionary], Path, str], None]
"""Writes dictionaries of a model (its name may be empty) into a folder that is there."""


@dataclass(frozen=True)
class Format:
    """A checkpoint format.

    Attributes:
        name: what `format=` and `to=` call it.
        files: what it consists of, for people.
        patterns: the names of all files that its reader may open.
        recognise: whether a folder holds one of its checkpoints.
        read: the dictionaries of that folder.
        write: None where nobody else reads it, or it cannot be written without losing something.
        together: a set is written into one folder; otherwise each dictionary into its own.
        lazy: matrices can stay in the files, and their rows be read when they are needed.
    """

    name: str
    files: str
    patterns: tuple[str, ...]
    recognise: Callable[[Folder], bool]
    read: Callable[[Folder, Request], list[Dictionary]]
    write: Write | None = None
    together: bool = False
    lazy: bool = False
