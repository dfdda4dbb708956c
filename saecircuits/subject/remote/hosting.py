"""The server's side of a request: the body of a pass, run on the server's model.

A server may keep the model in another process than the code of its users; then values come as copies. Reading and
writing goes on as ever, and what needs the model itself (gradients, weights, what is hung onto its modules) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from saecircuits.errors import InputError, SaeCircuitsError
from saecircuits.subject.subject import Subject

from .wire import Ends, pack, unpack


class Job:
    """One request.

    Args:
        request: what `calls.packed` made.
        model: the server's, as nnsight gives it to the block.
        host: where modules come from.
    """

    def __init__(self, request: dict[str, Any], model: Any, host: Any) -> None:
        modules = _Hosted(host)
        header = unpack(request["header"], request["header_tensors"], Ends(modules))
        if model._module is None:  # what keeps the model apart may have failed to make its empty modules
            raise InputError(
                f"The server runs passes of this key apart from {header['name']}, and has no modules of it for them.",
                "Load the model here, or ask NDIF to trust the key.",
            )
        self._subject = Subject.hosted(model, header["name"], header["architecture"])
        self._ends = Ends(modules, self._subject)
        self._batch: int = header["batch"]
        self._asked = unpack(request["body"], request["tensors"], self._ends, self._subject.device)

    def perform(self) -> bytes:
        """Run the body of one pass, within all that is to hold around it; what it gives, packed."""
        body, then, grad, around = self._asked
        try:
            with ExitStack() as stack:
                stack.enter_context(_as_at_home(self._subject.device))
                stack.callback(torch.set_grad_enabled, torch.is_grad_enabled())
                torch.set_grad_enabled(grad)
                for enter, args in around:
                    stack.enter_context(enter(self._subject, *args))
                if grad:
                    self._subject.check_at_hand("gradients")
                found = self._subject.whole(body, self._batch)
                given = found if then is None else then(found)
        except SaeCircuitsError as error:
            given = Refusal(type(error).__name__, error.message, error.cure)
        packed = pack(given, self._ends)
        return len(packed.body).to_bytes(8, "little") + packed.body + packed.tensors

    def step(self, number: int) -> None:
        """Run the body at one step of a generation."""
        if self._subject.apart:  # else the generation has set it, and sets it back
            torch.set_grad_enabled(False)
        with _as_at_home(self._subject.device):
            self._subject.whole(lambda: self._asked(number), self._batch)


@contextmanager
def _as_at_home(device: torch.device) -> Iterator[None]:
    """Numbers as this package makes them elsewhere: a server may compute in the model's own precision throughout."""
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.autocast(device.type, enabled=False):
            yield
    finally:
        torch.set_default_dtype(dtype)


class Refusal:
    """An error of this package, on its way back.

    Args:
        kind: name of its class.
        message, cure: as of `SaeCircuitsError`.
    """

    def __init__(self, kind: str, message: str, cure: str) -> None:
        self.kind, self.message, self.cure = kind, message, cure


class _Hosted:
    """The modules of a request, by their paths below the package."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def load(self, name: str) -> Any:
        return self._host.load(self._full(name))

    def code(self, name: str) -> Any:
        return self._host.code(self._full(name))

    def _full(self, name: str) -> str:
        return f"{self._host.package}.{name}" if name else self._host.package
