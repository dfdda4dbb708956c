"""Sites read and written by plain torch hooks, without nnsight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.sites import Site
from saecircuits.subject import Subject

Replace = Callable[[Tensor], Tensor | None]
SECOND_NORM = {"gpt2": "ln_2", "llama": "post_attention_layernorm"}
ATTENTION = {"gpt2": "attn", "llama": "self_attn"}


def blocks_of(subject: Subject) -> Any:
    model: Any = subject.module
    return model.transformer.h if subject.config.model_type == "gpt2" else model.model.layers


@contextmanager
def hooked(subject: Subject, site: Site, act: Replace) -> Iterator[None]:
    """Hand the value of a site to `act`, and put what it returns, if anything, in its place."""
    family, block = subject.config.model_type, blocks_of(subject)[site.layer]
    module, before = {
        "resid_pre": (block, True),
        "attn_out": (block.get_submodule(ATTENTION[family]), False),
        "resid_mid": (block.get_submodule(SECOND_NORM[family]), True),
        "mlp_in": (block.mlp, True),
        "mlp_out": (block.mlp, False),
        "resid_post": (block, False),
    }[site.kind]

    def on_input(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
        new = act(inputs[0])
        return None if new is None else (new, *inputs[1:])

    def on_output(_: nn.Module, __: tuple[Any, ...], out: Any) -> Any:
        if isinstance(out, Tensor):
            return act(out)
        new = act(out[0])
        return None if new is None else (new, *out[1:])

    handle = module.register_forward_pre_hook(on_input) if before else module.register_forward_hook(on_output)
    try:
        yield
    finally:
        handle.remove()


@torch.no_grad()
def read(subject: Subject, ids: Tensor, sites: Sequence[Site]) -> tuple[dict[Site, Tensor], Tensor]:
    """Values of sites, and the logits."""
    found: dict[Site, Tensor] = {}
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(hooked(subject, site, lambda value, site=site: found.update({site: value.clone()})))
        logits = subject.module(input_ids=ids).logits
    return found, logits


@torch.no_grad()
def logits_with(subject: Subject, ids: Tensor, site: Site, value: Tensor) -> Tensor:
    """The logits with a site's value replaced."""
    with hooked(subject, site, lambda _: value):
        return subject.module(input_ids=ids).logits
