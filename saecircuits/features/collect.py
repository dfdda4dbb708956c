"""Evidence of dictionaries from one streaming pass over a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.replacement import HasDictionaries
from saecircuits.subject import Subject
from saecircuits.training import Activations, Corpus, enough, stream

from .contexts import Contexts, TopContexts
from .evidence import ContextColumns, Evidence
from .firing_tokens import FiringTokenCounter, FiringTokens
from .histogram import Histograms
from .promotion import Promotion, promotion

Columns = TypeVar("Columns", FiringTokens, Promotion)

N_CONTEXTS = 12
_FIRED_TOKENS = 6
_MOST_LATENTS = 2**25
"""Latents that are held at once, dense; rows are encoded in parts where a batch would have more."""


@torch.no_grad()
def collect_evidence(
    model: HasDictionaries, corpus: Corpus, tokens: int = 400_000, rows: int = 64, progress: bool = True
) -> dict[str, Evidence]:
    """Look at what every feature does on a corpus.

    Args:
        model: a model with its dictionaries.
        corpus: read from its start.
        tokens: to look at; fewer if the corpus ends before.
        rows: rows of text that the model reads at once.
        progress: show a progress bar.

    Returns:
        Evidence by name of the dictionary.

    Raises:
        InputError: if there is no dictionary, or no token to look at.
    """
    dictionaries = model.dictionaries
    if not dictionaries:
        raise InputError("There is no dictionary to collect evidence of.", "Give at least one.")
    collectors = {name: EvidenceCollector(model.subject, each) for name, each in dictionaries.items()}
    sites = sorted({site for each in dictionaries.values() for site in each.reads})
    with tqdm(total=tokens, unit="tok", unit_scale=True, disable=not progress, mininterval=0.5) as bar:
        for activations in enough(stream(model.subject, corpus, sites, rows), tokens):
            for collector in collectors.values():
                collector.update(activations)
            bar.update(int(activations.used.sum()))
    return {name: collector.freeze(corpus.name) for name, collector in collectors.items()}


class EvidenceCollector:
    """Takes in activations batch by batch; `freeze` gives the evidence.

    Args:
        subject: the model.
        dictionary: whose features are looked at.
        n_contexts: top contexts of each feature.
    """

    def __init__(self, subject: Subject, dictionary: Dictionary, n_contexts: int = N_CONTEXTS) -> None:
        self._subject, self._dictionary = subject, dictionary
        self._tokens = 0
        self._firings = torch.zeros(dictionary.n_features, dtype=torch.long)
        self._histograms = Histograms(dictionary.n_features)
        self._contexts = TopContexts(n_contexts, dictionary.n_features)
        self._fired = FiringTokenCounter(dictionary.n_features, subject.weights.n_tokens)
        self._promoted = _compact(promotion(subject, dictionary), "promoted", "suppressed")  # a server may refuse it

    def update(self, activations: Activations) -> None:
        """Take in one batch."""
        x = activations.stacked(self._dictionary.reads)
        rows = max(1, _MOST_LATENTS // (x.shape[1] * self._dictionary.n_features))
        for part in torch.arange(len(x)).split(rows):
            latents = self._dictionary.encode(x[part]) * activations.used[part][..., None]
            self._take(latents.cpu(), activations, part)
        self._tokens += int(activations.used.sum())

    def freeze(self, corpus: str) -> Evidence:
        """The evidence; `corpus` is what it was collected on."""
        if self._tokens == 0:
            raise InputError(f"No row of {corpus!r} has more than one token.", "Give longer texts.")
        contexts = _columns(self._contexts.best, self._histograms.maximum)
        fired, promoted = _compact(self._fired.freeze(_FIRED_TOKENS), "ids"), self._promoted
        return Evidence(
            dictionary=self._dictionary.name,
            model=self._subject.name,
            corpus=corpus,
            tokens=self._tokens,
            texts=_texts(self._subject, contexts, fired, promoted),
            firings=self._firings.numpy(),
            maxima=self._histograms.maximum.numpy(),
            bin_tops=self._histograms.tops().numpy(),
            bin_counts=_smallest(self._histograms.counts.numpy()),
            contexts=contexts,
            fired=fired,
            promotion=promoted,
        )

    def _take(self, latents: Float[Tensor, "batch position feature"], activations: Activations, part: Tensor) -> None:
        ids, mask = activations.tokens.ids[part].cpu(), activations.tokens.mask[part].cpu()
        row, position, feature = latents.nonzero(as_tuple=True)
        value = latents[row, position, feature]
        self._firings += torch.bincount(feature, minlength=self._dictionary.n_features)
        self._histograms.update(feature, value)
        self._fired.update(feature, ids[row, position], value)
        self._contexts.update(latents, ids, (~mask).sum(1))


def _columns(best: Contexts, maximum: Float[Tensor, " feature"]) -> ContextColumns:
    """Feature by feature, without the places that no context fills."""
    feature, context = (best.value.T > 0).nonzero(as_tuple=True)
    counts = torch.bincount(feature, minlength=len(maximum))
    relative = best.activations[context, feature] / maximum[feature, None]
    return ContextColumns(
        starts=_smallest(np.concatenate([[0], counts.cumsum(0).numpy()])),
        tokens=_smallest(best.tokens[context, feature].numpy()),
        relative=relative.numpy().astype(np.float16),
        peak=best.peak[context, feature].numpy().astype(np.uint8),
        length=best.length[context, feature].numpy().astype(np.uint8),
    )


def _texts(subject: Subject, contexts: ContextColumns, fired: FiringTokens, promoted: Promotion) -> Mapping[int, str]:
    used: Iterable[np.ndarray] = (contexts.tokens, fired.ids, promoted.promoted, promoted.suppressed)
    ids = np.unique(np.concatenate([each.reshape(-1) for each in used])).tolist()
    return dict(zip(ids, subject.token_texts(ids), strict=True))


def _compact(columns: Columns, *names: str) -> Columns:
    """The same columns, the named ones in the smallest type that holds them."""
    return replace(columns, **{name: _smallest(getattr(columns, name)) for name in names})


def _smallest(values: np.ndarray) -> np.ndarray:
    """Whole numbers of 0 or more in the smallest type that holds them, of 16 bits at least."""
    top = int(values.max(initial=0))
    return values.astype(np.uint16 if top < 2**16 else np.uint32 if top < 2**32 else np.uint64)
