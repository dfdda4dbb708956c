"""Opening a model by name, by path, or one that is in memory already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nnsight import TransformersModel
from torch import nn
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, AutoTokenizer, PreTrainedConfig
from transformers.utils import logging as transformers_logging

from saecircuits.errors import InputError

from .architectures import architecture_of
from .failures import check_dtype, failures
from .remote import LOCAL, Remote, check_key
from .subject import Subject

_SMALL = 2**28
"""Bytes of weights that are loaded without a progress bar."""


def load_model(
    model: str | Path | nn.Module,
    tokenizer: Any = None,
    name: str | None = None,
    *,
    remote: bool | str = False,
    **options: Any,
) -> Subject:
    """Open a language model for study.

    Args:
        model: a Hugging Face name (`"openai-community/gpt2"`), a folder, or a loaded causal language model.
        tokenizer: needed with a loaded model; otherwise the model's own is loaded.
        name: what to call it; default the name or the folder's name.
        remote: run its passes on NDIF: configuration and tokenizer are loaded, no weights, and every pass is sent with
            nnsight's key. `"local"` loads the model here, and packs and unpacks each pass as for a server.
        options: handed to `AutoModelForCausalLM.from_pretrained`: `revision="…"`, `dtype="bfloat16"`,
            `quantization_config=BitsAndBytesConfig(load_in_8bit=True)`, `device_map="auto"`, `offload_folder="…"`; of
            a remote model only those that say where its files come from.

    Raises:
        InputError: if the model cannot be found, fetched or held in memory, if a package that the options need is
            missing, a loaded model comes without its tokenizer or is to be remote, or there is no key for NDIF.
        UnsupportedModelError: if its architecture is not in the table; said before any weight is loaded.
    """
    _check_remote(model, remote, options)
    if isinstance(model, nn.Module):
        if tokenizer is None:
            raise InputError("A loaded model came without a tokenizer.", "Call load_model(model, tokenizer=tokenizer).")
        return Subject(model, tokenizer, name or type(model).__name__, server=_server(remote))
    check_dtype(options)
    with failures(model):
        _check_architecture(model, _hub_options(options))
        if remote is True:
            tokenizer = tokenizer or _tokenizer(model, _hub_options(options))
            return without_weights(str(model), tokenizer, name or Path(model).name, options.get("revision"))
        with _quiet_if_small(model):
            loaded = AutoModelForCausalLM.from_pretrained(model, **options)
        tokenizer = tokenizer or _tokenizer(model, _hub_options(options))
    return Subject(loaded, tokenizer, name or Path(model).name, server=_server(remote))


def without_weights(model: str, tokenizer: Any, name: str, revision: str | None = None) -> Subject:
    """The model as NDIF knows it: by its name, with the shape of its modules alone."""
    traced = TransformersModel(model, task="text-generation", tokenizer=tokenizer, revision=revision)
    return Subject(traced._module, tokenizer, name, traced=traced, server=Remote(True))


def _check_remote(model: str | Path | nn.Module, remote: bool | str, options: dict[str, Any]) -> None:
    if remote not in (True, False, LOCAL):
        raise InputError(f"remote is {remote!r}.", 'Use True, False or "local".')
    if remote is not True:
        return
    check_key()
    if isinstance(model, nn.Module) or Path(model).exists():
        here = "A loaded model" if isinstance(model, nn.Module) else f"{str(model)!r}, a folder here,"
        raise InputError(
            f"{here} is to be remote, and NDIF knows models by their Hugging Face names.",
            'Give the name, or remote="local" to try how passes would be sent.',
        )
    if other := sorted(set(options) - set(_hub_options(options))):
        raise InputError(f"Options {', '.join(other)} came with remote=True.", "The server has chosen them already.")


def _server(remote: bool | str) -> Remote | None:
    return Remote(remote) if remote else None


def _check_architecture(model: str | Path, options: dict[str, Any]) -> None:
    """Refuse a type by its name alone (transformers need not know it either), and a model unlike its family."""
    fields, _ = PreTrainedConfig.get_config_dict(model, **options)
    if not isinstance(fields, dict) or not isinstance(fields.get("model_type"), str):
        raise OSError("there is no config.json that names a model_type.")
    row = architecture_of(fields["model_type"])
    if fields["model_type"] in CONFIG_MAPPING:
        config: Any = CONFIG_MAPPING[fields["model_type"]].from_dict(fields)
        row.check_config(config.get_text_config(decoder=True), str(model))


@contextmanager
def _quiet_if_small(model: str | Path) -> Iterator[None]:
    """No progress bar for what is read from disk within a moment."""
    weights = [path.stat().st_size for path in Path(model).glob("*.safetensors")]
    hide = 0 < sum(weights) < _SMALL and transformers_logging.is_progress_bar_enabled()
    if hide:
        transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if hide:
            transformers_logging.enable_progress_bar()


def _tokenizer(model: str | Path, options: dict[str, Any]) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(model, **options)
    if tokenizer.vocab_size == 0:  # what transformers make of a folder without a tokenizer's files
        raise OSError("there is no tokenizer in it.")
    return tokenizer


def _hub_options(options: dict[str, Any]) -> dict[str, Any]:
    """Those that say where files come from: config and tokenizer come from there too."""
    return {k: v for k, v in options.items() if k in ("revision", "token", "cache_dir", "local_files_only")}
