"""What widgets share that answer requests: at once, or in a thread, with progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import traitlets

from saecircuits.errors import InputError

from .desk import Desk
from .kept import KeptWidget
from .messages import Answer, Handler, answer, describe, kind_of

_INTERVAL = 0.1
"""Seconds between two updates of the progress."""


class Widget(KeptWidget):
    """Base of the widgets.

    A subclass gives its requests: `_quick` ones are answered at once, `_long` ones in a thread of the widget, the
    newest of its kind first; see `Desk`.

    Attributes:
        busy: what runs, in words; empty when nothing does.
        progress: share of it that is done, or None.
        error: message and cure of what went wrong last outside of a request, or None.
    """

    beside: ClassVar[frozenset[str]] = frozenset()
    """Long requests that have a thread of their own, so that the others need not wait for them."""

    _desks: Sequence[Desk] = ()  # a widget that could not be made is closed without any

    error = traitlets.Dict(None, allow_none=True).tag(sync=True)
    busy = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._desks = [Desk(self._answered, partial(self._show_progress, desk=desk)) for desk in (0, 1)]
        self._at_work: dict[int, tuple[str, float | None]] = {}
        self._progress_at = 0.0
        self._sending = threading.RLock()
        super().__init__(**{"error": None, **traits})  # traitlets makes {} of a Dict's default None
        self.on_msg(self._on_message)
        self._hear_in_any_shell()

    def wait(self, timeout: float | None = 60) -> None:
        """Wait until no request is at work.

        Raises:
            TimeoutError: if it takes longer than `timeout` seconds.
        """
        for desk in self._desks:
            desk.wait(timeout)

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send what is set in this block in one message; other threads set their traits before or after it."""
        with self._sending, super().hold_sync():
            yield

    def close(self) -> None:
        """Stop what runs, and take the widget from the page."""
        for desk in self._desks:
            desk.close()
        super().close()

    def _quick(self) -> Mapping[str, Handler]:
        """Requests that are answered at once."""
        return {}

    def _long(self) -> Mapping[str, Handler]:
        """Requests that are answered in a thread."""
        return {}

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        self._hear_in_any_shell()

    def _hear_in_any_shell(self) -> None:
        # ipykernel 7.4 hands what the browser says to the shell that spoke last, which is busy while a cell runs; where
        # nothing is noted, to the subshell that JupyterLab keeps for widgets.
        if self.comm is not None:  # a widget that was closed has none
            getattr(self.comm, "__dict__", {}).pop("_reply_subshell_id", None)

    def _should_send_property(self, key: str, value: Any) -> bool:
        # What is set while another thread holds the sync would be forgotten at the end of its block.
        with self._sending:
            return super()._should_send_property(key, value)

    def _on_message(self, _: Any, message: Any, __: list[Any]) -> None:
        handler = self._long().get(kind_of(message))
        if handler is not None:
            return self._desks[kind_of(message) in self.beside].submit(message, handler)
        return self._answered(*answer({**self._quick(), **self._common()}, message, also=self._long()))

    def _answered(self, reply: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is None:  # a widget that was closed has none
            return
        try:
            self.send(reply, buffers)
        except Exception as error:  # what cannot travel, such as a number that is none, still gets its answer
            self.send({"id": reply["id"], "error": describe(error)}, [])

    def _common(self) -> Mapping[str, Handler]:
        return {"cancel": self._answer_cancel, "ping": lambda _: ({}, [])}

    def _answer_cancel(self, message: Mapping[str, Any]) -> Answer:
        identifier = message.get("of")
        if not isinstance(identifier, str):
            raise InputError(f"The request has no id to cancel: it is {identifier!r}.")
        for desk in self._desks:
            desk.cancel(identifier)
        return {}, []

    def _show_progress(self, what: str, share: float | None, desk: int = 0) -> None:
        if what == self.busy and time.monotonic() - self._progress_at < _INTERVAL:
            return
        # Work that reports may hold the model, for which another thread waits that holds the sync: so it never waits.
        if not self._sending.acquire(blocking=what == ""):
            return
        try:
            self._progress_at = time.monotonic()
            if what:
                self._at_work[desk] = what, share
            else:
                self._at_work.pop(desk, None)
            what, share = next(iter(self._at_work.values()), ("", None))
            with self.hold_sync():
                self.busy, self.progress = what, share
        finally:
            self._sending.release()
