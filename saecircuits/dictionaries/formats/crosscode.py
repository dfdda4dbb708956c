"""crosscode (formerly crosscoding and model_diffing): `model_cfg.yaml` and `model.pt`.

Encoders are `[*read, d, feature]`, decoders `[feature, *write, d]`, the places in between being models and hookpoints;
thresholds are kept as logarithms. Whether activations were scaled stands in `is_folded`: then the scales are in the
weights.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from saecircuits.dictionaries.activations import Activation, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request
from .hooks import place_of_hook, site_of_hook
from .parts import Parts, jump_relu
from .tensors import Tensors

CONFIG, WEIGHTS = "model_cfg.yaml", "model.pt"
_ENCODER, _DECODER = "_W_enc_XiDiL", "_W_dec_LXoDo"
_THRESHOLDS = ("_activation_fn.log_threshold_L", "activation_fn.log_threshold_L", "_activation_fn.log_threshold_H")


def _recognise(folder: Folder) -> bool:
    return WEIGHTS in folder and CONFIG in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.yaml(CONFIG))
    tensors = folder.tensors(WEIGHTS)
    reads, writes = _places(tensors, _ENCODER, slice(0, -2)), _places(tensors, _DECODER, slice(1, -1))
    W_enc = tensors.take(_ENCODER, *(f"read axis {i}" for i in range(len(reads))), "d", "m")
    W_dec = tensors.take(_DECODER, "m", *(f"write axis {i}" for i in range(len(writes))), "d_out")
    d_in, features, d_out = W_enc.shape[-2], W_enc.shape[-1], W_dec.shape[-1]
    W_enc, W_dec = W_enc.reshape(-1, d_in, features), W_dec.reshape(features, -1, d_out)
    b_enc = tensors.optional("b_enc_L", "m")
    b_dec = tensors.optional("_b_dec_XoDo", *writes, "d_out")
    parts = Parts(
        W_enc.permute(2, 0, 1),
        torch.zeros(features) if b_enc is None else b_enc,
        W_dec,
        torch.zeros(W_dec.shape[1:]) if b_dec is None else b_dec.reshape(-1, d_out),
        _activation(config.within("activation_fn"), tensors),
        None,
        _skip(tensors),
    )
    folded = _is_folded(tensors)
    tensors.finish()
    count = len(W_enc)
    if not folded:
        scales = request.scales(str(folder.path / WEIGHTS), count, "its scales were not folded into the weights")
        parts = parts.scaled(torch.tensor(scales), torch.tensor(scales[: W_dec.shape[1]]))
    if count == 1 and len(request.sites) == 2:
        wiring = request.two_sites(config.where, lambda: (place_of_hook(""), Site("mlp_out", 0)))
    else:
        wiring = request.many_sites(config.where, count, lambda: _sites(config, count))
    return [wiring.build(parts, request)]


def _places(tensors: Tensors, name: str, part: slice) -> tuple[int, ...]:
    """The axes of a matrix that count models, hookpoints or both."""
    return tuple(tensors.raw(name).shape[part])


def _skip(tensors: Tensors) -> Tensor | None:
    """A linear path, stored `[in, out]`."""
    skip = tensors.optional("W_skip_DD", "d", "d_out")
    return None if skip is None else skip.T[None, :, None]


def _activation(config: Fields, tensors: Tensors) -> Activation:
    name, arguments = config.text("classname"), config.within("cfg")
    match name:
        case "ReLUActivation":
            return ReLU()
        case "TopkActivation":
            warnings.warn(
                f"{config.where}: where fewer than k latents are positive, its own library lets negative ones fire "
                "too; here they do not.",
                stacklevel=2,
            )
            return TopK(arguments.size("k"))
        case "AnthropicSTEJumpReLUActivation":
            return jump_relu(tensors.take(tensors.spelt(*_THRESHOLDS), "m").exp())
        case "BatchTopkActivation" | "GroupMaxActivation":
            raise FileFormatError(
                f"{config.where} says {name}, which has no rule for a token by itself: what fires depends on the "
                "batch.",
                "Choose a threshold on your own data and save it as a JumpReLU.",
            )
        case _:
            raise FileFormatError(
                f"{config.where} says classname={name!r}.",
                "Known are ReLUActivation, TopkActivation and AnthropicSTEJumpReLUActivation.",
            )


def _is_folded(tensors: Tensors) -> bool:
    tensors.skip("folded_scaling_factors_in_Xi", "folded_scaling_factors_out_Xo", "is_folded")
    return "is_folded" in tensors and bool(tensors.number("is_folded"))


def _sites(config: Fields, count: int) -> list[Site]:
    """The hookpoints of newer configs, for each model."""
    hooks, models = config.texts("hookpoints"), config.size("n_models", 1)
    if len(hooks) * models != count:
        raise InputError(
            f"{config.where} does not say where its {count} sites are.",
            'Give site=, one for each, models first: site=("a:resid_post.3", "a:resid_post.7", "b:resid_post.3", …).',
        )
    places = [site_of_hook(hook) for hook in hooks]
    names = [""] if models == 1 else [chr(ord("A") + number) for number in range(models)]
    return [Site(place.kind, place.layer, name) for name in names for place in places]


CROSSCODE = Format("crosscode", f"{CONFIG} and {WEIGHTS}", (CONFIG, WEIGHTS), _recognise, _read)
