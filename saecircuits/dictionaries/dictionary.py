"""A sparse dictionary: reads some sites, is sparse in between, writes some sites.

    pre  = sum over r of W_enc[:, r] · (x_r − b_in[r]) + b_enc        r over the read sites
    z    = activation(pre)
    x̂_w  = z · W_dec[:, w] + b_dec[w]                                 w over the write sites

One class carries all wirings: an SAE reads and writes the same site, a transcoder reads `mlp_in.l` and writes
`mlp_out.l`, a crosscoder reads and writes several. Both matrices are kept latent-major, so a feature is one row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor, nn

from saecircuits.errors import InputError
from saecircuits.sites import Site

from .activations import Activation


class Dictionary(nn.Module):
    """A sparse dictionary over one model.

    Args:
        name: what circuits call it, e.g. `"transcoder.3"`.
        reads, writes: its sites.
        n_features: number of latents.
        d_model: width of the sites.
        activation: a part of `saecircuits.dictionaries.activations`.

    Attributes:
        W_enc: `[feature, read, d_model]`.
        b_in: `[read, d_model]`, subtracted from what is read.
        b_enc: `[feature]`.
        W_dec: `[feature, write, d_model]`.
        b_dec: `[write, d_model]`.
    """

    def __init__(
        self,
        name: str,
        reads: Sequence[Site],
        writes: Sequence[Site],
        n_features: int,
        d_model: int,
        activation: Activation,
    ) -> None:
        super().__init__()
        if not reads or not writes or n_features < 1:
            raise InputError(
                f"Dictionary {name!r} reads {len(reads)} sites, writes {len(writes)}, has {n_features} features.",
                "Give at least one of each.",
            )
        self.name = name
        self.reads = tuple(reads)
        self.writes = tuple(writes)
        self.activation: Activation = activation
        self.W_enc = nn.Parameter(torch.zeros(n_features, len(reads), d_model))
        self.b_in = nn.Parameter(torch.zeros(len(reads), d_model))
        self.b_enc = nn.Parameter(torch.zeros(n_features))
        self.W_dec = nn.Parameter(torch.zeros(n_features, len(writes), d_model))
        self.b_dec = nn.Parameter(torch.zeros(len(writes), d_model))

    @property
    def n_features(self) -> int:
        """Number of latents."""
        return len(self.b_enc)

    @property
    def d_model(self) -> int:
        """Width of the sites."""
        return self.b_in.shape[-1]

    @property
    def is_transcoder(self) -> bool:
        """Reads the MLP input of one layer and writes the MLP output of the same layer."""
        layers = {site.layer for site in (*self.reads, *self.writes)}
        kinds = [site.kind for site in (*self.reads, *self.writes)]
        return len(layers) == 1 and kinds == ["mlp_in", "mlp_out"]

    def preactivations(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... feature"]:
        """What the activation function gets, in the precision of the dictionary's own weights."""
        weights, x = self.W_enc.flatten(1), x.to(self.W_enc.dtype)
        return nn.functional.linear((x - self.b_in).flatten(-2), weights, self.b_enc)

    def encode(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... feature"]:
        """Latents, zero where a feature does not fire."""
        return self.activation(self.preactivations(x))

    def decode(self, z: Float[Tensor, "... feature"]) -> Float[Tensor, "... write d_model"]:
        """Reconstruction of the written sites."""
        return (z @ self.W_dec.flatten(1)).unflatten(-1, self.b_dec.shape) + self.b_dec

    def forward(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... write d_model"]:
        """`decode(encode(x))`."""
        return self.decode(self.encode(x))

    def initialise(self, generator: torch.Generator, scale: float = 1.0) -> Dictionary:
        """Draw unit-norm decoder rows, and tie the encoder to them where reads and writes agree.

        Args:
            generator: source of randomness.
            scale: norm of the encoder rows.
        """
        with torch.no_grad():
            self.W_dec.copy_(_unit_rows(torch.randn(self.W_dec.shape, generator=generator)))
            tied = self.reads == self.writes
            rows = self.W_dec if tied else torch.randn(self.W_enc.shape, generator=generator)
            self.W_enc.copy_(_unit_rows(rows) * scale)
        return self

    def fold_scales(self, read_scale: float, write_scale: float) -> Dictionary:
        """Turn a dictionary of scaled activations (`x / scale`) into one of raw activations, latents in write units.

        A feature's latent is multiplied by `write_scale`, its decoder row stays as it was.
        """
        if not (math.isfinite(read_scale) and math.isfinite(write_scale) and read_scale > 0 and write_scale > 0):
            raise InputError(f"Scales have to be positive and finite, not {read_scale} and {write_scale}.")
        with torch.no_grad():
            self.W_enc.mul_(write_scale / read_scale)
            self.b_in.mul_(read_scale)
            self.b_enc.mul_(write_scale)
            self.b_dec.mul_(write_scale)
            self.activation.rescale(write_scale)
        return self

    def promoted_logits(
        self, unembed: Float[Tensor, "vocabulary d_model"], features: Tensor
    ) -> Float[Tensor, "chosen vocabulary"]:
        """Logits that each feature adds directly, summed over write sites, before the final norm's denominator."""
        rows = self.W_dec[features].sum(1)
        return einsum(rows, unembed, "chosen d_model, vocabulary d_model -> chosen vocabulary")


def _unit_rows(rows: Tensor) -> Tensor:
    return rows / rows.flatten(1).norm(dim=1)[:, None, None]
