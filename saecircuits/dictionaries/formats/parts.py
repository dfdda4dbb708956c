"""The parts of a dictionary as they come out of a file, and what is folded into them before they make one.

Files differ in what lies around the matrices: biases subtracted or not, activations scaled, decoder norms inside or
outside the activation function. All of it is linear, so it goes into the weights, and a `Dictionary` always takes raw
activations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries.activations import Activation, Gated, JumpReLU, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.dictionaries.stored import Stored, StoredMatrices
from saecircuits.dictionaries.token_norm import TokenNorm
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site


@dataclass(frozen=True)
class Parts:
    """What a dictionary is made of.

    Attributes:
        W_enc, b_enc: of the encoder; both matrices may be left in their file.
        W_dec, b_dec: of the decoder.
        activation: of the pre-activations.
        b_in: subtracted before encoding; None for nothing.
        W_skip: a linear path, applied to what is read as it is (not less `b_in`).
        token_norm: one of `TOKEN_NORMS`, where each token is normalised and that is undone; else empty.
    """

    W_enc: Float[Tensor, "feature read d"] | Stored
    b_enc: Float[Tensor, " feature"]
    W_dec: Float[Tensor, "feature write d"] | Stored
    b_dec: Float[Tensor, "write d"]
    activation: Activation
    b_in: Float[Tensor, "read d"] | None = None
    W_skip: Float[Tensor, "write d read d"] | None = None
    token_norm: str = ""

    def scaled(self, read: Tensor | float, write: Tensor | float) -> Parts:
        """Of a dictionary that saw `x * read` and wrote `x̂ * write`, one of raw activations with the same latents.

        Args:
            read, write: a number, or one a site.
        """
        reads, writes = (torch.as_tensor(s, dtype=torch.float32).reshape(-1, 1) for s in (read, write))
        skip = self.W_skip
        return replace(
            self,
            W_enc=_times(self.W_enc, reads),
            b_in=None if self.b_in is None else self.b_in / reads,
            W_dec=_times(self.W_dec, 1 / writes),
            b_dec=self.b_dec / writes,
            W_skip=None if skip is None else skip * reads / writes[..., None, None],
        )

    def latents_times(self, factor: Float[Tensor, " feature"] | float) -> Parts:
        """The same dictionary with latents `factor` times as large; the activation function then gets them so.

        With the norms of the decoder's rows, those become 1, and a feature's latent is how far it moves its output.
        """
        by = torch.as_tensor(factor, dtype=torch.float32)[..., None, None]
        return replace(
            self,
            W_enc=_times(self.W_enc, by),
            b_enc=self.b_enc * by.flatten(),
            W_dec=_times(self.W_dec, 1 / by.clamp_min(torch.finfo(torch.float32).tiny)),
        )

    def after_norm(self, gain: Float[Tensor, " d"], bias: Float[Tensor, " d"]) -> Parts:
        """Of a dictionary that reads `n`, one that reads `gain * n + bias`: a norm's output instead of its inside."""
        if not bool((gain != 0).all()):
            raise FileFormatError(
                "The gain of a norm is 0 in places: what lies inside it cannot be told from outside.",
                "Check that model= is the model that the dictionary is for.",
            )
        skip, inner = self.W_skip, 0.0 if self.b_in is None else self.b_in
        if skip is not None:
            skip = skip / gain
        moved = 0.0 if skip is None else einsum(skip, bias, "write out read d, d -> write out")
        return replace(
            self, W_enc=_times(self.W_enc, 1 / gain), b_in=bias + gain * inner, W_skip=skip, b_dec=self.b_dec - moved
        )

    def whitened(self, mean: Float[Tensor, " d"], matrix: Float[Tensor, "d d"], inverse: Float[Tensor, "d d"]) -> Parts:
        """Of a dictionary that saw `(x - mean) @ matrix` and whose `ŷ` meant `ŷ @ inverse + mean`, one of raw `x`."""
        shift = 0.0 if self.b_in is None else self.b_in @ inverse
        return replace(
            self,
            W_enc=_in_memory(self.W_enc) @ matrix.T,
            b_in=(mean + shift).expand(len(self.b_dec), -1),
            W_dec=_in_memory(self.W_dec) @ inverse,
            b_dec=self.b_dec @ inverse + mean,
        )

    def build(self, name: str, reads: Sequence[Site], writes: Sequence[Site]) -> Dictionary:
        """The dictionary, for inference.

        Raises:
            FileFormatError: if the sites are not as many as the weights have, or widths differ.
        """
        features, n_reads, d_in = self.W_enc.shape
        n_writes, d_out = self.b_dec.shape
        if (n_reads, n_writes) != (len(reads), len(writes)):
            raise FileFormatError(
                f"The weights of {name!r} read {n_reads} and write {n_writes} sites; {len(reads)} and {len(writes)} "
                f"are named: {', '.join(map(str, (*reads, *writes)))}.",
                "Name as many with site=.",
            )
        if d_in != d_out:
            raise FileFormatError(
                f"{name!r} reads a width of {d_in} and writes one of {d_out}.",
                "A dictionary here reads and writes one width: the residual stream's.",
            )
        if isinstance(self.activation, TopK) and self.activation.k > features:
            raise FileFormatError(
                f"{name!r} is to keep the {self.activation.k} largest of {features} latents.",
                "Correct k in its config.",
            )
        stored = _both_stored(self.W_enc, self.W_dec)
        skips = self.W_skip is not None
        dictionary = Dictionary(name, reads, writes, features, d_in, self.activation, skip=skips, stored=stored)
        if self.token_norm:
            dictionary.normalise_tokens(TokenNorm(self.token_norm, self.b_dec))
        with torch.no_grad():
            if stored is None:
                dictionary.W_enc.copy_(_in_memory(self.W_enc))
                dictionary.W_dec.copy_(_in_memory(self.W_dec))
            dictionary.b_enc.copy_(self.b_enc)
            dictionary.b_dec.copy_(torch.zeros(()) if self.token_norm else self.b_dec)
            if self.b_in is not None:
                dictionary.b_in.copy_(self.b_in)
            if dictionary.W_skip is not None and self.W_skip is not None:
                dictionary.W_skip.copy_(self.W_skip)
                dictionary.b_dec.add_(einsum(dictionary.W_skip, dictionary.b_in, "write o read d, read d -> write o"))
        return dictionary.for_inference()


def row_norms(weights: Tensor | Stored) -> Float[Tensor, " feature"]:
    """Norm of each row, over all sites."""
    return weights.norms() if isinstance(weights, Stored) else weights.flatten(1).norm(dim=1)


def _times(weights: Tensor | Stored, factor: Tensor) -> Tensor | Stored:
    return weights.times(factor) if isinstance(weights, Stored) else weights * factor


def _in_memory(weights: Tensor | Stored) -> Tensor:
    if isinstance(weights, Stored):
        raise InputError(
            f"{weights.extent.name} in {weights.extent.path} is of whitened activations: no row can be read alone.",
            "Load it without lazy; or write it once with sc.convert, and load that.",
        )
    return weights


def _both_stored(W_enc: Tensor | Stored, W_dec: Tensor | Stored) -> StoredMatrices | None:
    if isinstance(W_enc, Stored) and isinstance(W_dec, Stored):
        return StoredMatrices(W_enc, W_dec)
    return None


def _sited(weights: Tensor | Stored) -> Tensor | Stored:
    """With an axis of sites."""
    return weights[:, None] if isinstance(weights, Tensor) and weights.ndim == 2 else weights


def single(
    W_enc: Float[Tensor, "feature d"] | Float[Tensor, "feature 1 d"] | Stored,
    b_enc: Float[Tensor, " feature"],
    W_dec: Float[Tensor, "feature d"] | Float[Tensor, "feature 1 d"] | Stored,
    b_dec: Float[Tensor, " d"],
    activation: Activation,
    b_in: Float[Tensor, " d"] | None = None,
    W_skip: Float[Tensor, "d_out d_in"] | None = None,
) -> Parts:
    """Parts that read one site and write one."""
    return Parts(
        _sited(W_enc),
        b_enc,
        _sited(W_dec),
        b_dec[None],
        activation,
        None if b_in is None else b_in[None],
        None if W_skip is None else W_skip[None, :, None],
    )


def jump_relu(threshold: Tensor | float | None) -> Activation:
    """A JumpReLU; a ReLU where there is no threshold above 0."""
    if threshold is None:
        return ReLU()
    level = torch.as_tensor(threshold, dtype=torch.float32)
    return JumpReLU(level) if bool((level > 0).any()) else ReLU()


def strict_jump_relu(threshold: Tensor | None, where: str) -> Activation:
    """The same for libraries whose JumpReLU is `pre * (pre > threshold)`, with nothing that stops negative values.

    Raises:
        FileFormatError: if a threshold lies below 0: latents below 0 would fire.
    """
    below = 0 if threshold is None else int((threshold < 0).sum())
    if below:
        raise FileFormatError(
            f"{where} has {below} thresholds below 0: there latents below 0 fire in its own library.",
            "Latents here are never negative; set those thresholds to 0 if that is what was meant.",
        )
    return jump_relu(threshold)


def gated(r_mag: Tensor, b_gate: Tensor, b_mag: Tensor) -> Activation:
    """Gated, for an encoder whose bias is the gate's."""
    return Gated(r_mag, b_mag - r_mag.exp() * b_gate)


def ends(dictionary: Dictionary) -> tuple[Site, Site] | None:
    """What a dictionary reads and what it writes, if it is one site each."""
    if len(dictionary.reads) != 1 or len(dictionary.writes) != 1:
        return None
    return dictionary.reads[0], dictionary.writes[0]


def folded_biases(dictionary: Dictionary) -> tuple[Float[Tensor, " feature"], Float[Tensor, "write d"]]:
    """The biases of a dictionary for files that subtract nothing before encoding and skip from raw activations."""
    d, centre = dictionary, dictionary.b_in.double()  # large beside what is left of the biases
    b_enc = d.b_enc - einsum(d.W_enc.double(), centre, "feature read d, read d -> feature")
    b_dec = (d.b_dec if d.token_norm is None else d.token_norm.bias).double()
    if d.W_skip is not None:
        b_dec = b_dec - einsum(d.W_skip.double(), centre, "write out read d, read d -> write out")
    return b_enc.float(), b_dec.float()


def threshold_of(activation: Activation, n_features: int) -> Float[Tensor, " feature"] | None:
    """The thresholds of a JumpReLU, one a feature; None for other activation functions."""
    if not isinstance(activation, JumpReLU):
        return None
    return activation.threshold.detach().clamp_min(0).expand(n_features).clone()
