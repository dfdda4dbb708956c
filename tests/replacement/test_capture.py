"""The capture of a prompt: everything it keeps, against plain hooks and the modules themselves."""

from __future__ import annotations

import pytest
import torch

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement, capture
from saecircuits.sites import SITE_KINDS, Site
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.subject.plain import read

# float32: sums of at most 32 products in another order
CLOSE = dict(atol=2e-5, rtol=2e-5)


@pytest.fixture(params=ARCHITECTURES)
def captured(request: pytest.FixtureRequest) -> tuple[Replacement, Capture]:
    model = replacement(request.param, layers=(0, 2))
    return model, capture(model, PROMPT)


def test_activations_are_the_models(captured: tuple[Replacement, Capture]) -> None:
    model, kept = captured
    sites = [Site(kind, layer) for layer in range(3) for kind in SITE_KINDS]
    found, logits = read(model.subject, kept.tokens.ids, sites)
    torch.testing.assert_close(kept.embedding, found[Site("resid_pre", 0)][0], **CLOSE)
    torch.testing.assert_close(kept.final_input, found[Site("resid_post", 2)][0], **CLOSE)
    torch.testing.assert_close(kept.logits, logits[0, -1], **CLOSE)
    for layer in range(3):
        torch.testing.assert_close(kept.mlp_in[layer], found[Site("mlp_in", layer)][0], **CLOSE)
        torch.testing.assert_close(kept.mlp_out[layer], found[Site("mlp_out", layer)][0], **CLOSE)
        assert kept.patterns[layer].shape == (4, kept.length, kept.length)
        assert not kept.patterns[layer].triu(1).any()
        weights, mid = model.subject.weights, found[Site("resid_mid", layer)][0]
        torch.testing.assert_close(kept.mlp_scale[layer], weights.mlp_norm(layer).scale(mid), **CLOSE)
        pre = found[Site("resid_pre", layer)][0]
        torch.testing.assert_close(kept.attention_scale[layer], weights.attention_norm(layer).scale(pre), **CLOSE)
    assert len(kept.held_norms(model.subject)) == 7


def test_features_errors_and_biases_make_the_mlps_output(captured: tuple[Replacement, Capture]) -> None:
    model, kept = captured
    assert set(kept.active) == {"transcoder.0", "transcoder.2"}
    for name, active in kept.active.items():
        dictionary = model.dictionary(name)
        layer = dictionary.reads[0].layer
        assert (active.position.diff() >= 0).all()
        assert (active.position > 0).all()
        assert (active.value > 0).all()
        made = kept.error(layer).clone()
        made[1:] += dictionary.b_dec[0]
        made.index_add_(0, active.position, active.value[:, None] * dictionary.W_dec[active.index, 0])
        torch.testing.assert_close(made, kept.mlp_out[layer], **CLOSE)
        assert kept.error(layer)[1:].abs().max() > 1e-2
    torch.testing.assert_close(kept.error(1), kept.mlp_out[1], atol=0, rtol=0)  # nothing stands in there
    torch.testing.assert_close(kept.error(0)[0], kept.mlp_out[0][0], atol=0, rtol=0)  # nor at the first token


def test_a_value_is_looked_up_by_feature_and_position(captured: tuple[Replacement, Capture]) -> None:
    model, kept = captured
    dense = model.encode(model.dictionary("transcoder.2"), kept.mlp_in[2][None, :, None], kept.tokens)[0]
    for position in range(kept.length):
        for index in range(0, 40, 7):
            assert kept.value(Feature("transcoder.2", index), position) == pytest.approx(
                float(dense[position, index]), abs=1e-5
            )


def test_one_prompt_at_a_time(captured: tuple[Replacement, Capture]) -> None:
    model, kept = captured
    with pytest.raises(InputError, match=r"2 prompts came, one was expected"):
        capture(model, ["w1 w2", "w3"])
    again = capture(model, kept.tokens)
    torch.testing.assert_close(again.logits, kept.logits, atol=0, rtol=0)
