"""A model in which something else stands in for what its sites hold, without any error kept.

Whatever is replaced, padding and the first token of each text stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens


@dataclass(frozen=True)
class Replacer:
    """What a site is to hold.

    Attributes:
        site: the site that is replaced.
        reads: sites whose values are needed.
        value: maps the values of `site` and `reads`, `[batch, position, d_model]` each, to the new one.
        looks_ahead: whether it is given what the model's own run holds, since it reads later sites than it replaces.
    """

    site: Site
    reads: tuple[Site, ...]
    value: Callable[[Mapping[Site, Tensor]], Tensor]
    looks_ahead: bool = False


def replaced_logits(
    subject: Subject, tokens: Tokens, replacers: Sequence[Replacer], used: Bool[Tensor, "batch position"] | None = None
) -> Float[Tensor, "batch position vocabulary"]:
    """Logits of a run in which some sites are replaced.

    A later replacer sees what earlier ones changed; only one that looks ahead is given what the model's own run holds.

    Args:
        subject: the model.
        tokens: a batch.
        replacers: at most one a site.
        used: where they stand in; default everywhere but at padding and the first token of each row.
    """
    places = (Replacement.replaced(tokens) if used is None else used)[..., None]
    by_site = {replacer.site: replacer for replacer in replacers}
    sites = sorted({site for replacer in replacers for site in (replacer.site, *replacer.reads)})
    own = subject.read(tokens, sites) if any(replacer.looks_ahead for replacer in replacers) else {}

    def body() -> Tensor:
        met: dict[Site, Tensor] = {}
        for site in sites:
            met[site] = subject.get(site)
            if site in by_site:
                given = own if by_site[site].looks_ahead else met
                subject.set(site, torch.where(places, by_site[site].value(given), met[site]))
        return subject.logits()

    return subject.run(tokens, body)


def by_dictionaries(dictionaries: Sequence[Dictionary]) -> list[Replacer]:
    """Every site that a dictionary writes, replaced by the sum of the reconstructions that are written to it."""
    written = sorted({site for dictionary in dictionaries for site in dictionary.writes})
    return [_sum_of(site, [d for d in dictionaries if site in d.writes]) for site in written]


def by_means(means: Mapping[Site, Float[Tensor, " d_model"]]) -> list[Replacer]:
    """Every site replaced by a constant."""

    def constant(site: Site) -> Callable[[Mapping[Site, Tensor]], Tensor]:
        return lambda met: means[site].expand_as(met[site])

    return [Replacer(site, (), constant(site)) for site in means]


def _sum_of(site: Site, dictionaries: Sequence[Dictionary]) -> Replacer:
    def value(met: Mapping[Site, Tensor]) -> Tensor:
        total = torch.zeros_like(met[site])
        for dictionary in dictionaries:
            x = torch.stack([met[read] for read in dictionary.reads], -2)
            total = total + dictionary(x)[..., dictionary.writes.index(site), :]
        return total

    reads = tuple({read for dictionary in dictionaries for read in dictionary.reads})
    return Replacer(site, reads, value, any(min(each.writes) < max(each.reads) for each in dictionaries))
