"""Held attention and norms: without an edit nothing changes, with one only what is linear does."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.replacement import Capture, capture
from saecircuits.sites import Site
from saecircuits.subject import Subject, held
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.subject.plain import blocks_of


@pytest.fixture(params=ARCHITECTURES)
def held_prompt(request: pytest.FixtureRequest) -> tuple[Subject, Capture]:
    model = replacement(request.param, layers=())
    return model.subject, capture(model, PROMPT)


def run_held(subject: Subject, captured: Capture, shift: Tensor | None = None) -> Tensor:
    """Logits with everything held, MLPs too, and `shift` added to the embeddings."""

    def body() -> Tensor:
        if shift is not None:
            subject.set(Site("resid_pre", 0), subject.get(Site("resid_pre", 0)) + shift)
        for layer in range(3):
            subject.set(Site("mlp_out", layer), captured.mlp_out[layer][None])
        return subject.logits()[0]

    patterns = [pattern[None] for pattern in captured.patterns]
    with held(subject, patterns, captured.held_norms(subject)):
        return subject.run(PROMPT, body)


def test_with_nothing_edited_the_logits_are_the_live_ones(held_prompt: tuple[Subject, Capture]) -> None:
    subject, captured = held_prompt
    live = subject.run(PROMPT, subject.logits)[0]
    # float32: the same products, softmaxes and denominators, taken in another kernel
    torch.testing.assert_close(run_held(subject, captured), live, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(captured.logits, live[-1], atol=1e-4, rtol=1e-4)


def test_the_held_model_is_linear(held_prompt: tuple[Subject, Capture]) -> None:
    subject, captured = held_prompt
    generator = torch.Generator().manual_seed(0)
    one, other = (torch.randn(captured.embedding.shape, generator=generator) for _ in range(2))
    base = run_held(subject, captured)
    sums = run_held(subject, captured, one) + run_held(subject, captured, other) - base
    torch.testing.assert_close(run_held(subject, captured, one + other), sums, atol=1e-3, rtol=1e-4)
    hundred = base + 100 * (run_held(subject, captured, one) - base)
    torch.testing.assert_close(run_held(subject, captured, 100 * one), hundred, atol=1e-2, rtol=1e-3)
    assert (run_held(subject, captured, one) - base).abs().max() > 0.1


def test_everything_is_let_go_again(held_prompt: tuple[Subject, Capture]) -> None:
    subject, captured = held_prompt
    before = subject.predict(PROMPT)
    modules = list(subject.module.modules())
    state = [(len(m._forward_hooks), sorted(m.__dict__)) for m in modules]
    with pytest.raises(RuntimeError), held(subject, [p[None] for p in captured.patterns], captured.held_norms(subject)):
        raise RuntimeError
    run_held(subject, captured)
    assert [(len(m._forward_hooks), sorted(m.__dict__)) for m in modules] == state
    torch.testing.assert_close(subject.predict(PROMPT), before, atol=0, rtol=0)
    assert subject.predict("w9 w9 w1 w2 w3 w4 w5 w6").shape == before.shape  # of another length than what was held


def test_the_held_pattern_is_the_one_given(held_prompt: tuple[Subject, Capture]) -> None:
    """Every head looks only at the first token: then attention adds the same vector everywhere."""
    subject, captured = held_prompt
    patterns = [torch.zeros_like(pattern)[None] for pattern in captured.patterns]
    for pattern in patterns:
        pattern[..., 0] = 1
    seen: list[Tensor] = []
    attention = subject.attention_module(0)
    hook = attention.register_forward_hook(lambda _, __, out: seen.append(out[0][0]))
    with held(subject, patterns, captured.held_norms(subject)):
        subject.predict(PROMPT)
    hook.remove()
    torch.testing.assert_close(seen[0], seen[0][:1].expand_as(seen[0]), atol=1e-6, rtol=1e-6)
    assert len(blocks_of(subject)) == len(patterns)
