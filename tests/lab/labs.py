"""Tiny laboratories, with and without evidence, built once a test session."""

from __future__ import annotations

from functools import cache

import numpy as np

from saecircuits.features import collect_evidence
from saecircuits.lab import ReplacementModel
from saecircuits.training import Corpus
from tests.attribution.models import PROMPT, random_prompt, replacement

__all__ = ["PROMPT", "bare_lab", "lab"]


@cache
def bare_lab(name: str = "llama") -> ReplacementModel:
    """Without evidence."""
    model = replacement(name)
    return ReplacementModel(model.subject, list(model.dictionaries.values()))


@cache
def lab(name: str = "llama") -> ReplacementModel:
    """With evidence of two of its three dictionaries, from random words."""
    model = replacement(name)
    lengths = np.random.default_rng(0).integers(3, 12, 60)
    corpus = Corpus.texts([random_prompt(seed, int(n)) for seed, n in enumerate(lengths)], name="random words")
    evidence = collect_evidence(model, corpus, progress=False)
    del evidence["transcoder.2"]
    return ReplacementModel(model.subject, list(model.dictionaries.values()), evidence)
