"""One forward pass through the live model with edited latents, site by site in the order of the pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import Replacement
from saecircuits.sites import Site

Latents = Float[Tensor, "batch position feature"]


class LivePass:
    """Reads latents inside `Subject.run`, edits them, and adds what that changes to the sites that are written.

    Args:
        replacement: model and dictionaries.
        dictionaries: those whose latents are read.
        encode: latents of what a dictionary reads, `[batch, position, read, d_model]`.
        edit: the edited latents of a dictionary; None where it is not edited.
        known: latents of dictionaries that are edited and read ahead of what they write.
        watch: sites whose values are kept, after the edits.
    """

    def __init__(
        self,
        replacement: Replacement,
        dictionaries: Sequence[Dictionary],
        encode: Callable[[Dictionary, Tensor], Latents],
        edit: Callable[[str, Latents], Latents | None],
        known: Mapping[str, Latents],
        watch: Sequence[Site] = (),
    ) -> None:
        self._subject = replacement.subject
        self._dictionaries = dictionaries
        self._encode, self._edit = encode, edit
        self._read: dict[str, list[Tensor]] = {d.name: [] for d in dictionaries}
        self._shifts: dict[Site, Tensor] = {}
        self.latents: dict[str, Latents] = {}
        self._watch = watch
        self.watched: dict[Site, Tensor] = {}
        for dictionary in dictionaries:
            if dictionary.name in known:
                self._change(dictionary, known[dictionary.name])

    def run(self) -> LivePass:
        """Go through all sites; then `latents` are those after the edits."""
        sites = {site for d in self._dictionaries for site in (*d.reads, *d.writes)}
        for site in sorted(sites | set(self._watch)):
            self._meet(site)
            if site in self._watch:
                self.watched[site] = self._subject.get(site)
        return self

    def _meet(self, site: Site) -> None:
        if site in self._shifts:
            self._subject.set(site, self._subject.get(site) + self._shifts.pop(site))
        for dictionary in self._dictionaries:
            if site not in dictionary.reads or dictionary.name in self.latents:
                continue
            self._read[dictionary.name].append(self._subject.get(site))
            if len(self._read[dictionary.name]) == len(dictionary.reads):
                self._change(dictionary, self._encode(dictionary, self._in_order(dictionary)))
        if site in self._shifts:  # by a dictionary that writes where it reads
            self._subject.set(site, self._subject.get(site) + self._shifts.pop(site))

    def _in_order(self, dictionary: Dictionary) -> Tensor:
        met = dict(zip(sorted(dictionary.reads), self._read.pop(dictionary.name), strict=True))
        return torch.stack([met[site] for site in dictionary.reads], -2)

    def _change(self, dictionary: Dictionary, z: Latents) -> None:
        edited = self._edit(dictionary.name, z)
        self.latents[dictionary.name] = z if edited is None else edited
        if edited is None:
            return
        for number, site in enumerate(dictionary.writes):
            shift = dictionary.written(edited - z, number).to(z.dtype)
            self._shifts[site] = self._shifts[site] + shift if site in self._shifts else shift
