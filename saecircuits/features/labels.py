"""A few words for a feature, made from its evidence: the tokens at which it fires, and those that it promotes."""

from __future__ import annotations

from collections.abc import Sequence

NEVER_FIRES = "never fires"

_FEW = 12
"""A feature fires at few tokens if its squared activations are spread over at most this many."""
_SHARP = 5.0
"""Promotion is worth telling if the first logit stands this many standard deviations above the mean over the
vocabulary; of a thousand random logits the largest stands about 3.2 above it."""
_SHOWN = 3
_OF_THE_FIRST = 0.6
"""Tokens are shown whose share, or logit, is at least this part of the first one's."""
_OF_ALL = 0.08
"""Tokens with at least this share of the squared activations are shown too."""


def automatic_label(
    fired: Sequence[tuple[str, float]], breadth: float, promoted: Sequence[tuple[str, float]], spread: float
) -> str:
    """Name a feature.

    Args:
        fired: the tokens at which it fires most, with their share of its squared activations, strongest first.
        breadth: how many tokens its squared activations are spread over.
        promoted: the tokens that it promotes most, with logits above the mean, strongest first.
        spread: standard deviation of its logits over the vocabulary.

    Returns:
        `"girls · kings"` for a feature of few tokens, `"girls · kings · farmers …"` for one of more, `"→ are, were"`
        for one of many that promotes some sharply, `"is → Paris"` for one of few that does so.
    """
    if breadth == 0:
        return NEVER_FIRES
    sharp = promoted[0][1] >= _SHARP * spread
    parts = []
    if breadth <= _FEW or not sharp:
        floor = min(_OF_ALL, _OF_THE_FIRST * fired[0][1])
        parts.append(" · ".join(_shown(text) for text, share in fired[:_SHOWN] if share >= floor))
    if breadth > _FEW and not sharp:
        parts.append("…")
    if sharp:
        floor = _OF_THE_FIRST * promoted[0][1]
        parts.append("→ " + ", ".join(_shown(text) for text, logit in promoted[:_SHOWN] if logit >= floor))
    return " ".join(parts)


def _shown(text: str) -> str:
    """A token's text without blanks at its ends, or quoted if it has nothing else."""
    return text.strip() or repr(text)
