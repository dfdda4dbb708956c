"""All wirings and variants of dictionaries that can be trained: a new one is one row here, and is tested as the others.

Sites differ in size and offset, weights are random, no bias is zero, and some features count as dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from saecircuits.training import (
    L0,
    L1,
    Adam,
    AuxK,
    Fit,
    GateLoss,
    GhostGradients,
    Loss,
    Matryoshka,
    PreActivation,
    Reconstruction,
    Tanh,
    TrainingPlan,
)

D, FEATURES, TOKENS = 8, 24, 40
DEAD = [2, 7, 11, 20]
DEAD_AFTER = 1000
SIZES = (1.0, 30.0, 4.0, 0.2, 9.0, 2.0)
K = 3

WIRINGS: dict[str, Any] = {
    "sae": lambda **changes: TrainingPlan.sae("resid_post.1", **changes),
    "transcoder": lambda **changes: TrainingPlan.transcoder(1, **changes),
    "skip": lambda **changes: TrainingPlan.transcoder(1, skip=True, **changes),
    "cross-layer": lambda **changes: TrainingPlan.cross_layer_transcoder(3, **changes),
    "crosscoder": lambda **changes: TrainingPlan.crosscoder(["resid_post.0", "resid_post.2"], **changes),
    "models": lambda **changes: TrainingPlan.crosscoder(["a:resid_post.1", "b:resid_post.1"], **changes),
}


@dataclass(frozen=True)
class Variant:
    """An activation function, and the terms that it is trained with."""

    activation: dict[str, Any]
    losses: tuple[Loss, ...]


_JUMP = {"kind": "jumprelu", "threshold": 0.3, "bandwidth": 0.3}
VARIANTS = {
    "relu": Variant({"kind": "relu"}, (Reconstruction(equalise=0.5), L1(0.1))),
    "topk": Variant({"kind": "topk", "k": K}, (Reconstruction(),)),
    "batchtopk": Variant({"kind": "batchtopk", "k": K, "momentum": 0.8}, (Reconstruction(),)),
    "jumprelu L0": Variant(_JUMP, (Reconstruction(), L0(0.02))),
    "jumprelu target": Variant(_JUMP, (Reconstruction(), L0(0.5, target=2.0))),
    "jumprelu tanh": Variant(_JUMP, (Reconstruction(), Tanh(0.02), PreActivation(1e-3))),
    "gated": Variant({"kind": "gated"}, (Reconstruction(), GateLoss(0.1))),
    "matryoshka topk": Variant({"kind": "topk", "k": K}, (Matryoshka(),)),
    "matryoshka batchtopk": Variant(
        {"kind": "batchtopk", "k": K, "momentum": 0.8}, (Matryoshka((0.25, 1.0), equalise=1.0),)
    ),
}
REVIVING = (AuxK(k=2, share=0.5), GhostGradients(share=0.25))

each_wiring = pytest.mark.parametrize("wiring", WIRINGS)
each_variant = pytest.mark.parametrize("variant", VARIANTS)
each_rows = pytest.mark.parametrize("unit_rows", [True, False], ids=["unit", "free"])


def plan_of(wiring: str, variant: str, unit_rows: bool = True, **changes: Any) -> TrainingPlan:
    """A small plan of the family, with all that revives dead features among its losses."""
    chosen = VARIANTS[variant]
    usual = {
        "n_features": FEATURES,
        "activation": chosen.activation,
        "losses": chosen.losses + REVIVING,
        "optimizer": Adam(unit_rows=unit_rows),
        "revival": None,
        "dead_after": DEAD_AFTER,
    }
    return WIRINGS[wiring](**(usual | changes))


def raw(plan: TrainingPlan, tokens: int = TOKENS, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Activations at the plan's sites: a few directions a token, with sizes and offsets of their own at every site."""
    sites = len(plan.sites)
    fixed = torch.Generator().manual_seed(100)
    directions = torch.randn(16, sites, D, generator=fixed, dtype=torch.float64)
    offset = 2 * torch.randn(sites, D, generator=fixed, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    strength = torch.rand(tokens, 16, generator=generator, dtype=torch.float64).sub(0.7).relu()
    noise = 0.05 * torch.randn(tokens, sites, D, generator=generator, dtype=torch.float64)
    size = torch.tensor(SIZES[:sites], dtype=torch.float64)[:, None]
    return (size * (torch.einsum("tf,fsd->tsd", strength, directions) + noise + offset)).to(dtype)


def fit_of(plan: TrainingPlan, precision: str = "float32", dtype: torch.dtype = torch.float64) -> Fit:
    """A fit in the middle of its training, with random weights and dead features."""
    state = {
        name: value.clone() for name, value in Fit.begin(plan, raw(plan, dtype=dtype), plan.sites, 0).state().items()
    }
    state["silent_for"][:, DEAD] = DEAD_AFTER
    generator = torch.Generator().manual_seed(1)
    for name, value in state.items():
        if name.split(".")[0].isdecimal():
            value.copy_(_random(name, value, generator, plan.optimizer.unit_rows))
    return Fit.resume(plan, state, plan.sites, precision)


def _random(name: str, value: Tensor, generator: torch.Generator, unit_rows: bool) -> Tensor:
    drawn = torch.randn(value.shape, generator=generator, dtype=torch.float64)
    match name.split(".", 1)[1]:
        case "W_enc":
            return drawn
        case "W_dec":
            rows = drawn / drawn.flatten(1).norm(dim=1)[:, None, None]
            return rows if unit_rows else rows * torch.linspace(0.3, 2.0, len(rows))[:, None, None]
        case "b_in":
            return torch.zeros_like(drawn)
        case "activation.threshold" if value.ndim:
            return 0.3 + 0.2 * drawn.tanh()
        case "activation.threshold":
            return torch.full_like(drawn, torch.nan)
        case _:
            return 0.3 * drawn


def parameters(fit: Fit) -> dict[str, torch.nn.Parameter]:
    """All parameters that are trained, by the number of their dictionary and their name."""
    return {
        f"{number}.{name}": parameter
        for number, dictionary in enumerate(fit.dictionaries)
        for name, parameter in dictionary.named_parameters()
        if parameter.requires_grad
    }


def backward(fit: Fit, loss: Tensor) -> dict[str, Tensor]:
    """The gradients of a loss for all parameters; zero where there is none."""
    for dictionary in fit.dictionaries:
        dictionary.zero_grad(set_to_none=True)
    loss.backward()
    return {
        name: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.clone()
        for name, parameter in parameters(fit).items()
    }


def engine_loss(fit: Fit, batch: Tensor, penalty: float = 1.0) -> Tensor:
    """The sum of the plan's terms as training works it out."""
    forward = fit.forward(batch, penalty)
    return torch.stack([term(forward) for term in fit.plan.losses]).sum()
