"""The rules of RelP, as hooks on the model's own modules: values stay, gradients change.

1. Norms: the denominator is held, so a norm is linear.
2. Activation functions: `a = z · (a / z)` with the factor held.
3. Gated MLPs: the product of gate and value passes half of its gradient to each.
4. Optionally, attention patterns are held.

Source: Jafari et al. 2025, "RelP" (arXiv 2508.21258). With all four a model without biases is homogeneous, so relevance
is conserved: what the embeddings get adds up to the target's value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.errors import UnsupportedModelError
from saecircuits.subject import HOOK, Norm, Subject, Tokens, attention_implementation, held, linear, moved

from .methods import GradientMethod, RelP

_GATED = 3
"""Matrices of a gated MLP; a plain one has two."""


@contextmanager
def propagation(subject: Subject, tokens: Tokens, method: GradientMethod) -> Iterator[None]:
    """Gradients inside the block follow the method's rules; the values are the model's own.

    Attention computes its patterns openly inside, since the fused kernels have no batched gradient.

    Args:
        subject: the model.
        tokens: what is run inside; the patterns of these prompts are held.
        method: other methods than `RelP` have no rules.
    """
    with subject.alone(), ExitStack() as stack:
        if isinstance(method, RelP) and method.hold_attention:
            stack.enter_context(held(subject, _patterns(subject, tokens), []))
        else:
            stack.enter_context(attention_implementation(subject, "eager"))
        if isinstance(method, RelP):
            stack.enter_context(subject.carrying(_linear) if subject.remote else _linear(subject))
        yield


@contextmanager
def _linear(subject: Subject) -> Iterator[None]:
    """Gradients of norms and MLPs by the rules."""
    subject.check_at_hand("norms and MLPs to put rules on")
    with ExitStack() as stack:
        for norm in _norms(subject):
            stack.enter_context(_linear_norm(norm))
        for layer in range(subject.n_layers):
            _hook_mlp(stack, subject, layer)
        yield


def _patterns(subject: Subject, tokens: Tokens) -> list[Tensor]:
    def body() -> list[Tensor]:
        return [subject.attention_pattern(layer) for layer in range(subject.n_layers)]

    with attention_implementation(subject, "eager"):
        return subject.run(tokens, body)


def _norms(subject: Subject) -> list[Norm]:
    weights, norms = subject.weights, [subject.weights.final_norm]
    for layer in range(subject.n_layers):
        scores = weights.query_key(layer)
        some = (weights.attention_norm(layer), weights.attention_post_norm(layer), weights.mlp_norm(layer))
        some += (weights.mlp_post_norm(layer),)
        some += tuple(of.norm for of in (scores.query_norm, scores.key_norm) if of is not None)
        norms += [norm for norm in some if norm is not None and norm.module is not None]
    return list({norm.module: norm for norm in norms}.values())  # attention and MLP may share one


@contextmanager
def _linear_norm(norm: Norm) -> Iterator[None]:
    # A torch hook would come after the place where nnsight sets a post-norm's output, and undo it; accelerate's slot
    # lies before it.
    slot = norm.module.__dict__
    before = slot.get(HOOK)
    slot[HOOK] = _LinearNorm(norm, before)
    try:
        yield
    finally:
        del slot[HOOK]
        if before is not None:
            slot[HOOK] = before


class _LinearNorm:
    """Gives a norm's output the gradient of the norm with its denominator held.

    Args:
        norm: the norm.
        inner: accelerate's own hook, where there is one.
    """

    def __init__(self, norm: Norm, inner: Any) -> None:
        self._norm, self.inner = norm, inner
        self._input = torch.empty(0)

    def pre_forward(self, module: nn.Module, *args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self.inner is not None:
            args, kwargs = self.inner.pre_forward(module, *args, **kwargs)
        self._input = args[0]
        return args, kwargs

    def post_forward(self, module: nn.Module, out: Tensor) -> Tensor:
        x, self._input = self._input, torch.empty(0)
        norm = moved(self._norm, x.device)
        linear = norm.apply(x, norm.scale(x).detach()).to(out.dtype)
        out = _with_gradient_of(linear, out)
        return out if self.inner is None else self.inner.post_forward(module, out)


def _hook_mlp(stack: ExitStack, subject: Subject, layer: int) -> None:
    row, blocks = subject.architecture, subject.module.get_submodule(subject.architecture.blocks)
    block: Any = blocks.get_submodule(str(layer))
    down, mlp = block.get_submodule(row.mlp_hidden.path), block.get_submodule(row.mlp)
    parts = block if row.mlp_first is not None else mlp
    weighted = [child for child in mlp.children() if _has_weights(child)] or [block.get_submodule(row.mlp_first), mlp]
    others = [child for child in parts.children() if not _has_weights(child) and not isinstance(child, nn.Dropout)]
    if len(others) != 1 or len(weighted) not in (_GATED - 1, _GATED):
        raise UnsupportedModelError(
            f"RelP expects an MLP of two or three matrices and one activation function, not {type(mlp).__name__} "
            f"with {', '.join(name for name, _ in mlp.named_children())}.",
            "Use Gradient() or IntegratedGradients().",
        )
    stack.callback(others[0].register_forward_hook(_as_factor).remove)
    fused = linear(weighted[0])[0].shape[1] == 2 * linear(down)[0].shape[0]
    if len(weighted) == _GATED or fused:
        stack.callback(down.register_forward_pre_hook(_halved).remove)


def _has_weights(module: nn.Module) -> bool:
    return next(module.parameters(), None) is not None


def _as_factor(_: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> Tensor:
    z = inputs[0]
    factor = torch.where(z == 0, torch.zeros_like(z), out / z).detach()
    return _with_gradient_of(z * factor, out)


def _halved(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return _with_gradient_of(inputs[0] / 2, inputs[0]), *inputs[1:]


def _with_gradient_of(linear: Tensor, value: Tensor) -> Tensor:
    return value.detach() + (linear - linear.detach())
