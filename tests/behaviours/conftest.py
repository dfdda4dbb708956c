"""The embedded world as it ships."""

from __future__ import annotations

import pytest

import saecircuits as sc
from saecircuits.world.files import world_folder
from saecircuits.world.prompts import KnownAnswer, read_prompts


@pytest.fixture(scope="session")
def lab() -> sc.ReplacementModel:
    return sc.load("world")


@pytest.fixture(scope="session")
def prompts() -> list[KnownAnswer]:
    return read_prompts(world_folder() / "prompts.jsonl")
