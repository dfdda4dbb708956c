"""Holding attention patterns and norm denominators at given values while the model runs.

With both held, everything between two MLPs is linear. The patterns go in through an attention function registered
with transformers, the denominators through forward hooks on the norms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from .subject import Subject
from .weights import Norm

_HELD = "saecircuits_held"
_PATTERN = "_saecircuits_pattern"


def _held_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any
) -> tuple[Tensor, Tensor]:
    pattern = getattr(module, _PATTERN)
    value = value.repeat_interleave(query.shape[1] // value.shape[1], 1)
    return torch.matmul(pattern.to(value.dtype), value).transpose(1, 2).contiguous(), pattern


AttentionInterface.register(_HELD, _held_attention)
AttentionMaskInterface.register(_HELD, eager_mask)


@contextmanager
def attention_implementation(subject: Subject, name: str) -> Iterator[None]:
    """Run with another attention implementation, e.g. `"eager"`, which returns its patterns."""
    model: Any = subject.module
    with subject.alone():
        before = model.config._attn_implementation
        model.set_attn_implementation(name)
        try:
            yield
        finally:
            model.set_attn_implementation(before)


@contextmanager
def held(subject: Subject, patterns: Sequence[Tensor], scales: Sequence[tuple[Norm, Tensor]]) -> Iterator[None]:
    """Hold attention patterns and norm denominators inside the block.

    Args:
        subject: the model.
        patterns: one `[batch, head, query, key]` a layer.
        scales: norms with the factor `1 / denominator` `[batch, position, 1]` to hold each at.
    """
    with subject.alone(), ExitStack() as stack:
        for layer, pattern in enumerate(patterns):
            stack.enter_context(_attribute(subject.attention_module(layer), _PATTERN, pattern))
        for norm, scale in scales:
            hook = norm.module.register_forward_hook(_held_norm(norm, scale))
            stack.callback(hook.remove)
        stack.enter_context(attention_implementation(subject, _HELD))
        yield


@contextmanager
def _attribute(module: nn.Module, name: str, value: Tensor) -> Iterator[None]:
    object.__setattr__(module, name, value)
    try:
        yield
    finally:
        object.__delattr__(module, name)


def _held_norm(norm: Norm, scale: Tensor) -> Any:
    def hook(_: nn.Module, inputs: tuple[Tensor, ...], __: Tensor) -> Tensor:
        return (norm.gain * (norm.centred(inputs[0]) * scale) + norm.bias).to(inputs[0].dtype)

    return hook
