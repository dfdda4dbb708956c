"""Weights as the sweep reads them: norms, attention and MLPs in one layout, against the modules themselves."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import Site
from saecircuits.subject import Norm, Subject, attention_implementation, rotate
from tests.subject.plain import POST_NORMED, attention_of, family_of
from tests.tiny import NEAR_CONFIGS, TINY_CONFIGS, tiny_subject

PROMPT = "w1 w20 w3 w4 w1 w7 w8"
LAYERS = range(3)
LAYER_NORMED = ("gpt2", "gpt_neo", "gpt_neox", "gptj", "olmo", "opt", "phi", "stablelm")
NOT_ROTARY = ("gpt2", "gpt_neo", "opt")


@pytest.fixture(params=sorted(TINY_CONFIGS | NEAR_CONFIGS), scope="module")
def subject(request: pytest.FixtureRequest) -> Subject:
    return tiny_subject(request.param, dtype=torch.float64)


def norms(subject: Subject) -> list[Norm]:
    weights = subject.weights
    found = [weights.final_norm, weights.attention_norm(1), weights.mlp_norm(1)]
    found += [norm for norm in (weights.attention_post_norm(1), weights.mlp_post_norm(1)) if norm is not None]
    return [norm for norm in found if norm.module is not None]


def some_input(subject: Subject) -> Tensor:
    return 5 * torch.randn(4, subject.d_model, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 1


# float64, but a denominator is taken in float32, as the RMS norms do themselves, and Gemma's keep their output in
# float32: 6e-8 of values up to 30
DENOMINATOR = dict(atol=5e-6, rtol=5e-6)


def test_a_norm_is_gain_times_scaled_input_plus_bias(subject: Subject) -> None:
    x = some_input(subject)
    for norm in norms(subject):
        out = norm.gain * norm.centred(x) * norm.scale(x) + norm.bias
        torch.testing.assert_close(out, norm.module(x), **DENOMINATOR)
        torch.testing.assert_close(norm.apply(x), norm.module(x), **DENOMINATOR)
        torch.testing.assert_close(norm.apply(x, norm.scale(x)), norm.module(x), **DENOMINATOR)
        assert norm.scale(x).shape == (4, 1)


def test_tiny_inputs_feel_the_epsilon(subject: Subject) -> None:
    x = 1e-4 * some_input(subject)
    for norm in norms(subject):
        torch.testing.assert_close(norm.apply(x), norm.module(x), **DENOMINATOR)


def test_pulling_back_is_the_gradient_with_the_denominator_held(subject: Subject) -> None:
    """Autograd through the norm written out, its denominator detached."""
    x = some_input(subject).requires_grad_()
    gradient = torch.randn(x.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    family = family_of(subject)
    for norm in norms(subject):
        centred = x - x.mean(-1, keepdim=True) if family in LAYER_NORMED else x
        epsilon = getattr(norm.module, "variance_epsilon", None) or getattr(norm.module, "eps", 1e-5)
        denominator = (centred.pow(2).mean(-1, keepdim=True) + epsilon).sqrt().detach()
        gain = getattr(norm.module, "weight", 1.0) + (1 if family.startswith("gemma") else 0)
        out = centred / denominator * gain
        (expected,) = torch.autograd.grad((out * gradient).sum(), x)
        torch.testing.assert_close(norm.pull_back(gradient) * norm.scale(x.detach()), expected, **DENOMINATOR)


def test_post_norms_are_there_where_a_family_has_them(subject: Subject) -> None:
    found = [
        norm(layer) for norm in (subject.weights.attention_post_norm, subject.weights.mlp_post_norm) for layer in LAYERS
    ]
    if family_of(subject) not in POST_NORMED:
        assert found == [None] * 6
    else:
        assert len({id(norm.module) for norm in found if norm is not None}) == 6


def test_attention_weights_make_the_attention_output(subject: Subject) -> None:
    """`Σ_head pattern · (x W_V + b_V) W_O + b_O` and the post-norm, grouped heads repeated to the query heads."""

    def body() -> list[tuple[Tensor, Tensor, Tensor]]:
        return [
            (
                subject.get(Site("resid_pre", layer)),
                subject.attention_pattern(layer),
                subject.get(Site("attn_out", layer)),
            )
            for layer in LAYERS
        ]

    with attention_implementation(subject, "eager"):
        found = subject.run(PROMPT, body)
    for layer, (pre, pattern, out) in enumerate(found):
        weights, norm = subject.weights.attention(layer), subject.weights.attention_norm(layer)
        d_head = subject.config.to_dict().get("head_dim") or 8
        assert weights.value.shape == (4, 32, d_head)
        values = torch.einsum("pd,hdk->hpk", norm.apply(pre[0]), weights.value) + weights.value_bias[:, None]
        made = torch.einsum("hqp,hpk,hkd->qd", pattern[0].double(), values, weights.output) + weights.output_bias
        torch.testing.assert_close(weights.out(norm.apply(pre[0]), pattern[0].double()), made, atol=1e-9, rtol=1e-9)
        post = subject.weights.attention_post_norm(layer)
        # eager attention takes its softmax in float32 in every family
        torch.testing.assert_close(made if post is None else post.apply(made), out[0], **DENOMINATOR)
        # rows of a pattern add up to one, as far as a float32 softmax does
        torch.testing.assert_close(pattern.sum(-1), torch.ones_like(pattern[..., 0]), atol=1e-6, rtol=0)


def test_query_and_key_weights_make_the_attention_pattern(subject: Subject) -> None:
    """Norm, projection, norm of each head, rotary embedding, scale, cap, mask, softmax."""

    def body() -> list[tuple[Tensor, Tensor]]:
        return [(subject.get(Site("resid_pre", layer)), subject.attention_pattern(layer)) for layer in LAYERS]

    with attention_implementation(subject, "eager"):
        found = subject.run(PROMPT, body)
    for layer, (pre, pattern) in enumerate(found):
        weights, read = subject.weights.query_key(layer), subject.weights.attention_norm(layer).apply(pre[0])
        cos, sin = weights.cos_sin(len(read))
        query = torch.einsum("pd,hdk->hpk", read, weights.query) + weights.query_bias[:, None]
        key = torch.einsum("pd,hdk->hpk", read, weights.key) + weights.key_bias[:, None]
        if weights.query_norm is not None and weights.key_norm is not None:
            query, key = weights.query_norm.apply(query), weights.key_norm.apply(key)
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        scores = weights.capped(weights.scale * query @ key.transpose(1, 2))
        torch.testing.assert_close(weights.scores(read), scores, atol=1e-9, rtol=1e-9)
        scores = scores.masked_fill(~weights.mask(len(read)), -torch.inf)
        torch.testing.assert_close(scores.softmax(-1), pattern[0].double(), **DENOMINATOR)


def test_what_bends_scores_is_there_where_a_family_has_it(subject: Subject) -> None:
    """Else the test above could pass with two wrongs: a tiny model whose caps and windows do nothing."""
    name = subject.name.removeprefix("tiny ")
    per_layer = [subject.weights.query_key(layer) for layer in LAYERS]
    windows = {"gemma2": [3, None, 3], "gemma3_text": [3, None, 3], "qwen2": [None, 4, 4], "mistral": [3, 3, 3]}
    windows |= {"mixtral": [4, 4, 4], "phi3": [4, 4, 4], "gemma3": [3, None, 3], "olmo3": [4, None, 4]}
    windows |= {"qwen2_moe": [4, None, None], "gpt_neo": [None, 4, 4]}
    assert [weights.window for weights in per_layer] == windows.get(name, [None] * 3)
    assert {weights.cap for weights in per_layer} == {2.0 if name == "gemma2" else None}
    normed = name in ("gemma3", "gemma3_text", "olmo2", "olmo3", "qwen3", "qwen3_moe")
    assert {weights.query_norm is not None for weights in per_layer} == {normed}
    assert {weights.key_norm is not None for weights in per_layer} == {normed}
    rotary = {"gptj": 4, "phi": 4, "phi3": 4, "gpt_neox": 4, "gpt_neox serial": 2, "stablelm": 2}
    rotary |= dict.fromkeys(NOT_ROTARY, 0)
    rotary |= dict.fromkeys(("gemma", "gemma2", "gemma3", "gemma3_text", "qwen3", "qwen3_moe"), 16)
    assert per_layer[0].cos_sin(5)[0].shape == (5, rotary.get(name, 8))
    assert per_layer[0].mask(5).sum() == {3: 12, 4: 14, None: 15}[per_layer[0].window]
    assert subject.parallel == (name in ("gpt_neox", "gptj", "phi"))


def test_rotation_depends_on_the_distance_alone(subject: Subject) -> None:
    weights = subject.weights.query_key(0)
    query, key = weights.query[:, :2].transpose(0, 1)
    cos, sin = weights.cos_sin(26)
    near, far = (
        [rotate(x[:, None], cos[at : at + 1], sin[at : at + 1])[:, 0] for x, at in ((query, 5 + far), (key, 2 + far))]
        for far in (0, 20)
    )
    # cosines and sines are made in float32
    torch.testing.assert_close((near[0] * near[1]).sum(-1), (far[0] * far[1]).sum(-1), atol=1e-5, rtol=1e-5)
    assert torch.equal(near[0], far[0]) == (family_of(subject) in NOT_ROTARY)


def test_where_there_is_no_norm_the_stream_is_read_as_it_is(subject: Subject) -> None:
    x, weights = some_input(subject), subject.weights
    without = [norm for norm in (weights.attention_norm(1), weights.mlp_norm(1)) if norm.module is None]
    assert len(without) == (2 if family_of(subject) in ("olmo2", "olmo3") else 0)
    for norm in without:
        assert torch.equal(norm.apply(x), x)
        assert torch.equal(norm.pull_back(x) * norm.scale(x), x)


def test_neurons_make_the_mlp_output(subject: Subject) -> None:
    if not subject.architecture.has_neurons:
        with pytest.raises(UnsupportedModelError, match=r"mixtures of experts.*no one list of neurons"):
            subject.weights.mlp_down(0)
        return

    def body() -> list[tuple[Tensor, Tensor]]:
        return [(subject.mlp_hidden(layer), subject.get(Site("mlp_out", layer))) for layer in LAYERS]

    for layer, (hidden, out) in enumerate(subject.run(PROMPT, body)):
        made = hidden[0] @ subject.weights.mlp_down(layer) + subject.weights.mlp_down_bias(layer)
        post = subject.weights.mlp_post_norm(layer)
        torch.testing.assert_close(made if post is None else post.apply(made), out[0], **DENOMINATOR)


def test_the_pattern_is_handed_back_as_it_was(subject: Subject) -> None:
    before = subject.config._attn_implementation
    with pytest.raises(RuntimeError), attention_implementation(subject, "eager"):
        raise RuntimeError
    assert subject.config._attn_implementation == before
    assert subject.attention_module(1) is attention_of(subject, 1)


def test_logits_are_unembedded_and_capped(subject: Subject) -> None:
    weights = subject.weights
    final, logits = subject.run(PROMPT, lambda: (subject.final_input(), subject.logits()))
    made = weights.final_norm.module(final) @ weights.unembed.T + weights.unembed_bias
    assert weights.logit_cap == (5.0 if family_of(subject) in ("gemma2", "gemma3_text") else None)
    if weights.logit_cap is not None:
        assert (made - logits).abs().max() > 0.1  # the cap bends
        made = weights.logit_cap * torch.tanh(made / weights.logit_cap)
    torch.testing.assert_close(made, logits, atol=1e-9, rtol=1e-9)


def test_embeddings_add_up(subject: Subject) -> None:
    ids, weights = subject.tokenize(PROMPT).ids[0], subject.weights
    made = weights.token_embedding[ids] * weights.embedding_scale
    assert torch.equal(weights.embedded(ids), made)
    if weights.position_embedding is not None:
        made = made + weights.position_embedding[: len(ids)]
    assert weights.has_positions == (family_of(subject) in NOT_ROTARY)
    assert weights.has_positions == (weights.position_embedding is not None)
    assert (weights.embedding_scale != 1) == family_of(subject).startswith("gemma")
    first = Site("resid_pre", 0)
    torch.testing.assert_close(subject.read(PROMPT, [first])[first][0], made, atol=0, rtol=0)


@pytest.mark.parametrize("name", sorted(TINY_CONFIGS))
def test_half_precision_is_read_as_single(name: str) -> None:
    """Every weight in float32, and embeddings scaled by the factor as the model rounds it."""
    subject = tiny_subject(name, dtype=torch.bfloat16)
    weights, ids = subject.weights, subject.tokenize(PROMPT).ids[0]
    attention, query_key, norm = weights.attention(0), weights.query_key(0), weights.attention_norm(0)
    read = [attention.value, attention.output, query_key.query, query_key.key_bias, norm.gain, weights.unembed]
    assert {values.dtype for values in (*read, *query_key.cos_sin(len(ids)))} == {torch.float32}
    first = Site("resid_pre", 0)
    made = (weights.token_embedding[ids] * weights.embedding_scale).bfloat16()
    if weights.position_embedding is None:
        torch.testing.assert_close(subject.read(PROMPT, [first])[first][0], made, atol=0, rtol=0)


def test_rows_of_the_unembedding_are_had_without_the_others(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts smaller than the vocabulary, against the whole matrix."""
    monkeypatch.setattr("saecircuits.subject.weights._TOKENS_AT_ONCE", 7)
    weights, whole, read = subject.weights, subject.module.get_output_embeddings(), some_input(subject)
    bias = whole.weight.new_zeros(len(whole.weight)) if whole.bias is None else whole.bias
    shares = torch.rand(len(bias), dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    chosen = torch.tensor([5, 59, 5])
    assert weights.n_tokens == len(bias)
    for found, expected in zip(weights.unembed_rows(chosen), (whole.weight[chosen], bias[chosen]), strict=True):
        torch.testing.assert_close(found, expected, atol=0, rtol=0)
    for found, expected in zip(weights.unembed_row(59), (whole.weight[59], bias[59]), strict=True):
        torch.testing.assert_close(found, expected, atol=0, rtol=0)
    for found, expected in zip(weights.unembed_mean(), (whole.weight.mean(0), bias.mean()), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-12, rtol=1e-12)
    for found, expected in zip(weights.unembed_mean(shares), (shares @ whole.weight, shares @ bias), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(weights.unembedded(read), whole(read), atol=1e-12, rtol=1e-12)
