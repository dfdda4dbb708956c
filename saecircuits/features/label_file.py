"""Labels that people gave to features of one dictionary, on disk: `labels.json` beside it, or in the user's folder.

A label belongs to weights: after a dictionary was trained anew, feature 12 is another one. So a file names the weights
that it speaks of, by a digest. An empty label says that somebody took a label back.
"""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from saecircuits.atomic import replace_file
from saecircuits.dictionaries import Dictionary
from saecircuits.dictionaries.formats import is_cached
from saecircuits.errors import FileFormatError
from saecircuits.world.files import world_folder

NAME = "labels.json"
FORMAT = "saecircuits.labels"
VERSION = 1
HOME = "SAECIRCUITS_HOME"
"""Names the user's folder; without it, that is `.saecircuits` in the home folder."""
_LOCK_SECONDS = 10


class Given(BaseModel):
    """A label that a person gave: the text, empty if it was taken back, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    at: AwareDatetime


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    version: int = VERSION
    dictionary: str
    weights: str
    labels: dict[int, Given] = Field(default_factory=dict)


Labels = Mapping[int, Given]


def now(label: str) -> Given:
    """A label given at this moment."""
    return Given(label=label, at=datetime.now(timezone.utc))


def newest(*labels: Labels) -> dict[int, Given]:
    """All labels together; of two for one feature the newer."""
    found: dict[int, Given] = {}
    for each in labels:
        for feature, given in each.items():
            if feature not in found or given.at > found[feature].at:
                found[feature] = given
    return found


def digest(dictionary: Dictionary) -> str:
    """What tells weights from others: the encoder's biases and the first numbers of every decoder row."""
    some = hashlib.sha256()
    for part in (dictionary.b_enc, dictionary.W_dec[:, 0, :4]):
        some.update(part.detach().float().cpu().contiguous().numpy().tobytes())
    return some.hexdigest()[:16]


def user_folder() -> Path:
    """Where labels lie of dictionaries that cannot keep them beside themselves."""
    home = os.environ.get(HOME)
    return (Path(home) if home else Path.home() / ".saecircuits") / "labels"


def user_file(dictionary: Dictionary, weights: str) -> Path:
    """The file in the user's folder for a dictionary."""
    return user_folder() / f"{_plain(dictionary)}-{weights}.json"


def has_files(dictionary: Dictionary) -> bool:
    """Whether there may be labels of a dictionary, as far as can be told without its weights."""
    beside = dictionary.folder is not None and (dictionary.folder / NAME).is_file()
    return beside or any(user_folder().glob(f"{_plain(dictionary)}-*.json"))


def _plain(dictionary: Dictionary) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", dictionary.name)


def places(dictionary: Dictionary, weights: str) -> list[Path]:
    """Files that may hold labels of a dictionary; new ones are written to the first."""
    folder, mine = dictionary.folder, user_file(dictionary, weights)
    if folder is None:
        return [mine]
    in_world = world_folder().resolve() in folder.resolve().parents
    shared = in_world or is_cached(folder) or not os.access(folder, os.W_OK)
    return [mine, folder / NAME] if shared else [folder / NAME, mine]


def read(path: Path, weights: str, n_features: int) -> dict[int, Given]:
    """The labels in a file; none if it is not there, or speaks of other weights (said in a warning).

    Raises:
        FileFormatError: if it is cut short, has unknown fields, or names features that are not there.
    """
    if not path.is_file():
        return {}
    file = _parse(path)
    if file.weights != weights:
        warnings.warn(
            f"{path} names features of other weights than those of {file.dictionary!r}; they are left aside.",
            stacklevel=2,
        )
        return {}
    beyond = next((feature for feature in file.labels if not 0 <= feature < n_features), None)
    if beyond is not None:
        raise FileFormatError(f"{path} names feature {beyond}; there are {n_features}.", "Restore or remove it.")
    return dict(file.labels)


def add(path: Path, dictionary: Dictionary, weights: str, labels: Labels) -> dict[int, Given]:
    """Put labels into a file beside those that are there; of two for one feature the newer stays.

    Labels of other weights are kept in a file of their own, `labels-<digest>.json`.

    Returns:
        All labels that the file holds now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
        known: Labels = {}
        if path.is_file():
            file = _parse(path)
            if file.weights == weights:
                known = file.labels
            else:
                path.replace(path.with_name(f"{path.stem}-{file.weights}.json"))
        merged = newest(known, labels)
        new = _File(dictionary=dictionary.name, weights=weights, labels=dict(sorted(merged.items())))
        replace_file(path, lambda beside: beside.write_text(new.model_dump_json(indent=1) + "\n", "utf-8"))
    return merged


def _parse(path: Path) -> _File:
    try:
        file = _File.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise FileFormatError(
            f"{path} does not hold labels: {where}: {first['msg']}.", "Restore or remove it."
        ) from error
    if file.format != FORMAT or file.version != VERSION:
        raise FileFormatError(
            f"{path} is {file.format!r} version {file.version}; this reads {FORMAT!r} version {VERSION}.",
            "Update saecircuits, or remove the file.",
        )
    return file
