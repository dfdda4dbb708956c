"""The directions of features, and which of them lie closest to each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.progress import report

from .norms import decoder_norms, place_sizes

_BLOCK = 2**25
"""Cosines that are held at once."""


@torch.no_grad()
def directions(dictionaries: Sequence[Dictionary]) -> Float[np.ndarray, "feature width"]:
    """Decoder rows of unit norm, of all dictionaries below each other; a row that is zero stays zero.

    Where all write the same sites, a feature's direction is what it writes at all of them side by side, each site in
    its own unit (`place_sizes`). Where they write different ones, it is the sum over its sites: all lie in the same
    residual stream.

    Raises:
        InputError: if there is no dictionary, or their widths differ.
    """
    if not dictionaries:
        raise InputError("There is no dictionary to take directions from.", "Give at least one.")
    widths = sorted({each.d_model for each in dictionaries})
    if len(widths) > 1:
        raise InputError(
            f"The dictionaries are {', '.join(map(str, widths))} wide: their directions cannot be compared.",
            "Give dictionaries of one model.",
        )
    same = len({each.writes for each in dictionaries}) == 1 and len(dictionaries[0].writes) > 1
    rows = [_side_by_side(each.W_dec) if same else each.W_dec.float().sum(1) for each in dictionaries]
    found = torch.cat([each.cpu() for each in rows])
    norms = found.norm(dim=1, keepdim=True)
    return torch.where(norms > 0, found / norms, 0.0).numpy()


@torch.no_grad()
def nearest(
    found: Float[np.ndarray, "feature width"], k: int
) -> tuple[Int[np.ndarray, "feature k"], Float[np.ndarray, "feature k"]]:
    """The `k` features with the largest cosine to each, itself left out, and the cosines; all compared with all.

    Args:
        found: rows of unit norm.
        k: fewer are given where there are not so many others.
    """
    rows = torch.as_tensor(found)
    k = max(0, min(k, len(rows) - 1))
    step = max(1, _BLOCK // max(1, len(rows)))
    indices, cosines = [], []
    for start in range(0, len(rows), step):
        report("comparing directions", start, len(rows))
        close = rows[start : start + step] @ rows.T
        close[torch.arange(len(close)), torch.arange(start, start + len(close))] = -torch.inf
        best = close.topk(k, dim=1)
        indices.append(best.indices.to(torch.int32))
        cosines.append(best.values.clamp(-1, 1))
    if not indices:
        return np.empty((0, 0), np.int32), np.empty((0, 0), np.float32)
    return torch.cat(indices).numpy(), torch.cat(cosines).numpy()


def _side_by_side(w_dec: Float[Tensor, "feature place d_model"]) -> Float[Tensor, "feature width"]:
    sizes = torch.as_tensor(place_sizes(decoder_norms(w_dec)), dtype=torch.float32, device=w_dec.device)
    return (w_dec.float() / sizes[:, None]).flatten(1)
