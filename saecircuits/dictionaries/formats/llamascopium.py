"""llamascopium (Language-Model-SAEs): `config.json` and `sae_weights.safetensors`, of SAEs, transcoders, crosscoders
and cross-layer transcoders.

A feature's pre-activation may be compared with a threshold only after it is multiplied with the norm of its decoder's
row, and is not multiplied with it otherwise. Of a crosscoder's encoder biases the sum counts. Thresholds are
logarithms. Decoders of cross-layer transcoders are grouped by the layer that is written.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries.activations import Activation, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError
from saecircuits.sites import Site

from .configs import Fields
from .cross_layer import Layer, build
from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import place_of_hook, site_of_hook
from .parts import Parts, jump_relu, single
from .tensors import Tensors

CONFIG, WEIGHTS = "config.json", "sae_weights.safetensors"
_THRESHOLD = "activation_function.log_jumprelu_threshold"
_NORM = "dataset_average_activation_norm."


def _recognise(folder: Folder) -> bool:
    return CONFIG in folder and WEIGHTS in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG))
    d = config.size("d_model")
    tensors = folder.tensors(WEIGHTS, {"d": d, "m": int(d * config.number("expansion_factor"))})
    tensors.skip(*(name for name in folder.values(WEIGHTS) if name.startswith(_NORM)))
    readers = {"sae": _read_sae, "crosscoder": _read_crosscoder, "clt": _read_cross_layer}
    made = readers[config.one_of("sae_type", readers)](config, tensors, request)
    tensors.finish()
    return made


def _read_sae(config: Fields, tensors: Tensors, request: Request) -> list[Dictionary]:
    W_enc, b_enc = tensors.take("W_E", "d", "m").T, tensors.take("b_E", "m")
    W_dec, b_dec = tensors.take("W_D", "m", "d"), tensors.optional("b_D", "d")
    activation = _activation(config, tensors.optional(_THRESHOLD, "m"), _gate(config, W_dec))
    parts = single(W_enc, b_enc, W_dec, torch.zeros(W_dec.shape[1]) if b_dec is None else b_dec, activation)
    if isinstance(activation, TopK) and _gates(config):
        parts = parts.latents_times(W_dec.norm(dim=1))  # so that the largest of them are the ones that fire
    reads, writes = config.text("hook_point_in"), config.text("hook_point_out")
    parts = parts.scaled(_scale(config, tensors, reads), _scale(config, tensors, writes))
    return [_wiring(config, reads, writes, request).build(parts, request)]


def _wiring(config: Fields, reads: str, writes: str, request: Request) -> Wiring:
    if reads != writes:
        return request.two_sites(config.where, lambda: (place_of_hook(reads), site_of_hook(writes)))
    return request.one_site(config.where, lambda: place_of_hook(reads))


def _read_crosscoder(config: Fields, tensors: Tensors, request: Request) -> list[Dictionary]:
    if config.text("act_fn", "relu") != "relu":
        raise FileFormatError(
            f"{config.where} says act_fn={config.text('act_fn')!r} of a crosscoder: a feature may then fire for one "
            "hook and not for another.",
            "A dictionary's feature has one latent here; only crosscoders with relu can be used.",
        )
    hooks = config.texts("hook_points")
    tensors.sizes["heads"] = len(hooks)
    W_enc, b_enc = tensors.take("W_E", "heads", "d", "m"), tensors.take("b_E", "heads", "m")
    W_dec, b_dec = tensors.take("W_D", "heads", "m", "d"), tensors.take("b_D", "heads", "d")
    scales = torch.tensor([_scale(config, tensors, hook) for hook in hooks])
    parts = Parts(W_enc.permute(2, 0, 1), b_enc.sum(0), W_dec.transpose(0, 1), b_dec, ReLU()).scaled(scales, scales)
    wiring = request.many_sites(config.where, len(hooks), lambda: [site_of_hook(hook) for hook in hooks])
    return [wiring.build(parts, request)]


def _read_cross_layer(config: Fields, tensors: Tensors, request: Request) -> list[Dictionary]:
    reads, writes = config.texts("hook_points_in"), config.texts("hook_points_out")
    count = tensors.sizes["L"] = len(reads)
    if len(writes) != count:
        raise FileFormatError(
            f"{config.where} names {count} hooks to read and {len(writes)} to write.", "Each layer has one of both."
        )
    W_enc, b_enc = tensors.take("W_E", "L", "d", "m"), tensors.take("b_E", "L", "m")
    b_dec = torch.stack([tensors.take(f"b_D.{layer}", "d") for layer in range(count)])
    targets = [tensors.take(f"W_D.{layer}", layer + 1, "m", "d") for layer in range(count)]
    threshold = tensors.optional(_THRESHOLD, "L", "m")
    read, write = ([_scale(config, tensors, hook) for hook in hooks] for hooks in (reads, writes))
    layers = []
    for source in range(count):
        W_dec = torch.stack([targets[layer][source] for layer in range(source, count)], 1)
        level = None if threshold is None else threshold[source]
        activation = _activation(config, level, _gate(config, W_dec.flatten(1)))
        if isinstance(activation, TopK):
            raise FileFormatError(
                f"{config.where} is a cross-layer transcoder with topk over all of its layers at once.",
                "Turn it into a JumpReLU with its own library.",
            )
        inward, outward = W_enc[source].T[:, None] * read[source], torch.tensor(write[source:])[:, None]
        made = Layer(inward, b_enc[source], W_dec / outward, b_dec[source] / write[source], activation)
        layers.append(made)
    sites: list[Site] = [site_of_hook(hook) for hook in writes]
    return build(layers, [place_of_hook(hook) for hook in reads], sites, request)


def _gates(config: Fields) -> bool:
    return config.flag("sparsity_include_decoder_norm", True)


def _gate(config: Fields, W_dec: Float[Tensor, "feature d"]) -> Float[Tensor, " feature"]:
    """What pre-activations are multiplied with before they are compared with a threshold."""
    return W_dec.norm(dim=1) if _gates(config) else torch.ones(len(W_dec))


def _activation(config: Fields, log_threshold: Tensor | None, gate: Float[Tensor, " feature"]) -> Activation:
    if config.flag("use_glu_encoder") if "use_glu_encoder" in config else False:
        raise FileFormatError(f"{config.where} has a gated linear unit as its encoder.", "There is none here.")
    kind = config.one_of("act_fn", {"relu": None, "jumprelu": None, "topk": None}, "relu")
    if kind != "jumprelu" and log_threshold is not None:
        raise FileFormatError(
            f"{config.where} says act_fn={kind!r}, and there is a {_THRESHOLD}.", "The files are of two dictionaries."
        )
    match kind:
        case "jumprelu":
            if log_threshold is None:
                raise FileFormatError(
                    f"{config.where} says jumprelu, and there is no {_THRESHOLD}.", "Copy the checkpoint again."
                )
            return jump_relu(log_threshold.exp() / gate.clamp_min(torch.finfo(torch.float32).tiny))
        case "topk":
            return TopK(config.size("top_k", 50))
        case _:
            return ReLU()


def _scale(config: Fields, tensors: Tensors, hook: str) -> float:
    """What activations of a hook were multiplied by."""
    match config.text("norm_activation", "dataset-wise"):
        case "inference":
            return 1.0
        case "dataset-wise":
            norm = tensors.number(_NORM + hook)
            if not 1e-15 < norm < 1e15:
                raise FileFormatError(
                    f"{tensors.where} has a mean norm of {norm} for {hook}.", "Save it again once trained."
                )
            return config.size("d_model") ** 0.5 / norm
        case other:
            raise FileFormatError(
                f"{config.where} says norm_activation={other!r}: each token or batch is normalised by its own size, "
                "which is not linear and cannot be folded into weights.",
                "Such a dictionary cannot be used here.",
            )


LLAMASCOPIUM = Format("llamascopium", f"{CONFIG} and {WEIGHTS}", (CONFIG, WEIGHTS), _recognise, _read)
