"""The exception tree: everything that saecircuits raises on purpose.

Each message says what came, what was expected, and the cure. `cure` is the last sentence, kept apart so that a
widget or the command line can show it on a line of its own.
"""

from __future__ import annotations

import re

_LONGEST = 1200
"""Characters of a message or a cure; what came may be a megabyte."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no terminal shows as it is: control characters, changes of direction, names of files that are no UTF-8."""


def _readable(text: str) -> str:
    """A text that quotes what came, cut in its middle if need be, and with escapes for what cannot be seen."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST * 2 // 3]} … {text[-_LONGEST // 3 :]}"
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


class SaeCircuitsError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what came and what was expected.
        cure: what to do about it, as one sentence; may be empty.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        self.message, self.cure = _readable(message), _readable(cure)
        super().__init__(f"{self.message} {self.cure}".strip())


class InputError(SaeCircuitsError, ValueError):
    """A value handed in cannot be used: an empty prompt, an unknown name, a position out of range."""


class UnsupportedModelError(SaeCircuitsError, NotImplementedError):
    """The model's architecture is not in the table of architectures."""


class FileFormatError(SaeCircuitsError, ValueError):
    """A file is not what its name or its place says it is."""


class NotAttachedError(SaeCircuitsError, RuntimeError):
    """Something needs a model, but this object was loaded without one."""


class TrainingError(SaeCircuitsError, RuntimeError):
    """Training cannot go on: activations or a loss stopped being finite."""


class TrainingInterrupted(SaeCircuitsError, KeyboardInterrupt):
    """Training was broken off by Ctrl-C, between two steps."""


class Stopped(SaeCircuitsError):
    """Work was broken off because somebody asked for it, or asked for something newer."""
