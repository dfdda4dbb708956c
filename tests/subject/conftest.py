"""Here every family is tested, near relatives included."""

from __future__ import annotations

import pytest

from saecircuits.subject import Subject
from tests.tiny import NEAR_CONFIGS, TINY_CONFIGS, tiny_subject


@pytest.fixture(scope="session", params=sorted(TINY_CONFIGS | NEAR_CONFIGS))
def subject(request: pytest.FixtureRequest) -> Subject:
    """A tiny random model of each family, in float32."""
    return tiny_subject(request.param)
