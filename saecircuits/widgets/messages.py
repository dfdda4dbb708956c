"""Requests from the browser: a message with an id and a type, an answer with the same id, errors included.

Nothing that arrives can raise into the kernel: what is wrong with a message, and what goes wrong while it is answered,
goes back to the browser with its cure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from saecircuits.errors import InputError, SaeCircuitsError, Stopped

Answer = tuple[dict[str, Any], list[bytes]]
Handler = Callable[[Mapping[str, Any]], Answer]

_log = logging.getLogger(__name__)


def answer(
    handlers: Mapping[str, Handler], message: Any, also: Iterable[str] = ()
) -> tuple[dict[str, Any], list[bytes]]:
    """The reply to one message, and its binary buffers.

    Args:
        handlers: by type of request.
        message: anything at all.
        also: types that are answered elsewhere; an error names them too.
    """
    identifier = message.get("id") if isinstance(message, Mapping) else None
    try:
        body, buffers = _handler(handlers, message, also)(message)
    except Stopped:
        return {"id": identifier, "superseded": True}, []
    except Exception as error:
        return {"id": identifier, "error": describe(error)}, []
    return {"id": identifier, **body}, buffers


def describe(error: Exception) -> dict[str, str]:
    """An error as the browser shows it; what nobody foresaw also goes to the log."""
    if isinstance(error, SaeCircuitsError):
        return {"message": error.message, "cure": error.cure}
    _log.error("A widget's request failed", exc_info=error)
    return {"message": f"{type(error).__name__}: {error}", "cure": "This was not foreseen; the log has the traceback."}


def kind_of(message: Any) -> str:
    """The type of a request; empty if it has none."""
    kind = message.get("type") if isinstance(message, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _handler(handlers: Mapping[str, Handler], message: Any, also: Iterable[str]) -> Handler:
    kind = kind_of(message)
    if kind not in handlers:
        known = sorted({*handlers, *also})
        raise InputError(f"There is no request {kind!r}.", f"Known are {', '.join(known)}.")
    return handlers[kind]


def text_field(message: Mapping[str, Any], name: str) -> str:
    """A field of a message that has to be text."""
    value = message.get(name)
    if not isinstance(value, str):
        raise InputError(f"The request has no text {name!r}: it is {value!r}.")
    return value
