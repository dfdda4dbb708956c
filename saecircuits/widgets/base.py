"""What all widgets share: their files, requests with answers, long work in a thread, a page of their own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from saecircuits.errors import InputError
from saecircuits.exports import standalone_page

from .desk import Desk
from .messages import Answer, Handler, answer, kind_of

_STATIC = Path(__file__).parent / "static"
_INTERVAL = 0.1
"""Seconds between two updates of the progress."""
_OF_THE_HOST = frozenset({"layout", "tabbable", "tooltip"})
_OF_THE_MOMENT = {"busy": "", "progress": None, "error": None}


class Widget(anywidget.AnyWidget):
    """Base of the widgets.

    A subclass names its `bundle` and gives its requests: `_quick` ones are answered at once, `_long` ones in a thread
    of the widget, the newest of its kind first; see `Desk`.

    Attributes:
        busy: what runs, in words; empty when nothing does.
        progress: share of it that is done, or None.
        error: message and cure of what went wrong last outside of a request, or None.
    """

    bundle: ClassVar[str] = ""

    error = traitlets.Dict(None, allow_none=True).tag(sync=True)
    busy = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init_subclass__(cls, **options: Any) -> None:
        if "bundle" in cls.__dict__:  # not when a widget makes a class of its own for its traits
            cls._esm, cls._css = _STATIC / f"{cls.bundle}.js", _STATIC / f"{cls.bundle}.css"
        super().__init_subclass__(**options)

    def __init__(self, **traits: Any) -> None:
        self._desk = Desk(self._answered, self._show_progress)
        self._shown = 0.0
        super().__init__(**{"error": None, **traits})  # traitlets makes {} of a Dict's default None
        self.on_msg(self._on_message)

    def wait(self, timeout: float | None = 60) -> None:
        """Wait until no request is at work.

        Raises:
            TimeoutError: if it takes longer than `timeout` seconds.
        """
        self._desk.wait(timeout)

    def html(self, title: str = "") -> str:
        """The widget as it is now, as one HTML page that works offline and without a kernel."""
        return standalone_page(title or type(self).__name__, self.bundle, self._page_state())

    def close(self) -> None:
        """Stop what runs, and take the widget from the page."""
        self._desk.close()
        super().close()

    def _quick(self) -> Mapping[str, Handler]:
        """Requests that are answered at once."""
        return {}

    def _long(self) -> Mapping[str, Handler]:
        """Requests that are answered in a thread."""
        return {}

    def _page_state(self) -> dict[str, Any]:
        """The traits that a page of its own begins with."""
        names = [name for name in self.keys if not name.startswith("_") and name not in _OF_THE_HOST]
        return {name: getattr(self, name) for name in names} | _OF_THE_MOMENT

    def _on_message(self, _: Any, message: Any, __: list[Any]) -> None:
        handler = self._long().get(kind_of(message))
        if handler is not None:
            return self._desk.submit(message, handler)
        return self._answered(*answer({**self._quick(), "cancel": self._answer_cancel}, message, also=self._long()))

    def _answered(self, reply: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is not None:  # a widget that was closed has none
            self.send(reply, buffers)

    def _answer_cancel(self, message: Mapping[str, Any]) -> Answer:
        identifier = message.get("of")
        if not isinstance(identifier, str):
            raise InputError(f"The request has no id to cancel: it is {identifier!r}.")
        self._desk.cancel(identifier)
        return {}, []

    def _show_progress(self, what: str, share: float | None) -> None:
        if what == self.busy and time.monotonic() - self._shown < _INTERVAL:
            return
        self._shown = time.monotonic()
        with self.hold_sync():
            self.busy, self.progress = what, share
