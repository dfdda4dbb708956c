"""Dictionaries that normalise each token by its own size."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from saecircuits.attribution import IntegratedGradients, NextTokens, attribute, attribute_direct
from saecircuits.dictionaries import (
    Activation,
    Dictionary,
    JumpReLU,
    ReLU,
    TokenNorm,
    TopK,
    convert,
    load_dictionaries,
    load_dictionary,
    save_dictionary,
)
from saecircuits.dictionaries.token_norm import TOKEN_NORMS
from saecircuits.errors import FileFormatError, InputError
from saecircuits.interventions import Ablate, intervene
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.tiny import tiny_subject

PROMPT = "w1 w2 w3 w4 w5"
each_kind = pytest.mark.parametrize("kind", TOKEN_NORMS)


def make(kind: str, activation: Activation, d_model: int = 8, site: str = "resid_post.1") -> Dictionary:
    generator = torch.Generator().manual_seed(3)
    sites = [Site.parse(site)]
    dictionary = Dictionary("normed", sites, sites, 24, d_model, activation).initialise(generator)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
    dictionary.normalise_tokens(TokenNorm(kind, 0.3 * torch.randn(1, d_model, generator=generator)))
    return dictionary.requires_grad_(False)


def plain(d: Dictionary, x: Tensor) -> tuple[Tensor, Tensor]:
    """Latents in units of the normalised token, and the reconstruction, as the formula in the papers has it."""
    assert d.token_norm is not None
    if d.token_norm.kind == "layer_norm":
        mean, size = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
        inside = (x - mean) / (size + 1e-5)
    else:
        mean, size = torch.zeros(()), x.norm(dim=-1, keepdim=True) / x.shape[-1] ** 0.5
        inside = x / size
    z = d.activation((inside - d.b_in[0]) @ d.W_enc[:, 0].T + d.b_enc)
    return z, (z @ d.W_dec[:, 0] + d.token_norm.bias[0]) * size + mean


@each_kind
@pytest.mark.parametrize("activation", [ReLU(), TopK(4)], ids=["relu", "topk"])
def test_it_computes_the_formula(kind: str, activation: Activation) -> None:
    d = make(kind, activation)
    x = 3 * torch.randn(5, 4, 8, generator=torch.Generator().manual_seed(0)) + 1
    z, out = plain(d, x)
    read = x[..., None, :]
    assert torch.equal(d.encode(read) > 0, z > 0)
    torch.testing.assert_close(d(read)[..., 0, :], out, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close((d.decode(d.encode(read)) + d.skipped(read))[..., 0, :], out, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(d.encode(5 * read), 5 * d.encode(read), atol=1e-3, rtol=1e-3)  # as large as the token
    token, feature = torch.tensor([0, 3, 7]), torch.tensor([2, 23, 5])
    pairs = d.preactivations_of(read.flatten(0, 1)[token], feature)
    torch.testing.assert_close(pairs, d.preactivations(read).flatten(0, 1)[token, feature], atol=1e-5, rtol=1e-5)


@each_kind
def test_a_token_of_zeros_is_finite(kind: str) -> None:
    d = make(kind, TopK(4))
    assert bool(d(torch.zeros(2, 1, 8)).isfinite().all())


@each_kind
def test_it_is_saved_and_converted(kind: str, tmp_path: Path) -> None:
    d = make(kind, TopK(4))
    x = torch.randn(6, 1, 8, generator=torch.Generator().manual_seed(0)) + 1
    again = load_dictionary(save_dictionary(d, tmp_path / "own"))
    torch.testing.assert_close(again(x), d(x))
    assert "direct method cannot" in (tmp_path / "own" / "README.md").read_text("utf-8")
    convert(d, tmp_path / "theirs", to="sae_lens")
    (theirs,) = load_dictionaries(tmp_path / "theirs")
    torch.testing.assert_close(theirs.encode(x), d.encode(x), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(theirs(x), d(x), atol=1e-5, rtol=1e-5)
    for to in ("dictionary_learning", "sparsify", "circuit_tracer"):
        with pytest.raises(InputError, match="normalise each token"):
            convert(d, tmp_path / to, to=to)


def test_where_it_would_not_be_linear_it_is_refused() -> None:
    norm = TokenNorm("layer_norm", torch.zeros(1, 8))
    here, there = [Site("mlp_in", 0)], [Site("mlp_out", 0)]
    for dictionary in (
        Dictionary("a", here, there, 4, 8, ReLU()),
        Dictionary("b", here, here, 4, 8, JumpReLU()),
        Dictionary("c", here, here, 4, 8, ReLU(), skip=True),
        Dictionary("d", [*here, *there], [*here, *there], 4, 8, ReLU()),
    ):
        with pytest.raises(InputError, match="normalise tokens"):
            dictionary.normalise_tokens(norm)
    with pytest.raises(InputError, match="no scale to fold"):
        make("layer_norm", ReLU()).fold_scales(2.0, 2.0)
    with pytest.raises(FileFormatError, match="no normalisation"):
        TokenNorm("batch_norm", torch.zeros(1, 8))


@each_kind
def test_in_a_model_it_is_attributed_and_edited(kind: str) -> None:
    """By gradients; the direct method refuses it. One step along a straight path gives what the formula gives."""
    subject = tiny_subject("gpt2")
    d = make(kind, TopK(6), subject.d_model)
    model = Replacement(subject, [d])
    with pytest.raises(InputError, match="replace MLPs"):
        attribute_direct(model, PROMPT, NextTokens(["w3"]))
    circuit = attribute(model, PROMPT, NextTokens(["w3"]), method=IntegratedGradients(steps=8))
    assert any(node.feature for node in circuit.top(100))
    top = next(node for node in circuit.top(100) if node.feature)
    effect = intervene(model, PROMPT, [Ablate(top.feature, positions=top.position)])
    values = subject.read(subject.tokenize_one(PROMPT), d.reads)[d.reads[0]]
    z, _ = plain(d, values)
    assert z[0, top.position, top.feature.index] > 0
    assert not torch.allclose(effect.before.logits, effect.after.logits)
    untouched = intervene(model, PROMPT, [])
    torch.testing.assert_close(untouched.after.logits, untouched.before.logits, atol=1e-4, rtol=1e-4)
