"""Llama Scope, version 1: `hyperparams.json` and `checkpoints/final.safetensors`.

JumpReLU with one threshold for all features. Activations were multiplied with √d over their mean norm, which the config
holds; the threshold is compared with pre-activations in the same units times that factor, as SAELens reads it.
"""

from __future__ import annotations

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError

from .configs import Fields
from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import place_of_hook, site_of_hook
from .parts import jump_relu, single

CONFIG, WEIGHTS = "hyperparams.json", "final.safetensors"


def _recognise(folder: Folder) -> bool:
    return CONFIG in folder and (folder.path / "checkpoints" / WEIGHTS).is_file()


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG))
    norms, d = config.within("dataset_average_activation_norm"), config.size("d_model")
    if not (folder.path / "checkpoints").is_dir():
        raise FileFormatError(f"{folder.path} has no folder checkpoints.", "Copy the whole folder.")
    tensors = Folder(folder.path / "checkpoints", {WEIGHTS}).tensors(WEIGHTS, {"d": d, "m": config.size("d_sae")})
    read, write = d**0.5 / norms.number("in"), d**0.5 / norms.number("out", norms.number("in"))
    parts = single(
        tensors.take("encoder.weight", "m", "d"),
        tensors.take("encoder.bias", "m"),
        tensors.take("decoder.weight", "d", "m").T,
        tensors.take("decoder.bias", "d"),
        jump_relu(config.number("jump_relu_threshold") * read),
    )
    tensors.finish()
    return [_wiring(config, request).build(parts.scaled(read, write), request)]


def _wiring(config: Fields, request: Request) -> Wiring:
    reads, writes = config.text("hook_point_in"), config.text("hook_point_out")
    if writes and writes != reads:
        return request.two_sites(config.where, lambda: (place_of_hook(reads), site_of_hook(writes)))
    return request.one_site(config.where, lambda: place_of_hook(reads))


LLAMA_SCOPE = Format("llama_scope", f"{CONFIG} and checkpoints/{WEIGHTS}", (CONFIG, WEIGHTS), _recognise, _read)
