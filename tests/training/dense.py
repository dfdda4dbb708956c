"""The slow oracle of training: everything dense, in plain torch, from the formulas of the papers.

It shares no code with the engine: scaling, pre-activations, activation functions with their straight-through
estimators, and every term of the loss are written out, for all tokens and all features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.sites import Site
from saecircuits.training import (
    L0,
    L1,
    AuxK,
    Fit,
    GateLoss,
    GhostGradients,
    Matryoshka,
    PreActivation,
    Reconstruction,
    Tanh,
    TrainingPlan,
)


@dataclass(frozen=True)
class Run:
    """One dictionary on one batch: `x [token, read, d]`, `pre`, `z [token, feature]`; where its sites lie."""

    dictionary: Dictionary
    x: Tensor
    pre: Tensor
    z: Tensor
    columns: list[int]
    dead: Tensor

    @property
    def norms(self) -> Tensor:
        return self.dictionary.W_dec.pow(2).sum(2).sqrt().sum(1)

    def written(self, z: Tensor, hold: bool = False) -> Tensor:
        """What latents, bias and skip path write at its own sites."""
        weights, bias, skip = self.dictionary.W_dec, self.dictionary.b_dec, self.dictionary.W_skip
        if hold:
            weights, bias, skip = (None if p is None else p.detach() for p in (weights, bias, skip))
        out = torch.einsum("tf,fwd->twd", z, weights[: z.shape[1]]) + bias
        return out if skip is None else out + torch.einsum("wdre,tre->twd", skip, self.x)


@dataclass(frozen=True)
class Batch:
    """All dictionaries of a plan on one batch, in scaled units."""

    target: Tensor
    runs: list[Run]
    penalty: float

    def reconstruction(self, latents: Callable[[Run], Tensor] = lambda run: run.z, hold: bool = False) -> Tensor:
        sites = list(torch.zeros_like(self.target).unbind(1))
        for run in self.runs:
            for column, written in zip(run.columns, run.written(latents(run), hold).unbind(1), strict=True):
                sites[column] = sites[column] + written
        return torch.stack(sites, 1)

    @property
    def residual(self) -> Tensor:
        return self.target - self.reconstruction()


def dense_batch(fit: Fit, batch: Tensor, sample: Tensor, penalty: float = 1.0) -> Batch:
    """A batch of raw activations through a fit that was begun on `sample`."""
    plan = fit.plan
    runs = []
    for number, (wiring, dictionary) in enumerate(zip(plan.wirings, fit.dictionaries, strict=True)):
        read = torch.stack(_scaled(plan, wiring.reads, batch, sample), 1)
        pre = torch.einsum("trd,frd->tf", read, dictionary.W_enc) + dictionary.b_enc
        columns = [plan.writes.index(site) for site in wiring.writes]
        runs.append(Run(dictionary, read, pre, _latents(plan, dictionary, pre), columns, fit.dead[number]))
    return Batch(torch.stack(_scaled(plan, plan.writes, batch, sample), 1), runs, penalty)


def dense_loss(batch: Batch, losses: Sequence[Any]) -> Tensor:
    """The sum of some terms."""
    return torch.stack([_TERMS[type(term)](term, batch) for term in losses]).sum()


def _scaled(plan: TrainingPlan, sites: Sequence[Site], batch: Tensor, sample: Tensor) -> list[Tensor]:
    """Some sites about their means, each with a mean squared norm of 1 / (number of sites)."""
    scaled = []
    for site in sites:
        column = plan.sites.index(site)
        about = sample[:, column] - sample[:, column].mean(0)
        scale = about.pow(2).sum(1).mean().sqrt() * len(sites) ** 0.5
        scaled.append((batch[:, column] - sample[:, column].mean(0)) / scale)
    return scaled


def _latents(plan: TrainingPlan, dictionary: Dictionary, pre: Tensor) -> Tensor:
    part: Any = dictionary.activation
    match plan.activation["kind"]:
        case "relu":
            return pre.clamp_min(0)
        case "topk":
            smallest = pre.sort(dim=1, descending=True).values[:, part.k - 1 : part.k]
            return pre * ((pre >= smallest) & (pre > 0))
        case "batchtopk":
            smallest = pre.flatten().sort(descending=True).values[part.k * len(pre) - 1]
            return pre * ((pre >= smallest) & (pre > 0))
        case "jumprelu":
            t, width = part.threshold, part.bandwidth
            near = ((pre - t).abs() < width / 2).to(pre)  # straight through: theta / width in place of a Dirac delta
            return pre * (pre > t) - near * (t.detach() / width) * (t - t.detach())
        case "gated":
            return (pre > 0) * (part.stretch.exp() * pre + part.shift).clamp_min(0)
        case kind:
            raise NotImplementedError(f"The oracle has no {kind}: write its formula here.")


def _step(run: Run) -> Tensor:
    """Whether each feature fires; straight through, its derivative is minus 1 / width near the threshold."""
    part: Any = run.dictionary.activation
    near = ((run.pre - part.threshold).abs() < part.bandwidth / 2).to(run.pre)
    return (run.pre > part.threshold).to(run.pre) - near / part.bandwidth * (part.threshold - part.threshold.detach())


def _weighted(errors: Tensor, target: Tensor, equalise: float) -> Tensor:
    sizes = (target - target.mean(0)).pow(2).sum((1, 2))
    weights = (sizes + sizes.mean() / 100) ** -equalise
    weights = weights / weights.mean()
    return (weights * errors).mean()


def _reconstruction(term: Reconstruction, batch: Batch) -> Tensor:
    return term.coefficient * _weighted(batch.residual.pow(2).sum((1, 2)), batch.target, term.equalise)


def _matryoshka(term: Matryoshka, batch: Batch) -> Tensor:
    terms = []
    for share in term.shares:
        rest = batch.target - batch.reconstruction(lambda run, s=share: run.z[:, : max(1, round(s * run.z.shape[1]))])
        terms.append(_weighted(rest.pow(2).sum((1, 2)), batch.target, term.equalise))
    return term.coefficient * sum(terms, torch.tensor(0.0)) / len(terms)


def _summed(batch: Batch, of_run: Callable[[Run], Tensor]) -> Tensor:
    """Over dictionaries and features, averaged over tokens."""
    return torch.stack([of_run(run).sum(1).mean() for run in batch.runs]).sum()


def _l1(term: L1, batch: Batch) -> Tensor:
    return term.coefficient * batch.penalty * _summed(batch, lambda run: run.z * run.norms)


def _l0(term: L0, batch: Batch) -> Tensor:
    fired = _summed(batch, _step)
    if term.target is not None:
        fired = (fired / (term.target * len(batch.runs)) - 1) ** 2
    return term.coefficient * batch.penalty * fired


def _tanh(term: Tanh, batch: Batch) -> Tensor:
    return term.coefficient * batch.penalty * _summed(batch, lambda run: torch.tanh(term.slope * run.z * run.norms))


def _preactivation(term: PreActivation, batch: Batch) -> Tensor:
    def below(run: Run) -> Tensor:
        return (run.dictionary.activation.threshold - run.pre).clamp_min(0) * run.norms

    return term.coefficient * _summed(batch, below)


def _gate(term: GateLoss, batch: Batch) -> Tensor:
    through = _summed(batch, lambda run: run.pre.clamp_min(0) * run.norms)
    rest = batch.target - batch.reconstruction(lambda run: run.pre.clamp_min(0), hold=True)
    return term.coefficient * batch.penalty * through + term.auxiliary * rest.pow(2).sum((1, 2)).mean()


def _auxk(term: AuxK, batch: Batch) -> Tensor:
    tokens, total = max(2, int(term.share * len(batch.target))), torch.tensor(0.0)
    for run in batch.runs:
        rest = batch.residual[:tokens, run.columns].detach()
        pre = run.pre[:tokens].masked_fill(~run.dead, -torch.inf)
        smallest = pre.sort(dim=1, descending=True).values[:, term.k - 1 : term.k]
        latents = torch.where((pre >= smallest) & (pre > 0), pre, 0.0)
        error = (rest - torch.einsum("tf,fwd->twd", latents, run.dictionary.W_dec)).pow(2).sum((1, 2)).mean()
        total = total + error / (rest - rest.mean(0)).pow(2).sum((1, 2)).mean()
    return term.coefficient * total


def _ghost(term: GhostGradients, batch: Batch) -> Tensor:
    tokens, total = max(2, int(term.share * len(batch.target))), torch.tensor(0.0)
    for run in batch.runs:
        rest = batch.residual[:tokens, run.columns].detach()
        ghost = torch.einsum("tf,fwd->twd", run.pre[:tokens].exp() * run.dead, run.dictionary.W_dec)
        half = rest.pow(2).sum((1, 2)).sqrt() / 2 / ghost.pow(2).sum((1, 2)).sqrt()
        error = (ghost * half.detach()[:, None, None] - rest).pow(2).sum((1, 2)).mean()
        total = total + error * (rest.pow(2).sum((1, 2)).mean() / error).detach()
    return term.coefficient * total


_TERMS: dict[type, Callable[[Any, Batch], Tensor]] = {
    Reconstruction: _reconstruction,
    Matryoshka: _matryoshka,
    L1: _l1,
    L0: _l0,
    Tanh: _tanh,
    PreActivation: _preactivation,
    GateLoss: _gate,
    AuxK: _auxk,
    GhostGradients: _ghost,
}
