"""`saecircuits push`."""

from __future__ import annotations

import pytest

import saecircuits as sc
from tests.hub_server import CLIENT_WARNS, Hub


@CLIENT_WARNS
def test_a_set_is_published_and_the_line_that_loads_it_is_told(run, hub: Hub) -> None:
    result = run("push", "world/crosscoder", "me/set@v2", "--license", "mit", "--private", "--message", "first")
    assert result.code == 0, result.err
    head = hub.repositories["me/set"].branches["v2"]
    assert f"hub:me/set@{head}" in result.out
    assert 'sc.load_dictionaries("hub:me/set@v2")' in result.out
    assert hub.repositories["me/set"].private
    assert hub.repositories["me/set"].messages == ["first"]
    (ours,), (again,) = sc.load_dictionaries("world/crosscoder"), sc.load_dictionaries("hub:me/set@v2")
    assert (ours.W_dec == again.W_dec).all()


def test_who_is_not_logged_in_is_told_so_on_one_line(run, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    result = run("push", "world/crosscoder", "me/set")
    assert result.code == 2
    (line,) = result.lines
    assert "nobody is logged in" in line
    assert "hf auth login" in line
