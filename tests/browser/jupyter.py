"""A real JupyterLab or Notebook 7 for tests: its own configuration, a free port, stopped at the end."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat

_START_SECONDS = 90
_ANSWER_SECONDS = 30
_QUIET = '{"fetchNews": "false", "checkForUpdates": false}'


@dataclass(frozen=True)
class Lab:
    """A running server."""

    base: str
    token: str
    root: Path
    page: str = "lab/tree"

    def url(self, notebook: str) -> str:
        """Address of a notebook below the root."""
        return f"{self.base}/{self.page}/{notebook}?reset&token={self.token}"


@contextmanager
def jupyter_lab(folder: Path, *notebooks: Path) -> Iterator[Lab]:
    """Serve copies of notebooks from `folder`."""
    with _served(folder, notebooks, "lab", "lab/tree", "--LabApp.expose_app_in_browser=True") as lab:
        yield lab


@contextmanager
def jupyter_notebook(folder: Path, *notebooks: Path) -> Iterator[Lab]:
    """The same with Notebook 7, where a notebook has the page to itself."""
    options = "notebooks", "--JupyterNotebookApp.expose_app_in_browser=True"
    with _served(folder, notebooks, "notebook", *options) as lab:
        yield lab


@contextmanager
def _served(folder: Path, notebooks: tuple[Path, ...], app: str, page: str, expose: str) -> Iterator[Lab]:
    root = folder / "root"
    root.mkdir(parents=True)
    for notebook in notebooks:
        shutil.copy(notebook, root)
    port, token = free_port(), secrets.token_hex(16)
    log = (folder / "server.log").open("w")
    command = [sys.executable, "-m", "jupyter", app, "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"]
    command += ["--allow-root", expose]
    server = subprocess.Popen(
        command, env=_environment(folder), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        lab = Lab(f"http://127.0.0.1:{port}", token, root, page)
        _wait_until_up(lab, server, folder / "server.log")
        yield lab
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        log.close()


@contextmanager
def clean_slate(server: Lab, name: str) -> Iterator[Lab]:
    """A folder of its own on a server, which forgets settings, layouts, names of features and kernels at the end."""
    root = server.root / name
    root.mkdir()
    yield replace(server, root=root, page=f"{server.page}/{name}")
    for session in json.loads(ask(server, "api/sessions")):
        ask(server, f"api/sessions/{session['id']}", "DELETE")
    for place in ("settings", "workspaces", "saecircuits"):
        shutil.rmtree(server.root.parent / place, ignore_errors=True)
    _write_settings(server.root.parent)


def ask(lab: Lab, path: str, method: str = "GET", body: bytes | None = None) -> bytes:
    """What the server answers to a request."""
    request = urllib.request.Request(f"{lab.base}/{path}?token={lab.token}", body, method=method)
    return urllib.request.urlopen(request, timeout=_ANSWER_SECONDS).read()


def write_notebook(path: Path, *cells: str) -> Path:
    """A notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    return path


def open_and_run(page: Any, lab: Lab, notebook: str, seconds: float = 240) -> None:
    """Open a notebook, wait for its kernel, run all cells and wait until they are done."""
    page.goto(lab.url(notebook))
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=120_000)
    page.wait_for_function("window.jupyterapp !== undefined")
    wait_idle(page, seconds)
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_idle(page, seconds)


def wait_idle(page: Any, seconds: float = 240) -> None:
    """Wait until the kernel has answered everything."""
    page.wait_for_timeout(300)
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=seconds * 1000,
    )


def run_python(page: Any, code: str) -> str:
    """Run code in the notebook's kernel; what it prints, errors included."""
    return page.evaluate(
        """async (code) => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code, store_history: false });
            let text = "";
            future.onIOPub = (message) => {
                if (message.header.msg_type === "stream") text += message.content.text;
                if (message.header.msg_type === "error") text += message.content.traceback.join("\\n");
            };
            await future.done;
            return text;
        }""",
        code,
    )


def _write_settings(folder: Path) -> None:
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(_QUIET)


def _environment(folder: Path) -> dict[str, str]:
    _write_settings(folder)
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "SAECIRCUITS_HOME": "saecircuits",
    }
    return {**os.environ, **{name: str(folder / place) for name, place in places.items()}}


def _wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"Jupyter ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{lab.base}/api/status?token={lab.token}", timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Jupyter did not answer in {_START_SECONDS} s: {log.read_text()[-2000:]}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
