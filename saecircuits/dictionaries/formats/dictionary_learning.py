"""dictionary_learning: `ae.pt`, a state dict, and `config.json`, whose `trainer.dict_class` says which class it is of.

What is read are raw activations: where training normalised them, the biases and thresholds of the file are scaled back.
Its crosscoders come from a fork, see `science_of_finetuning`.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.activations import Activation, JumpReLU, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import SITE_KINDS, Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import Place, site_of_module
from .parts import Parts, ends, folded_biases, gated, jump_relu, row_norms, single, threshold_of
from .science_of_finetuning import is_crosscoder
from .tensors import Tensors

CONFIG, WEIGHTS = "config.json", "ae.pt"


def _auto_encoder(tensors: Tensors, k: int) -> Parts:
    bias = tensors.take("bias", "d")
    encoder = tensors.take("encoder.weight", "m", "d"), tensors.take("encoder.bias", "m")
    parts = single(*encoder, tensors.take("decoder.weight", "d", "m").T, bias, ReLU(), bias)
    return parts.latents_times(row_norms(parts.W_dec))  # its own loader gives decoder rows norm 1


def _auto_encoder_new(tensors: Tensors, k: int) -> Parts:
    encoder = tensors.take("encoder.weight", "m", "d"), tensors.take("encoder.bias", "m")
    return single(*encoder, tensors.take("decoder.weight", "d", "m").T, tensors.take("decoder.bias", "d"), ReLU())


def _gated(tensors: Tensors, k: int) -> Parts:
    bias, gate = tensors.take("decoder_bias", "d"), tensors.take("gate_bias", "m")
    activation = gated(tensors.take("r_mag", "m"), gate, tensors.take("mag_bias", "m"))
    W_enc, W_dec = tensors.take("encoder.weight", "m", "d"), tensors.take("decoder.weight", "d", "m").T
    return single(W_enc, gate, W_dec, bias, activation, bias)


def _jump_relu(tensors: Tensors, k: int) -> Parts:
    W_enc, b_enc = tensors.take("W_enc", "d", "m").T, tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.take("W_dec", "m", "d"), tensors.take("b_dec", "d")
    return single(W_enc, b_enc, W_dec, b_dec, jump_relu(tensors.take("threshold", "m")))


def _top_k(tensors: Tensors, k: int) -> Parts:
    tensors.skip("threshold")  # is learned beside, and used only where asked for
    return _linear(tensors, TopK(_same_k(tensors, k)))


def _batch_top_k(tensors: Tensors, k: int) -> Parts:
    _same_k(tensors, k)
    return _linear(tensors, _global_threshold(tensors))


def _matryoshka(tensors: Tensors, k: int) -> Parts:
    _same_k(tensors, k)
    tensors.skip("group_sizes")  # prefixes that were trained to reconstruct by themselves
    W_enc, b_enc = tensors.take("W_enc", "d", "m").T, tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.take("W_dec", "m", "d"), tensors.take("b_dec", "d")
    return single(W_enc, b_enc, W_dec, b_dec, _global_threshold(tensors), b_dec)


def _linear(tensors: Tensors, activation: Activation) -> Parts:
    encoder = tensors.take("encoder.weight", "m", "d"), tensors.take("encoder.bias", "m")
    b_dec = tensors.take("b_dec", "d")
    return single(*encoder, tensors.take("decoder.weight", "d", "m").T, b_dec, activation, b_dec)


def _global_threshold(tensors: Tensors) -> Activation:
    """At inference one threshold serves all features; one below 0 was never set, and lets pass what a ReLU does."""
    threshold = tensors.number("threshold")
    if threshold < 0:
        warnings.warn(
            f"{tensors.where} was saved before its threshold was set ({threshold:g}): it works as a plain ReLU, in "
            "its own library too, and fires far more often than its k says.",
            stacklevel=2,
        )
    return jump_relu(threshold)


def _same_k(tensors: Tensors, k: int) -> int:
    held = int(tensors.number("k")) if "k" in tensors else k
    if (k and held != k) or held < 1:
        raise FileFormatError(
            f"{tensors.where} holds k={held}, and its config says {k or 'nothing'}.",
            "The files are of two dictionaries.",
        )
    return held


_CLASSES: dict[str, Callable[[Tensors, int], Parts]] = {
    "AutoEncoder": _auto_encoder,
    "AutoEncoderNew": _auto_encoder_new,
    "GatedAutoEncoder": _gated,
    "JumpReluAutoEncoder": _jump_relu,
    "AutoEncoderTopK": _top_k,
    "BatchTopKSAE": _batch_top_k,
    "MatryoshkaBatchTopKSAE": _matryoshka,
}


_OLD = {
    "AutoEncoder": {"bias", "encoder.weight", "encoder.bias", "decoder.weight"},
    "AutoEncoderNew": {"encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"},
    "GatedAutoEncoder": {"decoder_bias", "encoder.weight", "r_mag", "gate_bias", "mag_bias", "decoder.weight"},
}
"""Classes that their tensors alone tell, for files of before configs named the class."""
_OLD_PLACE = re.compile(r"^(resid|mlp|attn)_out_layer(\d+)$")
_OLD_KINDS = {"resid": "resid_post", "mlp": "mlp_out", "attn": "attn_out"}


def _recognise(folder: Folder) -> bool:
    if WEIGHTS not in folder or is_crosscoder(folder):
        return False
    return CONFIG in folder or any(folder.has(WEIGHTS, *names) for names in _OLD.values())


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG) if CONFIG in folder else {})
    trainer = config.within("trainer")
    sizes = {
        size: trainer.size(name) for size, name in (("d", "activation_dim"), ("m", "dict_size")) if name in trainer
    }
    old = None if "dict_class" in trainer else _old_class(folder)
    kind = old or trainer.one_of("dict_class", _CLASSES)
    tensors = folder.tensors(WEIGHTS, sizes)
    parts = _CLASSES[kind](tensors, trainer.size("k") if "k" in trainer and "TopK" in kind else 0)
    tensors.finish()
    if old is not None and not request.sites and (site := _old_site(folder)) is not None:
        return [request.one_site(trainer.where, lambda: Place(site), site.layer).build(parts, request)]
    return [_wiring(trainer, config.within("buffer"), request).build(parts, request)]


def _old_class(folder: Folder) -> str | None:
    held = set(folder.values(WEIGHTS))
    return next((name for name, names in _OLD.items() if names == held), None)


def _old_site(folder: Folder) -> Site | None:
    """Old runs lie in folders such as `pythia-70m-deduped/resid_out_layer3/10_32768`; `embed` is of the embeddings."""
    for each in (folder.path.absolute(), *folder.path.absolute().parents):
        found = _OLD_PLACE.match(each.name)
        if found:
            return Site(_OLD_KINDS[found[1]], int(found[2]))
        if each.name == "embed":
            return Site("resid_pre", 0)
    return None


def _wiring(trainer: Fields, buffer: Fields, request: Request) -> Wiring:
    ends = buffer.text("io", "out")
    layer = trainer.layer("layer")
    if ends == "in_and_out":
        return request.two_sites(trainer.where, lambda: _both_ends(trainer), layer)
    return request.one_site(trainer.where, lambda: Place(_site(trainer, "input" if ends == "in" else "output")), layer)


def _both_ends(trainer: Fields) -> tuple[Place, Site]:
    return Place(_site(trainer, "input")), _site(trainer, "output")


def _site(trainer: Fields, end: str) -> Site:
    """`resid_post_layer_8`, as its scripts name them, or the path of a module."""
    name = trainer.text("submodule_name")
    plain = re.match(rf"^({'|'.join(SITE_KINDS)})_layer_(\d+)$", name)
    if plain:
        return Site(plain[1], int(plain[2]))
    if not name:
        raise InputError(
            f"{trainer.where} does not say where the dictionary reads.", 'Give site=, such as site="resid_post.8".'
        )
    return site_of_module(name, end, trainer.text("lm_name"))


def _write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    (dictionary,) = dictionaries
    sites = ends(dictionary)
    if sites is None or sites[0] != sites[1] or dictionary.W_skip is not None:
        raise InputError(
            f"{dictionary.name!r} is not an SAE of one site; dictionary_learning has no other dictionaries.",
            'Write it with to="sae_lens" or to="circuit_tracer".',
        )
    kind, state = _state(dictionary)
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    replace_file(folder / WEIGHTS, lambda path: torch.save(plain, path))
    trainer: dict[str, Any] = {
        "dict_class": kind,
        "activation_dim": dictionary.d_model,
        "dict_size": dictionary.n_features,
        "layer": sites[0].layer,
        "lm_name": model,
        "submodule_name": f"{sites[0].kind}_layer_{sites[0].layer}",
    }
    if "k" in state:
        trainer["k"] = int(state["k"])
    text = json.dumps({"trainer": trainer, "buffer": {"d_submodule": dictionary.d_model, "io": "out"}}, indent=2)
    replace_file(folder / CONFIG, lambda path: path.write_text(text + "\n", "utf-8"))


def _state(dictionary: Dictionary) -> tuple[str, dict[str, torch.Tensor]]:
    b_enc, (b_dec,) = folded_biases(dictionary)
    W_enc, W_dec = dictionary.W_enc[:, 0], dictionary.W_dec[:, 0]
    match dictionary.activation:
        case JumpReLU():
            threshold = threshold_of(dictionary.activation, dictionary.n_features)
            assert threshold is not None
            state = {"W_enc": W_enc.T, "b_enc": b_enc, "W_dec": W_dec, "b_dec": b_dec, "threshold": threshold}
            return "JumpReluAutoEncoder", state
        case TopK(k=k):
            state = {"encoder.weight": W_enc, "encoder.bias": b_enc + W_enc @ b_dec, "decoder.weight": W_dec.T}
            state |= {"b_dec": b_dec, "k": torch.tensor(k, dtype=torch.int), "threshold": torch.tensor(-1.0)}
            return "AutoEncoderTopK", state
        case _:
            state = {"encoder.weight": W_enc, "encoder.bias": b_enc, "decoder.weight": W_dec.T, "decoder.bias": b_dec}
            return "AutoEncoderNew", state


DICTIONARY_LEARNING = Format(
    "dictionary_learning", f"{WEIGHTS} and {CONFIG}", (CONFIG, WEIGHTS), _recognise, _read, _write
)
