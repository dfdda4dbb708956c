"""The copy of a widget that its notebook keeps: shown where there is no kernel and no widget state.

A cell's output holds the live widget and, beside it, this copy as HTML: a page in a sandboxed frame. JupyterLab and
other hosts that can show widgets never draw it; `jupyter nbconvert --to html`, and readers of saved notebooks, do.
"""

from __future__ import annotations

import html
import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.exports.page import framed_page

SWITCH = "SAECIRCUITS_OFFLINE_COPY"
"""The environment variable that holds how many kB a copy may have; 0 keeps none."""
_MOST_KB = 400
_CARDS_BYTES = 18_000
"""Compressed size of the cards that a copy holds, about."""
_CARDS_SECONDS = 0.5
"""Time that they may take: a widget is shown after it."""
_DIGITS = 4


def most_bytes() -> int:
    """How large a copy may be; 0 if none is kept."""
    text = os.environ.get(SWITCH, "")
    return 1000 * (int(text) if text.isdecimal() else _MOST_KB)


def offline_copy(page: str, name: str, height: int) -> str:
    """HTML of a copy that was not too large to keep; else of a line that says so.

    Args:
        page: the widget as a page of its own.
        name: of the widget, for those who do not see it.
        height: in pixels.
    """
    if len(page) > most_bytes():
        size = f"{len(page) / 1e6:.1f} MB"
        says = f"This {html.escape(name)} ({size}) is too large to be kept in the notebook: run its cell to see it."
        return f"<p><em>{says} A larger number in the environment variable {SWITCH} (kB) keeps it.</em></p>"
    return framed_page(page, name, height)


def strongest_cards(features: Iterable[Feature], card: Callable[[Feature], Mapping[str, Any]]) -> dict[str, Any]:
    """As many cards, the first ones, as a copy has room and time for, their numbers rounded; by name of the feature.

    Args:
        features: the most important ones first.
        card: evidence of a feature; one without is left out.
    """
    found: dict[str, Any] = {}
    if not most_bytes():
        return found
    packer, size, deadline = zlib.compressobj(1), 0, time.monotonic() + _CARDS_SECONDS
    for feature in features:
        if size >= _CARDS_BYTES or time.monotonic() > deadline:
            break
        try:
            found[str(feature)] = _rounded(card(feature))
        except InputError:
            continue
        text = json.dumps(found[str(feature)]).encode("utf-8")
        size += len(packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))
    return found


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
