"""Worker: steps of this package, with its plans' defaults and a start at which about k latents fire on a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from benchmarks.peers.stepping import Prepare, Shape, Step, serve_steps
from saecircuits.sites import Site
from saecircuits.training import AuxK, Matryoshka, RandomRows, TrainingPlan
from saecircuits.training.fit import Fit

SITE = Site("resid_post", 0)
SAMPLE = 8192
"""Tokens that first weights are made from."""
STILL = 1e-4
"""Share of the learning rate where there is no k: the work is the same, and as many latents fire as at the start."""


def by(kind: str, precision: str, takes_k: bool, **changes: Any) -> Prepare:
    """Steps of a fit."""

    def prepare(shape: Shape, sample: Tensor) -> tuple[Step, Callable[[], Mapping[str, float]]]:
        plan = TrainingPlan.sae(
            SITE,
            n_features=shape.m,
            activation={"kind": kind, "k": shape.k} if takes_k else {"kind": kind},
            start=RandomRows(fires=None if takes_k else shape.k),
            **changes,
        )
        fit = Fit.begin(plan, sample[:SAMPLE, None], [SITE], seed=0, precision=precision)

        def step(batch: Tensor) -> None:
            fit.step(batch[:, None], rate=1.0 if takes_k else STILL)

        return step, lambda: {"l0": fit.close_entry().l0}

    return prepare


def variants(precision: str) -> dict[str, Prepare]:
    """All of them, choosing features in bfloat16 where that is faster (`"auto"`), or in float32."""
    return {
        "topk": by("topk", precision, True),
        "batchtopk": by("batchtopk", precision, True),
        "matryoshka": by("batchtopk", precision, True, losses=(Matryoshka(), AuxK())),
        "jumprelu": by("jumprelu", precision, False),
        "gated": by("gated", precision, False),
        "relu": by("relu", precision, False),
    }


if __name__ == "__main__":
    in_float32 = {f"{name}, float32": prepare for name, prepare in variants("float32").items()}
    serve_steps(variants("auto") | in_float32)
