"""Which tokens a feature promotes and suppresses directly, through the last norm and the unembedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.subject import Subject

_FEATURES_AT_ONCE = 512


@dataclass(frozen=True)
class Promotion:
    """The ends of each feature's direct effect on the logits, strongest first.

    Logits are those of an activation of 1, relative to the mean over the vocabulary, with the last norm's gain but
    before its denominator, which differs from prompt to prompt.

    Attributes:
        promoted, promoted_logits: the most promoted tokens.
        suppressed, suppressed_logits: the most suppressed.
        spread: standard deviation of the feature's logits over the vocabulary.
    """

    promoted: Int[np.ndarray, "feature rank"]
    promoted_logits: Float[np.ndarray, "feature rank"]
    suppressed: Int[np.ndarray, "feature rank"]
    suppressed_logits: Float[np.ndarray, "feature rank"]
    spread: Float[np.ndarray, " feature"]


@torch.no_grad()
def promotion(subject: Subject, dictionary: Dictionary, ranks: int = 10) -> Promotion:
    """The `ranks` most promoted and most suppressed tokens of every feature; padding and unknown are not among them."""
    unembed = subject.weights.final_norm.pull_back(subject.weights.unembed.float())
    tokens = _told(subject).to(unembed.device)
    ranks = min(ranks, len(tokens))
    parts = []
    for start in range(0, dictionary.n_features, _FEATURES_AT_ONCE):
        chosen = torch.arange(start, min(start + _FEATURES_AT_ONCE, dictionary.n_features), device=unembed.device)
        logits = dictionary.promoted_logits(unembed, chosen)
        logits = (logits - logits.mean(1, keepdim=True))[:, tokens]
        up, down = logits.topk(ranks, 1), logits.topk(ranks, 1, largest=False)
        parts.append((tokens[up.indices], up.values, tokens[down.indices], down.values, logits.std(1)))
    return Promotion(*(torch.cat(column).numpy(force=True) for column in zip(*parts, strict=True)))


def _told(subject: Subject) -> Int[Tensor, " token"]:
    """Ids of tokens worth telling of: a model never learns where those for padding and unknown words belong."""
    tokenizer = subject.tokenizer
    silent = {tokenizer.pad_token_id, tokenizer.unk_token_id} - {tokenizer.bos_token_id, tokenizer.eos_token_id}
    return torch.tensor([token for token in range(subject.weights.n_tokens) if token not in silent])
