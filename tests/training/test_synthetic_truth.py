"""Dictionaries trained on activations made of known directions find these directions again."""

from __future__ import annotations

import pytest
import torch

from saecircuits.evaluation.synthetic import (
    SyntheticConfig,
    SyntheticScores,
    SyntheticTruth,
    Tree,
    Zipf,
    synthetic_scores,
)
from saecircuits.training import AuxK, Matryoshka, TrainingPlan, TrainingRun, train_on

UNCORRELATED = dict(tree=None, correlation_rank=0, magnitude_spread=0.2, offset=0.5, spreading=200)


def recovered(
    truth: SyntheticTruth, tokens: int, batch: int = 512, learning_rate: float = 3e-3, **plan: object
) -> SyntheticScores:
    """Train one dictionary with as many latents as there are features, and compare it with them on fresh tokens."""
    random = torch.Generator().manual_seed(1)
    activations = [truth.sample(8192, random).activations for _ in range(-(-tokens // 8192))]
    made = TrainingPlan.sae(
        "resid_post.0",
        n_features=truth.n_features,
        dead_after=20_000,
        optimizer={"learning_rate": learning_rate},
        **plan,
    )
    run = TrainingRun(tokens=tokens, batch=batch, pool=8192)
    (result,) = train_on(activations, [made], run, progress=False)
    held_out = truth.sample(10_000, random)
    latents = result.dictionary.encode(held_out.activations[:, None])
    decoder = result.dictionary.W_dec[:, 0]
    return synthetic_scores(truth, held_out, decoder, latents, result.dictionary.decode(latents)[:, 0])


@pytest.mark.parametrize("kind", ["topk", "batchtopk"])
@pytest.mark.parametrize(("n_features", "width", "k", "tokens"), [(16, 12, 2, 200_000), (64, 32, 3, 400_000)])
def test_uncorrelated_directions_are_found(kind, n_features, width, k, tokens):
    firing = Zipf(most=k / n_features, least=k / n_features, exponent=0.0)
    truth = SyntheticTruth(SyntheticConfig(n_features=n_features, d_model=width, firing=firing, **UNCORRELATED))
    scores = recovered(truth, tokens, activation={"kind": kind, "k": k})
    assert scores.mean_max_cosine >= 0.98
    assert scores.uniqueness >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["topk", "batchtopk"])
def test_512_uncorrelated_directions_in_128_dimensions_are_found(kind):
    firing = Zipf(most=8 / 512, least=8 / 512, exponent=0.0)
    truth = SyntheticTruth(SyntheticConfig(n_features=512, d_model=128, firing=firing, **UNCORRELATED))
    scores = recovered(truth, 2_000_000, batch=1024, activation={"kind": kind, "k": 8})
    assert scores.mean_max_cosine >= 0.98


def test_matryoshka_keeps_parents_whole_in_a_hierarchy():
    """Where a child fires only with its parent, a plain dictionary hides the parent in its children; nested prefixes
    keep it: the first latents stay nearer to the parents."""
    tree = Tree(roots=8, children=3, depth=1, exclusive=True, scaled=True)
    config = SyntheticConfig(n_features=32, d_model=24, tree=tree, firing=Zipf(0.3, 0.1), correlation_rank=0)
    truth = SyntheticTruth(config)
    activation = {"kind": "batchtopk", "k": 4}
    plain = recovered(truth, 300_000, activation=activation)
    nested = recovered(truth, 300_000, activation=activation, losses=(Matryoshka((1 / 4, 1.0)), AuxK()))
    assert nested.f1 > plain.f1 + 0.02
