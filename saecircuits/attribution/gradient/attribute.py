"""From a prompt to a circuit over dictionaries at any sites, or over neurons.

1. Run the prompt (and its baseline) and split it into nodes (`split`).
2. Estimate the total effect of each on the targets (`estimate`), and choose the strongest.
3. Work out the direct effects among the chosen (`edges`), and build the circuit.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.attribution.direct.explained import whole_prompt
from saecircuits.attribution.targets import Continuation, Target, text_of
from saecircuits.circuit import Circuit, Provenance
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens
from saecircuits.version import __version__

from .bases import Basis, error_site, features, neurons
from .build import build
from .edges import Chosen
from .estimate import Estimates, estimate
from .goals import read_goals, sites_of
from .methods import GradientMethod
from .places import EMBEDDING
from .split import Split, split


@dataclass(frozen=True)
class NodeEffects:
    """Effects of all nodes of some prompts of one length on their targets.

    Attributes:
        names: of the bases, in the order in which a forward pass meets them.
        features: by basis, sparse, `[prompt, position, feature]`.
        errors: by site, `[prompt, position]`.
        tokens: of the embeddings, `[prompt, position]`.
    """

    names: tuple[str, ...]
    features: Mapping[str, Float[Tensor, "prompt position feature"]]
    errors: Mapping[Site, Float[Tensor, "prompt position"]]
    tokens: Float[Tensor, "prompt position"]


def attribute_gradient(replacement: Replacement, prompt: Any, target: Target, method: GradientMethod) -> Circuit:
    """The circuit of one prompt by gradients or ablation.

    Args:
        replacement: model and dictionaries, at any sites.
        prompt: text or tokens.
        target: what to explain.
        method: how effects are estimated, on which nodes, and what is kept.

    Returns:
        A circuit with `effect`, the total effect of each node, and direct effects as edges. What was not chosen is left
        out, so books do not balance, and `pruned` is true.

    Raises:
        InputError: for a prompt, baseline or target that cannot be used.
    """
    subject = replacement.subject
    tokens = subject.tokenize_one(whole_prompt(replacement, prompt, target))
    baseline = None
    if method.baseline is not None:
        baseline = subject.tokenize_one(whole_prompt(replacement, method.baseline, target))
    parts = split(subject, _bases(replacement, method), tokens, baseline, sites_of([target]))
    goals = read_goals(replacement, parts, 0, target)
    chosen, strength = choose(parts, estimate(parts, [goals], method), method)
    provenance = Provenance(
        model=subject.name,
        prompt=text_of(prompt, target) or subject.tokenizer.decode(tokens.ids[0].tolist()),
        token_ids=tuple(tokens.ids[0].tolist()),
        tokens=tuple(subject.token_texts(tokens.ids[0])),
        n_layers=subject.n_layers,
        method=method.name,
        target=", ".join(goal.label.strip() for goal in goals),
        version=__version__,
        settings={
            "target": type(target).__name__,
            **asdict(method),
            "readouts": [goal.readout.record() for goal in goals],
        },
    )
    return build(parts, goals, chosen, strength, method, provenance)


def effects(
    replacement: Replacement,
    prompts: Sequence[str] | Tensor | Tokens,
    targets: Target | Sequence[Target],
    method: GradientMethod,
    baselines: Sequence[str] | Tensor | Tokens | None = None,
) -> NodeEffects:
    """Effects of all nodes of a batch of prompts of one length; nothing is left out, and there are no edges.

    Args:
        replacement: model and dictionaries.
        prompts: of one length.
        targets: one for all, or one a prompt; no continuations.
        method: how effects are estimated.
        baselines: one a prompt; without, the method's own for all.

    Raises:
        InputError: for prompts of several lengths, another number of targets or baselines, or what
            `attribute_gradient` refuses.
    """
    subject = replacement.subject
    tokens = _one_length(subject.tokenize(prompts))
    if baselines is None and method.baseline is not None:
        baselines = [method.baseline] * len(tokens)
    baseline = None if baselines is None else _one_length(subject.tokenize(baselines))
    each = list(targets) if isinstance(targets, Sequence) else [targets] * len(tokens)
    for name, count in (("targets", len(each)), ("baselines", len(tokens) if baseline is None else len(baseline))):
        if count != len(tokens):
            raise InputError(f"{count} {name} came for {len(tokens)} prompts.", "Give one a prompt.")
    if any(isinstance(target, Continuation) for target in each):
        raise InputError("A continuation is a target of one prompt.", "Call attribute_gradient for each prompt.")
    parts = split(subject, _bases(replacement, method), tokens, baseline, sites_of(each))
    goals = [read_goals(replacement, parts, row, target) for row, target in enumerate(each)]
    found = estimate(parts, goals, method)
    return NodeEffects(
        names=tuple(basis.name for basis in parts.bases),
        features={basis.name: _sparse(parts, basis, found.features[basis.name]) for basis in parts.bases},
        errors={error_site(place): effect for place, effect in found.errors.items() if place != EMBEDDING},
        tokens=found.errors[EMBEDDING],
    )


def choose(parts: Split, estimates: Estimates, method: GradientMethod) -> tuple[Chosen, Float[Tensor, " source"]]:
    """The strongest features and errors of one prompt, all its tokens, and their effects in the order of `Chosen`."""
    places = [place for place in parts.sources if place != EMBEDDING]
    groups = [estimates.features[b.name] for b in parts.bases] + [estimates.errors[place][0] for place in places]
    size = torch.cat(groups).abs()
    strong = (size >= method.threshold) & (size > 0)
    if method.max_nodes is not None and len(size) > method.max_nodes:
        best = torch.zeros_like(strong)
        best[size.topk(method.max_nodes).indices] = True
        strong &= best
    kept = [mask.nonzero()[:, 0] for mask in strong.split([len(group) for group in groups])]
    of_features, of_errors = kept[: len(parts.bases)], kept[len(parts.bases) :]
    chosen = Chosen(
        {b.name: parts.features[b.name].take(rows) for b, rows in zip(parts.bases, of_features, strict=True)},
        dict(zip(places, of_errors, strict=True)) | {EMBEDDING: torch.arange(parts.length, device=strong.device)},
    )
    strength = [group[rows] for group, rows in zip(groups, kept, strict=True)]
    return chosen, torch.cat([*strength, estimates.errors[EMBEDDING][0]])


def _bases(replacement: Replacement, method: GradientMethod) -> Sequence[Basis]:
    bases = neurons(replacement.subject) if method.nodes == "neurons" else features(replacement)
    if not bases:
        raise InputError("There are no dictionaries.", 'Load some, or choose nodes="neurons".')
    return bases


def _one_length(tokens: Tokens) -> Tokens:
    if not bool(tokens.mask.all()):
        lengths = sorted(set(tokens.mask.sum(1).tolist()))
        raise InputError(
            f"The prompts have {lengths} tokens.", "Give prompts of one length, or call it for each length."
        )
    return tokens


def _sparse(parts: Split, basis: Basis, effect: Tensor) -> Tensor:
    nodes, shape = parts.features[basis.name], (len(parts.tokens), parts.length, basis.n_features)
    indices = torch.stack([nodes.spot // parts.length, nodes.spot % parts.length, nodes.index])
    return torch.sparse_coo_tensor(indices, effect, shape, is_coalesced=True, check_invariants=True)
