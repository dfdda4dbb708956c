"""What a front end might send: the right words in the wrong places, wrong types, stale names, absurd numbers."""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_SOURCES = Path(__file__).resolve().parents[2] / "saecircuits" / "widgets"
_FIELD = re.compile(r'(?:message|record|row|request)(?:\.get\(|\[|, )"(\w+)"')
_BIG = 10**30
_DEEP = 40
_PLAUSIBLE: Mapping[str, Sequence[Any]] = {
    "prompt": ["the farmers near the king", "", "the xyzzy", "the farmer", 7],
    "clean": ["the farmers near the king", "the farmer", ""],
    "corrupted": ["the farmer near the king", "are", ""],
    "prompts": [["the farmers near the king"], [], [""], "the king", [3]],
    "target": ["are", "", "xyzzy", " are", 3, None],
    "against": ["is", "", "are", None],
    "format": ["json", "graphml", "html", "exe", ""],
    "text": ["king", "", "3/203", "\u202e" * 30, "x" * 5000],
    "label": ["a name", "", "x" * 5000, "\x00", "<img src=x>"],
    "feature": ["transcoder.0/12", "transcoder.9/12", "transcoder.0/99999999999999999999", "/", "a/b/c", "no/-1"],
    "dictionary": ["transcoder.0", "transcoder.9", "", "__proto__"],
    "key": ["transcoder.0/12", "x", ""],
    "cell": ["transcoder.0@2", "transcoder.0@99", "@", "transcoder.0@-1", "transcoder.0@1e9"],
    "node": ["token/0", "target/0", "transcoder.0/12@5", "nothing", ""],
    "nodes": [["token/0"], ["nothing"], [[]], [None]],
    "names": [["a"], [], [None], "a", ["\x00"]],
    "of": ["m1", "m999", None, 3],
    "edits": [[{"op": "ablate", "dictionary": "transcoder.0", "feature": 12, "positions": None}], [{}], [None], [[]]],
    "rows": [[{"feature": "transcoder.0/12", "strength": 1.0, "ablate": False, "at": "all"}], [{}], [None]],
    "options": [{}, {"tokens": 2}, {"tokens": 10**9}, {"tokens": -1}, {"temperature": float("inf")}, {"seed": "x"}],
    "ticked": [["transcoder.0@2"], ["transcoder.0/12@2"], ["@"], [""]],
    "selected": ["token/0", "nothing", ""],
    "layer": [0, 1, 99, -1],
    "head": [0, 3, 99, -1],
    "query": [0, 3, 99, -1],
}
_EDIT = {
    "op": "scale",
    "dictionary": "transcoder.0",
    "feature": 12,
    "positions": [2],
    "value": 2.0,
    "source": None,
    "source_position": None,
}
_ROW = {"feature": "transcoder.0/12", "strength": 1.0, "ablate": False, "at": "all"}
_QUESTION = {
    "clean": "the farmers near the king",
    "corrupted": "the farmer near the king",
    "target": "are",
    "against": "is",
}
GOOD: Mapping[str, Mapping[str, Any]] = {
    "attribute": {"prompt": "the farmers near the king", "target": "are", "against": "is"},
    "bands": {"feature": "transcoder.0/12"},
    "card": {"node": "token/0"},
    "continue": {"edits": [_EDIT], "tokens": 2, "temperature": 0.0, "seed": 0},
    "edge_heads": {"source": "token/1", "target": "target/0"},
    "edit": {"edits": [_EDIT], "frozen": False},
    "explain_head": {"layer": 1, "head": 0, "query": 4, "key": 2, "against": False, "traced": False},
    "export": {"format": "json"},
    "feature_card": {"feature": "transcoder.0/12"},
    "features": {"cell": "transcoder.0@2"},
    "find": {"text": "king"},
    "group": {"count": 4, "nodes": ["token/0", "token/1"]},
    "label": {"feature": "transcoder.0/12", "label": "a name"},
    "measure": {**_QUESTION, "noising": True},
    "patch": {"ticked": ["transcoder.0@2"]},
    "search": {"text": "king"},
    "show": {"prompts": ["the farmers near the king"], "dictionary": "transcoder.0"},
    "steer": {"prompt": "the farmers near the king", "rows": [_ROW], "options": {"tokens": 2}},
    "stop": {"names": []},
}
"""Requests as widgets send them, by type."""


def fields_of_requests() -> list[str]:
    """Names of fields that any widget reads from a request, found in its source."""
    found = {name for path in _SOURCES.glob("*.py") for name in _FIELD.findall(path.read_text("utf-8"))}
    return sorted(found - {"id", "type"})


class Nonsense:
    """Makes messages and values; the same ones for the same seed.

    Args:
        seed: of the random numbers.
        kinds: types of requests that the widget knows.
        fields: names that may be in a request.
    """

    def __init__(self, seed: int, kinds: Sequence[str], fields: Sequence[str]) -> None:
        self._random = random.Random(seed)
        self._kinds, self._fields = list(kinds), list(fields)
        self._count = 0

    def message(self) -> Any:
        """A request, or what is none."""
        draw = self._random.random()
        if draw < 0.08:
            return self.value()
        self._count += 1
        if draw > 0.75:
            return self._nearly_good(self._kind())
        name = self._random.choice([f"m{self._count}"] * 8 + [None, self._count, [1], {}])
        kind = self._random.choice(["nothing", None, 3, "", [], "__init__"]) if draw < 0.16 else self._kind()
        chosen = self._random.sample(self._fields, self._random.randint(0, min(5, len(self._fields))))
        return {"id": name, "type": kind} | {field: self.field(field) for field in chosen}

    def value(self, depth: int = 0) -> Any:
        """Any JSON, and numbers that JSON can carry though it should not."""
        pick = self._random.randrange(14 if depth < 3 else 11)
        simple = (None, True, 0, -1, _BIG, -0.0, 1e308, float("nan"), float("inf"), "", "transcoder.0/12")
        if pick < len(simple):
            return simple[pick]
        if pick == 11:
            return [self.value(depth + 1) for _ in range(self._random.randrange(4))]
        if pick == 12:
            names = self._random.sample(self._fields, min(3, len(self._fields)))
            return {name: self.value(depth + 1) for name in names}
        return nested(_DEEP)

    def field(self, name: str) -> Any:
        """A value for a field: half of the time one that could be meant."""
        if name in _PLAUSIBLE and self._random.random() < 0.6:
            return self._random.choice(_PLAUSIBLE[name])
        return self.value()

    def like(self, name: str, good: Any) -> Any:
        """A value for a trait: wrong, or of the right type and wrong inside."""
        draw = self._random.random()
        if draw < 0.3 or (good is None and name not in _PLAUSIBLE):
            return self.field(name)
        if isinstance(good, (list, tuple)):
            return [self.like(name, good[0]) if good and draw < 0.6 else self.value() for _ in range(2)]
        if isinstance(good, dict):
            return {key: self.value() if self._random.random() < 0.5 else item for key, item in good.items()}
        if isinstance(good, bytes):
            return good[: self._random.randrange(len(good) + 1)] + b"\xff" * self._random.randrange(4)
        return self.field(name)

    def _nearly_good(self, kind: str) -> dict[str, Any]:
        """A good request with one thing in it changed, anywhere; or none."""
        request: Any = copy.deepcopy(dict(GOOD.get(kind, {})))
        at = request
        while at and self._random.random() < 0.8:
            key = self._random.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if isinstance(at[key], (dict, list)) and self._random.random() < 0.7:
                at = at[key]
                continue
            at[key] = self.field(key) if isinstance(key, str) else self.value()
            break
        return {"id": f"m{self._count}", "type": kind, **request}

    def _kind(self) -> str:
        return self._random.choice(self._kinds)


def finite(value: Any) -> Any:
    """The same without numbers that are none: a browser sends null for them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(item) for item in value]
    return {name: finite(item) for name, item in value.items()} if isinstance(value, dict) else value


def nested(depth: int) -> Any:
    """Lists and records inside one another."""
    inner: Any = "deep"
    for level in range(depth):
        inner = [inner] if level % 2 else {"feature": inner}
    return inner
