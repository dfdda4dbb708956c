"""Checkpoints in repositories of the Hugging Face Hub: `hub:owner/name[/folder][@revision]`.

Files are kept in the hub's own cache, and only those are fetched that a format reads. With `HF_HUB_OFFLINE=1`, or
without a connection, what is in the cache is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from saecircuits.errors import InputError

from .folder import TENSOR_FILES

PREFIX = "hub:"
_REFERENCE = re.compile(r"^(?P<repo>[\w.\-]+/[\w.\-]+)(?:/(?P<folder>[^@?]+?))?/?(?:@(?P<revision>[^@]+))?$")
_LARGEST = 64 * 2**30
"""Bytes that are fetched without asking; a whole suite of dictionaries has a thousand GiB."""

CONNECTION_ERRORS: tuple[type[Exception], ...] = (OSError, HfHubHTTPError.__bases__[0])
"""What asking the hub may raise; the second is the base of all errors of the HTTP library below the hub's client."""


@dataclass(frozen=True)
class Reference:
    """A place in a repository.

    Attributes:
        repo: owner and name.
        folder: within it; "" for its root.
        revision: branch, tag or commit; None for the main branch.
    """

    repo: str
    folder: str = ""
    revision: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read `hub:owner/name/folder@revision`, or circuit-tracer's `hf://owner/name/file@revision`.

        Raises:
            InputError: if it is neither.
        """
        bare = text.removeprefix(PREFIX).removeprefix("hf://").replace("?revision=", "@")
        found = _REFERENCE.match(bare)
        folder = (found["folder"] or "") if found else ""
        if found is None or ".." in folder.split("/"):
            raise InputError(
                f"{text!r} is not a place on the Hugging Face Hub.",
                'Write "hub:owner/name", with a folder and a revision if needed: "hub:owner/name/folder@main".',
            )
        return cls(found["repo"], folder, found["revision"])

    def __str__(self) -> str:
        place = f"{self.repo}/{self.folder}" if self.folder else self.repo
        return PREFIX + place + (f"@{self.revision}" if self.revision else "")


def fetch(text: str, patterns: Sequence[str]) -> Path:
    """The folder on this machine that holds what a reference names.

    Args:
        text: the reference.
        patterns: names of the files that are needed; config files above them come along.

    Raises:
        InputError: if it is not there, may not be read, is very large, or is not in the cache while offline.
    """
    reference = Reference.parse(text)
    wanted = _wanted(reference, patterns)
    root = _asked(reference, lambda: _snapshot(reference, wanted))
    folder = Path(root) / reference.folder
    if not folder.exists():
        raise InputError(
            f"{reference.repo} has no files of a known format in {reference.folder!r}.",
            "Look at the repository's files.",
        )
    return folder


def fetch_file(text: str, beside: Path) -> Path:
    """One file that a config names: in a repository (`hf://owner/name/file`), or below the config's own folder.

    Raises:
        InputError: if it is not there.
    """
    if text.startswith(("hf://", PREFIX)):
        reference = Reference.parse(text)
        get = hf_hub_download
        return Path(_asked(reference, lambda: get(reference.repo, reference.folder, revision=reference.revision)))
    path = (beside / text).resolve()
    if not path.is_relative_to(beside.resolve()) or not path.is_file():
        raise InputError(f"{beside} names the file {text!r}, which is not in it.", "Copy the whole folder.")
    return path


def _wanted(reference: Reference, patterns: Sequence[str]) -> list[str]:
    """Patterns of what is fetched; with one file come the configs beside it."""
    folder, run = reference.folder, ["config.json"]  # of the run, which may name the model
    if Path(folder).suffix in TENSOR_FILES:
        beside = [each for each in patterns if each.endswith((".json", ".yaml"))]
        return [folder, *((Path(folder).parent / each).as_posix() for each in beside), *run]
    return [f"{folder}/{each}" if folder else each for each in _deep(patterns)] + run


def _deep(patterns: Sequence[str]) -> list[str]:
    """Patterns for a folder itself and for all below it."""
    return [deep for each in patterns for deep in (each, f"**/{each}", f"*/{each}")]


def _snapshot(reference: Reference, wanted: Sequence[str]) -> str:
    if not constants.HF_HUB_OFFLINE:
        _check_size(reference, wanted)
    return snapshot_download(reference.repo, revision=reference.revision, allow_patterns=list(wanted))


def _check_size(reference: Reference, wanted: Sequence[str]) -> None:
    """Refuse to begin on a whole suite; a repository that cannot be asked is left to the download itself."""
    try:
        files: Any = HfApi().model_info(reference.repo, revision=reference.revision, files_metadata=True).siblings
    except CONNECTION_ERRORS:
        return
    chosen = [each for each in files or () if any(fnmatch(each.rfilename, pattern) for pattern in wanted)]
    size = sum(each.size or 0 for each in chosen)
    if size > _LARGEST:
        raise InputError(
            f"{reference} has {size / 2**30:,.0f} GiB in {len(chosen)} files.",
            f"Name one of its folders: {PREFIX}{reference.repo}/<folder>, such as {_a_folder(chosen)!r}.",
        )


def _a_folder(files: Sequence[Any]) -> str:
    return min((str(Path(each.rfilename).parent) for each in files), key=len)


def _asked(reference: Reference, ask: Any) -> str:
    """What the hub answers, its many exceptions as one."""
    try:
        return str(ask())
    except InputError:
        raise
    except LocalEntryNotFoundError as error:
        why = " (HF_HUB_OFFLINE is set)" if constants.HF_HUB_OFFLINE else f": {first_line(error.__cause__ or error)}"
        raise InputError(
            f"{reference} is not in the cache, and the Hugging Face Hub cannot be asked{why}.",
            "Load it once with a connection, or give a local folder.",
        ) from error
    except HfHubHTTPError as error:
        raise InputError(
            f"The Hugging Face Hub does not give {reference}: {first_line(error)}.",
            "Check the name; private and gated repositories need `hf auth login`.",
        ) from error
    except (*CONNECTION_ERRORS, ValueError) as error:  # also full disks, and names that the hub's client refuses
        raise InputError(
            f"{reference} cannot be fetched: {error}.", "Check the name, the connection and the disk."
        ) from error


def first_line(error: BaseException) -> str:
    """What the hub says, else the first line of a message: the hub's client writes paragraphs."""
    said = getattr(error, "server_message", None) or str(error)
    return (said.strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def is_cached(folder: Path) -> bool:
    """Whether a folder lies in the hub's cache, where files of one commit are not to be changed."""
    return Path(constants.HF_HUB_CACHE).resolve() in folder.resolve().parents
