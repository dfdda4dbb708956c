"""OpenAI's `.pt` files of GPT-2 small: a dict of tensors with the activation function's name beside them.

`pre = (x - pre_bias) Wᵀ + latent_bias`. Those with TopK take each token less its mean and over its deviation, and undo
that at their output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from saecircuits.dictionaries.activations import ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request
from .hooks import Place
from .parts import single

_KEYS = ("pre_bias", "encoder.weight", "latent_bias", "decoder.weight", "activation")
_STATISTICS = ("stats_last_nonzero", "latents_activation_frequency", "latents_mean_square")
_PLACES = {
    "resid_delta_attn": "attn_out",
    "resid_post_attn": "resid_mid",
    "resid_delta_mlp": "mlp_out",
    "resid_post_mlp": "resid_post",
}


def _recognise(folder: Folder) -> bool:
    return bool(_files(folder))


def _files(folder: Folder) -> list[str]:
    return sorted(name for name in folder.names if name.endswith(".pt") and folder.has(name, *_KEYS))


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    files = _files(folder) or sorted(name for name in folder.names if name.endswith(".pt"))
    if not files:
        raise FileFormatError(f"{folder.path} holds no .pt file.", "Copy the checkpoint again.")
    return [_read_file(folder, name, request) for name in files]


def _read_file(folder: Folder, name: str, request: Request) -> Dictionary:
    tensors = folder.tensors(name)
    kind = folder.values(name).get("activation")
    if kind not in ("ReLU", "TopK"):
        raise FileFormatError(f"{tensors.where} says activation={kind!r}.", "Known are ReLU and TopK.")
    bias = tensors.take("pre_bias", "d")
    W_enc, b_enc = tensors.take("encoder.weight", "m", "d"), tensors.take("latent_bias", "m")
    activation = ReLU() if kind == "ReLU" else _top_k(folder.values(name), tensors.where)
    parts = single(W_enc, b_enc, tensors.take("decoder.weight", "d", "m").T, bias, activation, bias)
    if kind == "TopK":  # its own library tells by this name
        parts = replace(parts, token_norm="layer_norm")
    tensors.skip("activation", "activation_state_dict", *_STATISTICS)
    tensors.finish()
    layer = re.match(r"^(\d+)\.pt$", name)
    number = int(layer[1]) if layer else None
    return request.one_site(tensors.where, lambda: Place(_site(folder, number)), number).build(parts, request)


def _top_k(values: Mapping[str, Any], where: str) -> TopK:
    state = values.get("activation_state_dict")
    arguments = Fields(f"activation_state_dict in {where}", state if isinstance(state, Mapping) else {})
    arguments.one_of("postact_fn", {"ReLU": None}, "ReLU")
    return TopK(arguments.size("k"))


def _site(folder: Folder, layer: int | None) -> Site:
    """Where it reads, from the folders above: `resid_post_mlp_v5_32k/autoencoders/8.pt`."""
    parts = folder.path.absolute().parts[::-1]
    kind = next((site for part in parts for place, site in _PLACES.items() if part.startswith(place)), None)
    if kind is None or layer is None:
        raise InputError(
            f"The name of {folder.path} does not say where its dictionaries read.",
            'Give site=, such as site="mlp_out"; the layer is the name of the file.',
        )
    return Site(kind, layer)


OPENAI = Format("openai", "<layer>.pt with pre_bias and latent_bias", ("*.pt",), _recognise, _read)
