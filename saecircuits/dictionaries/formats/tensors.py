"""Tensors out of somebody else's file: each is asked for by name and shape, and nothing may be left over.

Sizes are named: `take("W_enc", "d", "m")` binds `d` and `m` when it first meets them and holds every later tensor to
them, so files whose shapes disagree are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from saecircuits.errors import FileFormatError

_LARGEST = 1e30
"""What a weight stays below: scales that are folded in must not take it out of float32."""
Size = int | str
"""A size that is known, or the name of one that has to be the same everywhere in a file."""


class SafetensorsFile(Mapping[str, Tensor]):
    """The tensors of a safetensors file, each read when it is asked for.

    This is the place for reading single rows of a decoder later: the open file gives slices.
    """

    def __init__(self, path: Path) -> None:
        self._file: Any = safe_open(path, framework="pt", device="cpu")
        self._names = tuple(self._file.keys())

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        return self._file.get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Tensors:
    """Named tensors of a checkpoint, checked as they are taken.

    Args:
        where: what error messages call the file.
        values: by name.
        sizes: sizes that are known beforehand, such as from a config.
    """

    def __init__(self, where: str, values: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> None:
        self.where = where
        self.sizes: dict[str, int] = dict(sizes or {})
        self._values = values
        self._left = set(values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def take(self, name: str, *shape: Size) -> Tensor:
        """A tensor in float32.

        Raises:
            FileFormatError: if it is missing, is no tensor, has another shape, or is not finite.
        """
        value = self._value(name)
        self._check_shape(name, value, shape)
        if not value.is_floating_point():
            raise FileFormatError(
                f"{name} in {self.where} is {str(value.dtype).removeprefix('torch.')}.",
                "Weights are floating-point numbers; undo the quantisation and save it again.",
            )
        try:
            value = value.to(torch.float32)
        except (RuntimeError, TypeError) as error:  # types that do not convert, such as packed ones
            raise FileFormatError(
                f"{name} in {self.where} cannot be read as float32: {error}.", "Save it again in a plain precision."
            ) from error
        low, high = value.aminmax()
        if not bool((low > -_LARGEST) & (high < _LARGEST)):  # NaN is neither
            raise FileFormatError(
                f"{name} in {self.where} holds NaN, infinity, or numbers beyond {_LARGEST:g}.",
                "Copy the checkpoint again, or take an earlier one.",
            )
        return value

    def optional(self, name: str, *shape: Size) -> Tensor | None:
        """The same, or None if there is no such tensor."""
        return self.take(name, *shape) if name in self else None

    def first(self, names: tuple[str, ...], *shape: Size) -> Tensor:
        """The one that is there of several spellings of a name."""
        return self.take(next((name for name in names if name in self), names[0]), *shape)

    def raw(self, name: str) -> Tensor:
        """A tensor of any shape, which may hold NaN."""
        return self._value(name)

    def number(self, name: str) -> float:
        """A tensor of one value."""
        value = self._value(name)
        known = value.numel() == 1 and not value.is_complex() and isfinite(float(value))
        if not known:
            raise FileFormatError(
                f"{name} in {self.where} is {value.tolist() if value.numel() < 2 else list(value.shape)}; one finite "
                "number is needed.",
                "Copy the checkpoint again, or take an earlier one.",
            )
        return float(value)

    def skip(self, *names: str) -> None:
        """Say that these mean nothing for what a dictionary computes."""
        self._left -= set(names)

    def finish(self) -> None:
        """Raise `FileFormatError` if there are tensors that nobody asked for: they might change what is computed."""
        if self._left:
            raise FileFormatError(
                f"{self.where} holds {', '.join(sorted(self._left)[:8])}, which a dictionary of this kind does not "
                "have.",
                "Check that its config belongs to it.",
            )

    def _value(self, name: str) -> Tensor:
        if name not in self._values:
            known = ", ".join(sorted(map(str, self._values))[:12]) or "nothing"
            raise FileFormatError(f"{self.where} has no {name}; it holds {known}.", "Copy the checkpoint again.")
        self._left.discard(name)
        value = self._values[name]
        if not isinstance(value, Tensor) or not _is_plain(value):
            raise FileFormatError(
                f"{name} in {self.where} is {type(value).__name__}, not a dense tensor that is in the file whole.",
                "Save it again as a plain tensor.",
            )
        return value.detach()

    def _check_shape(self, name: str, value: Tensor, shape: tuple[Size, ...]) -> None:
        if value.ndim == len(shape) and 0 not in value.shape:
            bound = dict(self.sizes)
            wanted = [
                bound.setdefault(s, n) if isinstance(s, str) else s for s, n in zip(shape, value.shape, strict=True)
            ]
            if wanted == list(value.shape):
                self.sizes = bound
                return
        expected = ", ".join(f"{s}={self.sizes[s]}" if s in self.sizes else str(s) for s in shape)
        raise FileFormatError(
            f"{name} in {self.where} has shape {list(value.shape)}; [{expected}] is needed.",
            "The file is not what its name and its config say, or its tensors do not belong together.",
        )


def _is_plain(value: Tensor) -> bool:
    """Dense, in memory, and with as many numbers in the file as its shape says: one number may claim to be a matrix."""
    dense = value.layout is torch.strided and value.device.type == "cpu" and not (value.is_nested or value.is_quantized)
    return dense and value.untyped_storage().nbytes() >= value.numel() * value.element_size()
