"""One forward pass through the live model with edited latents, site by site in the order of the pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.dictionaries.sending import encoder_of, encodes_each_alone
from saecircuits.sites import Site
from saecircuits.subject import Subject

Latents = Float[Tensor, "batch position feature"]


@dataclass(frozen=True)
class Part:
    """What a pass needs of a dictionary: it may run on a server, to which the rest is not sent.

    Attributes:
        name: of the dictionary.
        reads: its sites.
        writes: those that it writes; none if it is not edited.
        encoder: makes latents of what is read; None where there is nothing to edit.
        features: which latents edits may move; None for all.
        rows: their decoder rows, `[feature, write, d_model]`; None where `encoder` is the whole dictionary.
        width: number of latents, where `encoder` makes those of `features` alone.
    """

    name: str
    reads: tuple[Site, ...]
    writes: tuple[Site, ...] = ()
    encoder: Dictionary | None = None
    features: Int[Tensor, " feature"] | None = None
    rows: Float[Tensor, "feature write d_model"] | None = None
    width: int | None = None

    def encoded(self, encode: Callable[[Dictionary, Tensor], Latents], x: Tensor) -> Latents:
        """Latents of what is read, zero where none are made."""
        assert self.encoder is not None
        z = encode(self.encoder, x)
        if self.width is None or self.features is None:
            return z
        wide = z.new_zeros(*z.shape[:-1], self.width)
        wide[..., self.features] = z
        return wide

    def written(self, difference: Latents, write: int) -> Float[Tensor, "batch position d_model"]:
        """What a change of the latents writes at one site."""
        if self.rows is None:
            assert self.encoder is not None
            return self.encoder.written(difference, write)
        moved = difference if self.features is None else difference[..., self.features]
        return moved @ self.rows[:, write]


def reader_of(dictionary: Dictionary) -> Part:
    """A dictionary of which the pass keeps what it reads."""
    return Part(dictionary.name, dictionary.reads)


def part_of(subject: Subject, dictionary: Dictionary, slices: Iterable[slice]) -> Part:
    """A dictionary whose latents in some columns are changed; for a server no more of it than that takes."""
    if not subject.remote:
        return Part(dictionary.name, dictionary.reads, dictionary.writes, dictionary)
    moved = {feature for each in slices for feature in range(*each.indices(dictionary.n_features))}
    name, reads, writes = dictionary.name, dictionary.reads, dictionary.writes
    if len(moved) == dictionary.n_features:
        return Part(name, reads, writes, encoder_of(dictionary), rows=dictionary.W_dec.detach())
    features = torch.tensor(sorted(moved), dtype=torch.long, device=dictionary.b_enc.device)
    rows = dictionary.decoder_rows(features).detach()
    if not encodes_each_alone(dictionary):
        return Part(name, reads, writes, encoder_of(dictionary), features, rows)
    return Part(name, reads, writes, encoder_of(dictionary, features), features, rows, dictionary.n_features)


class LivePass:
    """Reads latents inside `Subject.run`, edits them, and adds what that changes to the sites that are written.

    Args:
        subject: the model.
        parts: the dictionaries.
        encode: latents of what a dictionary reads, `[batch, position, read, d_model]`.
        edit: the edited latents of a dictionary; None where it is not edited.
        known: latents of dictionaries that are edited and read ahead of what they write.
        watch: sites whose values are kept, after the edits.
    """

    def __init__(
        self,
        subject: Subject,
        parts: Sequence[Part],
        encode: Callable[[Dictionary, Tensor], Latents],
        edit: Callable[[str, Latents], Latents | None],
        known: Mapping[str, Latents],
        watch: Sequence[Site] = (),
    ) -> None:
        self._subject = subject
        self._parts = parts
        self._encode, self._edit = encode, edit
        self._read: dict[str, list[Tensor]] = {part.name: [] for part in parts}
        self._shifts: dict[Site, Tensor] = {}
        self.latents: dict[str, Latents] = {}
        self.read: dict[str, Float[Tensor, "batch position read d_model"]] = {}
        self._watch = watch
        self.watched: dict[Site, Tensor] = {}
        for part in parts:
            if part.name in known:
                self._change(part, known[part.name])

    def run(self) -> LivePass:
        """Go through all sites; then `latents` are those after the edits, and `read` what others are to be made of."""
        sites = {site for part in self._parts for site in (*part.reads, *part.writes)}
        for site in sorted(sites | set(self._watch)):
            self._meet(site)
            if site in self._watch:
                self.watched[site] = self._subject.get(site)
        return self

    def _meet(self, site: Site) -> None:
        if site in self._shifts:
            self._subject.set(site, self._subject.get(site) + self._shifts.pop(site))
        for part in self._parts:
            if site not in part.reads or part.name in self.latents:
                continue
            self._read[part.name].append(self._subject.get(site))
            if len(self._read[part.name]) == len(part.reads):
                self._take(part, self._in_order(part))
        if site in self._shifts:  # by a dictionary that writes where it reads
            self._subject.set(site, self._subject.get(site) + self._shifts.pop(site))

    def _in_order(self, part: Part) -> Tensor:
        met = dict(zip(sorted(part.reads), self._read.pop(part.name), strict=True))
        return torch.stack([met[site] for site in part.reads], -2)

    def _take(self, part: Part, x: Tensor) -> None:
        if part.encoder is None or part.width is not None:
            self.read[part.name] = x
        if part.encoder is not None:
            self._change(part, part.encoded(self._encode, x))

    def _change(self, part: Part, z: Latents) -> None:
        edited = self._edit(part.name, z)
        self.latents[part.name] = z if edited is None else edited
        if edited is None:
            return
        for number, site in enumerate(part.writes):
            shift = part.written(edited - z, number).to(z.dtype)
            self._shifts[site] = self._shifts[site] + shift if site in self._shifts else shift
