"""Running a batch of prompts with everything outside a set of nodes ablated.

A *place* holds nodes: a dictionary by its name (latents), or `error.mlp_out.3` (errors of a site). A mask says which
nodes of a place stay, by prompt, token and index. One pass, in the order of the forward pass:

1. at each site that dictionaries write, encode what they read, in the stream as ablated so far;
2. keep the latents that the mask keeps, put zero or a mean in place of the others;
3. write the site's own value moved by what that changes, so the error (the value less its reconstruction) is the one of
   the ablated run; or move the errors that are not kept to zero or a mean, too.

A dictionary that reads a site after one that it writes (a crosscoder) cannot be encoded in that order. Every site that
one writes is held: its value, and the latents written to it, are those of an unablated pass. What is ablated elsewhere
does then not show in it.

Batches are padded on the left, so masks and means of prompts of several lengths are aligned at the last token. The
first token of a prompt and padding stay as they are.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647), ablation of everything outside a circuit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens, at_least_single

Masks = Mapping[str, Bool[Tensor, "#batch #position #width"]]
"""What stays, by place; a place that is missing is ablated wholly. The last position is the last token."""

ERRORS = ("kept", "removed", "chosen")
"""What becomes of errors: all stay, none does, or those that the masks keep."""

_ROWS = 64


def error_place(site: Site) -> str:
    """The place of a site's errors."""
    return f"error.{site.bare}"


@dataclass(frozen=True)
class Means:
    """Mean values over reference prompts, to be put in place of what is ablated.

    Attributes:
        overall: mean over all positions, by place, `[width]`.
        aligned: mean by position, the last one the last token; empty to use one mean for all positions. Where no
            reference prompt reaches, the overall mean stands in.
    """

    overall: Mapping[str, Float[Tensor, " width"]]
    aligned: Mapping[str, Float[Tensor, "position width"]]

    def at(self, place: str, positions: int) -> Float[Tensor, "#position width"]:
        """The means of a place for prompts of so many tokens; `InputError` if there are none."""
        if place not in self.overall:
            raise InputError(f"There are no means of {place!r}.", f"There are those of {', '.join(self.overall)}.")
        if place not in self.aligned:
            return self.overall[place][None]
        known = self.aligned[place][-positions:]
        rest = self.overall[place].expand(positions - len(known), -1)
        return torch.cat([rest, known])


@torch.no_grad()
def run_masked(
    replacement: Replacement, tokens: Tokens, keep: Masks, means: Means | None = None, errors: str = "kept"
) -> Float[Tensor, "batch vocabulary"]:
    """Logits of the next token with only some latents and errors in place.

    Args:
        replacement: model and dictionaries.
        tokens: a batch; repeat a prompt to run it with several masks at once.
        keep: what stays, by dictionary name and, for chosen errors, by `error_place`, width 1.
        means: what stands in for the rest; zero without.
        errors: one of `ERRORS`.

    Raises:
        InputError: for an unknown choice of errors, or a mask of a place that does not exist.
    """
    if errors not in ERRORS:
        raise InputError(f"errors is {errors!r}.", f"Use one of {', '.join(ERRORS)}.")
    check_places(keep, places(replacement))
    run = _Pass(replacement, tokens)
    moved = Masked(keep, means, errors, tokens.ids.shape[1])
    return replacement.subject.run(tokens, lambda: run.logits(moved))


@torch.no_grad()
def mean_latents_and_errors(replacement: Replacement, tokens: Tokens, aligned: bool = True) -> Means:
    """Means of latents and errors over reference prompts, in the unablated model.

    Args:
        replacement: model and dictionaries.
        tokens: the reference prompts.
        aligned: one mean a position (counted from the last token) instead of one for all.
    """

    def values(part: Tokens) -> dict[str, Tensor]:
        run = _Pass(replacement, part)
        return replacement.subject.run(part, lambda: run.recorded(_Recorded({})))

    return means_of(values, tokens, aligned)


def places(replacement: Replacement) -> dict[str, int]:
    """Every place of latents and errors with its number of nodes a token, 1 for errors."""
    written = sorted({site.bare for d in replacement.dictionaries.values() for site in d.writes})
    widths = {name: replacement.dictionaries[name].n_features for name in replacement.names}
    return widths | {error_place(site): 1 for site in written}


def looks_ahead(dictionary: Dictionary) -> bool:
    """Whether a dictionary writes a site that a forward pass meets before all that it reads."""
    return min(dictionary.writes) < max(dictionary.reads)


class Masked:
    """Latents and errors as they are to be: kept, or replaced."""

    def __init__(self, keep: Masks, means: Means | None, errors: str, positions: int) -> None:
        self._keep, self._means, self._errors, self._positions = keep, means, errors, positions

    def values(self, place: str, own: Tensor) -> Tensor:
        """The values of a place, `[batch, position, width]`."""
        return self._replaced(place, own, self._keep.get(place))

    def error(self, place: str, own: Callable[[], Tensor]) -> Tensor | float:
        """How far to move a site so that its error is kept, removed or replaced by its mean."""
        if self._errors == "kept":
            return 0.0
        error = own()
        return self._replaced(place, error, self._keep.get(place) if self._errors == "chosen" else None) - error

    def _replaced(self, place: str, own: Tensor, kept: Tensor | None) -> Tensor:
        rest = own.new_zeros(()) if self._means is None else self._means.at(place, self._positions).to(own.dtype)
        return rest.expand_as(own) if kept is None else torch.where(kept, own, rest)


class _Recorded(Masked):
    """Nothing is replaced; latents and errors are written down."""

    def __init__(self, found: dict[str, Tensor]) -> None:
        self.found = found

    def values(self, place: str, own: Tensor) -> Tensor:
        self.found[place] = own
        return own

    def error(self, place: str, own: Callable[[], Tensor]) -> Tensor | float:
        self.found[place] = own()
        return 0.0


class _Pass:
    """One forward pass in which written sites are moved."""

    def __init__(self, replacement: Replacement, tokens: Tokens) -> None:
        self._subject = replacement.subject
        self._replaced = Replacement.replaced(tokens)[..., None]
        self._dictionaries = [replacement.dictionaries[name] for name in replacement.names]
        self._writers: dict[Site, list[tuple[Dictionary, int]]] = defaultdict(list)
        for dictionary in self._dictionaries:
            for number, site in enumerate(dictionary.writes):
                self._writers[site.bare].append((dictionary, number))
        self._held = {site.bare for d in self._dictionaries if looks_ahead(d) for site in d.writes}
        reads = {site.bare for d in self._dictionaries for site in d.reads}
        self._sites = sorted(reads | set(self._writers))
        self._own = self._subject.read(tokens, self._sites) if self._held else {}
        self._met: dict[Site, Tensor] = {}
        self._latents: dict[tuple[str, bool], Tensor] = {}

    def logits(self, masked: Masked) -> Tensor:
        """The body of the run: logits of the last position."""
        for site in self._sites:
            value = self._subject.get(site)
            self._met[site] = value
            if site in self._writers:
                written = self._written(site, masked)
                self._met[site] = torch.where(self._replaced, written.to(value.dtype), value)
                self._subject.set(site, self._met[site])
        return self._subject.logits()[:, -1]

    def recorded(self, record: _Recorded) -> dict[str, Tensor]:
        """The body of a run that is written down: values by place."""
        self.logits(record)
        return record.found

    def _written(self, site: Site, masked: Masked) -> Tensor:
        held = site in self._held
        moved = value = self._own[site] if held else self._met[site]
        for dictionary, number in self._writers[site]:
            latents = self._encoded(dictionary, held)
            moved = moved + dictionary.written(masked.values(dictionary.name, latents) - latents, number)

        def error() -> Tensor:
            return value - sum(self._reconstruction(d, held)[..., number, :] for d, number in self._writers[site])

        return moved + masked.error(error_place(site), error)

    def _encoded(self, dictionary: Dictionary, held: bool) -> Tensor:
        key = dictionary.name, held
        if key not in self._latents:
            self._latents[key] = dictionary.encode(self._read(dictionary, held))
        return self._latents[key]

    def _reconstruction(self, dictionary: Dictionary, held: bool) -> Tensor:
        return dictionary.decode(self._encoded(dictionary, held)) + dictionary.skipped(self._read(dictionary, held))

    def _read(self, dictionary: Dictionary, held: bool) -> Tensor:
        source = self._own if held else self._met
        return torch.stack([source[site.bare] for site in dictionary.reads], -2)


def by_length(tokens: Tokens, rows: int = _ROWS) -> Iterator[tuple[Int[Tensor, " row"], Tokens]]:
    """Prompts of one length at a time without padding, at most `rows` of them, with their rows in the batch."""
    lengths = tokens.mask.sum(1)
    for length in lengths.unique().tolist():
        for found in (lengths == length).nonzero()[:, 0].split(rows):
            yield found, Tokens(tokens.ids[found, -length:], tokens.mask[found, -length:])


def means_of(values: Callable[[Tokens], Mapping[str, Tensor]], tokens: Tokens, aligned: bool) -> Means:
    """Means of what `values` gives for a batch, over all positions at which dictionaries stand in."""
    width = tokens.ids.shape[1]
    sums: dict[str, Tensor] = {}
    for _, part in by_length(tokens):
        replaced, first = Replacement.replaced(part), width - part.ids.shape[1]
        for place, value in values(part).items():
            value = at_least_single(value)
            total = sums.setdefault(place, value.new_zeros(width, value.shape[-1]))
            total[first:] += torch.einsum("bp, bpw -> pw", replaced.to(value.dtype), value)
    counts = Replacement.replaced(tokens).sum(0)
    if not bool(counts.any()):
        raise InputError("The reference prompts have no token after the first.", "Give longer ones.")
    overall = {place: total.sum(0) / counts.sum() for place, total in sums.items()}
    seen = counts > 0  # from some position to the last
    by_position = {place: total[seen] / counts[seen, None] for place, total in sums.items()} if aligned else {}
    return Means(overall, by_position)


def check_places(keep: Masks, known: Collection[str]) -> None:
    """Refuse masks of places that do not exist."""
    unknown = sorted(set(keep) - set(known))
    if unknown:
        raise InputError(f"Masks of {', '.join(unknown)} came.", f"There are {', '.join(known)}.")
