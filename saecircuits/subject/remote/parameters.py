"""Weights of a model that lies on a server, fetched when they are first asked for, and kept."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.sites import Site


class Fetched:
    """Brings the values of modules from the server into the model of this side, which has none."""

    def __init__(self) -> None:
        self._buffers = False

    def bring(self, subject: Any, module: nn.Module) -> None:
        """Parameters of a module, and, the first time, the buffers of all modules: these are few and small.

        Raises:
            InputError: if the server keeps weights from the code of its users.
        """
        if not self._buffers:
            self._buffers = True
            _take(subject, [name for name, value in subject.module.named_buffers() if value.is_meta])
        missing = {id(value) for value in module.parameters() if value.is_meta}
        if missing:
            _take(subject, [name for name, value in subject.module.named_parameters() if id(value) in missing])


def _take(subject: Any, names: list[str]) -> None:
    if names:
        token = torch.zeros(1, 1, dtype=torch.long)  # any: a pass is the only way to the server
        for name, value in subject.run(token, partial(_values, subject, names), stop=True).items():
            _put(subject.module, name, value)


def _values(subject: Any, names: list[str]) -> dict[str, Tensor]:
    """Inside a pass, on the server."""
    subject.check_at_hand("weights")
    subject.get(Site("resid_pre", 0))
    return {name: _at(subject.module, name).detach() for name in names}


def _at(model: nn.Module, name: str) -> Tensor:
    path, _, last = name.rpartition(".")
    return getattr(model.get_submodule(path), last)


def _put(model: nn.Module, name: str, value: Tensor) -> None:
    """In the place of the value, wherever the model has it: tied weights stand in several."""
    before = _at(model, name)
    new = nn.Parameter(value, requires_grad=False) if isinstance(before, nn.Parameter) else value
    for module in model.modules():
        for held in (module._parameters, module._buffers):
            for key, old in list(held.items()):
                if old is before:
                    held[key] = new
