"""Weights as the sweep reads them: norms and attention in one layout, against the modules themselves."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.sites import Site
from saecircuits.subject import Norm, Subject, attention_implementation
from tests.subject.plain import ATTENTION, blocks_of
from tests.tiny import TINY_CONFIGS, tiny_subject

PROMPT = "w1 w20 w3 w4 w1"


@pytest.fixture(params=sorted(TINY_CONFIGS))
def subject(request: pytest.FixtureRequest) -> Subject:
    return tiny_subject(request.param, dtype=torch.float64)


def norms(subject: Subject) -> list[Norm]:
    weights = subject.weights
    return [weights.final_norm, *(norm(1) for norm in (weights.attention_norm, weights.mlp_norm))]


def some_input(subject: Subject) -> Tensor:
    return 5 * torch.randn(4, subject.d_model, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1


# float64, but a denominator is taken in float32, as Llama's own norms do: 6e-8 of values up to 20
DENOMINATOR = dict(atol=5e-6, rtol=5e-6)


def test_a_norm_is_gain_times_scaled_input_plus_bias(subject: Subject) -> None:
    x = some_input(subject)
    for norm in norms(subject):
        out = norm.gain * norm.centred(x) * norm.scale(x) + norm.bias
        torch.testing.assert_close(out, norm.module(x), **DENOMINATOR)
        assert norm.scale(x).shape == (4, 1)


def test_tiny_inputs_feel_the_epsilon(subject: Subject) -> None:
    x = 1e-4 * some_input(subject)
    for norm in norms(subject):
        out = norm.gain * norm.centred(x) * norm.scale(x) + norm.bias
        torch.testing.assert_close(out, norm.module(x), **DENOMINATOR)


def test_pulling_back_is_the_gradient_with_the_denominator_held(subject: Subject) -> None:
    """Autograd through the norm written out, its denominator detached."""
    x = some_input(subject).requires_grad_()
    gradient = torch.randn(x.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for norm in norms(subject):
        centred = x - x.mean(-1, keepdim=True) if subject.config.model_type == "gpt2" else x
        epsilon = getattr(norm.module, "variance_epsilon", None) or norm.module.eps
        denominator = (centred.pow(2).mean(-1, keepdim=True) + epsilon).sqrt().detach()
        out = centred / denominator * norm.module.weight
        (expected,) = torch.autograd.grad((out * gradient).sum(), x)
        torch.testing.assert_close(norm.pull_back(gradient) * norm.scale(x.detach()), expected, **DENOMINATOR)


def test_attention_weights_make_the_attention_output(subject: Subject) -> None:
    """`Σ_head pattern · (x W_V + b_V) W_O + b_O`, grouped value heads repeated to the query heads."""

    def body() -> list[tuple[Tensor, Tensor, Tensor]]:
        return [
            (
                subject.get(Site("resid_pre", layer)),
                subject.attention_pattern(layer),
                subject.get(Site("attn_out", layer)),
            )
            for layer in range(3)
        ]

    with attention_implementation(subject, "eager"):
        found = subject.run(PROMPT, body)
    for layer, (pre, pattern, out) in enumerate(found):
        weights, norm = subject.weights.attention(layer), subject.weights.attention_norm(layer)
        read = norm.module(pre[0])
        values = torch.einsum("pd,hdk->hpk", read, weights.value) + weights.value_bias[:, None]
        assert weights.value.shape == (4, 32, 8)
        made = torch.einsum("hqp,hpk,hkd->qd", pattern[0].double(), values, weights.output) + weights.output_bias
        # eager attention takes its softmax in float32 in both families
        torch.testing.assert_close(made, out[0], **DENOMINATOR)
        # rows of a pattern add up to one, as far as a float32 softmax does
        torch.testing.assert_close(pattern.sum(-1), torch.ones_like(pattern[..., 0]), atol=1e-6, rtol=0)


def test_the_pattern_is_handed_back_as_it_was(subject: Subject) -> None:
    before = subject.config._attn_implementation
    with pytest.raises(RuntimeError), attention_implementation(subject, "eager"):
        raise RuntimeError
    assert subject.config._attn_implementation == before
    assert subject.attention_module(1) is blocks_of(subject)[1].get_submodule(ATTENTION[subject.config.model_type])


def test_logits_are_unembedded(subject: Subject) -> None:
    weights = subject.weights
    final, logits = subject.run(PROMPT, lambda: (subject.final_input(), subject.logits()))
    made = weights.final_norm.module(final) @ weights.unembed.T + weights.unembed_bias
    torch.testing.assert_close(made, logits, atol=1e-9, rtol=1e-9)


def test_embeddings_add_up(subject: Subject) -> None:
    ids = subject.tokenize(PROMPT).ids[0]
    made = subject.weights.token_embedding[ids]
    if subject.weights.position_embedding is not None:
        made = made + subject.weights.position_embedding[: len(ids)]
    assert (subject.weights.position_embedding is not None) == (subject.config.model_type == "gpt2")
    first = Site("resid_pre", 0)
    torch.testing.assert_close(subject.read(PROMPT, [first])[first][0], made, atol=0, rtol=0)
