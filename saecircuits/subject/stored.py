"""The values of a module's parameters, wherever they lie and however they are kept.

Parts of a model that do not fit into memory lie on disk or in main memory and are fetched by accelerate's hook for
one forward pass at a time; between those, their parameters are empty. Quantised matrices are kept as integers and
scales. What is read here is what the module multiplies with, in float32 at least.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from saecircuits.errors import InputError, UnsupportedModelError

D = TypeVar("D")
HOOK = "_hf_hook"
"""Where accelerate keeps the hook of a module."""


def at_least_single(values: Tensor) -> Tensor:
    """The values in float32, if they come in half precision; as they are otherwise."""
    return values.float() if values.dtype in (torch.bfloat16, torch.float16) else values


def stored(module: nn.Module, name: str) -> Tensor | None:
    """A parameter with its values, where they lie now; None where the module has none of that name."""
    values = module.__dict__["_parameters"].get(name)
    if values is None or not values.is_meta:
        return values
    hook = _offloading(module.__dict__.get(HOOK))
    return values if hook is None else hook.weights_map[name]


def table(module: nn.Module) -> Float[Tensor, "row d_model"]:
    """The rows of an embedding or unembedding, in the precision in which they are kept."""
    kept = stored(module, "weight")
    if kept is None:
        raise _unknown(module)
    return _as_floats(module, kept)


def device_of(module: nn.Module) -> torch.device:
    """Where a module with parameters computes."""
    found = next(module.parameters()).device
    if found.type != "meta":
        return found
    hooks = (_offloading(part.__dict__.get(HOOK)) for part in module.modules())
    return next((torch.device(hook.execution_device) for hook in hooks if hook is not None), found)


def check_device_map(model: Any, embedding: nn.Module) -> None:
    """Refuse a device map that leaves prompts nowhere to go, and bring a device to its front.

    Transformers' pipelines take the first entry for the device of the model, and `"disk"` is none.

    Raises:
        InputError: if the token embeddings are fetched for each forward pass.
    """
    if stored(embedding, "weight") is not embedding.get_parameter("weight"):
        raise InputError(
            "The device map puts the token embeddings on disk, or away from where they compute.",
            "Give them a device of their own in device_map, best that of the first layers; or more to max_memory.",
        )
    places = getattr(model, "hf_device_map", None)
    if places is not None:
        model.hf_device_map = dict(sorted(places.items(), key=lambda place: place[1] == "disk"))


def linear(module: nn.Module) -> tuple[Float[Tensor, "in out"], Float[Tensor, " out"]]:
    """Weight and bias of a linear layer, in float32 if it is in half precision; the bias zero where there is none.

    Raises:
        UnsupportedModelError: for a layer whose numbers are kept in a form that is not known.
    """
    kept, bias = table(module), stored(module, "bias")
    device = device_of(module)
    weight = at_least_single(kept.to(device))
    weight = weight if isinstance(module, Conv1D) else weight.T
    return weight, weight.new_zeros(weight.shape[1]) if bias is None else at_least_single(bias.to(device))


def moved(data: D, device: torch.device) -> D:
    """A dataclass with its tensors on a device."""
    record: Any = data
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    elsewhere = {name: value for name, value in fields.items() if isinstance(value, Tensor) and value.device != device}
    return dataclasses.replace(record, **{name: value.to(device) for name, value in elsewhere.items()})


def quantised(model: nn.Module) -> bool:
    """Whether matrices of a model are kept as integers and scales."""
    return bool(getattr(model, "is_quantized", False))


def _as_floats(module: Any, kept: Any) -> Tensor:
    form = type(kept).__name__  # by name: the packages that define them need not be installed
    if form == "Int8Params":  # bitsandbytes: a scale a row, for the numbers from -127 to 127
        scales = kept.SCB if module.state.SCB is None else module.state.SCB
        return kept.float() * (scales / 127)[:, None]
    if form == "Params4bit":
        raise _unknown(module)
    if type(kept) not in (Tensor, nn.Parameter):
        return kept.dequantize()
    if not kept.is_floating_point() or kept.itemsize < torch.bfloat16.itemsize:
        raise _unknown(module)
    return kept


def _unknown(module: nn.Module) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"The weights of a {type(module).__name__} are kept in a form that cannot be read as a matrix.",
        "Load the model in bfloat16, or in 8 bits by bitsandbytes, torchao or quanto; edits by hand work on any.",
    )


def _offloading(hook: Any) -> Any:
    """The hook that fetches a module's weights, within hooks that stand around it or beside it."""
    if hook is None or getattr(hook, "weights_map", None) is not None:
        return hook
    within = [getattr(hook, "inner", None), *getattr(hook, "hooks", ())]
    return next((found for found in map(_offloading, filter(None, within)) if found is not None), None)
