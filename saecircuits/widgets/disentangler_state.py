"""What the Disentangler sends: the toy as bytes, a neuron with its features as records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from saecircuits.features.neuron_split import Unit
from saecircuits.features.superposition import Recovery, ToyModels, ToySettings

from .feature_card import HasCards


def toy_state(models: ToyModels, found: Recovery | None) -> dict[str, Any]:
    """The `toy` trait; without `found` while the autoencoders are not trained."""
    state: dict[str, Any] = {
        "levels": _bytes(models.settings.levels),
        "features": models.settings.features,
        "neurons": models.settings.neurons,
        "importance": _bytes(models.settings.importance),
        "weight": _bytes(models.weight),
        "bias": _bytes(models.bias),
        "loss": _bytes(models.loss),
    }
    if found is not None:
        state["found"] = {
            "decoder": _bytes(found.decoder),
            "alive": found.alive.numpy().astype(np.uint8).tobytes(),
            "k": found.k.numpy().astype("<i4").tobytes(),
            "unexplained": _bytes(found.unexplained),
            "cosine": _bytes(found.cosine),
            "tracks": _bytes(found.tracks),
            "purity": _bytes(found.purity),
        }
    return state


def places(lab: HasCards) -> list[dict[str, Any]]:
    """Dictionaries that read the input of one MLP, and how many neurons it has."""
    readers = [(name, each.reads[0]) for name, each in lab.dictionaries.items() if len(each.reads) == 1]
    return [
        {"dictionary": name, "layer": site.layer, "neurons": len(lab.subject.weights.mlp_down(site.layer))}
        for name, site in readers
        if site.kind == "mlp_in"
    ]


def plain(settings: ToySettings) -> dict[str, Any]:
    """Settings as JSON-able values."""
    return asdict(settings) | {"levels": list(settings.levels)}


def unit_record(unit: Unit) -> dict[str, Any]:
    """A neuron or a feature as JSON-able values."""
    return {
        "index": unit.index,
        "share": unit.share,
        "breadth": unit.breadth,
        "purity": number(unit.purity),
        "tokens": [list(each) for each in unit.tokens],
        "kinds": [list(each) for each in unit.kinds],
    }


def number(value: float) -> float | None:
    """None for what JSON has no number for."""
    return value if np.isfinite(value) else None


def _bytes(values: Any) -> bytes:
    array = values.numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
    return np.ascontiguousarray(array, "<f4").tobytes()
