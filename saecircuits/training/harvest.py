"""Activations as a stream: nothing is stored on disk, and no more is held in memory than the shuffling needs.

1. `stream` runs the model on one batch of a corpus after the other, up to the last site that is asked for.
2. Padding and the first token of each row, which dictionaries do not replace, are marked as not to be used.
3. `ShuffledTokens` pools the rest and draws batches of tokens from it in random order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.errors import TrainingError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens

from .corpus import Corpus


@dataclass(frozen=True)
class Activations:
    """What one pass over the model gives.

    Attributes:
        tokens: the batch.
        used: where dictionaries stand in for the model: not at padding, nor at the first token of a row.
        sites: float32, by site.
    """

    tokens: Tokens
    used: Bool[Tensor, "batch position"]
    sites: dict[Site, Float[Tensor, "batch position d_model"]]

    def stacked(self, sites: Sequence[Site]) -> Float[Tensor, "batch position site d_model"]:
        """The values at some sites, beside each other."""
        return torch.stack([self.sites[site] for site in sites], -2)


def stream(subject: Subject, corpus: Corpus, sites: Sequence[Site], rows: int = 64) -> Iterator[Activations]:
    """One pass over a corpus, `rows` rows at a time.

    Raises:
        InputError: for a site that the model does not have.
        TrainingError: if an activation is not finite.
    """
    subject.check_sites(sites)
    for number, tokens in enumerate(corpus.batches(subject, rows)):
        values = {site: value.float() for site, value in subject.read(tokens, sites).items()}
        used = Replacement.replaced(tokens)
        for site, value in values.items():
            if not torch.isfinite(value[used]).all():
                raise TrainingError(
                    f"{subject.name} gives values at {site} that are not finite, in batch {number} of {corpus.name!r}.",
                    "Load the model in float32 or bfloat16: float16 overflows easily.",
                )
        yield Activations(tokens, used, values)


def enough(batches: Iterator[Activations], tokens: int) -> Iterator[Activations]:
    """Batches until `tokens` usable tokens have come, or there are no more."""
    counted = 0
    for activations in batches:
        yield activations
        counted += int(activations.used.sum())
        if counted >= tokens:
            return


class ShuffledTokens:
    """An endless stream of batches of tokens in random order; a corpus that ends is begun again.

    Args:
        subject, corpus, sites, rows: what `stream` takes.
        pool: tokens that are held and shuffled; half of them are renewed at a time.
        seed: of the order.

    Raises:
        TrainingError: if the corpus has no token that can be used.
    """

    def __init__(
        self, subject: Subject, corpus: Corpus, sites: Sequence[Site], rows: int, pool: int, seed: int
    ) -> None:
        self.sites = tuple(sorted(set(sites)))
        self._capacity = pool
        self._order = torch.Generator().manual_seed(seed)
        passes = (stream(subject, corpus, self.sites, rows) for _ in repeat(None))
        self._source = _refuse_empty(passes, corpus)
        self._pool = torch.empty(0, len(self.sites), subject.d_model, device=subject.device)
        self._fill()

    def sample(self) -> Float[Tensor, "token site d_model"]:
        """The pool as it is, for first statistics; it takes nothing away from the stream."""
        return self._pool

    def batches(self, size: int) -> Iterator[Float[Tensor, "token site d_model"]]:
        """Batches of `size` tokens."""
        while True:
            while len(self._pool) >= max(size, self._capacity // 2):
                batch, self._pool = self._pool[:size], self._pool[size:]
                yield batch
            self._fill(size)

    def _fill(self, at_least: int = 1) -> None:
        pieces, held = [self._pool], len(self._pool)
        while held < max(self._capacity, at_least):
            activations = next(self._source)
            pieces.append(activations.stacked(self.sites)[activations.used])
            held += len(pieces[-1])
        order = torch.randperm(held, generator=self._order)
        self._pool = torch.cat(pieces)[order.to(self._pool.device)]


def _refuse_empty(passes: Iterator[Iterator[Activations]], corpus: Corpus) -> Iterator[Activations]:
    """The passes one after the other; a pass without a usable token would go on for ever."""
    for activations in passes:
        usable = 0
        for each in activations:
            usable += int(each.used.sum())
            yield each
        if usable == 0:
            raise TrainingError(
                f"No row of {corpus.name!r} has more than one token, and first tokens are not trained on.",
                "Give longer texts.",
            )
