"""One JupyterLab for all files of a worker, since it takes longer to start than most of them take with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .jupyter import Lab, clean_slate, jupyter_lab


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab without a notebook."""
    with jupyter_lab(tmp_path_factory.mktemp("jupyterlab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab(server: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The same as if it had just been started, with an empty folder; kernels end with the file of tests."""
    with clean_slate(server, request.module.__name__.rsplit(".", 1)[-1]) as lab:
        yield lab
