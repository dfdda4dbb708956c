"""NDIF, the service that runs passes: its key, and its errors in this package's words.

Reference: https://ndif.us, by way of nnsight's own settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nnsight.schema.config import CONFIG

from saecircuits.errors import InputError, SaeCircuitsError

LOCAL = "local"
"""`remote="local"`: pack, send and unpack as for a server, and run here."""


def check_key() -> None:
    """Refuse to go on without a key.

    Raises:
        InputError: where neither nnsight's settings nor the environment have one.
    """
    if not CONFIG.API.APIKEY:
        raise InputError(
            "No key for NDIF is set.",
            "Get one at login.ndif.us, then run nnsight.login() once or set NDIF_API_KEY before Python starts.",
        )


@contextmanager
def translated(subject: Any) -> Iterator[None]:
    """What goes wrong on the way to the server, there or on the way back, as an error of this package.

    Raises:
        InputError: for what the user can mend: a key, a model that is not deployed, a body that fails.
        SaeCircuitsError: for a service that cannot be reached.
    """
    if subject.remote == LOCAL:
        yield
        return
    try:
        yield
    except SaeCircuitsError:
        raise
    except Exception as error:
        raise _translated(subject.name, error) from error


def _translated(name: str, error: Exception) -> SaeCircuitsError:
    said = str(error).strip() or type(error).__name__
    if type(error).__module__.startswith("huggingface_hub"):
        return InputError(
            f"The Hugging Face Hub does not tell the full name of {name}, by which NDIF knows it ({_short(said)}).",
            "Check the name and the connection.",
        )
    if type(error).__name__ != "RemoteError":
        return SaeCircuitsError(
            f"NDIF could not be reached, or the connection broke off ({type(error).__name__}: {_short(said)}).",
            "Try again; nnsight.status() tells whether the service is up.",
        )
    known, said = (_KNOWN[-1:], _last(said)) if said.startswith("Traceback") else (_KNOWN, said)  # of a body, of NDIF
    for words, message, cure in known:
        if any(word in said.lower() for word in words):
            return InputError(f"{message} ({_short(said)}).", cure.format(name=name))
    return SaeCircuitsError(f"NDIF did not run the pass: {_short(said)}", "The whole report is this error's cause.")


_KNOWN = (
    (
        ("api key",),
        "NDIF refuses the key",
        "Set another with nnsight.login(); keys are given out at login.ndif.us.",
    ),
    (
        ("could not deploy", "error provisioning", "error starting", "not deployed", "not scheduled"),
        "NDIF does not have the model ready",
        "print(nnsight.status()) tells which models it has; {name} may need more time, or a request to NDIF.",
    ),
    (
        ("version",),
        "NDIF and this installation do not go together",
        "print(nnsight.compare()) tells which packages differ.",
    ),
    (
        ("timeout", "cancelled", "preempted", "evicted", "temporarily unavailable", "out of memory"),
        "NDIF broke the pass off",
        "Try again, with fewer or shorter prompts at once if it took too long.",
    ),
)


def _last(said: str) -> str:
    """The error of a traceback; what lies above it is source and paths."""
    return [line.strip() for line in said.splitlines() if line.strip()][-1]


def _short(said: str) -> str:
    return said.strip().splitlines()[0].strip()[:300]
