"""Synthetic activations are what they claim to be, and the scores are those worked out by hand."""

from __future__ import annotations

import pytest
import torch

from saecircuits.errors import InputError
from saecircuits.evaluation.synthetic import (
    SyntheticBatch,
    SyntheticConfig,
    SyntheticTruth,
    Tree,
    Zipf,
    cosine_table,
    f1_scores,
    matched_cosine,
    synthetic_scores,
)

TOKENS = 40_000


def truth(**changes: object) -> SyntheticTruth:
    plain = {"n_features": 32, "d_model": 16, "tree": None, "correlation_rank": 0}
    return SyntheticTruth(SyntheticConfig(**(plain | changes)))  # type: ignore[arg-type]


def sample(made: SyntheticTruth, seed: int = 0) -> SyntheticBatch:
    return made.sample(TOKENS, torch.Generator().manual_seed(seed))


def test_zipf_by_hand() -> None:
    # 1/sqrt(1), 1/sqrt(4) are 1 and 1/2; ranks 1 to 4 are stretched from [1/2, 1] to [0.1, 0.4]
    found = Zipf(most=0.4, least=0.1, exponent=0.5).probabilities(4)
    expected = [0.1 + 0.3 * (rank**-0.5 - 0.5) / 0.5 for rank in (1, 2, 3, 4)]
    assert found.tolist() == pytest.approx(expected)
    assert Zipf(exponent=0).probabilities(3).tolist() == pytest.approx([0.4] * 3)


def test_levels_of_a_tree() -> None:
    assert Tree(roots=2, children=3, depth=2).levels == ((0, 2), (2, 8), (8, 26))


def test_features_fire_as_often_as_wanted() -> None:
    made = truth()
    wanted = made.config.firing.probabilities(32)
    found = (sample(made).features > 0).float().mean(0)
    assert (found - wanted).abs().max() < 4 * (0.25 / TOKENS) ** 0.5  # four standard errors


def test_activations_are_sums_of_directions() -> None:
    made = truth(offset=2.0)
    batch = sample(made)
    torch.testing.assert_close(batch.activations, batch.features @ made.directions + made.offset)
    assert made.directions.norm(dim=1).sub(1).abs().max() < 1e-5
    assert made.offset.norm().item() == pytest.approx(2.0)


def test_spreading_lowers_the_largest_cosine() -> None:
    def largest(rounds: int) -> float:
        rows = truth(spreading=rounds).directions
        return cosine_table(rows, rows).fill_diagonal_(0).abs().max().item()

    assert largest(100) < 0.6 * largest(0)


def test_the_same_seed_gives_the_same() -> None:
    a, b = sample(truth(seed=3), 5), sample(truth(seed=3), 5)
    assert torch.equal(a.activations, b.activations)
    assert not torch.equal(a.activations, sample(truth(seed=4), 5).activations)
    assert not torch.equal(a.activations, sample(truth(seed=3), 6).activations)


TREE = Tree(roots=2, children=3, depth=2)


def test_children_fire_with_their_parents_alone() -> None:
    fires = sample(truth(tree=TREE)).features > 0
    for child in range(2, 26):
        parent = (child - 2) // 3
        assert fires[:, child].any()
        assert fires[fires[:, child], parent].all()


def test_siblings_exclude_each_other_if_asked_to() -> None:
    def most(exclusive: bool) -> int:
        features = sample(truth(tree=Tree(roots=2, children=3, depth=1, exclusive=exclusive))).features
        return int((features[:, 2:5] > 0).sum(1).max())

    assert most(True) == 1
    assert most(False) == 3


def test_children_are_as_strong_as_their_parents() -> None:
    # without spread a root is its mean, so a scaled child is exactly its own mean
    made = truth(tree=TREE, magnitude_spread=0.0)
    child = sample(made).features[:, 2]
    means = torch.linspace(*made.config.magnitudes, 32)
    torch.testing.assert_close(child[child > 0], means[2].expand(int((child > 0).sum())))


def test_strong_parents_have_strong_children_if_asked_to() -> None:
    def correlation(scaled: bool) -> float:
        tree = Tree(roots=2, children=3, depth=1, scaled=scaled)
        features = sample(truth(tree=tree, magnitude_spread=1.0)).features
        return torch.corrcoef(features[features[:, 2] > 0][:, [0, 2]].T)[0, 1].item()

    assert correlation(True) > 0.15
    assert abs(correlation(False)) < 0.05


def test_frequencies_of_children_are_made_up_for() -> None:
    made = truth(tree=Tree(roots=2, children=3, depth=1, exclusive=False))
    found = (sample(made).features > 0).float().mean(0)
    assert (found - made.config.firing.probabilities(32)).abs().max() < 0.01


def test_common_factors_correlate_features() -> None:
    def strongest(rank: int) -> float:
        fires = (sample(truth(correlation_rank=rank, correlation_scale=0.4)).features > 0).float()
        return torch.corrcoef(fires.T).fill_diagonal_(0).abs().max().item()

    assert strongest(0) < 0.05
    assert strongest(4) > 0.15


def test_a_hierarchy_that_is_too_large_is_refused() -> None:
    with pytest.raises(InputError, match="26 features"):
        truth(n_features=20, tree=TREE)


def test_f1_by_hand() -> None:
    predicted = torch.tensor([[1, 0], [1, 0], [0, 0], [1, 0]]).bool()
    true = torch.tensor([[1, 1], [0, 0], [1, 0], [1, 0]]).bool()
    # first column: 2 hits of 3 predicted and 3 true; second: nothing predicted
    assert f1_scores(predicted, true).tolist() == pytest.approx([2 / 3, 0.0])


def test_matched_cosine_by_hand() -> None:
    # greedy would take .9 and be left with .1; the best matching has .8 + |-.7|
    assert matched_cosine(torch.tensor([[0.9, 0.8], [-0.7, 0.1]])) == pytest.approx(0.75)


def test_the_truth_itself_scores_full_marks() -> None:
    made = truth(tree=TREE)
    batch = sample(made)
    scores = synthetic_scores(made, batch, 3 * made.directions, batch.features, batch.activations)
    assert (scores.f1, scores.mcc, scores.uniqueness) == pytest.approx((1, 1, 1))
    assert (scores.mean_max_cosine, scores.variance_explained, scores.dead) == pytest.approx((1, 1, 0))
    assert scores.l0 == pytest.approx((batch.features > 0).sum(1).float().mean().item())


def test_scores_of_a_poor_dictionary_by_hand() -> None:
    """Two orthogonal features; one latent finds the first backwards, the other is a second, silent copy of it."""
    made = truth(n_features=2, d_model=2, spreading=0)
    made.directions = torch.eye(2)
    features = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    batch = SyntheticBatch(features.clone(), features)
    latents = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    decoder = torch.tensor([[-1.0, 0.0], [0.8, 0.6]])
    scores = synthetic_scores(made, batch, decoder, latents, torch.full((4, 2), 0.5))
    assert scores.f1 == pytest.approx(0.25)  # the first: precision 1/2, recall 1/2; the second 0
    assert scores.mcc == pytest.approx((1.0 + 0.6) / 2)
    assert scores.uniqueness == 0.5  # both are nearest to the first
    assert scores.mean_max_cosine == pytest.approx((0.8 + 0.6) / 2)  # signed
    assert scores.variance_explained == pytest.approx(0)  # the mean
    assert (scores.l0, scores.dead) == (0.5, 0.5)
