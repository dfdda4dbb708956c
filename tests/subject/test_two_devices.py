"""A model whose layers lie on two devices: everything as on one, and nothing of both is ever combined."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.interventions import Ablate, Add, generate, intervene
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject, check_architecture
from tests.attribution.models import with_dictionaries
from tests.tiny import tiny_model, tiny_subject, tiny_tokenizer
from tests.two_devices import FIRST, SECOND, devices, place, spread

PROMPT = "w1 w20 w3 w4 w1 w6"
SAME = dict(atol=1e-5, rtol=1e-5)
MODELS = {
    "llama": ("model.layers", "model.norm", "lm_head"),
    "gemma2": ("model.layers", "model.norm", "lm_head"),
    "gpt_neox": ("gpt_neox.layers", "gpt_neox.final_layer_norm", "lm_head"),
}


@pytest.fixture(params=["llama", *(pytest.param(name, marks=pytest.mark.slow) for name in ("gemma2", "gpt_neox"))])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Subject, Subject]]:
    """The same model on one device and on two."""
    blocks, *ends = MODELS[request.param]
    plain = tiny_subject(request.param)
    with devices():
        model = tiny_model(request.param)
        spread(model, blocks, ends)
        yield plain, Subject(model, tiny_tokenizer(), plain.name)


def test_the_two_devices_refuse_to_be_mixed() -> None:
    with devices():
        first, second = place(torch.ones(2, 2), FIRST), place(torch.ones(2, 2), SECOND)
        with pytest.raises(RuntimeError, match="got tensors on"):
            first @ second
        torch.testing.assert_close((first @ second.to(FIRST)).cpu(), torch.full((2, 2), 2.0))
        assert torch.zeros(1, device=SECOND).device == SECOND


def test_values_are_handed_out_on_the_first(pair: tuple[Subject, Subject]) -> None:
    plain, two = pair
    assert {parameter.device for parameter in two.module.parameters()} == {FIRST, SECOND}
    sites = [Site(kind, layer) for kind in SITE_KINDS for layer in range(3)]
    expected = plain.read(PROMPT, sites)
    for site, value in two.read(PROMPT, sites).items():
        assert value.device == FIRST == two.device
        torch.testing.assert_close(value.cpu(), expected[site], **SAME)
    assert max(check_architecture(two).values()) < 1e-5


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_values_are_written_where_the_layer_computes(pair: tuple[Subject, Subject], kind: str) -> None:
    plain, two = pair
    if kind == "resid_mid" and plain.parallel:
        pytest.skip("nothing reads it there, so it cannot be replaced")
    site = Site(kind, 1)
    new = plain.read(PROMPT, [site])[site] + 1
    expected = plain.run(PROMPT, lambda: (plain.set(site, new), plain.logits())[1])
    found = two.run(PROMPT, lambda: (two.set(site, new.to(FIRST)), two.logits())[1])
    torch.testing.assert_close(found.cpu(), expected, **SAME)


def test_attribution_and_edits_are_those_of_one_device(pair: tuple[Subject, Subject]) -> None:
    one, two = (with_dictionaries(subject, "cross-layer, skip") for subject in pair)
    expected, found = (attribute_direct(model, PROMPT, TopTokens(most=2)) for model in (one, two))
    assert found.nodes.ids == expected.nodes.ids
    np.testing.assert_allclose(found.adjacency.toarray(), expected.adjacency.toarray(), atol=1e-5)
    feature = expected.top(1)[0].feature
    for frozen in (False, True):
        effects = [intervene(model, PROMPT, [Ablate(feature)], frozen=frozen) for model in (one, two)]
        torch.testing.assert_close(effects[1].after.logits.cpu(), effects[0].after.logits, **SAME)
    texts = [generate(model, PROMPT, [Add(feature, 30.0)], max_new_tokens=3) for model in (one, two)]
    assert texts[0] == texts[1]
