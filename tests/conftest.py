"""Shared fixtures: small random models of every supported architecture."""

from __future__ import annotations

import beartype  # noqa: F401  (has to come before nnsight)
import pytest
import torch

from tests.tiny import TINY_CONFIGS, tiny_subject


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    torch.set_num_threads(1)  # tiny models: more threads only wait for one another


@pytest.fixture(scope="session", params=sorted(TINY_CONFIGS))
def subject(request):
    """A tiny random model of each architecture, in float32."""
    return tiny_subject(request.param)
