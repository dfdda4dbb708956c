"""Crosscoders of science-of-finetuning's fork of dictionary_learning: `config.json` and `ae.pt`, or
`model.safetensors`.

`f = relu(Σ_l x_l W_enc[l] + b)`; BatchTopK keeps those whose `f` times the norm of their decoder, taken over layers in
one of several ways, is above a threshold. Activations may have been centred and scaled with numbers that the file
holds.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries.activations import Activation, ReLU
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request
from .parts import Parts, jump_relu
from .science_of_finetuning_write import SITES, write
from .tensors import Tensors

CONFIG, WEIGHTS = "config.json", ("model.safetensors", "ae.pt")
_COMPILED = "_orig_mod."
_NORMS = {1: "CROSSCODER", 2: "SAE", 3: "MIXED", 4: "NONE", 5: "DECOUPLED"}
_TINY = 1e-8
"""What its own code adds to a scale before it divides by it."""


def is_crosscoder(folder: Folder) -> bool:
    """Whether a folder holds one: its encoder has a matrix for each layer, or its config says so."""
    name = _weights(folder)
    if name is None:
        return False
    try:
        values = folder.values(name)
    except FileFormatError:
        return folder.has(CONFIG, "trainer") and "CrossCoder" in str(folder.json(CONFIG)["trainer"])
    found = [value for key, value in values.items() if key.endswith("encoder.weight")]
    return len(found) == 1 and getattr(found[0], "ndim", 0) == 3


def _weights(folder: Folder) -> str | None:
    return next((name for name in WEIGHTS if name in folder), None)


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    name = _weights(folder) or WEIGHTS[0]
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG) if CONFIG in folder else {})
    kind = config.within("trainer").text("dict_class", "CrossCoder")
    if "CrossCoder" not in kind:
        raise FileFormatError(
            f"{config.where} says dict_class={kind!r}, and {name} holds a crosscoder.",
            "The files are of two dictionaries; copy both again.",
        )
    tensors = Tensors(str(folder.path / name), _plain_names(folder.values(name)))
    W_enc, b_enc = tensors.take("encoder.weight", "L", "d", "m"), tensors.take("encoder.bias", "m")
    W_dec, b_dec = tensors.take("decoder.weight", "L", "m", "d"), tensors.take("decoder.bias", "L", "d")
    activation = _activation(tensors, W_dec, config)
    parts = Parts(W_enc.permute(2, 0, 1), b_enc, W_dec.transpose(0, 1), b_dec, activation)
    parts = _unnormalised(parts, tensors)
    tensors.finish()
    count = len(W_enc)
    wiring = request.many_sites(tensors.where, count, lambda: _sites(config, count))
    return [wiring.build(parts, request)]


def _plain_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Files that were saved from a compiled model have a prefix before every name."""
    return {name.split(_COMPILED)[-1]: values[name] for name in values}


def _activation(tensors: Tensors, W_dec: Float[Tensor, "layer feature d"], config: Fields) -> Activation:
    norm = _code_norm(tensors, W_dec, config)
    if "threshold" not in tensors:
        return ReLU()
    tensors.skip("k")
    threshold = tensors.number("threshold")
    if threshold < 0:
        warnings.warn(
            f"{tensors.where} was saved before its threshold was set ({threshold:g}): it works as a plain ReLU, in "
            "its own library too, and fires far more often than its k says.",
            stacklevel=2,
        )
        return ReLU()
    # A feature with a decoder of norm 0 never gets above it, and writes nothing.
    return jump_relu(threshold / norm.clamp_min(_TINY))


def _code_norm(tensors: Tensors, W_dec: Float[Tensor, "layer feature d"], config: Fields) -> Float[Tensor, " feature"]:
    """What latents are multiplied with before they are compared with the threshold."""
    number = int(tensors.number("code_normalization_id")) if "code_normalization_id" in tensors else 1
    over_all, summed = W_dec.norm(dim=(0, 2)), W_dec.norm(dim=2).sum(0)
    match _NORMS.get(number):
        case "CROSSCODER":
            return summed
        case "SAE":
            return over_all
        case "MIXED":
            sae = config.number("code_normalization_alpha_sae", 1.0)
            return over_all * sae + summed * config.number("code_normalization_alpha_cc", 0.1)
        case "NONE":
            return torch.ones_like(summed)
        case "DECOUPLED":
            raise FileFormatError(
                f"{tensors.where} has decoupled codes: a feature may fire for one layer and not for another.",
                "A dictionary's feature has one latent here, so such a crosscoder cannot be used.",
            )
        case _:
            raise FileFormatError(
                f"{tensors.where} says code_normalization_id={number}.",
                f"Known are 1 to 5: {', '.join(_NORMS.values())}.",
            )


def _unnormalised(parts: Parts, tensors: Tensors) -> Parts:
    """Of raw activations: `(x - mean) * scale` was read, and `x̂ / (scale + 1e-8) + mean` written."""
    tensors.skip("target_rms", "activation_mean", "activation_std")
    mean, std = (_maybe(tensors, name) for name in ("activation_mean", "activation_std"))
    if mean is None or std is None:
        tensors.skip("activation_global_scale")
        return parts
    if "activation_global_scale" not in tensors:
        raise FileFormatError(f"{tensors.where} has activation_mean and no activation_global_scale.", "Save it again.")
    mean = tensors.take("activation_mean", "L", "d")
    scale = tensors.take("activation_global_scale", "L")
    scaled = parts.scaled(scale, scale + _TINY)
    return Parts(scaled.W_enc, scaled.b_enc, scaled.W_dec, scaled.b_dec + mean, scaled.activation, mean)


def _maybe(tensors: Tensors, name: str) -> Tensor | None:
    """A statistic, or None if it is not there or not used: then it is NaN."""
    if name not in tensors:
        return None
    value = tensors.raw(name)
    return None if bool(value.isnan().any()) else value


def _sites(config: Fields, count: int) -> list[Site]:
    """Where it reads, if we wrote that there, or its name says so: both models' residual streams after one layer."""
    trainer = config.within("trainer")
    if trainer.texts(SITES):
        return [Site.parse(site) for site in trainer.texts(SITES)]
    name = " ".join((trainer.text("wandb_name"), trainer.text("submodule_name"), config.text("name")))
    layer = re.search(r"(?:^|[-_ ])(?:L|layer_?)(\d+)(?:[-_ ]|$)", name)
    if layer is None or count != 2:
        raise InputError(
            f"{config.where} does not say where its {count} sites are.",
            'Give site=, one for each: site=("base:resid_post.13", "chat:resid_post.13").',
        )
    return [Site("resid_post", int(layer[1]), model) for model in ("base", "chat")]


SCIENCE_OF_FINETUNING = Format(
    "science_of_finetuning",
    f"{CONFIG} and {' or '.join(WEIGHTS)}, with a weight for each layer",
    (CONFIG, *WEIGHTS),
    is_crosscoder,
    _read,
    write,
)
