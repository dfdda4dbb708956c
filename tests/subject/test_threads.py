"""Two threads on one model: a widget answers while a cell runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.circuit import Feature
from saecircuits.interventions import Set, generate, intervene
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.attribution.models import PROMPT, replacement

OTHER = "w9 w8 w7"
EDITS = [Set(Feature("transcoder.0", 1), 20.0)]

JOBS: dict[str, Callable[[Replacement], Any]] = {
    "predict": lambda model: model.subject.predict([PROMPT, OTHER]),
    "read": lambda model: model.subject.read(OTHER, [Site("mlp_out", 1)])[Site("mlp_out", 1)],
    "live": lambda model: intervene(model, OTHER, EDITS).after.logits,
    "frozen": lambda model: intervene(model, PROMPT, EDITS, frozen=True).after.logits,
    "attribute": lambda model: torch.tensor(attribute_direct(model, PROMPT, TopTokens(most=2)).adjacency.toarray()),
    "generate": lambda model: generate(model, PROMPT, EDITS, max_new_tokens=4),
}


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_every_thread_gets_what_it_would_get_alone(name: str) -> None:
    model = replacement(name)
    alone = {job: act(model) for job, act in JOBS.items()}
    order = [job for _ in range(4) for job in JOBS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: (job, JOBS[job](model)), order))
    for job, result in together:
        if isinstance(result, str):
            assert result == alone[job]
        else:
            torch.testing.assert_close(result, alone[job], atol=1e-5, rtol=1e-5, msg=job)
