"""Files of named tensors, each read when it is asked for; and where in its file each lies."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from saecircuits.errors import FileFormatError, InputError

from .stored import Extent, Stamp

_SAFETENSORS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
}
_NUMPY = {"<f8": torch.float64, "<f4": torch.float32, "<f2": torch.float16}
_MEMBER = struct.Struct("<26xHH")
"""The head of a member of a zip archive: lengths of its name and of what is added to that."""


class SafetensorsFile(Mapping[str, Tensor]):
    """The tensors of a safetensors file."""

    def __init__(self, path: Path) -> None:
        self._path, self._stamp = path, Stamp.of(path)
        self._file: Any = safe_open(path, framework="pt", device="cpu")
        self._names = tuple(self._file.keys())

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        return self._file.get_tensor(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names  # a mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def extent(self, name: str) -> Extent:
        """Where a tensor lies; the library that opened the file has checked its header."""
        with self._path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            entry = json.loads(file.read(length))[name]
        dtype = _float(entry["dtype"], _SAFETENSORS, name, self._path)
        start = 8 + length + entry["data_offsets"][0]
        return Extent(name, self._path, self._stamp, start, dtype, tuple(entry["shape"]))


class NpzFile(Mapping[str, Tensor]):
    """The arrays of a numpy archive; none with objects in it."""

    def __init__(self, path: Path) -> None:
        self._path, self._stamp = path, Stamp.of(path)
        with path.open("rb") as file:  # which numpy leaves open where it fails
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("it is not an archive of arrays")
            with archive:
                self._names = tuple(archive.files)

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return torch.from_numpy(np.asarray(archive[name]))
        except Exception as error:  # numpy and zipfile raise what they like at members that are damaged
            raise FileFormatError(
                f"{name} in {self._path} cannot be read: {error}.", "Copy the checkpoint again."
            ) from error

    def __contains__(self, name: object) -> bool:
        return name in self._names  # a mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def extent(self, name: str) -> Extent:
        """Where an array lies.

        Raises:
            InputError: if it is compressed.
            FileFormatError: if its head is damaged.
        """
        try:
            with zipfile.ZipFile(self._path) as archive, self._path.open("rb") as file:
                member = archive.getinfo(f"{name}.npy")
                file.seek(member.header_offset)
                lengths = _MEMBER.unpack(file.read(_MEMBER.size))
                begin = file.seek(sum(lengths), os.SEEK_CUR)
                plain = member.compress_type == zipfile.ZIP_STORED
                head = _npy_head(file) if plain else None
                start = file.tell()
        except Exception as error:  # as above
            raise FileFormatError(
                f"{name} in {self._path} cannot be read: {error}.", "Copy the checkpoint again."
            ) from error
        if head is None:
            raise InputError(
                f"{name} in {self._path} is compressed, so its rows cannot be read one by one.",
                "Load it without lazy; or write it once with sc.convert, and load that.",
            )
        shape, by_column, dtype = head
        kind = _float(dtype.str, _NUMPY, name, self._path)
        extent = Extent(name, self._path, self._stamp, start, kind, shape, "F" if by_column else "C")
        if extent.end - begin != member.file_size or extent.end > self._stamp.size:
            raise FileFormatError(
                f"{name} in {self._path} has {member.file_size} bytes, and its head tells of {extent.end - begin}.",
                "Copy the checkpoint again.",
            )
        return extent


def _npy_head(file: Any) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether columns lie together, and type of an array in numpy's own format."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return read(file)


def _float(named: str, known: Mapping[str, torch.dtype], name: str, path: Path) -> torch.dtype:
    if named not in known:
        raise FileFormatError(
            f"{name} in {path} is {named}; rows are read of {', '.join(known)}.",
            "Weights are floating-point numbers; undo the quantisation and save it again, or load it without lazy.",
        )
    return known[named]
