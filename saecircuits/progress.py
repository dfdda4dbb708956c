"""How far long work has come: loops report, whoever started the work listens, and may break it off.

A loop calls `report("rows of the graph", done, total)` between two steps. Nothing happens unless somebody listens in
the same thread; a listener that raises `Stopped` ends the work there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Called with what is counted, how many are done, and how many there are (0 if that is not known)."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(what: str, done: int, total: int = 0) -> None:
    """Say how far a loop has come."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear what is reported in this thread until the block ends."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
