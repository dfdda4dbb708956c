"""Held attention and norms: without an edit nothing changes, with one only what is linear does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from saecircuits.sites import Site
from saecircuits.subject import Norm, Subject, attention_implementation, held

PROMPT = "w1 w20 w3 w4 w1 w6"
LAYERS = range(3)


@dataclass(frozen=True)
class Live:
    """What one unedited run had."""

    subject: Subject
    patterns: list[Tensor]
    scales: list[tuple[Norm, Tensor]]
    mlp_out: list[Tensor]
    logits: Tensor

    def held(self) -> AbstractContextManager[None]:
        return held(self.subject, self.patterns, self.scales)


@pytest.fixture(scope="module")
def live(subject: Subject) -> Live:
    weights, parallel = subject.weights, subject.parallel

    def body() -> tuple[list[list[Tensor]], Tensor, Tensor]:
        layers = [
            [
                subject.get(Site("resid_pre", layer)),
                subject.attention_pattern(layer),
                subject.attention_raw(layer),
                subject.get(Site("resid_mid", layer)),
                subject.mlp_raw(layer),
                subject.get(Site("mlp_out", layer)),
            ]
            for layer in LAYERS
        ]
        return layers, subject.final_input(), subject.logits()

    with attention_implementation(subject, "eager"):
        layers, final, logits = subject.run(PROMPT, body)
    scales = [(weights.final_norm, weights.final_norm.scale(final))]
    for layer, (pre, _, attention, mid, mlp, _) in enumerate(layers):
        pairs = [
            (weights.attention_norm(layer), pre),
            (weights.attention_post_norm(layer), attention),
            (weights.mlp_norm(layer), pre if parallel else mid),
            (weights.mlp_post_norm(layer), mlp),
        ]
        scales += [(norm, norm.scale(x)) for norm, x in pairs if norm is not None]
    return Live(subject, [row[1] for row in layers], scales, [row[5] for row in layers], logits[0])


def run_held(live: Live, shift: Tensor | None = None, hold_mlps: bool = True) -> Tensor:
    """Logits before any cap with everything held, MLPs too, and `shift` added to the embeddings."""
    subject = live.subject

    def body() -> Tensor:
        if shift is not None:
            subject.set(Site("resid_pre", 0), subject.get(Site("resid_pre", 0)) + shift)
        for layer in LAYERS if hold_mlps else ():
            subject.set(Site("mlp_out", layer), live.mlp_out[layer])
        return subject.logits()[0]

    with live.held():
        logits = subject.run(PROMPT, body)
    cap = subject.weights.logit_cap
    return logits if cap is None else cap * torch.atanh(logits.double() / cap).float()


@pytest.mark.parametrize("hold_mlps", [True, False])
def test_with_nothing_edited_the_logits_are_the_live_ones(live: Live, hold_mlps: bool) -> None:
    subject, cap = live.subject, live.subject.weights.logit_cap
    made = run_held(live, hold_mlps=hold_mlps)
    # float32: the same products, softmaxes and denominators, taken in another kernel
    torch.testing.assert_close(made if cap is None else cap * torch.tanh(made / cap), live.logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(subject.run(PROMPT, subject.logits)[0], live.logits, atol=1e-4, rtol=1e-4)


def test_the_held_model_is_linear(live: Live) -> None:
    generator = torch.Generator().manual_seed(0)
    # small enough for float32 to come back from a soft-capped logit
    one, other = (0.1 * torch.randn(7, live.subject.d_model, generator=generator) for _ in range(2))
    base = run_held(live)
    sums = run_held(live, one) + run_held(live, other) - base
    torch.testing.assert_close(run_held(live, one + other), sums, atol=1e-3, rtol=1e-4)
    ten = base + 10 * (run_held(live, one) - base)
    torch.testing.assert_close(run_held(live, 10 * one), ten, atol=1e-2, rtol=1e-3)
    assert (run_held(live, one) - base).abs().max() > 0.02


@pytest.mark.parametrize("kind", ["attn_out", "mlp_out"])
def test_a_value_set_at_a_held_norm_stays(live: Live, kind: str) -> None:
    """Where a post-norm makes `attn_out` and `mlp_out`, holding it must not undo an edit there."""
    subject = live.subject

    def body() -> dict[str, Tensor]:
        found = {"resid_pre": subject.get(Site("resid_pre", 1))}
        for name in ("attn_out", "mlp_out"):
            if name == kind:
                subject.set(Site(name, 1), torch.full_like(found["resid_pre"], 7.0))
            found[name] = subject.get(Site(name, 1))
        return found | {"resid_post": subject.get(Site("resid_post", 1))}

    with live.held():
        found = subject.run(PROMPT, body)
    assert (found[kind] == 7).all()
    made = found["resid_pre"] + found["attn_out"] + found["mlp_out"]
    torch.testing.assert_close(made, found["resid_post"], atol=1e-5, rtol=1e-5)


def test_everything_is_let_go_again(live: Live) -> None:
    subject = live.subject
    before = subject.predict(PROMPT)
    modules = list(subject.module.modules())
    state = [(len(m._forward_hooks), sorted(m.__dict__)) for m in modules]
    with pytest.raises(RuntimeError), live.held():
        raise RuntimeError
    run_held(live)
    assert [(len(m._forward_hooks), sorted(m.__dict__)) for m in modules] == state
    torch.testing.assert_close(subject.predict(PROMPT), before, atol=0, rtol=0)
    assert subject.predict("w9 w9 w1 w2 w3 w4 w5 w6").shape == before.shape  # of another length than what was held


def test_hooks_that_move_values_between_devices_go_on(live: Live) -> None:
    """Accelerate's hook on a sharded model is called around the held norm, and is there again afterwards."""
    called: list[str] = []

    class Moves:
        def pre_forward(self, _: object, *args: object, **kwargs: object) -> tuple[object, object]:
            called.append("before")
            return args, kwargs

        def post_forward(self, _: object, out: Tensor) -> Tensor:
            called.append("after")
            return out

    module, moves = live.subject.weights.final_norm.module, Moves()
    module.__dict__["_hf_hook"] = moves
    try:
        run_held(live)
        assert called == ["before", "after"]
        assert module.__dict__["_hf_hook"] is moves
    finally:
        del module.__dict__["_hf_hook"]


def test_the_held_pattern_is_the_one_given(live: Live) -> None:
    """Every head looks only at the first token: then attention adds the same vector everywhere."""
    subject = live.subject
    patterns = [torch.zeros_like(pattern) for pattern in live.patterns]
    for pattern in patterns:
        pattern[..., 0] = 1
    with held(subject, patterns, live.scales):
        seen = subject.run(PROMPT, lambda: subject.attention_raw(0))
    torch.testing.assert_close(seen, seen[:, :1].expand_as(seen), atol=1e-6, rtol=1e-6)
