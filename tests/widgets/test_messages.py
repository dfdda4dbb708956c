"""Requests and answers: the same id, errors with their cure, and nothing that raises."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from saecircuits.errors import InputError
from saecircuits.widgets.messages import answer, describe, text_field


def echo(message: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    return {"said": text_field(message, "text")}, [b"bytes"]


def refuse(_: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    raise InputError("What came.", "Do this.")


def fail(_: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    raise ZeroDivisionError("by zero")


HANDLERS = {"echo": echo, "refuse": refuse, "fail": fail}


def test_an_answer_bears_the_requests_id() -> None:
    assert answer(HANDLERS, {"id": "a1", "type": "echo", "text": "hello"}) == (
        {"id": "a1", "said": "hello"},
        [b"bytes"],
    )


def test_a_refusal_says_its_cure() -> None:
    reply, buffers = answer(HANDLERS, {"id": 7, "type": "refuse"})
    assert reply == {"id": 7, "error": {"message": "What came.", "cure": "Do this."}}
    assert buffers == []


def test_what_nobody_foresaw_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        reply, _ = answer(HANDLERS, {"id": 7, "type": "fail"})
    assert reply["error"]["message"] == "ZeroDivisionError: by zero"
    assert "log" in reply["error"]["cure"]
    assert "Traceback" in caplog.text


def test_errors_of_ours_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert describe(InputError("What came.")) == {"message": "What came.", "cure": ""}
    assert caplog.text == ""


@pytest.mark.parametrize("kind", ["nothing", None, 3, [], {}, True], ids=repr)
def test_unknown_requests_name_the_known_ones(kind: Any) -> None:
    reply, _ = answer(HANDLERS, {"id": 1, "type": kind})
    assert reply["id"] == 1
    assert "There is no request" in reply["error"]["message"]
    assert reply["error"]["cure"] == "Known are echo, fail, refuse."


@pytest.mark.parametrize("text", [None, 3, ["a"], b"bytes"], ids=repr)
def test_a_text_field_has_to_be_text(text: Any) -> None:
    reply, _ = answer(HANDLERS, {"id": 1, "type": "echo", "text": text})
    assert "no text 'text'" in reply["error"]["message"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_anything_gets_an_answer(message: Any) -> None:
    reply, _ = answer(HANDLERS, message)
    assert reply["id"] == (message.get("id") if isinstance(message, dict) else None)
    assert "error" in reply or "said" in reply
