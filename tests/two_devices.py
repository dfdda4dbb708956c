"""Two devices that refuse to be mixed, on a machine that has none: tensors that say where they lie and compute on the
processor.

As real ones do, an operation on tensors of both fails, single numbers and integer indices from the processor aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

FIRST, SECOND = torch.device("lazy:0"), torch.device("lazy:1")
CPU = torch.device("cpu")
_COPIES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)


class Placed(Tensor):
    """A tensor that lies on a device by its own word."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor, device: torch.device) -> Placed:
        layout = dict(strides=inner.stride(), storage_offset=inner.storage_offset(), dtype=inner.dtype)
        made = Tensor._make_wrapper_subclass(cls, inner.shape, **layout, device=device)  # type: ignore[attr-defined]
        made.inner = inner
        return made

    def __repr__(self) -> str:  # type: ignore[override]
        return f"{self.inner!r} on {self.device}"

    def numpy(self, *, force: bool = False) -> Any:
        return self.inner.numpy(force=force)

    def tolist(self) -> Any:  # type: ignore[override]
        return self.inner.tolist()

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _compute(function, args, kwargs or {})


class _Operations(TorchDispatchMode):
    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _compute(function, args, kwargs or {})


class _Literals(TorchFunctionMode):
    """`torch.tensor` and `new_tensor` reach no operation that could be asked for a device."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if function is torch.tensor:
            device = torch.device(kwargs.pop("device", None) or CPU)
            return place(function(*args, **kwargs), device)
        if function is Tensor.new_tensor and isinstance(args[0], Placed):
            return place(args[0].inner.new_tensor(*args[1:], **kwargs), args[0].device)
        return function(*args, **kwargs)


@contextmanager
def devices() -> Iterator[None]:
    """Inside, tensors that are made on one of the two devices lie there."""
    with _Operations(), _Literals():
        yield


def place(inner: Tensor, device: torch.device) -> Tensor:
    """A tensor on one of the devices, or plain."""
    return inner if device == CPU else Placed(inner, device)


def _compute(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    tensors = [value for value in tree_flatten((args, kwargs))[0] if isinstance(value, Tensor)]
    asked = kwargs.pop("device", None)
    device = torch.device(asked) if asked is not None else _common(function, tensors)
    if asked is not None and str(function).startswith("aten.") and "device" in str(function._schema):
        kwargs["device"] = CPU
    out = function(*tree_map(_inner, args), **tree_map(_inner, kwargs))
    if _writes(function):
        return args[0]
    return tree_map(lambda value: place(value, device) if isinstance(value, Tensor) else value, out)


def _inner(value: Any) -> Any:
    return value.inner if isinstance(value, Placed) else value


def _writes(function: Any) -> bool:
    return function._schema.name.endswith("_") and not function._schema.name.endswith("__")


def _common(function: Any, tensors: list[Tensor]) -> torch.device:
    if function in _COPIES:
        return tensors[0].device
    devices = {t.device for t in tensors if t.device != CPU or (t.ndim and t.is_floating_point())}
    if len(devices) > 1:
        raise RuntimeError(f"{function} got tensors on {sorted(map(str, devices))}")
    return next(iter(devices), CPU)


def spread(model: Any, blocks: str, ends: Sequence[str]) -> None:
    """Lay the first block and what comes before it on one device, the other blocks and the ends on the other.

    What enters a block or an end is moved there, as accelerate does.
    """
    others = model.get_submodule(blocks)[1:]
    _lay(model, FIRST)
    model.hf_device_map = {"": FIRST}  # so that no pipeline moves it
    for part in (*others, *(model.get_submodule(end) for end in ends)):
        _lay(part, SECOND)
        part.register_forward_pre_hook(_enter, with_kwargs=True, prepend=True)


def _lay(module: nn.Module, device: torch.device) -> None:
    for part in module.modules():
        for name, values in part._parameters.items():
            if values is not None:
                part._parameters[name] = nn.Parameter(place(_inner(values.data), device), requires_grad=False)
        for name, values in part._buffers.items():
            if values is not None:
                part._buffers[name] = place(_inner(values), device)


def _enter(_: nn.Module, args: Any, kwargs: Any) -> Any:
    return tree_map(lambda value: value.to(SECOND) if isinstance(value, Tensor) else value, (args, kwargs))
