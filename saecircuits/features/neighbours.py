"""Features that write in nearly the same direction."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from saecircuits.dictionaries import Dictionary


@torch.no_grad()
def neighbours(dictionary: Dictionary, feature: int, n: int = 8) -> Sequence[tuple[int, float]]:
    """The features of a dictionary whose decoder rows lie nearest to one's own.

    Args:
        dictionary: whose features are compared; with several write sites the rows of all sites count together.
        feature: which one.
        n: how many.

    Returns:
        Features with their cosines, nearest first; features that write nothing are not among them.
    """
    rows = dictionary.W_dec.flatten(1)
    own, sizes = rows[feature], rows.norm(dim=1)
    cosines = (rows @ own) / (sizes * own.norm()).clamp_min(1e-30)
    cosines[feature] = float("-inf")
    cosines[sizes == 0] = float("-inf")
    found = cosines.topk(min(n, len(cosines)))
    pairs = zip(found.indices.tolist(), found.values.tolist(), strict=True)
    return [(index, value) for index, value in pairs if value > float("-inf")]
