"""Worker: one dictionary of this package trained on activations from a file, with the defaults of plan and run.

Only the start is chosen: random rows. Features that start as tokens of the data start as mixtures of true features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.peers.protocol import serve
from saecircuits.sites import Site
from saecircuits.training import (
    L0,
    L1,
    AuxK,
    GateLoss,
    Matryoshka,
    RandomRows,
    Reconstruction,
    TrainingPlan,
    TrainingRun,
)
from saecircuits.training.fit import Fit

SITE = Site("resid_post", 0)
SAMPLE = 16_384
"""Tokens that first weights are made from."""


def plan(job: dict[str, Any]) -> TrainingPlan:
    """The plan of a variant."""
    k, coefficient = job["k"], job["coefficient"]
    parts: dict[str, dict[str, Any]] = {
        "topk": {"activation": {"kind": "topk", "k": k}},
        "batchtopk": {"activation": {"kind": "batchtopk", "k": k}},
        "matryoshka": {
            "activation": {"kind": "batchtopk", "k": k},
            "losses": (Matryoshka((1 / 4, 1 / 2, 1.0)), AuxK()),
        },
        "relu": {"activation": {"kind": "relu"}, "losses": (Reconstruction(), L1(coefficient), AuxK())},
        "jumprelu": {"activation": {"kind": "jumprelu"}, "losses": (Reconstruction(), L0(coefficient), AuxK())},
        "gated": {"activation": {"kind": "gated"}, "losses": (Reconstruction(), GateLoss(coefficient), AuxK())},
    }
    return TrainingPlan.sae(SITE, n_features=job["m"], start=RandomRows(), **parts[job["variant"]])


def train(job: dict[str, Any]) -> dict[str, Any]:
    """Train one dictionary; its answers on the held-out activations go to the file `job["out"]`."""
    run = TrainingRun(tokens=job["tokens"], seed=job["seed"])
    activations = torch.from_numpy(np.load(job["train"], mmap_mode="r+"))[:, None]
    whole = len(activations) // run.batch
    fit = Fit.begin(plan(job), activations[:SAMPLE], [SITE], run.seed, run.precision)
    for step in range(run.steps):
        start = step % whole * run.batch
        fit.step(activations[start : start + run.batch], run.rate(step), run.penalty(step))
    _answer(fit, job)
    return {"out": job["out"]}


@torch.no_grad()
def _answer(fit: Fit, job: dict[str, Any]) -> None:
    dictionary = fit.result(0).dictionary
    latents = dictionary.encode(torch.from_numpy(np.load(job["held_out"]))[:, None])
    np.savez(
        job["out"],
        decoder=dictionary.W_dec[:, 0].numpy(),
        latents=latents.numpy(),
        reconstruction=dictionary.decode(latents)[:, 0].numpy(),
    )


if __name__ == "__main__":
    serve({"train": lambda **job: train(job)})
