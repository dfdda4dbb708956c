"""Crosscoders of two models in the layout of ckkissane's replication: `cfg.json` and `cc_weights.pt`.

`acts = relu(Σ_k x_k W_enc[k] + b_enc)`, nothing subtracted before. Each model's activations were multiplied by a number
that the files do not hold.
"""

from __future__ import annotations

import re

import torch

from saecircuits.dictionaries.activations import ReLU
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request
from .hooks import site_of_hook
from .parts import Parts
from .tensors import Tensors

_KEYS = ("W_enc", "W_dec", "b_enc", "b_dec")
MODELS = ("A", "B")
"""What the two models are called, unless sites are given: files name neither."""


def _recognise(folder: Folder) -> bool:
    pair = _pair(folder)
    return pair is not None and folder.has(pair[0], *_KEYS) and getattr(folder.values(pair[0])["W_enc"], "ndim", 0) == 3


def _pair(folder: Folder) -> tuple[str, str] | None:
    """The weights and their config: `cc_weights.pt` and `cfg.json`, or `3.pt` and `3_cfg.json`, the last version."""
    if "cc_weights.pt" in folder and "cfg.json" in folder:
        return "cc_weights.pt", "cfg.json"
    versions = [int(found[1]) for name in folder.names if (found := re.match(r"^(\d+)_cfg\.json$", name))]
    return (f"{max(versions)}.pt", f"{max(versions)}_cfg.json") if versions else None


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    weights, config_name = _pair(folder) or ("cc_weights.pt", "cfg.json")
    config = Fields(str(folder.path / config_name), folder.json(config_name))
    parts = read(folder.tensors(weights, {"models": 2}))
    wiring = request.many_sites(config.where, 2, lambda: _sites(config))
    scales = request.scales(
        config.where, 2, "by √d over the mean norm of each model's activations, which was not saved"
    )
    return [wiring.build(parts.scaled(torch.tensor(scales), torch.tensor(scales)), request)]


def read(tensors: Tensors) -> Parts:
    """The parts in its weights."""
    W_enc, b_enc = tensors.take("W_enc", "models", "d", "m"), tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.take("W_dec", "m", "models", "d"), tensors.take("b_dec", "models", "d")
    tensors.finish()
    return Parts(W_enc.permute(2, 0, 1), b_enc, W_dec, b_dec, ReLU())


def _sites(config: Fields) -> list[Site]:
    place = site_of_hook(config.text("hook_point"))
    return [Site(place.kind, place.layer, model) for model in MODELS]


CKKISSANE = Format(
    "ckkissane", "cfg.json and cc_weights.pt", ("cfg.json", "cc_weights.pt", "*_cfg.json"), _recognise, _read
)
