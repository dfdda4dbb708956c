"""circuit-tracer's cross-layer transcoders: `W_enc_<i>.safetensors` and `W_dec_<i>.safetensors`, and `config.yaml`.

Decoders are `[feature, layers from its own on, d]`: grouped by the layer that is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors.torch import save
from torch import Tensor

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError

from .circuit_tracer import CONFIG, alike, places, plain, write_config
from .configs import Fields
from .cross_layer import Layer, build
from .folder import Folder
from .format import Format, Request
from .parts import folded_biases, strict_jump_relu, threshold_of

_ENCODER = re.compile(r"^W_enc_(\d+)\.safetensors$")


def _recognise(folder: Folder) -> bool:
    return "W_enc_0.safetensors" in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.yaml(CONFIG) if CONFIG in folder else {})
    numbers = sorted(int(found[1]) for name in folder.names if (found := _ENCODER.match(name)))
    if not numbers or numbers != list(range(len(numbers))):
        raise FileFormatError(
            f"{folder.path} has encoders of the layers {numbers}; a set begins at 0 and leaves none out.",
            "Copy the missing files.",
        )
    layers = [_layer(folder, number, len(numbers)) for number in numbers]
    if request.sites:
        return build(layers, (), (), request)
    sites = [places(config, layer) for layer in numbers]
    return build(layers, [read for read, _ in sites], [write for _, write in sites], request)


def _layer(folder: Folder, i: int, n_layers: int) -> Layer:
    encoder = folder.tensors(f"W_enc_{i}.safetensors")
    W_enc, b_enc = encoder.matrix(f"W_enc_{i}", "m", "d"), encoder.take(f"b_enc_{i}", "m")
    b_dec, threshold = encoder.take(f"b_dec_{i}", "d"), encoder.optional(f"threshold_{i}", "m")
    encoder.finish()
    decoder = folder.tensors(f"W_dec_{i}.safetensors", encoder.sizes)
    W_dec = decoder.matrix(f"W_dec_{i}", "m", n_layers - i, "d")
    decoder.finish()
    return Layer(W_enc, b_enc, W_dec, b_dec, strict_jump_relu(threshold, encoder.where))


def _write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    ordered = sorted(dictionaries, key=lambda d: d.writes[0].order)
    for layer, dictionary in enumerate(ordered):
        _check(dictionary, layer, len(ordered))
    reads, writes = alike(ordered)
    biases = [folded_biases(dictionary) for dictionary in ordered]
    added = [b_dec for _, b_dec in biases]
    thresholds = [threshold_of(d.activation, d.n_features) for d in ordered]
    jumps = any(threshold is not None for threshold in thresholds)
    for i, (dictionary, (b_enc, _)) in enumerate(zip(ordered, biases, strict=True)):
        encoder = {f"W_enc_{i}": dictionary.W_enc[:, 0], f"b_enc_{i}": b_enc, f"b_dec_{i}": _bias(added, i)}
        if jumps:  # the files have one for every layer, or for none
            threshold = thresholds[i]
            encoder[f"threshold_{i}"] = torch.zeros(len(b_enc)) if threshold is None else threshold
        for name, weights in ((f"W_enc_{i}", encoder), (f"W_dec_{i}", {f"W_dec_{i}": dictionary.W_dec})):
            data = save(plain(weights))
            replace_file(folder / f"{name}.safetensors", lambda path, data=data: path.write_bytes(data))
    write_config(folder, "cross_layer_transcoder", reads, writes, model)


def _bias(added: Sequence[Float[Tensor, "write d"]], layer: int) -> Tensor:
    """What all dictionaries together add at a layer, whatever fires."""
    return sum((b_dec[layer - source] for source, b_dec in enumerate(added[: layer + 1])), torch.zeros(()))


def _check(dictionary: Dictionary, layer: int, n_layers: int) -> None:
    if dictionary.W_skip is not None:
        raise InputError(
            f"{dictionary.name!r} has a linear path, and these files have no room for one.", "Train one without."
        )
    layers = [site.layer for site in dictionary.writes]
    if len(dictionary.reads) > 1 or layers != list(range(layer, n_layers)):
        raise InputError(
            f"{dictionary.name!r} writes the layers {layers}; layer {layer} of a cross-layer transcoder of {n_layers} "
            f"layers writes {layer} to {n_layers - 1}.",
            "Give all of its dictionaries, and only those.",
        )


CIRCUIT_TRACER_CLT = Format(
    "circuit_tracer_clt",
    f"{CONFIG}, W_enc_<i>.safetensors and W_dec_<i>.safetensors",
    (CONFIG, "W_enc_*.safetensors", "W_dec_*.safetensors"),
    _recognise,
    _read,
    _write,
    together=True,
    lazy=True,
)
