"""Matrices that stay in their file: what is asked for is read, and nothing is kept.

A file is mapped for the length of one question. Before each, its size and the time of its last change are compared
with those at loading: rows of another file would be wrong without a sign of it. What a full load checks is checked
here too: places and types when the file is opened, numbers that are not finite when they are read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from saecircuits.errors import FileFormatError

from .matrix import Held, Matrix

_AT_ONCE = 2**22
"""Numbers that are read at a time, 16 MiB in float32."""
_INTEGERS = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
"""Types as which bytes are mapped, by size: numpy does not know all types of numbers that torch does."""


class Stamp(NamedTuple):
    """What tells a file from what it was before."""

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """That of a file now."""
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class Extent:
    """Where a tensor lies in a file.

    Attributes:
        name, path: of the tensor and the file.
        stamp: of the file when its header was read.
        start: bytes before the first number.
        dtype, shape: of the tensor.
        order: `"C"`, or `"F"` where the first axis is the one whose numbers lie beside each other.
    """

    name: str
    path: Path
    stamp: Stamp
    start: int
    dtype: torch.dtype
    shape: tuple[int, ...]
    order: str = "C"

    @property
    def end(self) -> int:
        """Bytes before what follows it."""
        return self.start + math.prod(self.shape) * self.dtype.itemsize

    def mapped(self) -> np.ndarray:
        """Its bytes as integers, in its shape; pages are read when they are touched.

        Raises:
            FileFormatError: if the file is gone, or another than when it was opened.
        """
        try:
            now = Stamp.of(self.path)
            if now == self.stamp:
                kind = _INTEGERS[self.dtype.itemsize]
                # Copied on writing: torch refuses to take what nobody may write to.
                return np.memmap(self.path, kind, "c", self.start, self.shape, self.order)  # type: ignore[call-overload]
            why = "has changed since it was loaded"
        except OSError as error:
            why = f"cannot be read any more: {error.strerror or error}"
        raise FileFormatError(
            f"{self.path}, where rows of {self.name} are read when they are needed, {why}.",
            "Load the dictionaries again, and leave their files in place; or load them without lazy.",
        )

    def read(self, part: np.ndarray) -> Tensor:
        """Some of `mapped` as numbers in float32."""
        aligned = np.require(part, requirements="A")  # members of archives begin anywhere
        return torch.from_numpy(aligned).view(self.dtype).float()


@dataclass(frozen=True, eq=False)
class Stored(Matrix):
    """A matrix in a file, scaled as it is read.

    Gives float32 on the processor, or what is computed from it in type and place of what came.

    Attributes:
        extent: where it lies.
        axes: which axes of the file are features, sites and width; two where there is one site and no axis for it.
        first: sites before this one are left out.
        by_feature: a factor of each row; None for 1.
        by_width: factors by site and width, `[site, d_model]`, either axis may be 1; None for 1.
    """

    extent: Extent
    axes: tuple[int, ...]
    first: int = 0
    by_feature: Float[Tensor, " feature"] | None = None
    by_width: Float[Tensor, "site width"] | None = None

    def __deepcopy__(self, memo: object) -> Stored:
        return self  # nothing of it can be changed

    def __reduce__(self) -> tuple[type[Held], tuple[nn.Parameter]]:
        """Sent elsewhere it is a matrix in memory: the file is not there."""
        return Held, (nn.Parameter(self.whole(), requires_grad=False),)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the matrix, `[feature, site, d_model]`."""
        sizes = [self.extent.shape[axis] for axis in self.axes]
        return sizes[0], sizes[1] - self.first if len(sizes) == 3 else 1, sizes[-1]

    def times(self, factor: Float[Tensor, "..."]) -> Stored:
        """Scaled by feature (`[feature, 1, 1]`), or by site and width (`[site, d_model]`, `[d_model]`, a number)."""
        if factor.ndim == 3:
            mine = factor.flatten().float().cpu().expand(self.shape[0])
            return replace(self, by_feature=mine if self.by_feature is None else self.by_feature * mine)
        other = factor.float().cpu().reshape(-1, factor.shape[-1] if factor.ndim else 1)
        return replace(self, by_width=other if self.by_width is None else self.by_width * other)

    def whole(self) -> Float[Tensor, "feature site d_model"]:
        """All of it, read anew; what is written into it is lost."""
        return torch.cat([self._checked(block) for block in self._blocks()])

    def norms(self) -> Float[Tensor, " feature"]:
        """Norm of each row, over all sites."""
        return torch.cat([self._checked(block).flatten(1).norm(dim=1) for block in self._blocks()])

    def rows(self, features: Int[Tensor, "..."] | int, site: int | None = None) -> Float[Tensor, "..."]:
        """Reads these rows alone, where the file has them one after the other."""
        asked = torch.as_tensor(features)
        wanted, sites = asked.flatten().cpu(), slice(None) if site is None else slice(site, site + 1)
        found = self.extent.read(self._view()[:, sites][wanted.numpy()])
        found = self._checked(self._scaled(found, wanted, sites)).to(asked.device)
        found = found if site is None else found[:, 0]
        return found.reshape(*asked.shape, *found.shape[1:])

    def products(
        self, x: Float[Tensor, "... width"], bias: Float[Tensor, " feature"] | None = None
    ) -> Float[Tensor, "... feature"]:
        """Some features at a time."""
        if self.by_width is not None:
            x = x * self.by_width.expand(self.shape[1:]).flatten().to(x)
        parts = []
        for block in self._blocks(scaled=False):
            found = x @ block.flatten(1).to(x).T
            if not bool(found.isfinite().all()):
                self._checked(block)  # if it is the file's fault
            parts.append(found)
        found = torch.cat(parts, -1)
        if self.by_feature is not None:
            found = found * self.by_feature.to(x)
        return found if bias is None else found + bias

    def combined(self, z: Float[Tensor, "... feature"], site: int | None = None) -> Float[Tensor, "..."]:
        """Reads the rows of features that fire anywhere; gradients reach those alone."""
        features, sites, width = self.shape
        sites = sites if site is None else 1
        flat = z.reshape(-1, features)
        total = z.new_zeros(len(flat), sites * width)
        for part in (flat != 0).any(0).nonzero()[:, 0].split(max(1, _AT_ONCE // (sites * width))):
            total = total + flat[:, part] @ self.rows(part, site).flatten(1).to(z)
        return total.unflatten(0, z.shape[:-1]) if z.ndim > 1 else total[0]

    def _view(self) -> np.ndarray:
        """`[feature, site, d_model]`, still in the file."""
        view = self.extent.mapped().transpose(self.axes)
        return view[:, self.first :] if view.ndim == 3 else view[:, None]

    def _blocks(self, scaled: bool = True) -> Iterator[Float[Tensor, "row site d_model"]]:
        """All rows, some at a time."""
        view, (features, sites, width) = self._view(), self.shape
        for part in torch.arange(features).split(max(1, _AT_ONCE // (sites * width))):
            block = self.extent.read(view[int(part[0]) : int(part[-1]) + 1])
            yield self._scaled(block, part, slice(None)) if scaled else block

    def _scaled(self, rows: Tensor, features: Tensor, sites: slice) -> Tensor:
        if self.by_feature is not None:
            rows = rows * self.by_feature[features, None, None]
        if self.by_width is not None:
            rows = rows * self.by_width.expand(self.shape[1:])[sites]
        return rows

    def _checked(self, rows: Tensor) -> Tensor:
        if not bool(rows.isfinite().all()):
            raise FileFormatError(
                f"{self.extent.name} in {self.extent.path} holds NaN or infinity.",
                "Copy the checkpoint again, or take an earlier one.",
            )
        return rows


class StoredMatrices(NamedTuple):
    """Both matrices of a dictionary."""

    encoder: Stored
    decoder: Stored
