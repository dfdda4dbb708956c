"""Long requests of a widget: one thread, one after another, the newest of its kind.

1. A request of a kind replaces one of the same kind that waits, and stops the one that runs.
2. The thread lives as long as there is work.
3. What library loops report goes to the widget; a stopped request ends at the next report.
4. Every request is answered exactly once: with its result, its error, or `superseded`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from saecircuits.errors import Stopped
from saecircuits.progress import listening

from .messages import Handler, answer, kind_of

Send = Callable[[dict[str, Any], list[bytes]], None]
Show = Callable[[str, float | None], None]

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    message: Mapping[str, Any]
    handler: Handler
    stop: threading.Event = field(default_factory=threading.Event)


class Desk:
    """Answers long requests in a thread.

    Args:
        send: takes an answer and its buffers.
        show: takes what runs, in words, and the share that is done (None if unknown); `"", None` when nothing does.
    """

    def __init__(self, send: Send, show: Show) -> None:
        self._send, self._show = send, show
        self._changed = threading.Condition()
        self._waiting: list[_Job] = []
        self._running: _Job | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, message: Mapping[str, Any], handler: Handler) -> None:
        """Take a request; returns at once."""
        with self._changed:
            if self._closed:
                return
            replaced = [job for job in self._waiting if kind_of(job.message) == kind_of(message)]
            self._waiting = [job for job in self._waiting if job not in replaced]
            if self._running is not None and kind_of(self._running.message) == kind_of(message):
                self._running.stop.set()
            self._waiting.append(_Job(message, handler))
            if self._thread is None:
                # A daemon: a kernel that is shut down does not wait for it.
                self._thread = threading.Thread(target=self._work, name="saecircuits widget", daemon=True)
                self._thread.start()
        for job in replaced:
            self._send_superseded(job)

    def cancel(self, identifier: Any = None) -> None:
        """Stop the request with this id, or all of them; one that has been answered is let be."""
        with self._changed:
            dropped = [job for job in self._waiting if identifier in (None, job.message.get("id"))]
            self._waiting = [job for job in self._waiting if job not in dropped]
            if self._running is not None and identifier in (None, self._running.message.get("id")):
                self._running.stop.set()
        for job in dropped:
            self._send_superseded(job)

    def close(self) -> None:
        """Stop everything and take nothing more."""
        with self._changed:
            self._closed = True
        self.cancel()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until nothing runs or waits.

        Raises:
            TimeoutError: if it takes longer than `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._thread is None, timeout):
                raise TimeoutError(f"The widget is still at work after {timeout:g} s. Wait longer, or stop it.")

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._do(job)
            except Exception as error:  # the browser cannot be reached; later requests may fare better
                _log.error("A widget's request could not be answered", exc_info=error)

    def _do(self, job: _Job) -> None:
        with listening(lambda what, done, total: self._heard(job, what, done, total)):
            reply, buffers = answer({kind_of(job.message): job.handler}, job.message)
        self._show("", None)
        self._send(reply, buffers)

    def _next(self) -> _Job | None:
        with self._changed:
            self._running = self._waiting.pop(0) if self._waiting else None
            if self._running is None:
                self._thread = None
                self._changed.notify_all()
            return self._running

    def _heard(self, job: _Job, what: str, done: int, total: int) -> None:
        if job.stop.is_set():
            raise Stopped("This was stopped.")
        self._show(what, done / total if total else None)

    def _send_superseded(self, job: _Job) -> None:
        self._send({"id": job.message.get("id"), "superseded": True}, [])
