"""What the value at a place is split into: the features of a dictionary, or the neurons of an MLP as the control."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.dictionaries.sending import encoder_of
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject, at_least_single

from .places import Hidden, Place

_ELEMENTS = 2**24
"""Products that `contract` holds at a time."""

Rows = Int[Tensor, " node"]


class Basis(ABC):
    """Directions at some places, and how much of each a value holds.

    A *spot* is a row of values `[batch · position, width]`.

    Attributes:
        name: what circuits call it.
        reads, writes: places.
    """

    name: str
    reads: tuple[Place, ...]
    writes: tuple[Place, ...]

    @property
    @abstractmethod
    def n_features(self) -> int:
        """Number of directions."""

    @property
    @abstractmethod
    def goes_past(self) -> bool:
        """Whether anything goes past the features."""

    @abstractmethod
    def only(self, index: Rows) -> Basis:
        """The same with no more than it takes to give pre-activations of some features, for a pass on a server."""

    @abstractmethod
    def latents(self, values: Mapping[Place, Tensor]) -> Float[Tensor, "batch position feature"]:
        """How much of each direction the values at the read places hold."""

    @abstractmethod
    def written(self, latents: Tensor, values: Mapping[Place, Tensor]) -> list[Tensor]:
        """What is written to each place, biases and skip connections included, `[batch, position, width]`."""

    @abstractmethod
    def skipped(self, values: Mapping[Place, Tensor], write: int) -> Tensor | None:
        """What goes past the features to one place, where all that it needs is in `values`; else None."""

    @abstractmethod
    def preactivation(self, values: Mapping[Place, Tensor], spot: Rows, index: Rows) -> Float[Tensor, " node"]:
        """Values of features that fire, as linear functions of the read values."""

    @abstractmethod
    def contract(
        self, gradient: Float[Tensor, "reading spot width"], spot: Rows, index: Rows, write: int
    ) -> Float[Tensor, "reading node"]:
        """Products of gradients at one place with directions at spots."""

    @abstractmethod
    def spread(
        self, out: Float[Tensor, "spot width"], spot: Rows, index: Rows, amount: Float[Tensor, " node"], write: int
    ) -> None:
        """Add amounts of directions to values at one place, in place."""


class Features(Basis):
    """The features of a dictionary.

    Args:
        dictionary: the dictionary.
        numbers: of its features, where it is a part of another, rising.
    """

    def __init__(self, dictionary: Dictionary, numbers: Rows | None = None) -> None:
        self.name = dictionary.name
        self.reads = tuple(site.bare for site in dictionary.reads)
        self.writes = tuple(site.bare for site in dictionary.writes)
        self._dictionary, self._numbers = dictionary, numbers

    @property
    def n_features(self) -> int:
        """Number of latents."""
        return self._dictionary.n_features

    @property
    def goes_past(self) -> bool:
        """Whether it has a skip connection, or norms each token."""
        return self._dictionary.has_path_past

    def only(self, index: Rows) -> Features:
        """The same with the encoder rows of some features."""
        numbers = index.unique()
        return Features(encoder_of(self._dictionary, numbers), numbers)

    def latents(self, values: Mapping[Place, Tensor]) -> Float[Tensor, "batch position feature"]:
        """The dictionary's latents."""
        return self._dictionary.encode(self._read(values))

    def written(self, latents: Tensor, values: Mapping[Place, Tensor]) -> list[Tensor]:
        """The reconstruction of each place."""
        past = self._dictionary.skipped(self._read(values))
        return list((self._dictionary.decode(latents) + past).unbind(-2))

    def skipped(self, values: Mapping[Place, Tensor], write: int) -> Tensor | None:
        """The skip connection to one place."""
        if not self._dictionary.has_path_past or any(read not in values for read in self.reads):
            return None
        past = self._dictionary.skipped(self._read(values))
        assert isinstance(past, Tensor)
        return past[..., write, :]

    def preactivation(self, values: Mapping[Place, Tensor], spot: Rows, index: Rows) -> Float[Tensor, " node"]:
        """What the activation function gets; a latent that fires equals it."""
        x = torch.stack([values[read].flatten(0, 1)[spot] for read in self.reads], 1)
        rows = index if self._numbers is None else torch.searchsorted(self._numbers, index)
        return self._dictionary.preactivations_of(x, rows)

    def contract(
        self, gradient: Float[Tensor, "reading spot width"], spot: Rows, index: Rows, write: int
    ) -> Float[Tensor, "reading node"]:
        """Products with decoder rows."""
        size = max(1, _ELEMENTS // (len(gradient) * gradient.shape[-1]))
        blocks = [
            (gradient[:, at] * self._dictionary.decoder_rows(which, write)).sum(-1)
            for at, which in zip(spot.split(size), index.split(size), strict=True)
        ]
        return torch.cat(blocks, 1)

    def spread(
        self, out: Float[Tensor, "spot width"], spot: Rows, index: Rows, amount: Float[Tensor, " node"], write: int
    ) -> None:
        """Add amounts of decoder rows."""
        rows = self._dictionary.decoder_rows(index, write) * amount[:, None]
        out.index_put_((spot,), rows.to(out.dtype), accumulate=True)

    def _read(self, values: Mapping[Place, Tensor]) -> Float[Tensor, "batch position read d_model"]:
        return torch.stack([values[read] for read in self.reads], -2)


class Neurons(Basis):
    """The neurons of one MLP, each a direction of its own: the control for features. Nothing is left over.

    Args:
        layer: of the MLP.
        width: number of neurons.
    """

    def __init__(self, layer: int, width: int) -> None:
        self.name = f"neurons.{layer}"
        self.reads = self.writes = (Hidden(layer),)
        self._width = width

    @property
    def n_features(self) -> int:
        """Number of neurons."""
        return self._width

    @property
    def goes_past(self) -> bool:
        """Nothing does."""
        return False

    def only(self, index: Rows) -> Neurons:
        """The same: it has no weights."""
        return self

    def latents(self, values: Mapping[Place, Tensor]) -> Float[Tensor, "batch position feature"]:
        """The activations themselves."""
        return values[self.reads[0]]

    def written(self, latents: Tensor, values: Mapping[Place, Tensor]) -> list[Tensor]:
        """The activations themselves."""
        return [latents]

    def skipped(self, values: Mapping[Place, Tensor], write: int) -> Tensor | None:
        """Nothing."""
        return None

    def preactivation(self, values: Mapping[Place, Tensor], spot: Rows, index: Rows) -> Float[Tensor, " node"]:
        """The activations themselves."""
        return at_least_single(values[self.reads[0]].flatten(0, 1)[spot, index])

    def contract(
        self, gradient: Float[Tensor, "reading spot width"], spot: Rows, index: Rows, write: int
    ) -> Float[Tensor, "reading node"]:
        """The gradients themselves."""
        return gradient[:, spot, index]

    def spread(
        self, out: Float[Tensor, "spot width"], spot: Rows, index: Rows, amount: Float[Tensor, " node"], write: int
    ) -> None:
        """Add the amounts themselves."""
        out.index_put_((spot, index), amount.to(out.dtype), accumulate=True)


def features(replacement: Replacement) -> list[Basis]:
    """The dictionaries of a model, in the order in which a forward pass meets them."""
    return [Features(replacement.dictionary(name)) for name in replacement.names]


def neurons(subject: Subject) -> list[Basis]:
    """The neurons of all MLPs."""
    return [Neurons(layer, len(subject.weights.mlp_down(layer))) for layer in range(subject.n_layers)]


def error_site(place: Place) -> Site:
    """The site at which the error of a place is reported; that of neurons stands at the MLP's output."""
    return place if isinstance(place, Site) else Site("mlp_out", place.layer)
