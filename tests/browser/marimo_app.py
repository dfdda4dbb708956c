"""A real marimo for tests: its own configuration, a free port, stopped at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from .jupyter import free_port

_START_SECONDS = 90
_SETTINGS = """
[runtime]
auto_instantiate = true
"""


def write_app(path: Path, *cells: str) -> Path:
    """A marimo notebook of cells; marimo finds by itself which names they share."""
    names = "import marimo\n\napp = marimo.App()\n"
    bodies = [f"\n\n@app.cell\ndef _():\n{indent(cell.strip(), '    ')}\n    return\n" for cell in cells]
    path.write_text(names + "".join(bodies) + '\n\nif __name__ == "__main__":\n    app.run()\n', "utf-8")
    return path


@contextmanager
def marimo_editor(folder: Path, app: Path) -> Iterator[str]:
    """Address of the editor with this notebook, which runs its cells when it is opened."""
    settings = folder / "xdg_config_home" / "marimo" / "marimo.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, "utf-8")
    port = free_port()
    command = [sys.executable, "-m", "marimo", "--quiet", "edit", str(app), "--headless", "--no-token"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--skip-update-check"]
    places = {name: str(folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    environment = {**os.environ, **places, "SAECIRCUITS_HOME": str(folder / "saecircuits")}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health", server, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"marimo ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"marimo did not answer in {_START_SECONDS} s: {log.read_text()[-2000:]}")
