"""SAELens' `cfg.json`, of version 6 and from before, as the few facts that decide what a dictionary computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saecircuits.errors import FileFormatError

from .folder import Folder

_KINDS = {
    "standard": "relu",
    "topk": "topk",
    "batchtopk": "batchtopk",
    "matryoshka_batchtopk": "batchtopk",
    "jumprelu": "jumprelu",
    "gated": "gated",
    "transcoder": "relu",
    "skip_transcoder": "relu",
    "jumprelu_transcoder": "jumprelu",
    "jumprelu_skip_transcoder": "jumprelu",
}
_AGAIN = "Correct it, or copy the checkpoint again."
_OLD_NAMES = {"hook_point": "hook_name", "activation_fn_str": "activation_fn"}


@dataclass(frozen=True)
class Config:
    """What a config says.

    Attributes:
        kind: of activation function.
        transcodes: it reads one place and writes another.
        skip: it has a linear path.
        d_in, d_sae: sizes.
        k: of TopK.
        subtracts: the decoder's bias is subtracted before encoding.
        rescaled: norms of decoder rows are inside the activation function.
        normalised: how activations were normalised.
        hook, hook_out: where it reads and writes, as hooks of TransformerLens; may be empty.
        module, module_out: the same as ends of Hugging Face modules; usually empty. Where they are given they count:
            of Gemma 3 the hook that a file names is not the one that was trained on.
    """

    kind: str
    transcodes: bool
    skip: bool
    d_in: int
    d_sae: int
    k: int
    subtracts: bool
    rescaled: bool
    normalised: str
    hook: str
    hook_out: str
    module: str
    module_out: str


def read_config(folder: Folder, name: str) -> Config:
    """Read a config.

    Raises:
        FileFormatError: for what is missing, of the wrong type, or cannot be expressed.
    """
    where, given = str(folder.path / name), folder.json(name)
    values = {_OLD_NAMES.get(key, key): value for key, value in given.items()}
    architecture, activation = values.get("architecture") or "standard", values.get("activation_fn") or "relu"
    if not isinstance(architecture, str) or architecture not in _KINDS:
        raise FileFormatError(
            f"{where} says architecture={architecture!r}.",
            f"Such a dictionary cannot be used; known are {', '.join(_KINDS)}.",
        )
    metadata = values.get("metadata")
    more = metadata if isinstance(metadata, dict) else values
    transcodes = "transcoder" in architecture
    subtracts = _flag(where, values, "apply_b_dec_to_input", not transcodes)
    if transcodes and subtracts:
        raise FileFormatError(
            f"{where} is of a transcoder and says apply_b_dec_to_input: its decoder's bias belongs to another place.",
            "Set it to false if that is what was trained.",
        )
    kind = _kind(where, architecture, activation)
    if (
        kind != "topk"
        and isinstance(values.get("activation_fn_kwargs"), dict)
        and "k" in values["activation_fn_kwargs"]
    ):
        raise FileFormatError(
            f"{where} says activation_fn={activation!r}, and has a k.", 'Say "topk" if that is what was trained.'
        )
    return Config(
        kind=kind,
        transcodes=transcodes,
        skip="skip" in architecture,
        d_in=_size(where, values, "d_in"),
        d_sae=_size(where, values, "d_sae"),
        k=_k(where, values) if kind == "topk" else 0,
        subtracts=subtracts,
        rescaled=_flag(where, values, "rescale_acts_by_decoder_norm", False),
        normalised=_normalised(where, values.get("normalize_activations")),
        hook=str(more.get("hook_name") or ""),
        hook_out=str(more.get("hook_name_out") or ""),
        module=str(more.get("hf_hook_name") or ""),
        module_out=str(more.get("hf_hook_name_out") or ""),
    )


def _kind(where: str, architecture: str, activation: Any) -> str:
    """Old files say `standard` of TopK, and name it as the activation function."""
    if activation == "topk" and architecture in ("standard", "topk"):
        return "topk"
    if activation not in ("relu", "topk"):
        raise FileFormatError(f"{where} says activation_fn={activation!r}.", "Known are relu and topk.")
    return _KINDS[architecture]


def _k(where: str, values: dict[str, Any]) -> int:
    arguments = values.get("activation_fn_kwargs")
    k = values.get("k") or (arguments.get("k") if isinstance(arguments, dict) else None)
    return _size(where, {"k": k}, "k")


def _size(where: str, values: dict[str, Any], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 1e15:
        raise FileFormatError(f"{where} says {name}={value!r}; a positive whole number is needed.", _AGAIN)
    return value


def _flag(where: str, values: dict[str, Any], name: str, default: bool) -> bool:
    """A truth value; a text such as "false" is none, and would count as true."""
    value = values.get(name, default)
    if value is not None and not isinstance(value, bool):
        raise FileFormatError(f"{where} says {name}={value!r}; true or false is needed.", _AGAIN)
    return bool(value)


def _normalised(where: str, value: Any) -> str:
    """Old files say it with a truth value."""
    if value is None or value is False:
        return "none"
    if value is True:
        return "expected_average_only_in"
    if not isinstance(value, str):
        raise FileFormatError(f"{where} says normalize_activations={value!r}; a name is needed.", _AGAIN)
    return value
