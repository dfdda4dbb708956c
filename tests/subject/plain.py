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
BLOCKS = {
    "gpt2": "transformer.h",
    "gpt_neo": "transformer.h",
    "gptj": "transformer.h",
    "gemma3": "model.language_model.layers",
    "gpt_neox": "gpt_neox.layers",
    "opt": "model.decoder.layers",
}
ATTENTION = {"gpt2": "attn", "gpt_neo": "attn.attention", "gptj": "attn", "gpt_neox": "attention"}
LAST_MATRIX = {
    "gpt2": "mlp.c_proj",
    "gpt_neo": "mlp.c_proj",
    "gptj": "mlp.fc_out",
    "phi": "mlp.fc2",
    "gpt_neox": "mlp.dense_4h_to_h",
    "opt": "fc2",
}
POST_NORMED = ("gemma2", "gemma3", "gemma3_text", "olmo2", "olmo3")
ADDED = {"attn_out": "post_attention_layernorm", "mlp_out": "post_feedforward_layernorm"}


def family_of(subject: Subject) -> str:
    return subject.module.config.model_type


def blocks_of(subject: Subject) -> Any:
    return subject.module.get_submodule(BLOCKS.get(family_of(subject), "model.layers"))


def attention_of(subject: Subject, layer: int) -> nn.Module:
    return blocks_of(subject)[layer].get_submodule(ATTENTION.get(family_of(subject), "self_attn"))


def last_matrix_of(subject: Subject, layer: int) -> nn.Module:
    return blocks_of(subject)[layer].get_submodule(LAST_MATRIX.get(family_of(subject), "mlp.down_proj"))


def mlp_of(subject: Subject, layer: int) -> nn.Module:
    block = blocks_of(subject)[layer]
    return block.fc2 if family_of(subject) == "opt" else block.mlp


def _place(subject: Subject, site: Site) -> tuple[nn.Module, bool]:
    """A module, and whether the site is its input."""
    family, block = family_of(subject), blocks_of(subject)[site.layer]
    if family in POST_NORMED and site.kind in ADDED:
        return block.get_submodule(ADDED[site.kind]), False
    return {
        "resid_pre": (block, True),
        "attn_out": (attention_of(subject, site.layer), False),
        "mlp_in": (block.fc1 if family == "opt" else block.mlp, True),
        "mlp_out": (mlp_of(subject, site.layer), False),
        "resid_post": (block, False),
    }[site.kind]


@contextmanager
def hooked(subject: Subject, site: Site, act: Replace) -> Iterator[None]:
    """Hand the value of a site to `act`, and put what it returns, if anything, in its place.

    `resid_mid` is no module's input alone: it is the sum of what the block reads and what attention adds, and so it is
    read and replaced here.
    """
    if site.kind != "resid_mid":
        with hooked_module(*_place(subject, site), act):
            yield
        return
    entered: list[Tensor] = []

    def act_on_sum(added: Tensor) -> Tensor | None:
        new = act(added + entered[-1])
        return None if new is None else new - entered[-1]

    pre, attention = (_place(subject, Site(kind, site.layer)) for kind in ("resid_pre", "attn_out"))
    with hooked_module(*pre, entered.append), hooked_module(*attention, act_on_sum):
        yield


@contextmanager
def hooked_module(module: nn.Module, before: bool, act: Replace) -> Iterator[None]:
    """The same for the input or the output of a module; one that takes a batch of one prompt as rows gets it as one."""

    def shaped(value: Tensor) -> Tensor | None:
        if value.ndim == 3:
            return act(value)
        new = act(value[None])
        return None if new is None else new[0]

    def on_input(_: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if not inputs:
            (name, value), *rest = named.items()
            new = shaped(value)
            return None if new is None else ((), {name: new, **dict(rest)})
        new = shaped(inputs[0])
        return None if new is None else ((new, *inputs[1:]), named)

    def on_output(_: nn.Module, __: tuple[Any, ...], out: Any) -> Any:
        if isinstance(out, Tensor):
            return shaped(out)
        new = shaped(out[0])
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
