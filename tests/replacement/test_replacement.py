"""A model with its dictionaries: what belongs together, and where dictionaries stand in."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens
from tests.attribution.models import replacement
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder


def transcoder(name: str, layer: int = 0, d_model: int = 32, writes: str = "mlp_out") -> Dictionary:
    made = Dictionary(name, [Site("mlp_in", layer)], [Site(writes, layer)], 8, d_model, TopK(2))
    return made.initialise(torch.Generator().manual_seed(0))


def test_dictionaries_are_ordered_as_a_forward_pass_meets_them() -> None:
    model = Replacement(tiny_subject("gpt2"), [transcoder("b", 2), transcoder("z", 0), transcoder("a", 1)])
    assert model.names == ("z", "a", "b")
    assert [d.name for d in model.replacers] == ["z", "a", "b"]
    assert [[d.name for d, _ in model.writers(layer)] for layer in range(3)] == [["z"], ["a"], ["b"]]
    assert model.dictionary("a").writes == (Site("mlp_out", 1),)


def test_only_transcoders_stand_in_for_an_mlp() -> None:
    sae = Dictionary("sae", [Site("mlp_out", 1)], [Site("mlp_out", 1)], 8, 32, TopK(2))
    model = Replacement(tiny_subject("gpt2"), [transcoder("t", 0), sae])
    assert [d.name for d in model.replacers] == ["t"]
    assert [model.writers(layer) for layer in range(3)] == [[(model.dictionary("t"), 0)], [], []]
    assert set(model.dictionaries) == {"t", "sae"}


def with_nan(dictionary: Dictionary, name: str) -> Dictionary:
    with torch.no_grad():
        getattr(dictionary, name).view(-1)[-1] = float("nan")
    return dictionary


@pytest.mark.parametrize(
    ("dictionaries", "reason"),
    [
        ([transcoder("t", d_model=16)], "'t' is 16 wide, tiny gpt2 is 32 wide.*trained on this model"),
        ([transcoder("t", 3)], r"no site mlp_in\.3.*layers 0 to 2"),
        ([transcoder("t", 0), transcoder("t", 1)], "share a name.*Give each its own name"),
        ([transcoder("one"), transcoder("two")], r"'one' and 'two' both write mlp_out\.0"),
        ([with_nan(transcoder("t"), "W_dec")], "'t' has weights that are not finite"),
        ([with_nan(transcoder("t"), "b_enc")], "'t' has weights that are not finite"),
    ],
    ids=["width", "layer", "name", "site", "decoder", "bias"],
)
def test_what_does_not_belong_together_is_refused(dictionaries: list[Dictionary], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Replacement(tiny_subject("gpt2"), dictionaries)


def test_features_are_checked_against_their_dictionary() -> None:
    model = replacement("gpt2")
    assert model.check_feature(Feature("transcoder.0", 39)) == Feature("transcoder.0", 39)
    with pytest.raises(InputError, match="has features 0 to 39, not 40"):
        model.check_feature(Feature("transcoder.0", 40))
    with pytest.raises(InputError, match=r"no dictionary 'x'.*Known are transcoder\.0, transcoder\.1, transcoder\.2"):
        model.check_feature(Feature("x", 0))


def test_the_first_token_and_padding_are_left_as_they_are() -> None:
    tokens = Tokens.of_rows([[2, 5, 6, 7], [2, 5], [9]], padding=1)
    expected = [[False, True, True, True], [False, False, False, True], [False, False, False, False]]
    assert Replacement.replaced(tokens).tolist() == expected


def test_latents_are_zero_where_nothing_is_replaced() -> None:
    model = Replacement(tiny_subject("gpt2"), [random_transcoder(0, 32)])
    tokens = model.subject.tokenize(["w1 w2 w3", "w4"])
    site = Site("mlp_in", 0)
    x = model.subject.read(tokens, [site])[site]
    (dictionary,) = model.replacers
    latents = model.encode(dictionary, x[..., None, :], tokens)
    kept = Replacement.replaced(tokens)
    assert not latents[~kept].any()
    pre = nn.functional.linear(x[kept] - dictionary.b_in[0], dictionary.W_enc[:, 0], dictionary.b_enc)
    torch.testing.assert_close(latents[kept], dictionary.activation(pre), atol=1e-5, rtol=1e-5)
    assert ((latents[kept] != 0).sum(-1) <= 6).all()
    assert latents[kept].any()
