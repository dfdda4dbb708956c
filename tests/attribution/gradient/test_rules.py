"""RelP: its rules against a copy of the model written out by hand, and that relevance is conserved."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from saecircuits.attribution import Difference
from saecircuits.attribution.gradient import Gradient, RelP, attribute_gradient, effects
from saecircuits.attribution.gradient.places import EMBEDDING, Place, walk
from saecircuits.attribution.gradient.rules import propagation
from saecircuits.circuit import NodeKind
from saecircuits.errors import UnsupportedModelError
from saecircuits.replacement import Replacement
from saecircuits.subject import Subject
from tests.attribution.gradient.plain import PROMPT, replacement
from tests.tiny import MIXTURES, TINY_CONFIGS, tiny_subject, tiny_tokenizer

TARGET = Difference("w5", "w9")


def bare(name: str, layers: int = 3) -> Subject:
    """A model without biases, in float64."""
    config = TINY_CONFIGS[name].__class__(**{**TINY_CONFIGS[name].to_dict(), "num_hidden_layers": layers})
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).double().eval()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            parameter.zero_() if path.endswith("bias") else parameter.mul_(3 if parameter.ndim > 1 else 1)
    return Subject(model, tiny_tokenizer(), f"bare {name}")


PLAIN = [name for name in TINY_CONFIGS if name not in MIXTURES]


@pytest.mark.parametrize("name", PLAIN)
def test_relevance_is_conserved_without_biases(name: str) -> None:
    """With norms, activation factors and patterns held the model is homogeneous, half of each gate included."""
    model = Replacement(bare(name), [])
    found = effects(model, [PROMPT], TARGET, RelP(nodes="neurons", hold_attention=True))
    scores = model.subject.run(PROMPT, model.subject.unembedded)[0, -1]
    token, against = (model.subject.token_id(text) for text in ("w5", "w9"))
    value = float(scores[token] - scores[against])
    assert abs(value) > 1e-3
    assert float(found.tokens.sum()) == pytest.approx(value, rel=1e-5)  # some norms work in float32
    assert float(effects(model, [PROMPT], TARGET, Gradient(nodes="neurons")).tokens.sum()) != pytest.approx(
        value, rel=0.01
    )


def _rms(norm: Any, x: Tensor) -> Tensor:
    return x / (x.pow(2).mean(-1, keepdim=True) + norm.variance_epsilon).sqrt().detach() * norm.weight


def _by_hand(subject: Subject, ids: Tensor, embedding: Tensor, hold_attention: bool) -> Tensor:
    """Scores `[position, vocabulary]` of a Llama of one layer, each rule in plain sight."""
    model: Any = subject.module
    block, config = model.model.layers[0], model.config
    attention, mlp = block.self_attn, block.mlp
    length = len(ids)
    x = _rms(block.input_layernorm, embedding)
    q, k, v = (
        p(x).view(length, -1, attention.head_dim).transpose(0, 1)
        for p in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    cos, sin = (table[0] for table in model.model.rotary_emb(x[None], torch.arange(length)[None]))

    def turned(y: Tensor) -> Tensor:
        left, right = y.chunk(2, -1)
        return y * cos + torch.cat([-right, left], -1) * sin

    groups = config.num_attention_heads // config.num_key_value_heads
    k, v = turned(k).repeat_interleave(groups, 0), v.repeat_interleave(groups, 0)
    scores = turned(q) @ k.mT * attention.head_dim**-0.5
    pattern = (scores + torch.full((length, length), float("-inf")).triu(1)).softmax(-1)
    pattern = pattern.detach() if hold_attention else pattern
    mid = embedding + attention.o_proj((pattern @ v).transpose(0, 1).flatten(1))
    y = _rms(block.post_attention_layernorm, mid)
    gate, up = mlp.gate_proj(y), mlp.up_proj(y)
    factor = torch.sigmoid(gate).detach()  # silu(z) = z · sigmoid(z)
    half = (gate * factor * up.detach() + (gate * factor).detach() * up) / 2
    return model.lm_head(_rms(model.model.norm, mid + mlp.down_proj(half)))


@pytest.mark.parametrize("hold_attention", [False, True])
def test_rules_equal_a_model_written_by_hand(hold_attention: bool) -> None:
    subject = bare("llama", layers=1)
    subject.module.model.layers[0].self_attn.q_proj.weight.mul_(3)  # type: ignore[union-attr]
    ids = subject.tokenize(PROMPT).ids[0]
    embedding = subject.weights.token_embedding[ids].detach().requires_grad_()
    scores = _by_hand(subject, ids, embedding, hold_attention)[-1]
    plain = subject.run(PROMPT, subject.unembedded)[0, -1]
    torch.testing.assert_close(scores.detach(), plain, rtol=1e-5, atol=1e-5)
    token, against = (subject.token_id(text) for text in ("w5", "w9"))
    (gradient,) = torch.autograd.grad(scores[token] - scores[against], embedding)
    method = RelP(nodes="neurons", hold_attention=hold_attention)
    found = effects(Replacement(subject, []), [PROMPT], TARGET, method).tokens[0]
    torch.testing.assert_close(found, (gradient * embedding).sum(-1).detach(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MIXTURES)
def test_mixtures_of_experts_have_no_rules(name: str) -> None:
    with pytest.raises(UnsupportedModelError, match="mixtures of experts"):
        attribute_gradient(replacement(name, "mixed"), PROMPT, TARGET, RelP())


@pytest.mark.parametrize("name", PLAIN)
def test_rules_change_gradients_and_no_value_and_leave_nothing_behind(name: str) -> None:
    model = replacement(name, "mixed")
    before = attribute_gradient(model, PROMPT, TARGET, Gradient())
    circuit = attribute_gradient(model, PROMPT, TARGET, RelP())
    after = attribute_gradient(model, PROMPT, TARGET, Gradient())
    assert circuit.target_value == before.target_value
    rows = circuit.nodes.is_kind(NodeKind.TOKEN)
    assert abs(circuit.effect[rows] - before.effect[before.nodes.is_kind(NodeKind.TOKEN)]).max() > 1e-3
    assert (after.effect[:-1] == before.effect[:-1]).all()
    assert abs(after.adjacency - before.adjacency).max() == 0
    assert not [m for m in model.subject.module.modules() if "_hf_hook" in m.__dict__ or m._forward_hooks]


@pytest.mark.parametrize("name", PLAIN)
def test_every_norm_of_the_model_is_linear(name: str) -> None:
    """A linear map's derivative along its input is its output; that of a live norm is close to zero."""
    subject = replacement(name, "mixed").subject
    tokens, met = subject.tokenize(PROMPT), []
    norms = [m for path, m in subject.module.named_modules() if "Norm" in type(m).__name__]

    def leaf(place: Place, computed: Tensor) -> Tensor:
        return computed.detach().requires_grad_()

    with propagation(subject, tokens, RelP()):
        hooks = [m.register_forward_hook(lambda m, inputs, out: met.append((m, inputs[0], out))) for m in norms]
        walk(subject, tokens, [EMBEDDING], leaf, grad=True)
    for hook in hooks:
        hook.remove()
    assert len(met) == len(norms) > subject.n_layers
    for module, x, out in met:
        linear = out - getattr(module, "bias", 0)
        (gradient,) = torch.autograd.grad(out.square().sum() / 2, x, retain_graph=True)
        torch.testing.assert_close((gradient * x).sum(), (linear * out).sum(), rtol=1e-4, atol=1e-6)


def test_an_mlp_of_another_make_is_refused() -> None:
    subject = tiny_subject("gpt2")
    mlp = subject.module.transformer.h[1].mlp  # type: ignore[union-attr]
    mlp.second = torch.nn.Tanh()
    with pytest.raises(UnsupportedModelError, match="one activation function"):
        effects(Replacement(subject, []), [PROMPT], TARGET, RelP(nodes="neurons"))
