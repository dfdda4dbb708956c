"""Cross-layer transcoders in others' files, which hold all layers together, as dictionaries of one layer each.

Layer `l` reads its MLP's input and writes the outputs of its own and all later MLPs. A file has one bias for what all
of them together write at a layer; it goes to the dictionary that reads that layer, so that it is added once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries.activations import Activation
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.dictionaries.stored import Stored
from saecircuits.errors import InputError
from saecircuits.sites import Site

from .format import Request, Wiring
from .hooks import Place
from .parts import Parts


@dataclass(frozen=True)
class Layer:
    """One layer of a cross-layer transcoder.

    Attributes:
        W_enc, b_enc: of its encoder.
        W_dec: for its own layer first, then for the later ones.
        b_dec: of what all dictionaries write at this layer.
        activation: of its pre-activations.
        W_skip: from what it reads to what is written at its own layer.
    """

    W_enc: Float[Tensor, "feature 1 d"] | Stored
    b_enc: Float[Tensor, " feature"]
    W_dec: Float[Tensor, "feature write d"] | Stored
    b_dec: Float[Tensor, " d"]
    activation: Activation
    W_skip: Float[Tensor, "d_out d_in"] | None = None

    def parts(self) -> Parts:
        """Its parts, with its bias and its linear path at the first site that it writes."""
        writes, d = self.W_dec.shape[1:]
        b_dec = self.b_dec.new_zeros(writes, d)
        b_dec[0] = self.b_dec
        skip = None
        if self.W_skip is not None:
            skip = self.W_skip.new_zeros(writes, d, 1, d)
            skip[0, :, 0] = self.W_skip
        return Parts(self.W_enc, self.b_enc, self.W_dec, b_dec, self.activation, None, skip)


def build(
    layers: Sequence[Layer], reads: Sequence[Place], writes: Sequence[Site], request: Request
) -> list[Dictionary]:
    """The dictionaries of all layers.

    Args:
        layers: from the first to the last.
        reads, writes: of each layer.
        request: its sites, if any, may be one kind to read and one to write.
    """
    if request.sites:
        kinds = [str(site) for site in request.sites]
        if len(kinds) != 2:
            raise InputError(
                f"{len(kinds)} sites were given for a cross-layer transcoder.",
                'Give the kind that is read and the kind that is written: site=("mlp_in", "mlp_out").',
            )
        reads = [Place(Site(kinds[0], layer)) for layer in range(len(layers))]
        writes = [Site(kinds[1], layer) for layer in range(len(layers))]
    return [
        Wiring((reads[i].site,), tuple(writes[i:]), reads[i].normalised, f"clt.{i}").build(layer.parts(), request)
        for i, layer in enumerate(layers)
    ]
