"""Zip archives of others, `.npz` and `.pt`, looked at before anything is unpacked.

torch and numpy store tensors as they are. A part that was packed may swell to a thousand times its size, and torch,
which maps files into memory, would take the packed bytes for numbers.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from saecircuits.errors import FileFormatError

_SWELLING = 20
"""Times that random numbers never shrink when they are packed."""
_SMALL = 64 * 2**20
"""Bytes that may come out of anything."""


def check_archive(path: Path, packed: bool = False) -> None:
    """Look at the parts of an archive; a file that is none is left to its reader.

    Args:
        path: the file.
        packed: parts may be packed, as `numpy.savez_compressed` does.

    Raises:
        FileFormatError: for parts that are packed where they may not be, or that would swell.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileFormatError(f"{path} is a damaged archive: {error}.", "Copy it again.") from error
    if not packed and any(part.compress_type != zipfile.ZIP_STORED for part in parts):
        raise FileFormatError(
            f"{path} is a compressed archive; torch stores its numbers as they are.",
            "Unpack it and save it again with torch.save.",
        )
    if len({part.filename for part in parts}) < len(parts):
        raise FileFormatError(f"{path} has two parts of one name.", "Save it again.")
    size = sum(part.file_size for part in parts)
    if size > _SMALL and size > _SWELLING * path.stat().st_size:
        raise FileFormatError(
            f"{path} has {path.stat().st_size:,} bytes and would swell to {size:,}.",
            "No file of weights does; do not use it.",
        )
