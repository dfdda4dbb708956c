"""Tensors out of somebody else's file: each is asked for by name and shape, and nothing may be left over.

Sizes are named: `take("W_enc", "d", "m")` binds `d` and `m` when it first meets them and holds every later tensor to
them, so files whose shapes disagree are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from saecircuits.dictionaries.stored import Stored
from saecircuits.dictionaries.tensor_files import NpzFile, SafetensorsFile
from saecircuits.errors import FileFormatError, InputError

_LARGEST = 1e30
"""What a weight stays below: scales that are folded in must not take it out of float32."""
Size = int | str
"""A size that is known, or the name of one that has to be the same everywhere in a file."""


class Tensors:
    """Named tensors of a checkpoint, checked as they are taken.

    Args:
        where: what error messages call the file.
        values: by name.
        sizes: sizes that are known beforehand, such as from a config.
        lazy: matrices stay in the file.
    """

    def __init__(
        self, where: str, values: Mapping[str, Any], sizes: Mapping[str, int] | None = None, lazy: bool = False
    ) -> None:
        self.where = where
        self.lazy = lazy
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
        self._check_shape(name, tuple(value.shape), shape)
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

    def matrix(self, name: str, *shape: Size, first: int = 0) -> Tensor | Stored:
        """A matrix of a dictionary in float32, `[feature, site, d_model]`; where it lies, if it is to stay there.

        Args:
            name: in the file.
            shape: as the file has it: the axis of features is `"m"`, of the others the last is the width, and there
                may be one of sites.
            first: sites before this one are left out.
        """
        features = shape.index("m")
        axes = (features, *(axis for axis in range(len(shape)) if axis != features))
        if not self.lazy:
            value = self.take(name, *shape).permute(axes)
            return value[:, first:] if value.ndim == 3 else value[:, None]
        if not isinstance(self._values, SafetensorsFile | NpzFile):
            raise InputError(
                f"{self.where} is a pickle, whose tensors cannot be read row by row.",
                "Write it once with sc.convert, and load that with lazy=True.",
            )
        self._known(name)
        extent = self._values.extent(name)
        self._check_shape(name, extent.shape, shape)
        return Stored(extent, axes, first)

    def optional(self, name: str, *shape: Size) -> Tensor | None:
        """The same, or None if there is no such tensor."""
        return self.take(name, *shape) if name in self else None

    def spelt(self, *names: str) -> str:
        """The one that is there of several spellings of a name."""
        return next((name for name in names if name in self), names[0])

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

    def _known(self, name: str) -> None:
        if name not in self._values:
            known = ", ".join(sorted(map(str, self._values))[:12]) or "nothing"
            raise FileFormatError(f"{self.where} has no {name}; it holds {known}.", "Copy the checkpoint again.")
        self._left.discard(name)

    def _value(self, name: str) -> Tensor:
        self._known(name)
        value = self._values[name]
        if not isinstance(value, Tensor) or not _is_plain(value):
            raise FileFormatError(
                f"{name} in {self.where} is {type(value).__name__}, not a dense tensor that is in the file whole.",
                "Save it again as a plain tensor.",
            )
        return value.detach()

    def _check_shape(self, name: str, found: tuple[int, ...], shape: tuple[Size, ...]) -> None:
        if len(found) == len(shape) and 0 not in found:
            bound = dict(self.sizes)
            wanted = [bound.setdefault(s, n) if isinstance(s, str) else s for s, n in zip(shape, found, strict=True)]
            if wanted == list(found):
                self.sizes = bound
                return
        expected = ", ".join(f"{s}={self.sizes[s]}" if s in self.sizes else str(s) for s in shape)
        raise FileFormatError(
            f"{name} in {self.where} has shape {list(found)}; [{expected}] is needed.",
            "The file is not what its name and its config say, or its tensors do not belong together.",
        )


def _is_plain(value: Tensor) -> bool:
    """Dense, in memory, and with as many numbers in the file as its shape says: one number may claim to be a matrix."""
    dense = value.layout is torch.strided and value.device.type == "cpu" and not (value.is_nested or value.is_quantized)
    return dense and value.untyped_storage().nbytes() >= value.numel() * value.element_size()
