"""Reports of long loops: heard in the same thread, by the innermost listener, and able to stop the loop."""

from __future__ import annotations

import threading

import pytest

from saecircuits.errors import Stopped
from saecircuits.progress import listening, report


def test_nobody_need_listen():
    report("steps", 1, 2)


def test_the_innermost_listener_hears_until_its_block_ends():
    outer, inner = [], []
    with listening(lambda *said: outer.append(said)):
        report("steps", 1, 3)
        with listening(lambda *said: inner.append(said)):
            report("steps", 2, 3)
        report("steps", 3, 3)
    report("steps", 4, 3)
    assert outer == [("steps", 1, 3), ("steps", 3, 3)]
    assert inner == [("steps", 2, 3)]


def test_a_listener_stops_the_loop():
    def refuse(*_):
        raise Stopped("Enough.")

    with pytest.raises(Stopped), listening(refuse):
        report("steps", 1, 3)


def test_another_thread_is_not_heard():
    heard = []
    with listening(lambda *said: heard.append(said)):
        thread = threading.Thread(target=report, args=("steps", 1, 2))
        thread.start()
        thread.join()
    assert heard == []
