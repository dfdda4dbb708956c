"""SAELens, version 6 and files from before: `cfg.json` and `sae_weights.safetensors`.

`pre = (norm(x) - b_dec) W_enc + b_enc`, `b_dec` only where `apply_b_dec_to_input`; strict `>` at thresholds. Scaling by
a constant and whitening are folded in; where each token is normalised by its own size, the dictionary does so too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor

from saecircuits.dictionaries.activations import Activation, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError

from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import Place, place_of_hook, site_of_gemma_3
from .parts import Parts, gated, jump_relu, row_norms, single
from .sae_lens_config import Config, read_config
from .sae_lens_write import TOKEN_NORM_NAMES, write
from .tensors import Tensors

CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"
_KNOWN = ("none", "expected_average_only_in", "covariance_whitening", *TOKEN_NORM_NAMES)
_AGAIN = "Correct it, or copy the checkpoint again."
_SCALER, _WHITENING = "activation_scaler.json", "activation_whitening.safetensors"


def _recognise(folder: Folder) -> bool:
    return CONFIG in folder and WEIGHTS in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = read_config(folder, CONFIG)
    tensors = folder.tensors(WEIGHTS, {"d": config.d_in, "m": config.d_sae})
    parts = _parts(config, tensors)
    _drop_ones(tensors)
    tensors.finish()
    if config.rescaled:
        parts = parts.latents_times(row_norms(parts.W_dec))
    parts = _unnormalised(parts, config, folder, request)
    return [_wiring(config, str(folder.path), request).build(parts, request)]


def _parts(config: Config, tensors: Tensors) -> Parts:
    skip = tensors.take("W_skip", "d_out", "d") if config.skip else None
    out = "d_out" if config.transcodes else "d"
    W_enc, W_dec = tensors.matrix("W_enc", "d", "m"), tensors.matrix("W_dec", "m", out)
    b_dec = tensors.take("b_dec", out)
    activation, b_enc = _activation(config, tensors)
    if config.transcodes and W_enc.shape[-1] != W_dec.shape[-1]:
        raise FileFormatError(
            f"{tensors.where} reads a width of {W_enc.shape[-1]} and writes one of {W_dec.shape[-1]}.",
            "A dictionary here reads and writes one width: the residual stream's.",
        )
    return single(W_enc, b_enc, W_dec, b_dec, activation, b_dec if config.subtracts else None, skip)


def _activation(config: Config, tensors: Tensors) -> tuple[Activation, Tensor]:
    """The activation function, and the encoder's bias."""
    if config.kind == "gated":
        r_mag, b_gate, b_mag = (tensors.take(name, "m") for name in ("r_mag", "b_gate", "b_mag"))
        return gated(r_mag, b_gate, b_mag), b_gate
    b_enc = tensors.take("b_enc", "m")
    match config.kind:
        case "topk":
            return TopK(config.k), b_enc
        case "jumprelu":
            return jump_relu(tensors.take("threshold", "m")), b_enc
        case "batchtopk":
            return jump_relu(tensors.number("topk_threshold")), b_enc
        case _:
            return ReLU(), b_enc


def _drop_ones(tensors: Tensors) -> None:
    """Old files carry a factor for each latent that finetuning may have changed."""
    for name in ("scaling_factor", "finetuning_scaling_factor"):
        factor = tensors.optional(name, "m")
        if factor is not None and not bool((factor == 1).all()):
            raise FileFormatError(
                f"{tensors.where} has a {name} for each latent that is not 1.", "Fold it into W_dec and save it again."
            )


def _unnormalised(parts: Parts, config: Config, folder: Folder, request: Request) -> Parts:
    where = str(folder.path / CONFIG)
    match config.normalised:
        case "none":
            return parts
        case "expected_average_only_in":
            if request.scale is None and _SCALER in folder:
                scale = _number(folder.json(_SCALER), "scaling_factor", str(folder.path / _SCALER))
            else:
                (scale,) = request.scales(where, 1, f"normalize_activations is {config.normalised!r}, not folded in")
            return _scaled(parts, scale, config.rescaled)
        case "covariance_whitening" if config.transcodes:
            raise FileFormatError(
                f"{where} is of a transcoder on whitened activations: one matrix cannot whiten two places.",
                "Save it for inference with SAELens.",
            )
        case "covariance_whitening" if _WHITENING in folder:
            white = folder.tensors(_WHITENING, {"d": config.d_in})
            mean, matrix, inverse = (
                white.take("mean", "d"),
                white.take("matrix", "d", "d"),
                white.take("inverse_matrix", "d", "d"),
            )
            return parts.whitened(mean, matrix, inverse)
        case "covariance_whitening":
            raise FileFormatError(
                f"{where} says that activations were whitened, and {_WHITENING} is not beside it.",
                "Copy it from the training checkpoint, or save the SAE for inference with SAELens.",
            )
        case "layer_norm" | "constant_norm_rescale":
            return _by_token(parts, config, where)
        case other:
            raise FileFormatError(
                f"{where} says normalize_activations={other!r}, which is not known.", f"Known are {', '.join(_KNOWN)}."
            )


def _scaled(parts: Parts, scale: float, rescaled: bool) -> Parts:
    """Of raw activations; norms of decoder rows, which latents may be multiplied with, change with the rows."""
    parts = parts.scaled(scale, scale)
    if not rescaled:
        return parts
    parts.activation.rescale(1 / scale)
    return parts.latents_times(1 / scale)


def _by_token(parts: Parts, config: Config, where: str) -> Parts:
    if config.transcodes or not isinstance(parts.activation, ReLU | TopK):
        raise FileFormatError(
            f"{where} says normalize_activations={config.normalised!r}: each token is normalised by its own size, and "
            f"with {config.kind} what is written is then not linear in the latents.",
            "Such a dictionary cannot be used here; SAEs with relu or topk can.",
        )
    return replace(parts, token_norm=TOKEN_NORM_NAMES[config.normalised])


def _number(values: dict[str, Any], name: str, where: str) -> float:
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1e-15 < value < 1e15:
        raise FileFormatError(f"{name} in {where} is {value!r}; a positive number is needed.", _AGAIN)
    return float(value)


def _wiring(config: Config, where: str, request: Request) -> Wiring:
    if not config.transcodes:
        return request.one_site(where, lambda: _place(config.hook, config.module))
    return request.two_sites(
        where, lambda: (_place(config.hook, config.module), _place(config.hook_out, config.module_out).site)
    )


def _place(hook: str, module: str) -> Place:
    """The module's end if it is one of ours, else the hook."""
    try:
        return Place(site_of_gemma_3(module))
    except InputError:
        return place_of_hook(hook)


SAE_LENS = Format(
    "sae_lens",
    f"{CONFIG} and {WEIGHTS}",
    (CONFIG, WEIGHTS, _SCALER, _WHITENING),
    _recognise,
    _read,
    write,
    lazy=True,
)
