"""Sites read and written by plain torch hooks, without nnsight and without the table of architectures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.sites import Site
from saecircuits.subject import Subject

Replace = Callable[[Tensor], Tensor | None]
BLOCKS = {"gpt2": "transformer.h", "gpt_neox": "gpt_neox.layers"}
ATTENTION = {"gpt2": "attn", "gpt_neox": "attention"}
SECOND_NORM = {"gpt2": "ln_2", "gemma2": "pre_feedforward_layernorm"}
LAST_MATRIX = {"gpt2": "c_proj", "gpt_neox": "dense_4h_to_h"}
ADDED = {"attn_out": "post_attention_layernorm", "mlp_out": "post_feedforward_layernorm"}  # of Gemma 2


def blocks_of(subject: Subject) -> Any:
    return subject.module.get_submodule(BLOCKS.get(subject.config.model_type, "model.layers"))


def attention_of(subject: Subject, layer: int) -> nn.Module:
    return blocks_of(subject)[layer].get_submodule(ATTENTION.get(subject.config.model_type, "self_attn"))


def last_matrix_of(subject: Subject, layer: int) -> nn.Module:
    return blocks_of(subject)[layer].mlp.get_submodule(LAST_MATRIX.get(subject.config.model_type, "down_proj"))


def _place(subject: Subject, site: Site) -> tuple[nn.Module, bool]:
    """A module, and whether the site is its input."""
    family, block = subject.config.model_type, blocks_of(subject)[site.layer]
    if family == "gemma2" and site.kind in ADDED:
        return block.get_submodule(ADDED[site.kind]), False
    return {
        "resid_pre": (block, True),
        "attn_out": (attention_of(subject, site.layer), False),
        "resid_mid": (block.get_submodule(SECOND_NORM.get(family, "post_attention_layernorm")), True),
        "mlp_in": (block.mlp, True),
        "mlp_out": (block.mlp, False),
        "resid_post": (block, False),
    }[site.kind]


@contextmanager
def hooked(subject: Subject, site: Site, act: Replace) -> Iterator[None]:
    """Hand the value of a site to `act`, and put what it returns, if anything, in its place."""
    with hooked_module(*_place(subject, site), act):
        yield


@contextmanager
def hooked_module(module: nn.Module, before: bool, act: Replace) -> Iterator[None]:
    """The same for the input or the output of a module."""

    def on_input(_: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if not inputs:
            (name, value), *rest = named.items()
            new = act(value)
            return None if new is None else ((), {name: new, **dict(rest)})
        new = act(inputs[0])
        return None if new is None else ((new, *inputs[1:]), named)

    def on_output(_: nn.Module, __: tuple[Any, ...], out: Any) -> Any:
        if isinstance(out, Tensor):
            return act(out)
        new = act(out[0])
        return None if new is None else (new, *out[1:])

    handle = (
        module.register_forward_pre_hook(on_input, with_kwargs=True)
        if before
        else module.register_forward_hook(on_output)
    )
    try:
        yield
    finally:
        handle.remove()


@torch.no_grad()
def read(subject: Subject, ids: Tensor, sites: Sequence[Site]) -> tuple[dict[Site, Tensor], Tensor]:
    """Values of sites, and the logits; `resid_mid` of a parallel model from the two that it is the sum of."""
    found: dict[Site, Tensor] = {}
    sums = [
        site for site in sites if site.kind == "resid_mid" and subject.config.to_dict().get("use_parallel_residual")
    ]
    parts = [Site(kind, site.layer) for site in sums for kind in ("resid_pre", "attn_out")]
    with ExitStack() as stack:
        for site in {*sites, *parts} - set(sums):
            stack.enter_context(hooked(subject, site, lambda value, site=site: found.update({site: value.clone()})))
        logits = subject.module(input_ids=ids).logits
    for site in sums:
        found[site] = found[Site("resid_pre", site.layer)] + found[Site("attn_out", site.layer)]
    return found, logits


@torch.no_grad()
def logits_with(subject: Subject, ids: Tensor, site: Site, value: Tensor) -> Tensor:
    """The logits with a site's value replaced."""
    with hooked(subject, site, lambda _: value):
        return subject.module(input_ids=ids).logits
