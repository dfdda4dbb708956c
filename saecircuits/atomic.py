"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_BESIDE = ".part"


def replace_file(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file beside `path`, then rename it: a reader, and who is killed while writing, never leaves half a file.

    Args:
        path: the file; its folder has to be there.
        write: is given the path to write to. The file has to get its mode from the process's umask, as `open` and
            `Path.write_bytes` do.

    Returns:
        `path`.

    Raises:
        OSError: if the disk is full or cannot be written to. What was at `path` stays, and nothing lies beside it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{_BESIDE}")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())  # or a power cut could leave an empty file under the final name
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return path


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder; for folders that one process at a time writes to."""
    for left in folder.glob(f".*{_BESIDE}"):
        left.unlink(missing_ok=True)
