"""Effects of all nodes on the targets: by gradients, along a path, or by ablation.

Decoders are linear, so the gradient at a place serves all of its nodes: the effect of feature i is
`Δz_i · Σ_writes ∇metric(place) · W_dec[i]`, that of an error `∇metric(place) · Δerror`. Everything else responds,
attention, norms and MLPs (by the rules of the method). A dictionary that writes several places moves each of them by
its own share, on top of what reaches it from below, as edits of features in the live model do.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647), appendix A.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.subject import Tokens, at_least_single

from .bases import Basis
from .goals import Goal, metric
from .methods import Ablation, Gradient, GradientMethod, IntegratedGradients, RelP
from .places import EMBEDDING, Place, Walked, walk
from .rules import propagation
from .split import Split

_ROWS = 64
"""Prompts that run at once along a path."""

Goals = Sequence[Sequence[Goal]]
Gradients = Mapping[Place, Float[Tensor, "prompt position width"]]


@dataclass(frozen=True)
class Estimates:
    """Effects on the weighted targets.

    Attributes:
        features: by basis, in the order of the split's nodes.
        errors: by written place; of tokens by `EMBEDDING`.
    """

    features: dict[str, Float[Tensor, " node"]]
    errors: dict[Place, Float[Tensor, "prompt position"]]


def estimate(parts: Split, goals: Goals, method: GradientMethod) -> Estimates:
    """Effects of all nodes of some prompts on their goals."""
    match method:
        case Gradient():
            return _project(parts, _at_the_prompt(parts, goals))
        case RelP():
            with propagation(parts.subject, parts.tokens, method):
                return _project(parts, _at_the_prompt(parts, goals))
        case IntegratedGradients():
            return _project(parts, _along_the_path(parts, goals, method.steps))
        case Ablation():
            return _ablated(parts, goals, method.batch)
        case _:
            raise InputError(
                f"{type(method).__name__} is no method of this kind.",
                "Use Gradient, IntegratedGradients, RelP or Ablation.",
            )


@torch.no_grad()
def _project(parts: Split, gradients: Gradients) -> Estimates:
    flat = {place: gradient.flatten(0, 1)[None] for place, gradient in gradients.items()}
    features = {}
    for basis in parts.bases:
        nodes = parts.features[basis.name]
        along = [basis.contract(flat[p], nodes.spot, nodes.index, w)[0] for w, p in enumerate(basis.writes)]
        features[basis.name] = torch.stack(along).sum(0) * nodes.delta
    errors = {place: (gradients[place] * delta).sum(-1) for place, delta in parts.error_deltas.items()}
    return Estimates(features, errors)


def _at_the_prompt(parts: Split, goals: Goals) -> Gradients:
    sources, bases = parts.sources, measured(parts, goals)

    def visit(place: Place, computed: Tensor) -> Tensor:
        if place == EMBEDDING:
            return computed.detach().requires_grad_()
        return computed.clone() if place in sources else computed  # what is read there does not depend on it

    def gradients(walked: Walked) -> Gradients:
        return _gradients(metric(goals, bases, walked).sum(), {place: walked.passed[place] for place in sources})

    return walk(parts.subject, parts.tokens, parts.places, visit, grad=True, then=gradients)


def _along_the_path(parts: Split, goals: Goals, steps: int) -> Gradients:
    """Each place goes its own way while the others follow; several places and all steps are rows of one run."""
    n_prompts = len(parts.tokens)
    at_once = max(1, _ROWS // n_prompts)
    jobs = [(place, (step + 0.5) / steps) for place in parts.sources for step in range(steps)]
    total = {place: torch.zeros_like(parts.paths[place]) for place in parts.sources}
    for start in range(0, len(jobs), at_once):
        report("gradients along the path", start, len(jobs))
        for place, gradient in _path_gradients(parts, goals, jobs[start : start + at_once]):
            total[place] += gradient / steps
    return total


def _path_gradients(
    parts: Split, goals: Goals, jobs: Sequence[tuple[Place, float]]
) -> Iterator[tuple[Place, Float[Tensor, "prompt position width"]]]:
    leaves: dict[Place, Tensor] = {}
    rows: dict[Place, slice] = {}
    n_prompts = len(parts.tokens)
    for place in parts.sources:
        own = [number for number, job in enumerate(jobs) if job[0] == place]
        if own:
            points = [parts.values[place] - (1 - jobs[number][1]) * parts.paths[place] for number in own]
            leaves[place] = torch.cat(points).detach().requires_grad_()
            rows[place] = slice(own[0] * n_prompts, (own[-1] + 1) * n_prompts)

    def visit(place: Place, computed: Tensor) -> Tensor:
        if place not in leaves:
            return computed
        before, after = computed[: rows[place].start], computed[rows[place].stop :]
        return torch.cat([before, leaves[place].to(computed.dtype), after])

    def gradients(walked: Walked) -> Gradients:
        return _gradients(metric(goals, bases, walked).sum(), leaves)

    bases, tokens = measured(parts, goals), _repeated(parts.tokens, len(jobs))
    for place, gradient in walk(parts.subject, tokens, parts.places, visit, grad=True, then=gradients).items():
        yield place, gradient.unflatten(0, (-1, n_prompts)).sum(0)


def measured(parts: Split, goals: Goals) -> Sequence[Basis]:
    """The bases, for a server no more of them than the goals read."""
    if not parts.subject.remote:
        return parts.bases
    read = [Feature.parse(goal.readout.feature) for own in goals for goal in own if goal.readout.feature]
    index = {basis.name: [f.index for f in read if f.dictionary == basis.name] for basis in parts.bases}
    device = parts.tokens.ids.device
    return [b.only(torch.tensor(index[b.name], device=device)) for b in parts.bases if index[b.name]]


def _gradients(value: Tensor, at: Mapping[Place, Tensor]) -> Gradients:
    """Gradients at places; zero where nothing leads from a place to the value."""
    if not value.requires_grad:
        return {place: at_least_single(torch.zeros_like(tensor)) for place, tensor in at.items()}
    found = torch.autograd.grad(value, list(at.values()), allow_unused=True)
    return {
        place: at_least_single(torch.zeros_like(tensor) if gradient is None else gradient)
        for (place, tensor), gradient in zip(at.items(), found, strict=True)
    }


def _repeated(tokens: Tokens, times: int) -> Tokens:
    return Tokens(tokens.ids.repeat(times, 1), tokens.mask.repeat(times, 1))


@dataclass(frozen=True)
class _Removal:
    """Some nodes of one kind to set to their baseline, each in a row of its own.

    Attributes:
        spot: of each node, in the split's batch.
        which: the node's number among its basis' nodes, or its spot again for errors.
        basis: name of the basis; None for errors.
        place: of errors.
    """

    spot: Tensor
    which: Tensor
    basis: str | None = None
    place: Place | None = None


@torch.no_grad()
def _ablated(parts: Split, goals: Goals, batch: int) -> Estimates:
    bases = measured(parts, goals)
    clean = walk(parts.subject, parts.tokens, parts.places, then=partial(metric, goals, bases))
    spots = torch.arange(len(parts.tokens) * parts.length, device=parts.tokens.ids.device)
    features, errors = {}, {}
    for basis in parts.bases:
        nodes = parts.features[basis.name]
        numbers = torch.arange(len(nodes), device=spots.device)
        jobs = [_Removal(nodes.spot[n], n, basis=basis.name) for n in numbers.split(batch)]
        features[basis.name] = _losses(parts, goals, clean, jobs)
    for place in parts.sources:
        jobs = [_Removal(s, s, place=place) for s in spots.split(batch)]
        errors[place] = _losses(parts, goals, clean, jobs).view(len(parts.tokens), -1)
    return Estimates(features, errors)


def _losses(parts: Split, goals: Goals, clean: Tensor, jobs: Sequence[_Removal]) -> Float[Tensor, " node"]:
    losses, bases = [clean.new_zeros(0)], measured(parts, goals)
    for number, job in enumerate(jobs):
        report(f"ablating {job.basis or 'errors'}", number, len(jobs))
        prompts = job.spot // parts.length
        tokens = Tokens(parts.tokens.ids[prompts], parts.tokens.mask[prompts])
        visit = partial(_moved, _moves(parts, job), job.spot % parts.length)
        own = walk(parts.subject, tokens, parts.places, visit, then=partial(_each, goals, bases))
        losses.append(clean[prompts] - own.gather(0, prompts[None])[0])
    return torch.cat(losses)


def _each(goals: Goals, bases: Sequence[Basis], walked: Walked) -> Float[Tensor, "prompt row"]:
    return torch.stack([metric(goals[p : p + 1], bases, walked) for p in range(len(goals))])


def _moves(parts: Split, job: _Removal) -> dict[Place, Float[Tensor, "row width"]]:
    """By place, how its value moves in each row where a node goes to its baseline."""
    moves = {} if job.place is None else {job.place: -parts.error_deltas[job.place].flatten(0, 1)[job.which]}
    rows = torch.arange(len(job.spot), device=job.spot.device)
    for basis in parts.bases if job.basis is not None else ():
        for write, place in enumerate(basis.writes) if basis.name == job.basis else ():
            nodes = parts.features[basis.name].take(job.which)
            moves[place] = parts.values[place].new_zeros(len(rows), parts.values[place].shape[-1])
            basis.spread(moves[place], rows, nodes.index, -nodes.delta, write)
    return moves


def _moved(moves: Mapping[Place, Tensor], position: Tensor, place: Place, computed: Tensor) -> Tensor:
    """The value at a place, each row without its node's distance to the baseline."""
    if place not in moves:
        return computed
    out = computed.clone()
    out[torch.arange(len(out), device=out.device), position] += moves[place].to(out.dtype)
    return out
