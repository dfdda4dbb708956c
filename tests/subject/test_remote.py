"""Passes on a server: in a fresh process that lacks this package, with nnsight's simulation, and what can go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject
from tests.ndif import Server, pair, served

PROMPTS = ["w1 w2 w3 w4", "w5 w6"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One process for all tests: it takes seconds to start."""
    server = Server()
    with served(server):
        yield server
    server.close()


@pytest.fixture(scope="module", params=["gemma2"])
def both(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory):
    """A model here and on the server."""
    return pair(request.param, tmp_path_factory.mktemp("models") / request.param)


def test_nothing_of_the_weights_is_here(both: tuple[Subject, Subject]) -> None:
    assert both[1].remote is True
    assert both[0].remote is False
    assert all(value.is_meta for value in both[1].module.parameters())


def test_sites_are_read(both: tuple[Subject, Subject]) -> None:
    sites = [Site(kind, layer) for layer in range(3) for kind in SITE_KINDS]
    here, there = (subject.read(PROMPTS, sites) for subject in both)
    assert list(here) == list(there)
    for site in sites:
        torch.testing.assert_close(there[site], here[site], atol=1e-6, rtol=1e-6)
