"""Generating text with edited features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.replacement import Replacement

from .edits import Edit
from .live import LivePass
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
    dictionaries = [replacement.dictionary(name) for name in replacement.names if name in changes]
    ahead = [d.name for d in dictionaries if d.reads_ahead]
    if ahead:
        raise InputError(
            f"{ahead} read ahead of what they write, so new tokens cannot be generated with edits of them.",
            "Edit the features of dictionaries that read before they write.",
        )

    def step(number: int) -> None:
        def edit(name: str, z: Tensor) -> Tensor:
            return _edited(z, changes[name], first=number == 0)

        LivePass(replacement, dictionaries, lambda d, x: d.encode(x), edit, known={}).run()

    ids = subject.generate(tokens, step, max_new_tokens, **{"do_sample": False, **options})
    return subject.tokenizer.decode(ids[0, length:], skip_special_tokens=True)


def _edited(z: Tensor, changes: Sequence[Change], first: bool) -> Tensor:
    edited = z.clone()
    for row in edited:  # beams, where the model searches with several
        for change in changes:
            if first:
                change.apply(row)
            else:
                change.apply_to_new_token(row)
    return edited
