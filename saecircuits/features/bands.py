"""Contexts of one feature by how strongly it fires: what top contexts alone do not show.

1. Texts are read again, from the start of a corpus.
2. The feature's range, from 0 to the most that it was seen to fire, is cut into equal bands.
3. Of each band some tokens are drawn at random, with a fixed seed, each with the text around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.progress import report
from saecircuits.subject import Subject
from saecircuits.training import Activations, Corpus, enough, stream

from .card import Context
from .contexts import AFTER, BEFORE
from .evidence import Evidence

BANDS = 4
_WORLD = "world, seed "


def texts_of(evidence: Evidence | None) -> Corpus | None:
    """The texts that evidence was collected on, where its name says how to read them again: those of the world."""
    if evidence is None or not evidence.corpus.startswith(_WORLD):
        return None
    return Corpus.world(int(evidence.corpus.removeprefix(_WORLD)))


@dataclass(frozen=True)
class Band:
    """Activations between two shares of the maximum.

    Attributes:
        low, high: the shares.
        firings: tokens that fell into it.
        contexts: some of them, drawn at random; the strongest first.
    """

    low: float
    high: float
    firings: int
    contexts: tuple[Context, ...]


@dataclass
class _Draw:
    """Keeps the tokens with the smallest random keys, so that every token has the same chance."""

    size: int
    firings: int = 0
    kept: list[tuple[float, Context]] = field(default_factory=list)

    def wants(self, key: float) -> bool:
        return len(self.kept) < self.size or key < self.kept[-1][0]

    def take(self, key: float, context: Context) -> None:
        self.kept = sorted([*self.kept, (key, context)], key=lambda pair: pair[0])[: self.size]


@torch.no_grad()
def bands(
    subject: Subject,
    dictionary: Dictionary,
    feature: int,
    maximum: float,
    corpus: Corpus,
    *,
    tokens: int = 20_000,
    each: int = 4,
) -> list[Band]:
    """Contexts of a feature, band by band, the strongest first.

    Args:
        subject: the model.
        dictionary, feature: whose.
        maximum: the most that it was seen to fire, above 0.
        corpus: read from its start.
        tokens: to look at.
        each: contexts of a band.
    """
    draws = [_Draw(each) for _ in range(BANDS)]
    random = np.random.default_rng(feature)
    seen = 0
    for activations in enough(stream(subject, corpus, dictionary.reads), tokens):
        latents = dictionary.encode(activations.stacked(dictionary.reads))[..., feature]
        _take(subject, activations, (latents * activations.used).cpu(), maximum, draws, random)
        seen += int(activations.used.sum())
        report("Sampling texts", min(seen, tokens), tokens)
    return [_band(number, draw) for number, draw in reversed(list(enumerate(draws)))]


def _take(
    subject: Subject,
    activations: Activations,
    latents: Tensor,
    maximum: float,
    draws: list[_Draw],
    random: np.random.Generator,
) -> None:
    rows, positions = latents.nonzero(as_tuple=True)
    places = (latents[rows, positions] / maximum * BANDS).long().clamp(0, BANDS - 1).tolist()
    keys = random.random(len(places)).tolist()
    for row, position, place, key in zip(rows.tolist(), positions.tolist(), places, keys, strict=True):
        draws[place].firings += 1
        if draws[place].wants(key):
            draws[place].take(key, _context(subject, activations, latents[row], row, position))


def _context(subject: Subject, activations: Activations, latents: Tensor, row: int, position: int) -> Context:
    first = int((~activations.tokens.mask[row]).sum())
    start, end = max(first, position - BEFORE), min(len(latents), position + AFTER + 1)
    texts = subject.token_texts(activations.tokens.ids[row, start:end])
    return Context(tuple(texts), tuple(latents[start:end].tolist()), position - start)


def _band(number: int, draw: _Draw) -> Band:
    contexts = [context for _, context in draw.kept]
    contexts.sort(key=lambda context: -context.activations[context.peak])
    return Band(number / BANDS, (number + 1) / BANDS, draw.firings, tuple(contexts))
