"""Weights of a model that lies on a server, fetched when they are first asked for, and kept."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class Fetched:
    """Brings the values of modules from the server into the model of this side, which has none."""

    def __init__(self) -> None:
        self._small = False

    def bring(self, subject: Any, module: nn.Module) -> None:
        """Parameters of a module; the first time the vectors and buffers of all modules too, which are small.

        Raises:
            InputError: if the server keeps weights from the code of its users.
        """
        model = subject.module
        if not self._small:
            vectors = [name for name, value in model.named_parameters() if value.is_meta and value.ndim < 2]
            _take(subject, vectors + [name for name, value in model.named_buffers() if value.is_meta])
            self._small = True
        missing = {id(value) for value in module.parameters() if value.is_meta}
        _take(subject, [name for name, value in model.named_parameters() if id(value) in missing])


def _take(subject: Any, names: list[str]) -> None:
    for name, value in subject.there(_values, subject.module, names).items() if names else ():
        _put(subject.module, name, value)


def _values(model: nn.Module, names: list[str]) -> dict[str, Tensor]:
    return {name: _at(model, name).detach() for name in names}


def _at(model: nn.Module, name: str) -> Tensor:
    path, _, last = name.rpartition(".")
    return getattr(model.get_submodule(path), last)


def _put(model: nn.Module, name: str, value: Tensor) -> None:
    """In the place of the value, wherever the model has it: tied weights stand in several."""
    before = _at(model, name)
    new: Any = nn.Parameter(value, requires_grad=False) if isinstance(before, nn.Parameter) else value
    for module in model.modules():
        places: list[Any] = [module._parameters, module._buffers]
        for held in places:
            for key in [key for key, old in held.items() if old is before]:
                held[key] = new
