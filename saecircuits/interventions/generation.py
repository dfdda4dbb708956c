"""Generating text with edited features.

Edits reach into the text as it grows: those without positions act on every new token, and positions from the prompt's
length on are those of new tokens. `generate` is the model's own, with its cache and all of its options.
`generate_step_by_step` runs the whole text anew for every token, and so can also tell what else the model might have
said, be stopped, and hold the attention patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.replacement import Replacement
from saecircuits.subject import Subject, Tokens, attention_implementation, held

from .edits import Edit
from .growing import GrowingEdits
from .live import LivePass, part_of
from .run import encode, latents_ahead

ALTERNATIVES = 5
"""How many of the likeliest tokens are told for each place."""


@dataclass(frozen=True)
class Generation:
    """A continuation, token by token.

    Attributes:
        prompt: its tokens.
        tokens: the new tokens, without the one that ends a text.
        probabilities: of each new token where it stands, as the model gave it (temperature 1).
        top: the likeliest tokens for each of these places, with their probabilities.
        text: the new tokens as one text.
        ended: whether the model ended the text by itself.
        ids: of prompt and new tokens, `[position]`.
    """

    prompt: tuple[str, ...]
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    top: tuple[tuple[tuple[str, float], ...], ...] = field(repr=False)
    text: str
    ended: bool
    ids: Int[Tensor, " position"] = field(repr=False)


def generate(
    replacement: Replacement, prompt: str, edits: Sequence[Edit] = (), max_new_tokens: int = 20, **options: Any
) -> str:
    """Continue a prompt; edits with positions act there, edits without on the prompt and on every new token.

    Args:
        replacement: model and dictionaries.
        prompt: the text to continue.
        edits: applied in order at every step; positions from the prompt's length on are those of new tokens.
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
    growing = GrowingEdits(replacement, tokens, edits, max_new_tokens)
    dictionaries = [replacement.dictionary(name) for name in replacement.names if name in growing]
    ahead = [d.name for d in dictionaries if d.reads_ahead]
    if ahead:
        raise InputError(
            f"{ahead} read ahead of what they write, so the model's own loop cannot generate with edits of them.",
            "Use lab.generation(…).text.",
        )

    parts = [part_of(subject, d, growing.features(d.name)) for d in dictionaries]

    def step(number: int) -> None:
        first = 0 if number == 0 else length + number - 1
        edit = partial(growing.edited, first=first)
        LivePass(subject, parts, lambda d, x: d.encode(x), edit, known={}).run()

    ids = subject.generate(tokens, step, max_new_tokens, **{"do_sample": False, **options})
    return subject.tokenizer.decode(ids[0, length:], skip_special_tokens=True)


@torch.no_grad()
def generate_step_by_step(
    replacement: Replacement,
    prompt: Any,
    edits: Sequence[Edit] = (),
    max_new_tokens: int = 20,
    temperature: float = 0.0,
    seed: int = 0,
    hold_attention: bool = False,
) -> Generation:
    """Continue a prompt, and tell what else could have come at each place.

    Args:
        replacement: model and dictionaries.
        prompt: one prompt.
        edits: as for `generate`.
        max_new_tokens: how many tokens to add at the most; it ends where the model ends the text.
        temperature: 0 takes the likeliest token, as `generate` does; else tokens are drawn from the softmax of the
            logits divided by it, from the whole vocabulary.
        seed: of the draws. Two texts with one seed differ only where the odds differ.
        hold_attention: with the attention patterns that the model has on the same text without edits.

    Raises:
        InputError: for more than one prompt, too many new tokens, an edit of something that does not exist, a
            temperature below 0, or logits that are not finite.
        Stopped: if a listener stops it.
    """
    if not 0 <= temperature < float("inf"):
        raise InputError(f"The temperature is {temperature}.", "Give 0 for the likeliest token, or a positive number.")
    subject = replacement.subject
    tokens = subject.tokenize_one(prompt)
    growing = GrowingEdits(replacement, tokens, edits, max_new_tokens)
    length, ends = tokens.ids.shape[1], _ends(subject)
    draw = partial(_next_token, temperature, torch.Generator().manual_seed(seed))
    told: list[tuple[float, tuple[tuple[str, float], ...]]] = []
    ended = False
    while len(told) < max_new_tokens and not ended:
        report("writing", len(told), max_new_tokens)
        logits = _logits(replacement, tokens, growing, hold_attention)
        chosen = draw(logits)
        ended = chosen in ends
        if not ended:
            told.append(_told(subject, logits, chosen))
            tokens = _longer(tokens, chosen)
    ids = tokens.ids[0].cpu()
    return Generation(
        prompt=tuple(subject.token_texts(ids[:length])),
        tokens=tuple(subject.token_texts(ids[length:])),
        probabilities=tuple(probability for probability, _ in told),
        top=tuple(top for _, top in told),
        text=subject.tokenizer.decode(ids[length:], skip_special_tokens=True),
        ended=ended,
        ids=ids,
    )


def _logits(
    replacement: Replacement, tokens: Tokens, growing: GrowingEdits, hold_attention: bool
) -> Float[Tensor, " vocabulary"]:
    """Of the token after a text, with its edits."""
    subject = replacement.subject
    dictionaries = [replacement.dictionary(name) for name in replacement.names if name in growing]
    known = latents_ahead(replacement, tokens, {name: () for name in growing})

    parts = [part_of(subject, d, growing.features(d.name)) for d in dictionaries]

    def body() -> Tensor:
        LivePass(subject, parts, partial(encode, tokens), growing.edited, known).run()
        return subject.logits()[0, -1]

    with _held(subject, tokens) if hold_attention and dictionaries else subject.alone():
        logits = subject.run(tokens, body)
    if not bool(torch.isfinite(logits).all()):
        raise InputError("With these edits the model's output is not finite.", "Use smaller numbers.")
    return logits


@contextmanager
def _held(subject: Subject, tokens: Tokens) -> Iterator[None]:
    def body() -> list[Tensor]:
        return [subject.attention_pattern(layer) for layer in range(subject.n_layers)]

    with attention_implementation(subject, "eager"):
        patterns = subject.run(tokens, body)
    with held(subject, patterns, []):
        yield


def _next_token(temperature: float, generator: torch.Generator, logits: Float[Tensor, " vocabulary"]) -> int:
    if temperature == 0:
        return int(logits.argmax())
    odds = (logits.double().cpu() / temperature).softmax(-1)
    return int(torch.multinomial(odds, 1, generator=generator))


def _told(
    subject: Subject, logits: Float[Tensor, " vocabulary"], chosen: int
) -> tuple[float, tuple[tuple[str, float], ...]]:
    probabilities = logits.float().softmax(-1)
    values, ids = probabilities.topk(min(ALTERNATIVES, len(probabilities)))
    top = zip(subject.token_texts(ids), values.tolist(), strict=True)
    return float(probabilities[chosen]), tuple(top)


def _longer(tokens: Tokens, chosen: int) -> Tokens:
    ids = torch.cat([tokens.ids, tokens.ids.new_full((1, 1), chosen)], 1)
    return Tokens(ids, torch.ones_like(ids, dtype=torch.bool))


def _ends(subject: Subject) -> frozenset[int]:
    """Tokens that end a text."""
    config: Any = subject.module.generation_config
    ends = config.eos_token_id
    return frozenset([] if ends is None else [ends] if isinstance(ends, int) else ends)
