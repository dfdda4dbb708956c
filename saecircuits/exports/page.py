"""One HTML file with a widget in it, that works from disk with the network off and without a kernel.

1. The state's bytes become base64; the JSON is escaped so that no text in it can end its element.
2. The bundle goes in as base64 and is imported from memory.
3. A small stand-in for the kernel's model (`page_shim.js`) holds the state.
4. A content security policy allows exactly this page's own script and style, and no address at all.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saecircuits.errors import InputError

_STATIC = Path(__file__).parent.parent / "widgets" / "static"
_SHIM = Path(__file__).parent / "page_shim.js"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main class="saec-page"></main>
<noscript>This page draws with JavaScript, which is switched off here.</noscript>
<script type="application/json" class="saec-page-state">{state}</script>
<script type="text/plain" class="saec-page-bundle">{bundle}</script>
<script type="module">{shim}</script>
</body>
</html>
"""

_PAGE_STYLE = """
body { margin: 0; padding: 16px; font-family: system-ui, sans-serif; }
.saec-page { max-width: 1400px; margin: 0 auto; }
@media (prefers-color-scheme: dark) { body { background: #0d0f12; color: #e4e7eb; } }
"""


def standalone_page(title: str, widget: str, state: Mapping[str, Any]) -> str:
    """The text of one HTML file that shows a widget.

    Args:
        title: of the page; any text.
        widget: name of the widget's bundle, such as `"explorer"`.
        state: the widget's traits: JSON values, in which bytes may stand anywhere.

    Raises:
        InputError: if there is no such widget.
    """
    script, sheet = _STATIC / f"{widget}.js", _STATIC / f"{widget}.css"
    if not script.is_file() or not sheet.is_file():
        known = ", ".join(sorted(path.stem for path in _STATIC.glob("*.js"))) or "none"
        raise InputError(f"There is no widget {widget!r} to put on a page.", f"Known are: {known}.")
    style = _PAGE_STYLE + sheet.read_text("utf-8")
    shim = _SHIM.read_text("utf-8")
    return _PAGE.format(
        policy=f"default-src 'none'; script-src {_hash(shim)} blob:; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'",
        title=html.escape(title),
        style=style,
        state=_json_in_html(state),
        bundle=base64.b64encode(script.read_bytes()).decode("ascii"),
        shim=shim,
    )


def _hash(text: str) -> str:
    """The name of an inline script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _json_in_html(state: Mapping[str, Any]) -> str:
    """JSON that is inert inside a script element: without `<`, `>`, `&` and the line separators of JavaScript."""
    text = json.dumps(_portable(state), ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _portable(value: Any) -> Any:
    """Bytes as base64 records, numbers that JSON lacks as null, keys as text."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        return {str(key): _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
