"""What patching moves: features of one prompt put into the run of another, measured by forward passes.

1. Both prompts are run once: latents of all dictionaries, the target's value, and its gradient where they write.
2. A place (dictionary and position) is measured with all of its features patched, each place a row of a batch.
3. At one place, features are ranked by difference × gradient, and then measured one by one, each a row of a batch.

Effects are shares of the gap between the two prompts: 0 is the run as it was, 1 the target's value in the other one.

Source of the ranking: Syed et al. 2023, "Attribution Patching Outperforms Automated Circuit Discovery" (arXiv
2310.10348).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import AllFeatures, Edit, Patch
from saecircuits.interventions.live import LivePass, part_of
from saecircuits.interventions.run import encode, latents_ahead
from saecircuits.replacement import FIRST_REPLACED, Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens, at_least_single

from .patch_pair import Pair
from .prompt_latents import prompt_latents

ROWS = 16
"""Places or features that run at once at the most: after so many the picture is filled in further."""
CELLS = 2**24
"""Rows of a batch times tokens times features at the most: 64 MiB in float32."""
_NO_GAP = 1e-4


@dataclass(frozen=True)
class Reading:
    """What is measured: the logit of a next token above that of another, or above the mean over the vocabulary.

    Attributes:
        token, against: ids; `against` is -1 for the mean.
        label: in words.
    """

    token: int
    against: int
    label: str

    def measure(self, scores: Float[Tensor, "row vocabulary"]) -> Float[Tensor, " row"]:
        """Its value, given logits before a soft cap; differentiable."""
        scores = scores.double()
        other = scores.mean(-1) if self.against < 0 else scores[:, self.against]
        return scores[:, self.token] - other


@dataclass(frozen=True)
class Candidates:
    """The features of one place that differ between the two runs, the strongest estimate first.

    Attributes:
        index: of each.
        was, becomes: activation in the run that is patched, and in the other.
        estimate: difference × gradient, as a share of the gap.
    """

    index: Int[Tensor, " feature"]
    was: Float[Tensor, " feature"]
    becomes: Float[Tensor, " feature"]
    estimate: Float[Tensor, " feature"]


class Patching:
    """Runs of one prompt with features of another.

    Args:
        replacement: model and dictionaries.
        pair: the two prompts.
        reading: what is measured.
        noising: features of the corrupted prompt go into the clean run; else those of the clean one into the corrupted.

    Raises:
        InputError: if the target has the same value in both prompts: there is no gap to tell shares of.
    """

    def __init__(self, replacement: Replacement, pair: Pair, reading: Reading, noising: bool = True) -> None:
        self._replacement, self._reading, self._noising = replacement, reading, noising
        both = pair.clean, pair.corrupted
        self.base, self.source = both if noising else both[::-1]
        self.places = pair.places if noising else tuple((there, here) for here, there in pair.places)
        self._latents, self.start = self._run(self.base)
        self._taken, self.end = self._run(self.source)
        size = max(1.0, abs(self.start), abs(self.end))
        if not abs(self.end - self.start) > _NO_GAP * size:
            raise InputError(
                f"The target ({reading.label}) is {self.start:.4g} on one prompt and {self.end:.4g} on the other: "
                "there is no gap that patches could close.",
                "Choose a target that the two prompts disagree on.",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The dictionaries, in the order of the forward pass."""
        return self._replacement.names

    def share(self, value: float | Tensor) -> float | Tensor:
        """A value of the target as a share of the gap."""
        return (value - self.start) / (self.end - self.start)

    def changed(self, name: str) -> list[int]:
        """Places at which anything can be patched: where dictionaries stand in, and latents differ."""
        moved = [self._difference(name, number).any() for number in range(len(self.places))]
        return [n for n, any_moved in enumerate(moved) if bool(any_moved) and self.editable(n)]

    def editable(self, place: int) -> bool:
        """Whether dictionaries stand in for the model at both ends of a place."""
        return min(self.places[place]) >= FIRST_REPLACED

    def measure_places(self, name: str) -> Iterator[tuple[list[int], list[float]]]:
        """Shares with all features of a dictionary patched, a few places at a time; the other places move nothing."""
        taken = self._taken[name]
        for places in _some(self.changed(name), self._rows(name)):
            at = [self.places[place] for place in places]
            patches = [(row, here, slice(None), taken[there]) for row, (here, there) in enumerate(at)]
            yield places, self._patched(name, patches)

    def candidates(self, name: str, place: int) -> Candidates:
        """Features of a place, by what patching them is estimated to move."""
        here, there = self.places[place]
        difference = self._difference(name, place)
        estimate = difference * self._along(name, here) / (self.end - self.start)
        index = difference.nonzero()[:, 0]
        index = index[estimate[index].abs().argsort(descending=True, stable=True)]
        return Candidates(index, self._latents[name][here, index], self._taken[name][there, index], estimate[index])

    def measure_features(
        self, name: str, place: int, index: Int[Tensor, " feature"]
    ) -> Iterator[tuple[list[int], list[float]]]:
        """Shares with one feature patched, a few at a time, by their rows in `index`."""
        (here, there), taken = self.places[place], self._taken[name]
        for rows in _some(range(len(index)), self._rows(name)):
            features = [int(index[row]) for row in rows]
            patches = [(row, here, feature, taken[there, feature]) for row, feature in enumerate(features)]
            yield rows, self._patched(name, patches)

    def edit(self, source: str, name: str, feature: int | None, place: int) -> Edit:
        """The edit that patches a feature, or all of a dictionary, at a place; `source` is the other prompt's text."""
        here, there = self.places[place]
        which = AllFeatures(name) if feature is None else Feature(name, feature)
        return Patch(which, source, positions=here, source_positions=there)

    def _rows(self, name: str) -> int:
        size = self.base.ids.shape[1] * self._replacement.dictionary(name).n_features
        return max(1, min(ROWS, CELLS // size))

    def _difference(self, name: str, place: int) -> Float[Tensor, " feature"]:
        here, there = self.places[place]
        return self._taken[name][there] - self._latents[name][here]

    def _run(self, tokens: Tokens) -> tuple[dict[str, Float[Tensor, "position feature"]], float]:
        subject = self._replacement.subject
        scores = subject.run(tokens, lambda: subject.unembedded()[:, -1])
        return prompt_latents(self._replacement, tokens), float(self._reading.measure(scores))

    @torch.no_grad()
    def _patched(self, name: str, patches: Sequence[tuple[int, int, slice | int, Tensor]]) -> list[float]:
        """Shares of a batch, each row with latents put in at one position."""
        replacement, subject = self._replacement, self._replacement.subject
        tokens = Tokens(self.base.ids.repeat(len(patches), 1), self.base.mask.repeat(len(patches), 1))
        dictionary = replacement.dictionary(name)
        known = latents_ahead(replacement, self.base, {name: ()})
        known = {each: z.repeat(len(patches), 1, 1) for each, z in known.items()}

        def edit(_: str, z: Tensor) -> Tensor:
            patched = z.clone()
            for row, position, features, value in patches:
                patched[row, position, features] = value.to(z.dtype)
            return patched

        parts = [part_of(subject, dictionary, [_slice(features) for _, _, features, _ in patches])]

        def body() -> Tensor:
            LivePass(subject, parts, partial(encode, tokens), edit, known).run()
            return subject.unembedded()[:, -1]

        values = self._reading.measure(subject.run(tokens, body))
        return torch.as_tensor(self.share(values)).tolist()

    def _along(self, name: str, position: int) -> Float[Tensor, " feature"]:
        """How the target moves with each feature's activation at a position, to first order."""
        dictionary = self._replacement.dictionary(name)
        gradient = torch.stack([self._gradients[site.bare][0, position] for site in dictionary.writes])
        return dictionary.along(gradient.to(dictionary.b_dec.dtype))

    @cached_property
    def _gradients(self) -> dict[Site, Float[Tensor, "1 position d_model"]]:
        """Of the target in the run that is patched, at every site that a dictionary writes; everything responds."""
        subject = self._replacement.subject
        sites = sorted({site.bare for name in self.names for site in self._replacement.dictionary(name).writes})

        def body() -> tuple[dict[Site, Tensor], Tensor]:
            first = Site("resid_pre", 0)
            subject.set(first, subject.get(first).detach().requires_grad_())
            return {site: subject.get(site) for site in sites}, subject.unembedded()[:, -1]

        return subject.run(self.base, body, grad=True, then=partial(_gradients, self._reading))


def _gradients(reading: Reading, found: tuple[dict[Site, Tensor], Tensor]) -> dict[Site, Tensor]:
    """Of what is measured, at every site of a run."""
    values, scores = found
    gradients = torch.autograd.grad(reading.measure(scores).sum(), list(values.values()), allow_unused=True)
    return {
        site: at_least_single(torch.zeros_like(value) if gradient is None else gradient)
        for (site, value), gradient in zip(values.items(), gradients, strict=True)
    }


def _slice(features: slice | int) -> slice:
    return features if isinstance(features, slice) else slice(features, features + 1)


def _some(items: Sequence[int], rows: int) -> Iterator[list[int]]:
    for start in range(0, len(items), rows):
        yield list(items[start : start + rows])
