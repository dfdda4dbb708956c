"""How a dictionary was made, in a few words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

_PREFIXES = "matryoshka"


def variant(kind: str, losses: Collection[str]) -> str:
    """The activation function; dictionaries whose prefixes are trained as well are another variant."""
    return f"{_PREFIXES} {kind}" if _PREFIXES in losses else kind


def recipe(activation: Mapping[str, Any], n_features: int, reads: Iterable[Any], writes: Iterable[Any]) -> str:
    """Activation, width and sites: `topk, k 16 · 2,048 features · mlp_in.0 → mlp_out.0`."""
    sizes = [f"{name} {value:g}" for name, value in activation.items() if isinstance(value, int | float)]
    read, written = (_few([*map(str, sites)]) for sites in (reads, writes))
    places = read if read == written else f"{read} → {written}"
    return " · ".join([", ".join([str(activation.get("kind", "")), *sizes]), f"{n_features:,} features", places])


def _few(sites: Sequence[str]) -> str:
    return ", ".join(sites) if len(sites) <= 2 else f"{sites[0]} … {sites[-1]}"
