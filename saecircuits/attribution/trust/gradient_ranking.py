"""Features, neurons or coordinates ranked by gradient times activation, over examples with a metric.

One run and one backward pass score every node: what the metric loses, to first order, if the node is ablated. For a
latent that is `(z − mean) · Σ_writes ∇metric(site) · W_dec`, with attention, norms and MLPs responding; for an
activation itself `(h − mean) · ∇metric(h)`. Decoders are linear, so no dictionary has to stand in the graph.

Sources: Syed et al. 2023, "Attribution Patching Outperforms Automated Circuit Discovery" (arXiv 2310.10348); Marks
et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647), appendix A.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from saecircuits.interventions.masked import Means, by_length, mean_latents_and_errors
from saecircuits.interventions.masked_activations import Spot, coordinates, mean_activations, neurons
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens, at_least_single

from .examples import Example, metric, read_examples
from .ranking import ABLATIONS, BASES, Entries, Ranking, check_choice, ranked


def rank_by_gradient(
    replacement: Replacement,
    examples: Sequence[Example],
    means: Means | None = None,
    basis: str = "features",
    positions: str = "aligned",
    ablation: str = "zero",
) -> Ranking:
    """Features, neurons or coordinates by gradient times activation; errors are not ranked.

    Args:
        replacement: model and dictionaries.
        examples: prompts with their metric.
        means: what ablated nodes become; without, `ablation` says it.
        basis: one of `BASES`.
        positions: one of `POSITIONS`.
        ablation: `"zero"`, or `"mean"`: the means over these examples, by position if positions are aligned. Rank for
            the ablation that is then measured.
    """
    check_choice(basis, BASES, "basis")
    check_choice(ablation, ABLATIONS, "ablation")
    tokens, answers = read_examples(replacement.subject, examples)
    if means is None and ablation == "mean":
        means = means_for(replacement, basis, tokens, positions == "aligned")
    effects = partial(_latent_effects, replacement)
    if basis != "features":
        effects = partial(_activation_effects, replacement.subject, control_spots(replacement, basis))
    entries = []
    for rows, part in by_length(tokens):
        found = effects(part, answers[rows], means)
        replaced = Replacement.replaced(part)[..., None]
        found = {place: at_least_single(effect * replaced).numpy(force=True) for place, effect in found.items()}
        entries += [Entries.of_dense({p: e[i] for p, e in found.items()}) for i in range(len(rows))]
    return ranked(basis, entries, positions)


def means_for(replacement: Replacement, basis: str, tokens: Tokens, aligned: bool) -> Means:
    """Means of all nodes of a basis over some prompts, one a position (counted from the last token) or one for all."""
    if basis == "features":
        return mean_latents_and_errors(replacement, tokens, aligned)
    return mean_activations(replacement.subject, control_spots(replacement, basis), tokens, aligned)


def control_spots(replacement: Replacement, basis: str) -> list[Spot]:
    """The activations that are nodes of a basis other than features."""
    return neurons(replacement.subject) if basis == "neurons" else coordinates(replacement)


def _latent_effects(
    replacement: Replacement, tokens: Tokens, answers: Tensor, means: Means | None
) -> dict[str, Tensor]:
    dictionaries = [replacement.dictionaries[name] for name in replacement.names]
    sites = sorted({site.bare for d in dictionaries for site in (*d.reads, *d.writes)})
    subject = replacement.subject
    values, gradients = _backward(subject, tokens, answers, lambda: {site: subject.get(site) for site in sites})
    effects = {}
    with torch.no_grad():
        for dictionary in dictionaries:
            latents = dictionary.encode(torch.stack([values[site.bare] for site in dictionary.reads], -2))
            gradient = torch.stack([gradients[site.bare] for site in dictionary.writes], -2).to(latents.dtype)
            change = latents - _baseline(means, dictionary.name, tokens)
            effects[dictionary.name] = change * dictionary.along(gradient)
    return effects


def _activation_effects(
    subject: Subject, spots: Sequence[Spot], tokens: Tokens, answers: Tensor, means: Means | None
) -> dict[str, Tensor]:
    values, gradients = _backward(subject, tokens, answers, lambda: {spot.place: spot.get() for spot in spots})
    return {place: (value - _baseline(means, place, tokens)) * gradients[place] for place, value in values.items()}


def _backward(subject: Subject, tokens: Tokens, answers: Tensor, read: Callable[[], dict]) -> tuple[dict, dict]:
    """Values of places in one run, and the gradient of the metric at each."""

    def body() -> tuple[dict, Tensor]:
        first = Site("resid_pre", 0)
        subject.set(first, subject.get(first).detach().requires_grad_())
        return read(), subject.logits()[:, -1]

    def of_the_metric(found: tuple[dict, Tensor]) -> tuple[dict, dict]:
        values, logits = found
        each = torch.autograd.grad(metric(logits, answers).sum(), list(values.values()), allow_unused=True)
        gradients = {
            place: torch.zeros_like(value) if gradient is None else gradient
            for (place, value), gradient in zip(values.items(), each, strict=True)
        }
        return {place: value.detach() for place, value in values.items()}, gradients

    return subject.run(tokens, body, grad=True, then=of_the_metric)


def _baseline(means: Means | None, place: str, tokens: Tokens) -> Tensor | float:
    return 0.0 if means is None else means.at(place, tokens.ids.shape[1])
