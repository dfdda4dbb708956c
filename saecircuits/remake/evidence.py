"""Collects the evidence of all transcoder features of the embedded world."""

from __future__ import annotations

from pathlib import Path

from saecircuits.dictionaries import load_dictionaries
from saecircuits.features import Evidence, collect_evidence
from saecircuits.lab import WORLD
from saecircuits.replacement import Replacement
from saecircuits.subject import load_model
from saecircuits.training import Corpus

EVIDENCE_SEED = 3_000
TOKENS = 400_000


def make_evidence(folder: Path, tokens: int = TOKENS, *, progress: bool = True) -> dict[str, Evidence]:
    """Collect evidence of the transcoders in `folder/dictionaries` and save it in `folder/evidence`.

    Args:
        folder: the world's folder.
        tokens: to look at.
        progress: show a progress bar.
    """
    subject = load_model(folder / "model", name=WORLD)
    model = Replacement(subject, load_dictionaries(folder / "dictionaries" / "transcoders"))
    evidence = collect_evidence(model, Corpus.world(EVIDENCE_SEED), tokens, progress=progress)
    for each in evidence.values():
        each.save(folder / "evidence")
    return evidence
