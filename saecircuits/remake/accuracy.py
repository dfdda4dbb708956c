"""How often the language model gives the known answers, and how often it has to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from saecircuits.world.facts import RELATIONS
from saecircuits.world.prompts import KnownAnswer

GATES: dict[str, float] = {
    "agreement.prep": 0.99,
    "agreement.orc": 0.99,
    "agreement.src": 0.99,
    "indirect_object": 0.97,
    "pronoun": 0.97,
    "copying": 0.97,
    "brackets": 0.90,
    "repeats": 0.85,
    **{relation: 0.97 for relation in RELATIONS},
}
"""Behaviour -> the accuracy that a language model needs in order to ship."""

_BATCH = 64


def accuracy(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, prompts: Sequence[KnownAnswer]
) -> dict[str, float]:
    """The share of right answers of each behaviour that occurs in `prompts`, in their order.

    An answer is right if it is the most probable token; where a prompt names classes, if the most probable token of
    `accept` is more probable than that of `reject`.
    """
    logits = last_logits(model, tokenizer, [prompt.text for prompt in prompts])
    ids = tokenizer.get_vocab()
    right: dict[str, list[bool]] = defaultdict(list)
    for prompt, row in zip(prompts, logits, strict=True):
        right[prompt.behaviour].append(is_right(prompt, row, ids))
    return {behaviour: sum(each) / len(each) for behaviour, each in right.items()}


def below_gate(accuracies: dict[str, float]) -> dict[str, float]:
    """The behaviours whose accuracy is not enough to ship."""
    return {name: value for name, value in accuracies.items() if value < GATES.get(name, 0.0)}


def last_logits(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]
) -> Float[Tensor, "prompt vocabulary"]:
    """The logits after each text."""
    rows: list[Tensor] = []
    for start in range(0, len(texts), _BATCH):
        batch = tokenizer(list(texts[start : start + _BATCH]), padding=True, padding_side="right", return_tensors="pt")
        last = batch["attention_mask"].sum(1) - 1
        with torch.no_grad():
            logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        rows.append(logits[torch.arange(len(last)), last])
    return torch.cat(rows)


def is_right(prompt: KnownAnswer, logits: Float[Tensor, " vocabulary"], ids: dict[str, int]) -> bool:
    """Whether the logits after a prompt give its answer; `ids` is the tokenizer's vocabulary."""
    if not prompt.accept:
        return int(logits.argmax()) == ids[prompt.answer]
    accepted = logits[[ids[token] for token in prompt.accept]].max()
    rejected = logits[[ids[token] for token in prompt.reject]].max()
    return bool(accepted > rejected)
