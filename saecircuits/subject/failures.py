"""What goes wrong when a model is loaded, in one line each, with the cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from saecircuits.errors import InputError

_ANY = 'Give a folder with config.json and weights, a Hugging Face name, or "world" for the embedded model.'
_CURES = (
    ("gated repo", "Ask for access on the model's page, then log in with `hf auth login` or pass token=…"),
    ("couldn't connect", "Check the connection, or give a folder; what was loaded once needs no connection."),
    ("offline mode", "Leave the offline mode, or give a folder; what was loaded once needs no connection."),
    ("requires accelerate", "Install it: pip install accelerate."),
    ("requires `accelerate`", "Install it: pip install accelerate."),
    ("bitsandbytes", "Install it: pip install bitsandbytes."),
    ("quanto", "Install it: pip install optimum-quanto."),
    ("torchao", "Install it: pip install torchao."),
    ("unexpected keyword argument", "Leave it out, or look for its name in transformers' from_pretrained."),
    ("device_map", 'Give device_map="auto", or a device for every part of the model.'),
)
"""By a part of the message, the first that fits."""
_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


@contextmanager
def failures(model: Any) -> Iterator[None]:
    """Turn what transformers raise inside into an `InputError` with its cure."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise _too_large(model, error) from error
    except (OSError, ValueError, ImportError) as error:
        raise _failed(model, error) from error
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise _failed(model, error) from error
    except RuntimeError as error:
        if not any(words in str(error) for words in _MEMORY):
            raise
        raise _too_large(model, error) from error


def check_dtype(options: dict[str, Any]) -> None:
    """Refuse a precision that torch does not know, before anything is fetched.

    Raises:
        InputError: naming those that are of use.
    """
    for key in ("dtype", "torch_dtype"):
        asked = options.get(key)
        known = asked is None or asked == "auto" or isinstance(asked, (torch.dtype, dict))
        if not known and not (isinstance(asked, str) and isinstance(getattr(torch, asked, None), torch.dtype)):
            raise InputError(f"There is no precision {asked!r}.", 'Use "auto", "bfloat16", "float16" or "float32".')


def _failed(model: Any, error: Exception) -> InputError:
    cure = next((cure for words, cure in _CURES if words in str(error)), _ANY)
    return InputError(f"No model could be loaded from {str(model)!r}: {_first_line(error)}", cure)


def _too_large(model: Any, error: BaseException) -> InputError:
    return InputError(
        f"{str(model)!r} does not fit into memory: {_first_line(error)}",
        'Load it with dtype="bfloat16", in 8 bits, or with device_map="auto" and an offload_folder.',
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
