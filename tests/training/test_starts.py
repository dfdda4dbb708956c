"""First weights and second lives: what a feature made from a token does."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import Dictionary, Preactivations, ReLU
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.training import RandomRows, Resample, TokenRows, rows_of_tokens
from saecircuits.training.forward import part_of
from saecircuits.training.starts import fit_bias

D, TOKENS = 8, 30


def _data(sites: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, TOKENS, sites, D, generator=generator)
    return x, y


def _dictionary(n_features: int, sites: int = 1, tied: bool = False) -> Dictionary:
    reads = [Site("mlp_in", layer) for layer in range(sites)]
    writes = reads if tied else [Site("mlp_out", layer) for layer in range(sites)]
    return Dictionary("d", reads, writes, n_features, D, ReLU()).requires_grad_(False)


@pytest.mark.parametrize("margin", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("sites", [1, 2])
def test_a_feature_of_a_token_gives_that_token_back(margin, sites):
    x, y = _data(sites)
    dictionary = _dictionary(5, sites)
    rows_of_tokens(x[:5], y[:5], margin).put(dictionary, torch.arange(5))
    latents = dictionary.encode(x[:5])
    size = y[:5].flatten(1).norm(dim=1)
    torch.testing.assert_close(latents.diagonal(), size)
    torch.testing.assert_close(size[:, None, None] * dictionary.W_dec, y[:5])
    threshold = margin / (1 + margin)
    below, above = (dictionary.encode(x[:5] * (threshold + step)).diagonal() for step in (-1e-3, 1e-3))
    assert (below == 0).all()
    assert (above > 0).all()


@pytest.mark.parametrize("start", [RandomRows(), RandomRows(fires=3), TokenRows()])
@pytest.mark.parametrize("n_features", [12, 50])
@pytest.mark.parametrize("tied", [True, False])
def test_decoder_rows_start_as_unit_vectors(start, n_features, tied):
    x, y = _data()
    dictionary = _dictionary(n_features, tied=tied)
    start(dictionary, x, x if tied else y, torch.Generator().manual_seed(1))
    torch.testing.assert_close(dictionary.W_dec.flatten(1).norm(dim=1), torch.ones(n_features))
    cosine = torch.cosine_similarity(dictionary.W_enc.flatten(1), dictionary.W_dec.flatten(1))
    assert bool((cosine > 0.999).all()) == tied


def test_tokens_at_the_mean_make_no_feature():
    x, y = _data()
    y[: TOKENS - 3] = 0
    dictionary = _dictionary(TOKENS)
    TokenRows()(dictionary, x, y, torch.Generator().manual_seed(1))
    assert torch.isfinite(dictionary.W_dec).all()
    torch.testing.assert_close(dictionary.W_dec.flatten(1).norm(dim=1), torch.ones(TOKENS))


@pytest.mark.parametrize("fires", [0.001, 1.0, 5.0, 40.0, 1000.0])
@pytest.mark.parametrize("n_features", [7, 40, 1500])
def test_biases_are_fitted_to_how_often_features_shall_fire(fires, n_features):
    x = torch.randn(300, 2, D, generator=torch.Generator().manual_seed(0)).double() + 3
    dictionary = _dictionary(n_features, 2).double()
    RandomRows(fires=fires)(dictionary, x, x, torch.Generator().manual_seed(1))
    positive = (dictionary.preactivations(x) > -1e-9).sum(0)  # the last of them lies at 0
    wanted = min(max(fires / n_features * 300, 1), 300)
    assert (positive - wanted).abs().max() <= 0.5
    silent = (dictionary.preactivations(x) > 1e-9).sum(0)
    assert (silent == positive - 1).all()


def test_fitting_again_changes_nothing():
    x, _ = _data()
    dictionary = _dictionary(9)
    dictionary.initialise(torch.Generator().manual_seed(1))
    fit_bias(dictionary, x, 2.0)
    before = dictionary.b_enc.clone()
    fit_bias(dictionary, x, 2.0)
    assert torch.equal(dictionary.b_enc, before)
    assert before.abs().max() > 0


@pytest.mark.parametrize(
    "make",
    [lambda: RandomRows(norm=0), lambda: RandomRows(fires=0), lambda: TokenRows(margin=-1), lambda: Resample(most=0)],
)
def test_unusable_values_are_refused(make):
    with pytest.raises(InputError):
        make()


def _rest(y: torch.Tensor) -> torch.Tensor:
    """What is left of each token: not in its direction."""
    return 0.5 * y.flip(2)


def _resample(revival: Resample, dead: list[int], wrong: list[int]) -> tuple[Dictionary, Dictionary, torch.Tensor]:
    """Resample with residuals at the tokens in `wrong` only; the dictionary before and after."""
    x, y = _data()
    before, after = _dictionary(10), _dictionary(10)
    for each in (before, after):
        each.initialise(torch.Generator().manual_seed(2))
    residual = torch.zeros_like(y)
    residual[wrong] = _rest(y)[wrong]
    is_dead = torch.zeros(10, dtype=torch.bool)
    is_dead[dead] = True
    pre = Preactivations(x.flatten(1), after.W_enc.flatten(1), after.b_enc)
    revived = revival(part_of(after, x, is_dead, [0], pre), residual, y, torch.Generator().manual_seed(0))
    return before, after, revived


def test_dead_features_take_badly_reconstructed_tokens_and_others_stay():
    before, after, revived = _resample(Resample(most=1.0), dead=[1, 4, 7], wrong=[3, 5, 9, 20])
    assert sorted(revived.tolist()) == [1, 4, 7]
    x, y = _data()
    y = _rest(y)
    for feature in range(10):
        if feature in (1, 4, 7):
            cosines = torch.cosine_similarity(after.W_dec[feature, 0], y[[3, 5, 9, 20], 0])
            token = [3, 5, 9, 20][int(cosines.argmax())]
            assert cosines.max() == pytest.approx(1, abs=1e-5)
            assert after.encode(x[token])[feature] == pytest.approx(float(y[token].norm()), rel=1e-4)
        else:
            assert torch.equal(after.W_dec[feature], before.W_dec[feature])
            assert torch.equal(after.W_enc[feature], before.W_enc[feature])


@pytest.mark.parametrize(("dead", "wrong", "count"), [([], [1], 0), ([1, 2], [], 0), ([1, 2, 3], [8], 1)])
def test_no_more_are_resampled_than_there_are_tokens_to_take(dead, wrong, count):
    assert len(_resample(Resample(most=1.0), dead, wrong)[2]) == count


def test_few_are_resampled_at_once():
    assert len(_resample(Resample(most=0.1), dead=list(range(10)), wrong=list(range(TOKENS)))[2]) == 3
