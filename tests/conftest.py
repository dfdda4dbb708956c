"""Shared fixtures: small random models of every supported architecture."""

from __future__ import annotations

from collections.abc import Iterator

import beartype  # noqa: F401  (has to come before nnsight)
import pytest
import torch

from tests.hub_server import hub  # noqa: F401  (a fixture)
from tests.tiny import TINY_CONFIGS, tiny_subject


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    torch.set_num_threads(1)  # tiny models: more threads only wait for one another


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Labels of whoever runs the tests are neither read nor written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAECIRCUITS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", params=sorted(TINY_CONFIGS))
def subject(request):
    """A tiny random model of each architecture, in float32."""
    return tiny_subject(request.param)
