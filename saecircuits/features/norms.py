"""How much a feature writes at each place: decoder norms over layers or models, and what follows from them.

Lindsey et al. 2024 ("Sparse crosscoders for cross-layer features and model diffing") read from the norms of a
crosscoder's decoder where a feature lives. Norms of different places can be compared only in units of the activations
there; see `place_sizes`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor

Norms = Float[np.ndarray, "feature place"]


def decoder_norms(w_dec: Float[Tensor, "feature place d_model"]) -> Norms:
    """Norm of what an activation of 1 writes at each place, in double precision."""
    return torch.linalg.vector_norm(w_dec.detach(), dim=2, dtype=torch.float64).cpu().numpy()


def place_sizes(norms: Norms) -> Float[np.ndarray, " place"]:
    """Root mean square of the norms of a place: a unit in which places can be compared where no better one is known.

    A dictionary of raw activations writes much where activations are large. The right unit is the size of the
    activations there; this one agrees with it as far as features are spread alike over the places. 1 where nothing is
    written.
    """
    sizes = np.sqrt(np.mean(np.square(norms), axis=0))
    return np.where(sizes > 0, sizes, 1.0)


def shares(norms: Norms) -> Norms:
    """Share of each place in a feature's squared norms; rows add up to 1, or are nan where nothing is written."""
    squares = np.square(norms)
    total = squares.sum(1, keepdims=True)
    return np.divide(squares, total, out=np.full_like(squares, np.nan), where=total > 0)


def spread(norms: Norms) -> Float[np.ndarray, " feature"]:
    """How many places a feature spans: the participation ratio of its squared norms, `1 / Σ share²`.

    1 for a feature that writes at one place, `n` for one that writes at `n` places alike, nan where it writes nothing.
    """
    return 1 / np.square(shares(norms)).sum(1)


def centre(norms: Norms, at: Float[np.ndarray, " place"] | Sequence[float]) -> Float[np.ndarray, " feature"]:
    """Centre of mass of the squared norms, with each place `at` a number such as its layer; nan without any norm."""
    return shares(norms) @ np.asarray(at, dtype=np.float64)


def relative_norm(a: Float[np.ndarray, " feature"], b: Float[np.ndarray, " feature"]) -> Float[np.ndarray, " feature"]:
    """`‖b‖ / (‖a‖ + ‖b‖)`: 0 for a feature of the first model alone, 1 for one of the second, ½ for a shared one.

    The measure of Lindsey et al. 2024 for model diffing. A crosscoder trained with an L1 penalty exaggerates it: the
    penalty drives the smaller of two decoder norms to zero although the feature helps both models (complete shrinkage),
    and splits a shared feature into one of each model (latent decoupling); Minder et al. 2025, arXiv 2504.02922, who
    recommend BatchTopK and a check by refitting the scale of a latent on each model's error. nan where neither writes.
    """
    total = a + b
    return np.divide(b, total, out=np.full_like(total, np.nan), where=total > 0)


def pair_cosines(
    w_dec: Float[Tensor, "feature place d_model"], pairs: Sequence[tuple[int, int]]
) -> Float[np.ndarray, "feature pair"]:
    """Cosine of a feature's directions at two places, for each pair of places; nan where one of them is zero."""
    columns = [_cosines(w_dec[:, first].detach(), w_dec[:, second].detach()) for first, second in pairs]
    return np.stack(columns, axis=1) if columns else np.empty((len(w_dec), 0))


def _cosines(a: Float[Tensor, "feature d"], b: Float[Tensor, "feature d"]) -> Float[np.ndarray, " feature"]:
    a, b = a.double(), b.double()
    size = a.norm(dim=1) * b.norm(dim=1)
    dot = einsum(a, b, "feature d, feature d -> feature")
    return torch.where(size > 0, dot / size, torch.nan).clamp(-1, 1).cpu().numpy()
