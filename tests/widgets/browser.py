"""A browser without a window: what it sends, and the answers."""

from __future__ import annotations

import json
from typing import Any

from saecircuits.widgets import Explorer


class Browser:
    """Sends requests to an Explorer and keeps the answers."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.answers: list[tuple[dict[str, Any], list[bytes]]] = []
        explorer.send = lambda content, buffers=None: self.answers.append((content, buffers))  # type: ignore[method-assign]

    def ask(self, message: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Send one request and wait for its answer."""
        before = len(self.answers)
        self.send(message)
        self.explorer.wait()
        assert len(self.answers) == before + 1, "one request, one answer"
        reply, buffers = self.answers[-1]
        json.dumps(reply, allow_nan=False)
        return reply, buffers

    def send(self, message: Any) -> None:
        """Send a request, without waiting."""
        self.explorer._handle_custom_msg(message, [])

    def answer_to(self, identifier: Any) -> dict[str, Any]:
        """The one answer to a request."""
        (reply,) = [reply for reply, _ in self.answers if reply["id"] == identifier]
        return reply


def without_bytes(value: Any) -> Any:
    """What is left of a state for JSON."""
    if isinstance(value, dict):
        return {key: without_bytes(each) for key, each in value.items() if not isinstance(each, bytes)}
    return [without_bytes(each) for each in value] if isinstance(value, list) else value
