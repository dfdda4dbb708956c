"""A model with its dictionaries in place.

What a dictionary cannot reconstruct is kept as an error, so with no edit the output is exactly the model's own. The
first token is left as it is: its activations are of another size than all others, and no dictionary is trained on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens

FIRST_REPLACED = 1
"""The first position of a prompt at which dictionaries stand in for the model."""


@runtime_checkable
class HasDictionaries(Protocol):
    """A model with its dictionaries, by whatever name."""

    @property
    def subject(self) -> Subject:
        """The model."""
        ...

    @property
    def dictionaries(self) -> Mapping[str, Dictionary]:
        """The dictionaries by name."""
        ...


class Replacement:
    """A subject with dictionaries, checked to belong together.

    Args:
        subject: the model.
        dictionaries: at most one that writes each site from where it reads.

    Raises:
        InputError: if a dictionary's width or layer does not fit the model, two share a name, or two write one site.
    """

    def __init__(self, subject: Subject, dictionaries: Sequence[Dictionary]) -> None:
        self.subject = subject
        self.dictionaries: Mapping[str, Dictionary] = {d.name: d.to(subject.device) for d in dictionaries}
        if len(self.dictionaries) < len(dictionaries):
            names = sorted(d.name for d in dictionaries)
            raise InputError(f"Two dictionaries share a name: {names}.", "Give each its own name.")
        self._check(dictionaries)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dictionaries, in the order in which a forward pass meets them."""
        return tuple(sorted(self.dictionaries, key=lambda name: self.dictionaries[name].writes[0].order))

    @cached_property
    def replacers(self) -> tuple[Dictionary, ...]:
        """The dictionaries that stand in for MLPs: transcoders, cross-layer ones, crosscoders over MLP sites."""
        return tuple(d for d in map(self.dictionary, self.names) if d.replaces_mlps)

    def writers(self, layer: int) -> list[tuple[Dictionary, int]]:
        """The dictionaries that stand in for the MLP of a layer, each with the number of its write site there."""
        site = Site("mlp_out", layer)
        return [(d, d.writes.index(site)) for d in self.replacers if site in d.writes]

    def dictionary(self, name: str) -> Dictionary:
        """A dictionary by name; `InputError` if there is none."""
        if name not in self.dictionaries:
            raise InputError(f"There is no dictionary {name!r} here.", f"Known are {', '.join(self.names)}.")
        return self.dictionaries[name]

    def check_feature(self, feature: Feature) -> Feature:
        """The feature itself, refused if its dictionary or index does not exist."""
        dictionary = self.dictionary(feature.dictionary)
        if feature.index >= dictionary.n_features:
            raise InputError(
                f"{feature.dictionary} has features 0 to {dictionary.n_features - 1}, not {feature.index}.",
                "Choose an index in this range.",
            )
        return feature

    def check_linear(self) -> None:
        """Refuse dictionaries through which no sum of direct effects runs, even with all features held.

        Raises:
            InputError: for skip connections that read ahead of what they write: these change what they read; and for
                dictionaries in half precision, whose sums would not balance.
        """
        halves = [d.name for d in self.replacers if d.b_enc.dtype in (torch.bfloat16, torch.float16)]
        if halves:
            raise InputError(
                f"{halves} are in half precision, and the sums of direct effects are taken in float32.",
                "Call .float() on them, or load them with lazy=True if memory is short; live edits take these too.",
            )
        loops = [d.name for d in self.replacers if d.reads_ahead and d.W_skip is not None]
        if loops:
            raise InputError(
                f"{loops} have a skip connection that reads layers beyond those that it writes.",
                "Use dictionaries without one, or that read before they write; live edits take these too.",
            )

    @staticmethod
    def replaced(tokens: Tokens) -> Bool[Tensor, "batch position"]:
        """Where dictionaries stand in for the model: everywhere but at padding and the first token."""
        return tokens.mask & (tokens.mask.cumsum(1) > FIRST_REPLACED)

    @staticmethod
    def encode(
        dictionary: Dictionary, x: Float[Tensor, "batch position read d_model"], tokens: Tokens
    ) -> Float[Tensor, "batch position feature"]:
        """Latents of what a dictionary reads; zero where nothing is replaced."""
        return dictionary.encode(x) * Replacement.replaced(tokens)[..., None]

    def _check(self, dictionaries: Sequence[Dictionary]) -> None:
        written: dict[tuple[str, str], str] = {}
        for dictionary in dictionaries:
            for site in (*dictionary.reads, *dictionary.writes):
                if site.model not in ("", self.subject.name):
                    raise InputError(
                        f"Dictionary {dictionary.name!r} uses {site}, of another model than {self.subject.name}.",
                        "A crosscoder over several models cannot stand in for a part of one.",
                    )
            self.subject.check_sites((*dictionary.reads, *dictionary.writes))
            if dictionary.d_model != self.subject.d_model:
                raise InputError(
                    f"Dictionary {dictionary.name!r} is {dictionary.d_model} wide, "
                    f"{self.subject.name} is {self.subject.d_model} wide.",
                    "Load dictionaries that were trained on this model.",
                )
            for read, site in product(map(str, dictionary.reads), map(str, dictionary.writes)):
                if (read, site) in written:  # from different sites, as in a cross-layer transcoder, they add up
                    raise InputError(
                        f"{written[read, site]!r} and {dictionary.name!r} both write {site}.",
                        "Load one dictionary a site.",
                    )
                written[read, site] = dictionary.name
            if not all(bool(torch.isfinite(p).all()) for p in dictionary.parameters()):
                raise InputError(f"Dictionary {dictionary.name!r} has weights that are not finite.", "Train it again.")
