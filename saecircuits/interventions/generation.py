"""Generating text with edited features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site

from .edits import Edit
from .resolve import Change, resolve


def generate(
    replacement: Replacement, prompt: str, edits: Sequence[Edit] = (), max_new_tokens: int = 20, **options: Any
) -> str:
    """Continue a prompt; edits with positions act on the prompt, edits without also on every new token.

    Args:
        replacement: model and dictionaries.
        prompt: the text to continue.
        edits: applied in order at every step.
        max_new_tokens: how many tokens to add at the most.
        options: handed to the model's `generate`; greedy unless `do_sample=True` is among them.

    Returns:
        The continuation alone.

    Raises:
        InputError: for more than one prompt, too many new tokens, or an edit of something that does not exist.
    """
    subject = replacement.subject
    tokens = subject.tokenize_one(prompt)
    length = tokens.ids.shape[1]
    if max_new_tokens < 1 or length + max_new_tokens > subject.context:
        raise InputError(
            f"{max_new_tokens} new tokens after {length} do not fit the context of {subject.context}.",
            f"Ask for 1 to {subject.context - length}.",
        )
    changes = resolve(replacement, tokens, edits)

    def step(number: int) -> None:
        for layer in sorted(changes):
            _edit_layer(replacement, layer, changes[layer], first=number == 0)

    ids = subject.generate(tokens, step, max_new_tokens, **{"do_sample": False, **options})
    return subject.tokenizer.decode(ids[0, length:], skip_special_tokens=True)


def _edit_layer(replacement: Replacement, layer: int, changes: Sequence[Change], first: bool) -> None:
    subject, dictionary = replacement.subject, replacement.by_layer[layer]
    z = dictionary.encode(subject.get(Site("mlp_in", layer))[..., None, :])
    edited = z.clone()
    for row in edited:  # beams, where the model searches with several
        for change in changes:
            if first:
                change.apply(row)
            else:
                change.apply_to_new_token(row)
    shift = (edited - z) @ dictionary.W_dec[:, 0]
    subject.set(Site("mlp_out", layer), subject.get(Site("mlp_out", layer)) + shift)
