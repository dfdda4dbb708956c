"""Which sites a dictionary reads and writes, and what a plan that trains several of them together is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saecircuits.errors import InputError
from saecircuits.sites import Site


@dataclass(frozen=True)
class Wiring:
    """One dictionary of a plan.

    Args:
        name: what circuits will call it.
        reads, writes: sites, as `Site` or as text (`"mlp_in.3"`).
        skip: whether it has a linear path beside its features.
    """

    name: str
    reads: tuple[Site, ...]
    writes: tuple[Site, ...]
    skip: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", sites(self.reads))
        object.__setattr__(self, "writes", sites(self.writes))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for config files."""
        return {
            "name": self.name,
            "reads": [str(site) for site in self.reads],
            "writes": [str(site) for site in self.writes],
            "skip": self.skip,
        }


def sae(site: Site | str, name: str | None = None) -> tuple[Wiring, ...]:
    """A sparse autoencoder of one site, named `sae.<site>`."""
    return (Wiring(name or f"sae.{site}", sites(site), sites(site)),)


def transcoder(layer: int, *, skip: bool = False, name: str | None = None) -> tuple[Wiring, ...]:
    """From an MLP's input to its output, named `transcoder.<layer>`."""
    return (Wiring(name or f"transcoder.{layer}", sites(f"mlp_in.{layer}"), sites(f"mlp_out.{layer}"), skip),)


def cross_layer_transcoder(n_layers: int, name: str | None = None) -> tuple[Wiring, ...]:
    """From each MLP's input to the outputs of this and all later MLPs, named `clt.<layer>`: they are trained together,
    so that what several of them write at one site adds up to it (Ameisen et al. 2025, "Circuit Tracing")."""
    if n_layers < 1:
        raise InputError(f"A cross-layer transcoder of {n_layers} layers has nothing to read.", "Give 1 or more.")
    layers = range(n_layers)
    return tuple(
        Wiring(
            f"{name or 'clt'}.{layer}", sites(f"mlp_in.{layer}"), sites(f"mlp_out.{later}" for later in layers[layer:])
        )
        for layer in layers
    )


def crosscoder(over: Sequence[Site | str], name: str = "crosscoder") -> tuple[Wiring, ...]:
    """One set of features for several sites, of several layers or (`"tuned:resid_post.2"`) of several models (Lindsey
    et al. 2024, "Sparse Crosscoders for Cross-Layer Features and Model Diffing")."""
    return (Wiring(name, sites(over), sites(over)),)


def sites(given: Any) -> tuple[Site, ...]:
    """Sites from one or several, as `Site` or as text; `InputError` for none, or one twice."""
    several = (given,) if isinstance(given, str | Site) else tuple(given)
    if not several:
        raise InputError("A plan came with no site to read or to write.", 'Name at least one, such as "mlp_in.0".')
    parsed = tuple(Site.parse(site) for site in several)
    if len(set(parsed)) < len(parsed):
        raise InputError(f"A site is named twice: {', '.join(map(str, parsed))}.", "Name each once.")
    return parsed
