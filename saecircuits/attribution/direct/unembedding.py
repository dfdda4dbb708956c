"""What logits of a captured prompt are read with: rows of the unembedding, and means of them over the vocabulary.

A vocabulary may have hundreds of thousands of rows, so a mean is worked out once for all targets of a prompt.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.attribution.targets import BY_PROBABILITY
from saecircuits.replacement import Capture
from saecircuits.subject import Subject

Reading = tuple[Float[Tensor, " d_model"], Float[Tensor, ""]]
"""A vector and a bias: their value is the product with what the last norm gives, plus the bias."""


class Unembedding:
    """The unembedding as the targets of one prompt need it.

    Args:
        subject: the model.
        captured: the prompt.
    """

    def __init__(self, subject: Subject, captured: Capture) -> None:
        self._weights, self._captured = subject.weights, captured
        self._means: dict[int | None, Reading] = {}
        self._probabilities: dict[int, Tensor] = {}

    def row(self, token: int) -> Reading:
        """Of one token."""
        return self._weights.unembed_row(token)

    def against(self, token: int, position: int) -> Reading:
        """What a logit is measured against at a position: another token, or a mean over the vocabulary."""
        if token >= 0:
            return self.row(token)
        key = position if token == BY_PROBABILITY else None
        if key not in self._means:
            self._means[key] = self._weights.unembed_mean(None if key is None else self.probabilities(position))
        return self._means[key]

    def probabilities(self, position: int) -> Float[Tensor, " vocabulary"]:
        """Of the next token after a position."""
        if position not in self._probabilities:
            captured, weights = self._captured, self._weights
            read = weights.final_norm.apply(captured.final_input[position], captured.final_scale[position])
            scores, cap = weights.unembedded(read), weights.logit_cap
            capped = scores if cap is None else cap * torch.tanh(scores / cap)
            self._probabilities[position] = capped.softmax(-1)
        return self._probabilities[position]
