"""Writing what SAELens reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.activations import JumpReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import InputError

from .hooks import hook_of_site
from .parts import ends, folded_biases, threshold_of

TOKEN_NORM_NAMES = {"layer_norm": "layer_norm", "constant_norm_rescale": "constant_norm"}
"""What SAELens calls our normalisations of tokens."""


def write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    """One dictionary, as `cfg.json` and `sae_weights.safetensors`.

    Raises:
        InputError: for what SAELens has no architecture for.
    """
    (dictionary,) = dictionaries
    architecture = _architecture(dictionary)
    b_enc, b_dec = folded_biases(dictionary)
    weights = {"W_enc": dictionary.W_enc[:, 0].T, "b_enc": b_enc, "W_dec": dictionary.W_dec[:, 0], "b_dec": b_dec[0]}
    threshold = threshold_of(dictionary.activation, dictionary.n_features)
    if threshold is not None:
        weights["threshold"] = threshold
    if dictionary.W_skip is not None:
        weights["W_skip"] = dictionary.W_skip[0, :, 0]
    replace_file(folder / "sae_weights.safetensors", lambda path: path.write_bytes(save(_plain(weights))))
    text = json.dumps(_config(dictionary, architecture, model), indent=2) + "\n"
    replace_file(folder / "cfg.json", lambda path: path.write_text(text, "utf-8"))


def _architecture(dictionary: Dictionary) -> str:
    if ends(dictionary) is None:
        raise InputError(
            f"{dictionary.name!r} reads {len(dictionary.reads)} and writes {len(dictionary.writes)} sites; SAELens has "
            "one of each.",
            'Cross-layer transcoders can be written with to="circuit_tracer_clt".',
        )
    jumps, skips = isinstance(dictionary.activation, JumpReLU), dictionary.W_skip is not None
    if dictionary.reads == dictionary.writes and not skips:
        return "topk" if isinstance(dictionary.activation, TopK) else "jumprelu" if jumps else "standard"
    if isinstance(dictionary.activation, TopK):
        raise InputError(
            f"{dictionary.name!r} is a TopK transcoder, and SAELens has none.",
            'Write it with to="sparsify", or train it with BatchTopK, which becomes a JumpReLU.',
        )
    return ("jumprelu_" if jumps else "") + ("skip_" if skips else "") + "transcoder"


def _config(dictionary: Dictionary, architecture: str, model: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "architecture": architecture,
        "d_in": dictionary.d_model,
        "d_sae": dictionary.n_features,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": False,
        "normalize_activations": _normalised(dictionary),
        "reshape_activations": "none",
        "metadata": {
            "model_name": model,
            "hook_name": hook_of_site(dictionary.reads[0]),
            "hook_head_index": None,
            "prepend_bos": True,
        },
    }
    if architecture == "topk":
        config |= {"k": dictionary.activation.spec()["k"], "rescale_acts_by_decoder_norm": False}
    if "transcoder" in architecture:
        config["d_out"] = dictionary.d_model
        config["metadata"]["hook_name_out"] = hook_of_site(dictionary.writes[0])
    return config


def _normalised(dictionary: Dictionary) -> str:
    if dictionary.token_norm is None:
        return "none"
    return next(theirs for theirs, ours in TOKEN_NORM_NAMES.items() if ours == dictionary.token_norm.kind)


def _plain(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().float().cpu().contiguous() for name, value in weights.items()}
