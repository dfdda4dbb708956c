"""Gemma Scope 2, of Gemma 3: `params.safetensors`, with or without `config.json`; cross-layer transcoders as
`params_layer_<i>.safetensors`.

JumpReLU with raw thresholds; nothing is subtracted before encoding. The linear path is stored `[in, out]`, and a
cross-layer transcoder's decoder is `[feature, layer, d]` over all layers, of which those before its own mean nothing.
"""

from __future__ import annotations

import re

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .cross_layer import Layer, build
from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import Place, site_of_gemma_3
from .parts import jump_relu, single
from .tensors import Tensors

CONFIG, WEIGHTS = "config.json", "params.safetensors"
_LAYER = re.compile(r"^params_layer_(\d+)\.safetensors$")
_FOLDER = re.compile(r"(resid_post|mlp_out|attn_out|transcoder)[^/]*/(?:.*/)?layer_(\d+)_width")


def _recognise(folder: Folder) -> bool:
    return WEIGHTS in folder or "params_layer_0.safetensors" in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    if WEIGHTS not in folder:
        return _read_cross_layer(folder, request)
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG) if CONFIG in folder else {})
    config.one_of("architecture", {"jump_relu": None}, "jump_relu")
    tensors = folder.tensors(WEIGHTS)
    W_enc, b_enc = tensors.matrix("w_enc", "d", "m"), tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.matrix("w_dec", "m", "d"), tensors.take("b_dec", "d")
    skip = tensors.optional("affine_skip_connection", "d", "d")
    activation = jump_relu(tensors.take("threshold", "m"))
    if "affine_connection" in config and config.flag("affine_connection") != (skip is not None):
        has, says = ("no", "one") if skip is None else ("a", "none")
        raise FileFormatError(
            f"{tensors.where} has {has} linear path, and {config.where} says {says}.", "Copy both again."
        )
    tensors.finish()
    parts = single(W_enc, b_enc, W_dec, b_dec, activation, None, None if skip is None else skip.T)
    return [_wiring(config, folder, request).build(parts, request)]


def _wiring(config: Fields, folder: Folder, request: Request) -> Wiring:
    reads, writes = config.text("hf_hook_point_in"), config.text("hf_hook_point_out")
    where = str(folder.path)
    if not reads and not request.sites:
        reads, writes = _from_path(folder.path.absolute().as_posix(), where)
    if (writes and writes != reads) or len(request.sites) == 2:
        return request.two_sites(where, lambda: (Place(site_of_gemma_3(reads)), site_of_gemma_3(writes)))
    return request.one_site(where, lambda: Place(site_of_gemma_3(reads)))


def _from_path(path: str, where: str) -> tuple[str, str]:
    """What is read and written, from the names of the folders: `resid_post/layer_12_width_16k_l0_medium`."""
    found = _FOLDER.findall(path)
    if not found:
        raise InputError(
            f"{where} does not say where it reads: it has no config.json, and its folders are not named "
            "resid_post/layer_12_width_16k_l0_medium.",
            'Give site=, such as site="resid_post.12".',
        )
    kind, layer = found[-1]
    block = f"model.layers.{layer}."
    ends = {
        "resid_post": ("output", ""),
        "mlp_out": ("post_feedforward_layernorm.output", ""),
        "attn_out": ("self_attn.o_proj.input", ""),
        "transcoder": ("pre_feedforward_layernorm.output", "post_feedforward_layernorm.output"),
    }
    reads, writes = ends[kind]
    return block + reads, block + writes if writes else ""


def _read_cross_layer(folder: Folder, request: Request) -> list[Dictionary]:
    numbers = sorted(int(found[1]) for name in folder.names if (found := _LAYER.match(name)))
    if not numbers or numbers != list(range(len(numbers))):
        raise FileFormatError(
            f"{folder.path} has no {WEIGHTS}, and the layers {numbers} of a cross-layer transcoder.",
            "Give a folder with all of its files.",
        )
    layers = [_layer(folder.tensors(f"params_layer_{i}.safetensors", {"L": len(numbers)}), i) for i in numbers]
    reads = [Place(Site("mlp_in", layer)) for layer in numbers]
    return build(layers, reads, [Site("mlp_out", layer) for layer in numbers], request)


def _layer(tensors: Tensors, number: int) -> Layer:
    W_enc, b_enc = tensors.matrix("w_enc", "d", "m"), tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.matrix("w_dec", "m", "L", "d", first=number), tensors.take("b_dec", "d")
    skip = tensors.optional("affine_skip_connection", "d", "d")
    activation = jump_relu(tensors.take("threshold", "m"))
    tensors.finish()
    return Layer(W_enc, b_enc, W_dec, b_dec, activation, None if skip is None else skip.T)


GEMMA_SCOPE_2 = Format(
    "gemma_scope_2",
    f"{WEIGHTS} (and {CONFIG}), or params_layer_<i>.safetensors",
    (CONFIG, WEIGHTS, "params_layer_*.safetensors"),
    _recognise,
    _read,
    lazy=True,
)
