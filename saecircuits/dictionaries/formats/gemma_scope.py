"""Gemma Scope, of Gemma 2: `params.npz` in `layer_3/width_16k/average_l0_59`.

JumpReLU with raw thresholds; nothing is subtracted before encoding. There is no config: what a dictionary reads follows
from the name of its repository, and the layer from its folder. `mlp` is what is added to the residual stream, after the
norm behind the MLP. Transcoders read what lies inside the norm before the MLP, before its gain.
"""

from __future__ import annotations

import re

from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import InputError
from saecircuits.sites import Site

from .folder import Folder
from .format import Format, Request
from .hooks import Place
from .parts import Parts, jump_relu, single
from .tensors import Tensors

ARCHIVE = "params.npz"
_REPOSITORY = re.compile(r"gemma-scope-[\w.]+-\w+-(res|mlp|att|transcoders)\b")
_KINDS = {"res": "resid_post", "mlp": "mlp_out"}


def read_archive(tensors: Tensors) -> Parts:
    """The parts in one of the archives of Gemma 2."""
    W_enc, b_enc = tensors.matrix(tensors.spelt("W_enc", "w_enc"), "d", "m"), tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.matrix(tensors.spelt("W_dec", "w_dec"), "m", "d"), tensors.take("b_dec", "d")
    parts = single(W_enc, b_enc, W_dec, b_dec, jump_relu(tensors.take("threshold", "m")))
    tensors.finish()
    return parts


def _recognise(folder: Folder) -> bool:
    return ARCHIVE in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    parts, where = read_archive(folder.tensors(ARCHIVE)), str(folder.path / ARCHIVE)
    names = [each.name for each in (folder.path.absolute(), *folder.path.absolute().parents)]
    layer = next((int(found[1]) for name in names if (found := re.match(r"^layer_(\d+)$", name))), None)
    if "embedding" in names:  # seen before they are multiplied with √d
        root = parts.b_dec.shape[1] ** 0.5
        embeddings = request.one_site(where, lambda: Place(Site("resid_pre", 0)), 0)
        return [embeddings.build(parts.scaled(1 / root, 1 / root), request)]
    kind = next((found[1] for name in names if (found := _REPOSITORY.search(name))), None)
    if kind == "transcoders" or len(request.sites) == 2:
        return [request.two_sites(where, lambda: _transcoder(layer, where), layer).build(parts, request)]
    return [request.one_site(where, lambda: Place(_sae(kind, layer, where)), layer).build(parts, request)]


def _transcoder(layer: int | None, where: str) -> tuple[Place, Site]:
    if layer is None:
        raise _unsaid(where)
    return Place(Site("mlp_in", layer), normalised=True), Site("mlp_out", layer)


def _sae(kind: str | None, layer: int | None, where: str) -> Site:
    if kind == "att":
        raise InputError(
            f"{where} reads what the heads of attention write before it is mixed (hook_z), and none of our sites.",
            "Take SAEs of the residual stream (…-res) or of the MLP (…-mlp), or transcoders (…-transcoders).",
        )
    if kind is None or layer is None:
        raise _unsaid(where)
    return Site(_KINDS[kind], layer)


def _unsaid(where: str) -> InputError:
    return InputError(
        f"{where} does not say where it reads: that stands in the names of its repository (gemma-scope-2b-pt-res) and "
        "its folder (layer_3).",
        'Keep those names, or give site=, such as site="resid_post.3".',
    )


GEMMA_SCOPE = Format("gemma_scope", ARCHIVE, (ARCHIVE,), _recognise, _read, lazy=True)
