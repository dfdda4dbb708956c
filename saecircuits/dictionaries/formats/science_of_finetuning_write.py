"""Writing what science-of-finetuning's fork of dictionary_learning reads: crosscoders, of layers or of models.

Its config has no room for sites, so they stand there under a name of their own, which that library leaves alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.activations import JumpReLU, ReLU
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import InputError

from .parts import folded_biases, threshold_of

CONFIG, WEIGHTS = "config.json", "ae.pt"
SITES = "sites"
_SAME = 1e-4
"""Relative; thresholds are kept in float32 after a division by a norm."""


def write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    """One crosscoder, as `config.json` and `ae.pt`.

    Raises:
        InputError: for what that library has no class for.
    """
    (dictionary,) = dictionaries
    _check(dictionary)
    b_enc, b_dec = folded_biases(dictionary)
    sites, d = b_dec.shape
    state: dict[str, Tensor] = {
        "encoder.weight": dictionary.W_enc.permute(1, 2, 0),
        "encoder.bias": b_enc,
        "decoder.weight": dictionary.W_dec.transpose(0, 1),
        "decoder.bias": b_dec,
        "activation_mean": torch.full((sites, d), torch.nan),  # takes raw activations
        "activation_std": torch.full((sites, d), torch.nan),
        "activation_global_scale": torch.ones(sites),
        "target_rms": torch.tensor(1.0),
    }
    code, threshold = _threshold(dictionary)
    state["code_normalization_id"] = torch.tensor(code)
    if threshold is not None:
        # k is of the training alone
        state |= {"k": torch.tensor(dictionary.n_features, dtype=torch.int), "threshold": torch.tensor(threshold)}
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    replace_file(folder / WEIGHTS, lambda path: torch.save(plain, path))
    trainer: dict[str, Any] = {
        "dict_class": "CrossCoder" if threshold is None else "BatchTopKCrossCoder",
        "activation_dim": d,
        "dict_size": dictionary.n_features,
        "lm_name": model,
        SITES: [str(site) for site in dictionary.reads],
    }
    text = json.dumps({"trainer": trainer, "buffer": {}}, indent=2) + "\n"
    replace_file(folder / CONFIG, lambda path: path.write_text(text, "utf-8"))


def _check(dictionary: Dictionary) -> None:
    crosses = dictionary.reads == dictionary.writes and len(dictionary.reads) > 1
    if not crosses or dictionary.W_skip is not None or not isinstance(dictionary.activation, ReLU | JumpReLU):
        raise InputError(
            f"{dictionary.name!r} is no crosscoder with ReLU or JumpReLU that reads and writes the same sites, without "
            "a linear path; this library has no others.",
            'Write SAEs and transcoders with to="sae_lens".',
        )


def _threshold(dictionary: Dictionary) -> tuple[int, float | None]:
    """How latents are multiplied before they are compared with the one threshold, and that."""
    each = threshold_of(dictionary.activation, dictionary.n_features)
    if each is None:
        return 1, None
    by_site = dictionary.W_dec.norm(dim=2)
    for code, norm in ((1, by_site.sum(1)), (2, by_site.norm(dim=1)), (4, torch.ones_like(each))):
        levels = each * norm
        if float(levels.max() - levels.min()) <= _SAME * float(levels.max()):
            return code, float(levels.mean())
    raise InputError(
        f"{dictionary.name!r} has a threshold for each feature; this library has one for all, of latents times the "
        "norm of their decoder.",
        "Train it with BatchTopK.",
    )
