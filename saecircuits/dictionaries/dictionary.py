"""A sparse dictionary: reads some sites, is sparse in between, writes some sites.

    pre  = sum over r of W_enc[:, r] · (x_r − b_in[r]) + b_enc        r over the read sites
    z    = activation(pre)
    x̂_w  = z · W_dec[:, w] + b_dec[w]  (+ sum over r of W_skip[w, :, r] · (x_r − b_in[r]))      w over the write sites

One class carries all wirings: an SAE reads and writes the same site, a transcoder reads `mlp_in.l` and writes
`mlp_out.l`, a cross-layer transcoder reads `mlp_in.l` and writes the MLP outputs of this and all later layers, a
crosscoder reads and writes several sites, of several layers or several models. Both matrices are kept latent-major, so
a feature is one row. They are in memory, or stay in a file, from which rows are read when they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from saecircuits.errors import InputError
from saecircuits.sites import Site

from .activations import Activation, ReLU, TopK
from .matrix import Held, Matrix
from .stored import StoredMatrices
from .token_norm import TokenNorm

_WITHOUT_LAZY = "Load the dictionary without lazy."


class Dictionary(nn.Module):
    """A sparse dictionary over one model.

    Args:
        name: what circuits call it, e.g. `"transcoder.3"`.
        reads, writes: its sites.
        n_features: number of latents.
        d_model: width of the sites.
        activation: a part of `saecircuits.dictionaries.activations`.
        skip: give it a linear path beside the features (Paulo et al. 2025, arXiv 2501.18823).
        stored: its encoder and decoder, if they are to stay in a file.

    Attributes:
        b_in: `[read, d_model]`, subtracted from what is read.
        b_enc: `[feature]`.
        b_dec: `[write, d_model]`.
        W_skip: `[write, d_model, read, d_model]`, from what is read to what is written; None without `skip`.
        folder: where it was read from, or None; labels of its features lie beside it.
        token_norm: how each token is normalised, see `normalise_tokens`; None as a rule.
    """

    def __init__(  # noqa: PLR0913 - all that it is made of
        self,
        name: str,
        reads: Sequence[Site],
        writes: Sequence[Site],
        n_features: int,
        d_model: int,
        activation: Activation,
        *,
        skip: bool = False,
        stored: StoredMatrices | None = None,
    ) -> None:
        super().__init__()
        if not reads or not writes or n_features < 1:
            raise InputError(
                f"Dictionary {name!r} reads {len(reads)} sites, writes {len(writes)}, has {n_features} features.",
                "Give at least one of each.",
            )
        self.name = name
        self.token_norm: TokenNorm | None = None
        self.reads = tuple(reads)
        self.writes = tuple(writes)
        self.activation: Activation = activation
        self.folder: Path | None = None
        self._stored = stored
        self._hold("W_enc", n_features, len(reads), d_model)
        self.b_in = nn.Parameter(torch.zeros(len(reads), d_model))
        self.b_enc = nn.Parameter(torch.zeros(n_features))
        self._hold("W_dec", n_features, len(writes), d_model)
        self.b_dec = nn.Parameter(torch.zeros(len(writes), d_model))
        self.W_skip = nn.Parameter(torch.zeros(len(writes), d_model, len(reads), d_model)) if skip else None

    def _hold(self, name: str, *shape: int) -> None:
        """Register a matrix, unless it stays in a file: under the name of the property that gives it."""
        if self._stored is None:
            self._parameters[name] = nn.Parameter(torch.zeros(shape))

    def _parameter(self, name: str) -> nn.Parameter:
        weight = self._parameters[name]
        assert weight is not None
        return weight

    @property
    def lazy(self) -> bool:
        """Whether encoder and decoder stay in a file."""
        return self._stored is not None

    @property
    def encoder(self) -> Matrix:
        """The encoder, wherever it lies."""
        return Held(self._parameter("W_enc")) if self._stored is None else self._stored.encoder

    @property
    def decoder(self) -> Matrix:
        """The decoder, wherever it lies."""
        return Held(self._parameter("W_dec")) if self._stored is None else self._stored.decoder

    @property
    def W_enc(self) -> Float[Tensor, "feature read d_model"]:
        """`[feature, read, d_model]`; of a lazy dictionary all of it is read anew, and a change of it is lost."""
        return self._parameter("W_enc") if self._stored is None else self._stored.encoder.whole().to(self.b_enc)

    @property
    def W_dec(self) -> Float[Tensor, "feature write d_model"]:
        """`[feature, write, d_model]`; of a lazy dictionary all of it is read anew, and a change of it is lost."""
        return self._parameter("W_dec") if self._stored is None else self._stored.decoder.whole().to(self.b_enc)

    def encoder_rows(self, features: Int[Tensor, "..."] | int, read: int | None = None) -> Float[Tensor, "..."]:
        """What some features are read with, at one site (`[..., d_model]`) or at all (`[..., read, d_model]`)."""
        return self.encoder.rows(features, read).to(self.b_enc)

    def decoder_rows(self, features: Int[Tensor, "..."] | int, write: int | None = None) -> Float[Tensor, "..."]:
        """What some features write, at one site (`[..., d_model]`) or at all (`[..., write, d_model]`)."""
        return self.decoder.rows(features, write).to(self.b_enc)

    def __repr__(self) -> str:
        reads, writes = (", ".join(map(str, sites)) for sites in (self.reads, self.writes))
        where = reads if reads == writes else f"{reads} → {writes}"
        sizes = f"{self.n_features} features of width {self.d_model}"
        return f"Dictionary({self.name}: {where}, {sizes}, {self.activation.kind})"

    @property
    def n_features(self) -> int:
        """Number of latents."""
        return len(self.b_enc)

    @property
    def d_model(self) -> int:
        """Width of the sites."""
        return self.b_in.shape[-1]

    @property
    def replaces_mlps(self) -> bool:
        """Reads inputs of MLPs alone, and writes outputs of MLPs alone: it can stand in for them."""
        return (
            self.token_norm is None
            and {site.kind for site in self.reads} == {"mlp_in"}
            and {site.kind for site in self.writes} == {"mlp_out"}
        )

    @property
    def has_path_past(self) -> bool:
        """Whether something goes past the features."""
        return self.W_skip is not None or self.token_norm is not None

    @property
    def reads_ahead(self) -> bool:
        """Reads something that lies after the first site that it writes: no single pass can run through it."""
        return min(self.writes) < max(self.reads)

    def preactivations(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... feature"]:
        """What the activation function gets, in the precision of the dictionary's own weights."""
        x = x.to(self.b_enc.dtype)
        if self.token_norm is None:
            return self.encoder.products((x - self.b_in).flatten(-2), self.b_enc)
        inside, size = self.token_norm.inside(x)
        return size * self.encoder.products((inside - self.b_in).flatten(-2), self.b_enc)

    def preactivations_of(
        self, x: Float[Tensor, "pair read d_model"], features: Int[Tensor, " pair"]
    ) -> Float[Tensor, " pair"]:
        """The same for some pairs of a token and a feature alone."""
        x, size = x.to(self.b_enc.dtype), 1.0
        if self.token_norm is not None:
            x, size = self.token_norm.inside(x)
            size = size[..., 0]
        return (((x - self.b_in) * self.encoder_rows(features)).sum((1, 2)) + self.b_enc[features]) * size

    def encode(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... feature"]:
        """Latents, zero where a feature does not fire."""
        return self.activation(self.preactivations(x))

    def decode(self, z: Float[Tensor, "... feature"]) -> Float[Tensor, "... write d_model"]:
        """Reconstruction of the written sites."""
        return self.decoder.combined(z).unflatten(-1, self.b_dec.shape) + self.b_dec

    def written(self, z: Float[Tensor, "... feature"], write: int) -> Float[Tensor, "... d_model"]:
        """What latents, or changes of latents, write at one site; without its bias."""
        return self.decoder.combined(z, write)

    def along(self, directions: Float[Tensor, "... write d_model"]) -> Float[Tensor, "... feature"]:
        """Products of directions at the written sites with what every feature writes there, summed over sites."""
        return self.decoder.products(directions.flatten(-2))

    def skipped(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... write d_model"] | float:
        """What goes past the features; 0 where there is no such path."""
        if self.token_norm is not None:
            return self.token_norm.past(x.to(self.b_enc.dtype))
        if self.W_skip is None:
            return 0.0
        past = "...ri,wori->...wo"  # read, input, write, output; not by einops, which a server need not have
        return torch.einsum(past, x.to(self.W_skip.dtype) - self.b_in, self.W_skip)

    def forward(self, x: Float[Tensor, "... read d_model"]) -> Float[Tensor, "... write d_model"]:
        """`decode(encode(x))`, and what goes past the features."""
        return self.decode(self.encode(x)) + self.skipped(x)

    def normalise_tokens(self, norm: TokenNorm) -> Dictionary:
        """Let it normalise each token before it reads it, and undo that behind it; returns itself.

        Raises:
            InputError: unless it is an SAE of one site with ReLU or TopK: what others write would not be linear in
                their latents.
        """
        plain = self.reads == self.writes and len(self.reads) == 1 and self.W_skip is None
        if not plain or not isinstance(self.activation, ReLU | TopK):
            raise InputError(
                f"Dictionary {self.name!r} is to normalise tokens, and is not an SAE of one site with ReLU or TopK.",
                "Only with those does its reconstruction stay linear in the latents.",
            )
        self.token_norm = norm
        return self

    def initialise(self, generator: torch.Generator, scale: float = 1.0) -> Dictionary:
        """Draw unit-norm decoder rows, and tie the encoder to them where reads and writes agree.

        Args:
            generator: source of randomness.
            scale: norm of the encoder rows.

        Raises:
            InputError: if its matrices stay in a file.
        """
        if self.lazy:
            raise InputError(f"The weights of {self.name!r} stay in a file, and are not changed there.", _WITHOUT_LAZY)
        with torch.no_grad():
            self.W_dec.copy_(_unit_rows(torch.randn(self.W_dec.shape, generator=generator)))
            tied = self.reads == self.writes
            rows = self.W_dec if tied else torch.randn(self.W_enc.shape, generator=generator)
            self.W_enc.copy_(_unit_rows(rows) * scale)
        return self

    @torch.no_grad()
    def fold_scales(self, read_scale: float | Tensor, write_scale: float | Tensor) -> Dictionary:
        """Turn a dictionary of scaled activations (`x / scale`) into one of raw activations.

        A feature's latent is multiplied by the root mean square of the write scales, so decoder rows keep their norm
        where all write scales are equal.

        Args:
            read_scale, write_scale: a number, or one a site.
        """
        if self.token_norm is not None:
            raise InputError(f"{self.name!r} normalises each token itself, so there is no scale to fold.")
        read, write = self._scales(read_scale, len(self.reads)), self._scales(write_scale, len(self.writes))
        size = write.pow(2).mean().sqrt()
        self._scale_matrices(size / read[:, None], write[:, None] / size)
        self.b_in.mul_(read[:, None])
        self.b_enc.mul_(size)
        self.b_dec.mul_(write[:, None])
        if self.W_skip is not None:
            self.W_skip.mul_(write[:, None, None, None] / read[:, None])
        self.activation.rescale(float(size))
        return self

    @torch.no_grad()
    def for_inference(self) -> Dictionary:
        """Fold what the activation function learned beside a threshold into the encoder; returns itself."""
        folded = self.activation.for_inference()
        scale = torch.as_tensor(folded.scale, dtype=self.b_enc.dtype, device=self.b_enc.device)
        if not bool((scale == 1).all()):
            self._scale_matrices(scale[..., None, None], self.b_enc.new_ones(()))
        self.b_enc.mul_(scale).add_(folded.shift)
        self.activation = folded.activation.to(self.b_enc.device)
        return self.requires_grad_(False).eval()

    def promoted_logits(
        self, unembed: Float[Tensor, "vocabulary d_model"], features: Tensor
    ) -> Float[Tensor, "chosen vocabulary"]:
        """Logits that each feature adds directly, summed over write sites, before the final norm's denominator."""
        rows = self.decoder_rows(features).sum(1)
        return rows @ unembed.T

    def _scale_matrices(self, encoder: Tensor, decoder: Tensor) -> None:
        if self._stored is None:
            self.W_enc.mul_(encoder)
            self.W_dec.mul_(decoder)
        else:
            self._stored = StoredMatrices(self._stored.encoder.times(encoder), self._stored.decoder.times(decoder))

    def _scales(self, scale: float | Tensor, sites: int) -> Tensor:
        scales = torch.as_tensor(scale, dtype=self.b_dec.dtype, device=self.b_dec.device).expand(sites)
        if not (bool(scales.isfinite().all()) and bool((scales > 0).all())):
            raise InputError(f"Scales have to be positive and finite, not {scale}.")
        return scales


def _unit_rows(rows: Tensor) -> Tensor:
    return rows / rows.flatten(1).norm(dim=1)[:, None, None]
