"""Holding attention patterns and norm denominators at given values while the model runs.

With both held, everything between two MLPs is linear. The patterns go in through an attention function registered
with transformers, the denominators through a hook of accelerate's kind on each norm: nnsight runs those inside the
place where it reads and writes a module's output, so a value that is set at a post-norm's output stays. A torch hook
would come after, and undo it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, PreTrainedModel
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from .norms import Norm
from .stored import HOOK, moved
from .subject import Subject

_HELD = "saecircuits_held"
_PATTERN = "_saecircuits_pattern"


def _held_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any
) -> tuple[Tensor, Tensor]:
    out, pattern = _held_product(getattr(module, _PATTERN), query, key, value)
    return out.transpose(1, 2).contiguous(), pattern


def _held_product(pattern: Tensor, query: Tensor, _: Tensor, value: Tensor, *__: Any) -> tuple[Tensor, Tensor]:
    value = value.repeat_interleave(query.shape[1] // value.shape[1], 1)
    return torch.matmul(pattern.to(value), value), pattern


AttentionInterface.register(_HELD, _held_attention)
AttentionMaskInterface.register(_HELD, eager_mask)


@contextmanager
def attention_implementation(subject: Subject, name: str) -> Iterator[None]:
    """Run with another attention implementation, e.g. `"eager"`, which returns its patterns."""
    model = _text_model(subject)
    with subject.alone():
        before = subject.config._attn_implementation
        model.set_attn_implementation(name)
        try:
            yield
        finally:
            model.set_attn_implementation(before)


def _text_model(subject: Subject) -> Any:
    """The part of the model that reads and writes text: towers for images keep what they attend with."""
    parts = (part for part in subject.module.modules() if isinstance(part, PreTrainedModel))
    return next(part for part in parts if part.config is subject.config)


@contextmanager
def held(subject: Subject, patterns: Sequence[Tensor], scales: Sequence[tuple[Norm, Tensor]]) -> Iterator[None]:
    """Hold attention patterns and norm denominators inside the block.

    Args:
        subject: the model.
        patterns: one `[batch, head, query, key]` a layer.
        scales: norms with the factor `1 / denominator` `[batch, position, 1]` to hold each at.
    """
    if subject.remote:
        with subject.carrying(held, patterns, scales):
            yield
        return
    subject.check_at_hand("norms and attention patterns to hold")
    with subject.alone(), ExitStack() as stack:
        for layer, pattern in enumerate(patterns):
            module = subject.attention_module(layer)
            stack.enter_context(_attribute(module, _PATTERN, pattern))
            if subject.architecture.attend is not None:
                attend = partial(_held_product, pattern)
                stack.enter_context(_attribute(module, subject.architecture.attend, attend))
        for norm, scale in scales:
            if norm.module is None:
                continue
            hook = _HeldNorm(norm, scale, norm.module.__dict__.get(HOOK))
            stack.enter_context(_attribute(norm.module, HOOK, hook))
        stack.enter_context(attention_implementation(subject, _HELD))
        yield


@contextmanager
def _attribute(module: nn.Module, name: str, value: Any) -> Iterator[None]:
    before = [module.__dict__[name]] if name in module.__dict__ else []
    module.__dict__[name] = value
    try:
        yield
    finally:
        del module.__dict__[name]
        if before:
            module.__dict__[name] = before[0]


class _HeldNorm:
    """Puts a norm's output with its denominator held in the place of the live one.

    Args:
        norm: the norm.
        scale: `1 / denominator` to hold it at.
        inner: accelerate's own hook, where there is one.
    """

    def __init__(self, norm: Norm, scale: Tensor, inner: Any) -> None:
        self._norm, self._scale, self.inner = norm, scale, inner
        self._held: Tensor | None = None

    def pre_forward(self, module: nn.Module, *args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if self.inner is not None:
            args, kwargs = self.inner.pre_forward(module, *args, **kwargs)
        x = args[0]  # in some families batch and position are one axis here
        scale = self._scale.to(x.device).reshape(*x.shape[:-1], 1)
        self._held = moved(self._norm, x.device).apply(x, scale).to(x.dtype)
        return args, kwargs

    def post_forward(self, module: nn.Module, _: Tensor) -> Tensor | None:
        out, self._held = self._held, None
        return out if self.inner is None else self.inner.post_forward(module, out)
