"""The exception tree: everything that saecircuits raises on purpose.

Each message says what came, what was expected, and the cure. `cure` is the last sentence, kept apart so that a
widget or the command line can show it on a line of its own.
"""

from __future__ import annotations


class SaeCircuitsError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what came and what was expected.
        cure: what to do about it, as one sentence; may be empty.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(f"{message} {cure}".strip())
        self.message = message
        self.cure = cure


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
