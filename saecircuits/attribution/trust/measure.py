"""How much of the model's behaviour does a circuit restore, if everything outside it is ablated?

1. Rank nodes on some prompts: by circuits (`rank`) or by gradients (`rank_by_gradient`).
2. On the examples, others at best, keep the first k nodes and ablate the rest, for rising k; and the other way round.
3. Put the metric (right answer's logit minus the wrong one's) on a scale from nothing kept (0) to the model (1).

Prompts of different lengths are aligned at the last token, nodes and position-specific means alike. A ranking whose
nodes stand for all tokens goes with means over all positions.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.interventions.masked import (
    Means,
    by_length,
    places,
    run_masked,
)
from saecircuits.interventions.masked_activations import run_activations_masked
from saecircuits.progress import report
from saecircuits.replacement import Replacement
from saecircuits.subject import Tokens

from .curve import FaithfulnessCurve
from .examples import Example, metric, read_examples
from .gradient_ranking import control_spots, means_for
from .ranking import ABLATIONS, Ranking

N_SIZES = 15
"""Number of sizes that are measured if none are given."""
CELLS = 2**22
"""Rows of a batch times tokens times the widest dictionary: 16 MiB in float32, an array of latents."""


def faithfulness(
    replacement: Replacement,
    examples: Sequence[Example],
    ranking: Ranking,
    sizes: Sequence[int] | None = None,
    ablation: str = "mean",
    errors: str = "kept",
    reference: Sequence[str] | None = None,
) -> FaithfulnessCurve:
    """Faithfulness and completeness of the first nodes of a ranking, over their number.

    Args:
        replacement: model and dictionaries.
        examples: what to measure on; one alone gives no confidence intervals.
        ranking: which nodes come first.
        sizes: numbers of nodes; by default 15 from 1 to all, evenly on a logarithmic axis.
        ablation: one of `ABLATIONS`; the mean is by position if the ranking is, else over all positions.
        errors: `"kept"` (all stay, free of charge), `"removed"` or `"chosen"` (nodes of the ranking like others).
        reference: prompts of the mean; default those of the examples.

    Raises:
        InputError: for no examples, sizes that are no sizes, or an unknown choice.
    """
    if ablation not in ABLATIONS:
        raise InputError(f"ablation is {ablation!r}.", f"Use one of {', '.join(ABLATIONS)}.")
    chosen = _sizes(sizes, len(ranking))
    tokens, answers = read_examples(replacement.subject, examples)
    basis = _basis(replacement, ranking, errors)
    means = None
    if ablation == "mean":
        means = basis.means(tokens if reference is None else replacement.subject.tokenize(list(reference)))
    measured = _measure(basis, tokens, answers, ranking, (0, *chosen), means)
    full = np.concatenate(
        [_metric(replacement.subject.predict(part), answers[rows]) for rows, part in by_length(tokens)]
    )
    order = np.concatenate([rows.numpy(force=True) for rows, _ in by_length(tokens)])
    return FaithfulnessCurve(
        basis=ranking.basis,
        ablation=ablation,
        errors=errors,
        total=len(ranking),
        sizes=chosen,
        circuit=measured[0, 1:],
        complement=measured[1, 1:],
        full=full[np.argsort(order)],
        empty=measured[0, 0],
        stability=ranking.stability(chosen),
    )


@dataclass(frozen=True)
class _Basis:
    """How nodes are masked: features with their errors, or activations of the model.

    Attributes:
        widths: number of nodes a token, by place.
        run: logits of a batch with masks and means.
        means: of reference prompts.
    """

    widths: Mapping[str, int]
    run: Callable[[Tokens, Mapping[str, Tensor], Means | None], Tensor]
    means: Callable[[Tokens], Means]


def _basis(replacement: Replacement, ranking: Ranking, errors: str) -> _Basis:
    if ranking.basis == "features":
        return _Basis(
            places(replacement),
            lambda tokens, masks, means: run_masked(replacement, tokens, masks, means, errors),
            lambda tokens: means_for(replacement, ranking.basis, tokens, ranking.aligned),
        )
    subject, spots = replacement.subject, control_spots(replacement, ranking.basis)
    return _Basis(
        {spot.place: spot.width for spot in spots},
        lambda tokens, masks, means: run_activations_masked(subject, spots, tokens, masks, means),
        lambda tokens: means_for(replacement, ranking.basis, tokens, ranking.aligned),
    )


def _measure(
    basis: _Basis,
    tokens: Tokens,
    answers: Int[Tensor, "example 2"],
    ranking: Ranking,
    sizes: Sequence[int],
    means: Means | None,
) -> Float[np.ndarray, "side size example"]:
    """The metric with the first nodes in place (side 0) and with all others (side 1), many masks in one batch."""
    measured = np.empty((2, len(sizes), len(tokens)))
    flat = measured.reshape(-1)
    combinations = torch.cartesian_prod(torch.arange(2), torch.tensor(sizes)).to(answers.device)
    for examples, part in by_length(tokens, rows=len(tokens)):
        positions = part.ids.shape[1]
        side, example = (
            x.reshape(-1)
            for x in torch.meshgrid(torch.arange(len(combinations)), torch.arange(len(examples)), indexing="ij")
        )
        rows_at_once = max(1, CELLS // (positions * max(basis.widths.values())))
        for chunk in torch.arange(len(side)).split(rows_at_once):
            report("measuring faithfulness", int(chunk[0]), len(side))
            which, row = side[chunk], example[chunk].to(examples.device)
            outside, size = combinations[which].unbind(1)
            masks = ranking.masks(size, outside.bool(), positions, basis.widths)
            logits = basis.run(Tokens(part.ids[row], part.mask[row]), masks, means)
            flat[(which * len(tokens) + examples[row].cpu()).numpy()] = _metric(logits, answers[examples[row]])
    return measured


def _metric(logits: Tensor, answers: Tensor) -> Float[np.ndarray, " row"]:
    return metric(logits.float(), answers).double().numpy(force=True)


def _sizes(sizes: Sequence[int] | None, total: int) -> tuple[int, ...]:
    if sizes is None:
        return tuple(np.unique(np.geomspace(1, total, N_SIZES).round().astype(int)).tolist())
    given = tuple(sorted({int(size) for size in sizes}))
    if not given or given[0] < 0 or given[-1] > total:
        raise InputError(f"sizes are {list(sizes)}; {total} nodes are ranked.", f"Give numbers from 0 to {total}.")
    return given
