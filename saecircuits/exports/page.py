"""One HTML file with a widget in it, that works from disk with the network off and without a kernel.

1. The state (its bytes as base64), the bundle and its style become one JSON text, compressed, as base64: no text in it
   can end its element.
2. A small stand-in for the kernel's model (`page_shim.js`) unpacks it, holds the state and imports the bundle from
   memory.
3. A content security policy allows exactly this page's own script and style, and no address at all.

`framed_page` is the same page inside an element of another, as the output of a cell: sandboxed, so that it can neither
read nor change what is around it.
"""

from __future__ import annotations

import base64
import gzip
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
<script type="text/plain" class="saec-page-data">{data}</script>
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
    script, sheet = _STATIC / f"{widget}.page.js", _STATIC / f"{widget}.page.css"
    if not script.is_file() or not sheet.is_file():
        known = ", ".join(sorted(path.name.removesuffix(".page.js") for path in _STATIC.glob("*.page.js"))) or "none"
        raise InputError(f"There is no widget {widget!r} to put on a page.", f"Known are: {known}.")
    shim = _SHIM.read_text("utf-8")
    return _PAGE.format(
        policy=f"default-src 'none'; script-src {_hash(shim)} blob:; style-src {_hash(_PAGE_STYLE)}; "
        "base-uri 'none'; form-action 'none'",
        title=html.escape(title),
        style=_PAGE_STYLE,
        data=packed({"state": state, "script": script.read_text("utf-8"), "style": sheet.read_text("utf-8")}),
        shim=shim,
    )


def framed_page(page: str, title: str, height: int) -> str:
    """A page as an element of another, which it can neither read nor change.

    Args:
        page: the text of the page.
        title: what the element is, for those who do not see it.
        height: in pixels; a reader can change it.
    """
    inside = page.replace("&", "&amp;").replace('"', "&quot;")
    style = f"width: 100%; height: {height}px; border: 0; resize: vertical; overflow: auto"
    rights = 'sandbox="allow-scripts allow-downloads" allow="fullscreen; clipboard-write"'
    return f'<iframe title="{html.escape(title)}" {rights} style="{style}" srcdoc="{inside}"></iframe>'


def _hash(text: str) -> str:
    """The name of an inline script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def packed(content: Mapping[str, Any]) -> str:
    """JSON values, in which bytes may stand anywhere, compressed and as base64: the same text on every machine."""
    text = json.dumps(_portable(content), ensure_ascii=True, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), 9, mtime=0)).decode("ascii")


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
