"""Every field of every config, replaced by what it should not be: read all the same, or an error of ours."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from saecircuits.dictionaries import load_dictionaries
from saecircuits.errors import FileFormatError, InputError
from tests.dictionaries.formats.cases import CASES
from tests.dictionaries.formats.damage import copied

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    float("nan"),
    "",
    "x" * 50,
    "../../..",
    [],
    [None],
    {},
    {"a": [1]},
)
ONE_OF_EACH = {case.format: name for name, case in CASES.items()}


def places(held: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in nested mappings."""
    for key, value in held.items():
        yield (*at, key)
        if isinstance(value, dict):
            yield from places(value, (*at, key))


@pytest.mark.parametrize("name", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_odd_fields(name: str, tmp_path: Path) -> None:
    folder, tried = copied(name, tmp_path), 0
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".yaml")):
        read, write = (json.loads, json.dumps) if path.suffix == ".json" else (yaml.safe_load, yaml.safe_dump)
        text = path.read_text("utf-8")
        for place in list(places(read(text))):
            for odd in ODD:
                held = deepcopy(read(text))
                inner = held
                for key in place[:-1]:
                    inner = inner[key]
                inner[place[-1]] = odd
                path.write_text(write(held), "utf-8")
                with warnings.catch_warnings(), suppress(FileFormatError, InputError):
                    warnings.simplefilter("ignore", UserWarning)
                    load_dictionaries(folder, format=CASES[name].format, **CASES[name].options)
                tried += 1
        path.write_text(text, "utf-8")
    assert tried or not any(path.suffix in (".json", ".yaml") for path in folder.rglob("*"))
