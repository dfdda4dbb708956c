"""Edits by plain torch hooks on the Hugging Face model, without nnsight: the slow, obvious way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.replacement import Replacement

Editor = Callable[[str, Tensor], None]
"""Changes the latents `[position, feature]` of a dictionary in place."""


@contextmanager
def hooked(model: Replacement, editor: Editor) -> Iterator[dict[str, Tensor]]:
    """Hook every MLP that has a dictionary; gives the latents after the edit, by dictionary."""
    subject = model.subject
    seen: dict[str, Tensor] = {}

    def hook_of(name: str) -> Any:
        dictionary = model.dictionaries[name]

        def hook(_: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> Tensor:
            latents = dictionary.activation(
                (inputs[0] - dictionary.b_in[0]) @ dictionary.W_enc[:, 0].T + dictionary.b_enc
            )
            edited = latents.clone()
            for row in edited:
                editor(name, row)
            seen[name] = edited[0]
            return out + (edited - latents) @ dictionary.W_dec[:, 0]

        return hook

    blocks: Any = subject.module.get_submodule(subject.architecture.blocks)
    with ExitStack() as stack, torch.no_grad():
        for dictionary in model.replacers:
            layer = dictionary.reads[0].layer
            stack.callback(blocks[layer].mlp.register_forward_hook(hook_of(dictionary.name)).remove)
        yield seen


def edited_run(model: Replacement, ids: Tensor, editor: Editor) -> tuple[Tensor, dict[str, Tensor]]:
    """Logits of the last position, and all latents after the edit."""
    with hooked(model, editor) as seen:
        logits = model.subject.module(input_ids=ids[None]).logits[0, -1]
    return logits, seen


def latents_of(model: Replacement, prompt: str) -> dict[str, Tensor]:
    """Latents of an unedited prompt."""
    return edited_run(model, model.subject.tokenize(prompt).ids[0], lambda *_: None)[1]
