"""Activations in random order, in batches of equal size.

1. Whole chunks are read into a pool until it holds enough tokens.
2. A random order of the pool is drawn, and handed out batch by batch; what is left, less than a batch, is dropped.
3. The next pool begins with the next chunk.

The position is three small things: the number of the pool's first chunk, the state of the generator before the order
was drawn, and the batches handed out. From them the very same batches follow again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site


@runtime_checkable
class Chunks(Protocol):
    """Activations in a fixed order that can be begun at any place."""

    @property
    def name(self) -> str:
        """What messages and recipes call it, e.g. `"world, seed 0"`."""
        ...

    @property
    def sites(self) -> tuple[Site, ...]:
        """The order of the site axis."""
        ...

    def read(self, start: int = 0) -> Iterator[Float[Tensor, "token site d_model"]]:
        """Chunks from number `start` on, counted from the very first; after the last it begins again, for ever.

        Every call gives the same, in float32. A chunk may be empty.

        Raises:
            TrainingError: if a whole pass gives no token, or an activation is not finite.
        """
        ...


class TensorChunks:
    """Activations that are in memory, or come from any iterable of tensors.

    Args:
        tensors: `[token, site, d_model]`, or `[token, d_model]` for one site, a chunk each; or one such tensor, which
            is one chunk. What can be iterated only once can be read only once, from its start to its end.
        sites: the order of the site axis.
        name: what messages and recipes call it.

    Raises:
        InputError: if there is no site.
    """

    def __init__(
        self, tensors: Tensor | Iterable[Tensor], sites: Site | str | Sequence[Site | str], name: str = "tensors"
    ) -> None:
        several = (sites,) if isinstance(sites, str | Site) else sites
        self.sites = tuple(Site.parse(site) for site in several)
        if not self.sites:
            raise InputError("The tensors came without a site.", 'Say what they hold: sites=["mlp_in.0"].')
        self.name = name
        self._tensors = (tensors,) if isinstance(tensors, Tensor) else tensors
        self._once = isinstance(self._tensors, Iterator)
        self._begun = False
        self._d_model: int | None = None

    def read(self, start: int = 0) -> Iterator[Float[Tensor, "token site d_model"]]:
        """Chunks from number `start` on, for ever; see `Chunks`."""
        skip, tokens = start, 0
        while True:
            tensors = self._pass(tokens)
            count = tokens = 0
            for count, tensor in enumerate(tensors, 1):
                chunk = self._checked(tensor, count - 1)
                tokens += len(chunk)
                if count > skip:
                    yield chunk
            if tokens == 0:
                raise TrainingError(
                    f"There is no activation in {self.name!r}.", "Give tensors with at least one token."
                )
            skip = max(skip - count, 0) % count

    def _pass(self, came: int) -> Iterator[Tensor]:
        if self._once and self._begun:
            raise TrainingError(
                f"{self.name!r} can be read only once, and has to be begun again after {came} tokens.",
                "Give a list of tensors or an object whose __iter__ begins anew, or ask for fewer tokens, with a "
                "smaller pool.",
            )
        self._begun = True
        return iter(self._tensors)

    def _checked(self, tensor: Tensor, number: int) -> Float[Tensor, "token site d_model"]:
        if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
            what = f"of type {tensor.dtype}" if isinstance(tensor, Tensor) else f"a {type(tensor).__name__}"
            raise InputError(f"Chunk {number} of {self.name!r} is {what}.", "Give tensors of floating point numbers.")
        chunk = tensor[:, None] if tensor.ndim == 2 else tensor
        if chunk.ndim != 3 or chunk.shape[1] != len(self.sites):
            raise InputError(
                f"Chunk {number} of {self.name!r} has the shape {tuple(tensor.shape)}.",
                f"Give [token, {len(self.sites)}, d_model]: the sites are {', '.join(map(str, self.sites))}.",
            )
        if chunk.shape[2] != (self._d_model or chunk.shape[2]):
            raise InputError(
                f"Chunk {number} of {self.name!r} is {chunk.shape[2]} wide, the ones before it {self._d_model}.",
                "Give tensors of one width.",
            )
        self._d_model = chunk.shape[2]
        chunk = chunk.detach().float()
        if not all_finite(chunk):
            raise TrainingError(
                f"Chunk {number} of {self.name!r} has values that are not finite.",
                "Leave them out: float16 overflows easily, bfloat16 does not.",
            )
        return chunk


class ShuffledTokens:
    """An endless stream of batches of tokens in random order.

    Args:
        chunks: where the activations come from.
        pool: tokens that are held and shuffled, at least; whole chunks are held.
        batch: tokens in a batch.
        seed: of the order.
    """

    def __init__(self, chunks: Chunks, pool: int, batch: int, seed: int) -> None:
        if pool < 1 or batch < 1:
            raise InputError(f"A pool of {pool} and batches of {batch} tokens came.", "Give positive numbers.")
        self.name, self.sites = chunks.name, chunks.sites
        self._chunks, self._batch, self._wanted = chunks, batch, max(pool, batch)
        self._order = torch.Generator().manual_seed(seed)
        self._before = self._order.get_state()
        self._first = self._next = self._drawn = 0
        self._source: Iterator[Tensor] | None = None
        self._pool: Tensor | None = None
        self._places = torch.empty(0, dtype=torch.long)

    @property
    def device(self) -> torch.device:
        """Where the activations lie."""
        return self._filled().device

    def sample(self) -> Float[Tensor, "token site d_model"]:
        """The first pool of all, in the order of the source, for first statistics; takes nothing away.

        It is the same at any time; once the stream has gone on it is read again.
        """
        return self._filled() if self._first == 0 else _read_pool(self._chunks.read(0), self._wanted)[0]

    def __iter__(self) -> Iterator[Float[Tensor, "batch site d_model"]]:
        return self.batches()

    def batches(self) -> Iterator[Float[Tensor, "batch site d_model"]]:
        """Batches from the position on."""
        while True:
            pool = self._filled()
            start = self._drawn * self._batch
            if self._used_up:
                self._first, self._drawn, self._before = self._next, 0, self._order.get_state()
                self._pool = pool = None  # before the next is read: there is memory for one
                continue
            self._drawn += 1
            yield pool[self._places[start : start + self._batch]]

    def state(self) -> dict[str, Tensor]:
        """The position after the last batch handed out; a few kilobytes, without activations."""
        over = self._pool is not None and self._used_up
        return {
            "chunk": torch.tensor(self._next if over else self._first),
            "drawn": torch.tensor(0 if over else self._drawn),
            "generator": self._order.get_state() if over else self._before.clone(),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go to a position that `state` told; the batches that follow are the same as they would have been."""
        self._first, self._drawn = int(state["chunk"]), int(state["drawn"])
        self._before = state["generator"].cpu().clone()
        self._source = self._pool = None

    @property
    def _used_up(self) -> bool:
        """Whether the pool holds no further batch."""
        return (self._drawn + 1) * self._batch > len(self._places)

    def _filled(self) -> Tensor:
        """The pool that begins with chunk `_first`; read, and its order drawn, if it is not there."""
        if self._pool is None:
            source, self._source = self._source or self._chunks.read(self._first), None
            self._pool, count = _read_pool(source, self._wanted)
            self._source = source  # not before: a reading that was broken off cannot be gone on with
            self._next = self._first + count
            self._order.set_state(self._before)
            self._places = torch.randperm(len(self._pool), generator=self._order).to(self._pool.device)
        return self._pool


def _read_pool(chunks: Iterator[Tensor], tokens: int) -> tuple[Float[Tensor, "token site d_model"], int]:
    """Whole chunks until there are `tokens` or more, and how many chunks these are."""
    chunk = next(chunks)
    pool = chunk.new_empty(tokens + len(chunk), *chunk.shape[1:])  # filled in place: no second copy of a large pool
    held, count = 0, 0
    while True:
        count += 1
        if held + len(chunk) > len(pool):  # chunks grow
            pool = torch.cat([pool[:held], chunk.new_empty(len(chunk), *chunk.shape[1:])])
        pool[held : held + len(chunk)] = chunk
        held += len(chunk)
        if held >= tokens:
            return pool[:held], count
        chunk = next(chunks)


def all_finite(values: Tensor) -> bool:
    """Whether all values are finite; one pass without a copy unless their sum is not."""
    return bool(values.sum().isfinite()) or bool(values.isfinite().all())
