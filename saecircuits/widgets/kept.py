"""What all widgets share: their files, a page of their own, and the copy that a notebook keeps of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from saecircuits.exports import standalone_page

from .offline import most_bytes, offline_copy

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"
_OF_THE_LOADER = frozenset({"script", "sheet", "owned"})
_OF_THE_HOST = frozenset({"layout", "tabbable", "tooltip"}) | _OF_THE_LOADER
_OF_THE_MOMENT = {"busy": "", "error": None}


class KeptWidget(anywidget.AnyWidget):
    """A widget whose subclass names its `bundle`, the two files that draw it."""

    bundle: ClassVar[str] = ""
    _files: ClassVar[Mapping[str, str]] = {}
    height: ClassVar[int] = 640
    """Pixels of the copy that a notebook keeps."""

    script = traitlets.Unicode().tag(sync=True)
    sheet = traitlets.Unicode().tag(sync=True)
    owned = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The bundle, its style sheet, and the traits that a model lets go of at its end; see `widgets/src/loader.ts`."""

    def __init_subclass__(cls, **options: Any) -> None:
        if "bundle" in cls.__dict__:  # not when a widget makes a class of its own for its traits
            script, sheet = (_STATIC / f"{cls.bundle}.{ending}" for ending in ("js", "css"))
            # A path is watched by anywidget, which keeps every widget that was ever made of it: so only while widgets
            # are being written.
            if os.environ.get("ANYWIDGET_HMR") == "1":
                cls._esm, cls._css = script, sheet
            else:
                cls._esm = (_STATIC / "loader.js").read_text("utf-8")
                cls._files = {"script": script.read_text("utf-8"), "sheet": sheet.read_text("utf-8")}
        super().__init_subclass__(**options)

    @traitlets.default("script")
    def _own_script(self) -> str:
        return self._files.get("script", "")

    @traitlets.default("sheet")
    def _own_sheet(self) -> str:
        return self._files.get("sheet", "")

    @traitlets.default("owned")
    def _own_traits(self) -> list[str]:
        return [name for name in self.keys if not name.startswith("_") and name not in _OF_THE_HOST - _OF_THE_LOADER]

    @traitlets.validate("script", "sheet", "owned")
    def _no_other(self, proposal: Any) -> Any:
        return self.trait_defaults(proposal["trait"].name)

    def html(self, title: str = "") -> str:
        """The widget as it is now, as one HTML page that works offline and without a kernel."""
        return standalone_page(title or type(self).__name__, self.bundle, self._page_state())

    def _page_state(self) -> dict[str, Any]:
        """The traits that a page of its own begins with."""
        names = [name for name in self.keys if not name.startswith("_") and name not in _OF_THE_HOST]
        return {name: getattr(self, name) for name in names} | _OF_THE_MOMENT

    def _kept_state(self) -> dict[str, Any]:
        """The traits that the copy in a notebook begins with, where a page of its own holds more than is kept."""
        return self._page_state()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live widget and, for readers without a kernel, a copy that works offline."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None or not most_bytes():
            return bundle
        name = type(self).__name__
        try:
            page = standalone_page(name, self.bundle, self._kept_state())
        except Exception as error:  # the live widget is there all the same
            _log.error("No offline copy of a widget could be made", exc_info=error)
            return bundle
        return {**bundle[0], "text/html": offline_copy(page, name, self.height)}, *bundle[1:]
