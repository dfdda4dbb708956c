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
        before = len(self.answers)
        self.explorer._handle_custom_msg(message, [])
        assert len(self.answers) == before + 1, "one request, one answer"
        reply, buffers = self.answers[-1]
        json.dumps(reply, allow_nan=False)
        return reply, buffers
