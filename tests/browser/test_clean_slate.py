"""Files of tests share a JupyterLab, and none finds what another has left there."""

from __future__ import annotations

import json

import pytest

from .chromium import needs_chromium
from .jupyter import ask, clean_slate, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

THEMES = "@jupyterlab/apputils-extension:themes"


def test_settings_names_and_kernels_end_with_the_file(server):
    folder = server.root.parent
    with clean_slate(server, "first") as lab:
        notebook = write_notebook(lab.root / "a.ipynb", "1 + 1")
        session = {"path": f"first/{notebook.name}", "name": "a", "type": "notebook", "kernel": {"name": "python3"}}
        ask(lab, "api/sessions", "POST", json.dumps(session).encode())
        ask(lab, f"lab/api/settings/{THEMES}", "PUT", json.dumps({"raw": '{"theme": "JupyterLab Dark"}'}).encode())
        (folder / "saecircuits").mkdir(exist_ok=True)
        (folder / "saecircuits" / "names").write_text("a name")
        assert len(json.loads(ask(lab, "api/kernels"))) == 1
        assert "Dark" in json.loads(ask(lab, f"lab/api/settings/{THEMES}"))["raw"]
    with clean_slate(server, "second") as lab:
        assert json.loads(ask(lab, "api/kernels")) == []
        assert "Dark" not in json.loads(ask(lab, f"lab/api/settings/{THEMES}"))["raw"]
        assert not (folder / "saecircuits").exists()
        assert list(lab.root.iterdir()) == []
