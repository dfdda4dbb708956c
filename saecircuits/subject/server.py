"""What a subject asks of a server that runs its passes."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn


@runtime_checkable
class Server(Protocol):
    """Where passes run that do not run here; see `remote`.

    Attributes:
        where: True for NDIF, `"local"` for the trial of it.
    """

    where: bool | str

    def run(self, subject: Any, inputs: dict[str, Tensor], asked: tuple[Any, Any, bool], stop: bool) -> Any:
        """One pass; `asked` are the body, what is made of its result, and whether there is a graph."""
        ...

    def write(self, subject: Any, inputs: dict[str, Tensor], body: Any, options: dict[str, Any]) -> Tensor:
        """One generation; ids of prompts and continuations."""
        ...

    def bring(self, subject: Any, module: nn.Module) -> None:
        """Fetch the weights of a module."""
        ...
