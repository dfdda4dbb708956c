"""Opening a model by name, by path, or one that is in memory already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from saecircuits.errors import InputError

from .architectures import architecture_of
from .subject import Subject


def load_model(
    model: str | Path | nn.Module, tokenizer: Any = None, name: str | None = None, **options: Any
) -> Subject:
    """Open a language model for study.

    Args:
        model: a Hugging Face name (`"openai-community/gpt2"`), a folder, or a loaded causal language model.
        tokenizer: needed with a loaded model; otherwise the model's own is loaded.
        name: what to call it; default the name or the folder's name.
        options: handed to `AutoModelForCausalLM.from_pretrained`, e.g. `dtype=torch.bfloat16`, `device_map="auto"`,
            `revision="…"`.

    Raises:
        InputError: if the model cannot be found, or a loaded model comes without its tokenizer.
        UnsupportedModelError: if its architecture is not in the table; said before any weight is loaded.
    """
    if isinstance(model, nn.Module):
        if tokenizer is None:
            raise InputError("A loaded model came without a tokenizer.", "Call load_model(model, tokenizer=tokenizer).")
        return Subject(model, tokenizer, name or type(model).__name__)
    try:
        architecture_of(AutoConfig.from_pretrained(model, revision=options.get("revision")))
        loaded = AutoModelForCausalLM.from_pretrained(model, **options)
        tokenizer = tokenizer or AutoTokenizer.from_pretrained(model, revision=options.get("revision"))
    except OSError as error:
        raise InputError(
            f"No model could be loaded from {str(model)!r}: {_first_line(error)}",
            'Give a folder with config.json and weights, a Hugging Face name, or "world" for the embedded model.',
        ) from error
    return Subject(loaded, tokenizer, name or Path(model).name)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
