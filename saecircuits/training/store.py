"""Activations on disk, so that many trainings cost one pass over the model.

A folder holds `manifest.json` and shards `shard-00000.safetensors`, …: shard `i` holds the tokens from
`i * shard_tokens` on, a tensor `[token, d_model]` by the name of each site. The manifest says for each shard from which
chunk of the source on it was made, so any of them can be made again.

Writing goes shard by shard, each whole or not at all, and after each the manifest. Reading goes shard by shard, in an
order that each pass draws anew.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from saecircuits.atomic import sweep
from saecircuits.errors import FileFormatError, InputError, TrainingError
from saecircuits.sites import Site

from .shards import DTYPES, MANIFEST, Manifest, open_shard, read_manifest, write_manifest, write_shard
from .shuffle import Chunks, all_finite

_SAME = 0.01
"""Relative distance below which activations count as the same: far above rounding, far below another model."""


class ActivationStore:
    """Activations in a folder that `write` made. These are `Chunks`, one a shard; each pass has its own order.

    Args:
        folder: what a writing that was broken off has left can be read too.
        seed: of the orders.
        sites: to read, in this order; default all.

    Raises:
        InputError: if there is no store in the folder, it is empty, or it does not hold a site.
        FileFormatError: if the manifest is damaged or of another version.
    """

    def __init__(self, folder: str | Path, seed: int = 0, sites: Sequence[Site | str] | None = None) -> None:
        self.folder = Path(folder)
        self._manifest = manifest = read_manifest(self.folder)
        if not manifest.counts:
            raise InputError(f"The store {str(self.folder)!r} holds no activations yet.", "Write it to its end first.")
        held = tuple(Site.parse(site) for site in manifest.sites)
        self.sites = held if sites is None else tuple(Site.parse(site) for site in sites)
        missing = [site for site in self.sites if site not in held]
        if missing or not self.sites:
            raise InputError(
                f"The store {str(self.folder)!r} has no site {missing[0]}."
                if missing
                else "No site of the store was selected.",
                f"It holds {', '.join(manifest.sites)}.",
            )
        self.seed = seed
        self.tokens = sum(manifest.counts)
        self.d_model = manifest.d_model
        self.name = f"{manifest.source}, {self.tokens:,} tokens on disk"

    def __repr__(self) -> str:
        return f"<ActivationStore {self.name!r}, {', '.join(map(str, self.sites))}>"

    def __len__(self) -> int:
        """Number of shards."""
        return len(self._manifest.counts)

    def select(self, sites: Sequence[Site | str]) -> ActivationStore:
        """The same store with some of its sites, in this order; the others are not read."""
        return ActivationStore(self.folder, self.seed, sites)

    def read(self, start: int = 0) -> Iterator[Float[Tensor, "token site d_model"]]:
        """Shards from number `start` on, for ever, each pass in its own order; see `Chunks`.

        Raises:
            FileFormatError: if a shard is missing, damaged or cut short.
        """
        number = start
        while True:
            turn, place = divmod(number, len(self))
            order = Random(f"{self.seed}, pass {turn}").sample(range(len(self)), len(self))
            for shard in order[place:]:
                yield self._load(shard)
            number += len(self) - place

    def _load(self, number: int) -> Float[Tensor, "token site d_model"]:
        out = torch.empty(self._manifest.counts[number], len(self.sites), self.d_model)
        with open_shard(self.folder, self._manifest, number) as shard:
            for index, site in enumerate(self.sites):
                out[:, index] = shard.get_tensor(str(site))
        return out

    @classmethod
    def write(
        cls,
        folder: str | Path,
        chunks: Chunks,
        tokens: int,
        *,
        shard_tokens: int = 16_384,
        dtype: str = "float32",
        progress: bool = True,
    ) -> ActivationStore:
        """Write activations, or go on with a writing that was broken off, or add to one that was finished.

        Args:
            folder: made if it is not there; one process at a time may write to it.
            chunks: the source, read from its start.
            tokens: that the store shall hold at least.
            shard_tokens: tokens in a file. A file is read as a whole: it should be well below the pool in which tokens
                are shuffled.
            dtype: "float32", "bfloat16" (half the space; 8 bits of precision) or "float16".
            progress: show a progress bar.

        Returns:
            The store. Its files depend on the source and the arguments only, not on interruptions.

        Raises:
            InputError: if the folder holds activations of another source, other sites or of another form.
            TrainingError: if the disk is full; all whole shards stay.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            _Writer(folder, chunks, tokens, shard_tokens, dtype).write(progress)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise TrainingError(
                f"The disk is full: {folder} cannot hold {tokens:,} tokens.",
                "Make room and call ActivationStore.write again with the same arguments: it goes on where it stopped.",
            ) from error
        return cls(folder)


class _Writer:
    """Makes the shards of one store that are not there yet."""

    def __init__(self, folder: Path, chunks: Chunks, tokens: int, shard_tokens: int, dtype: str) -> None:
        if tokens < 1 or shard_tokens < 1:
            raise InputError(f"{tokens} tokens in shards of {shard_tokens} came.", "Give positive numbers.")
        if dtype not in DTYPES:
            raise InputError(f"Activations cannot be stored as {dtype!r}.", f"Use one of {', '.join(DTYPES)}.")
        self._folder, self._chunks = folder, chunks
        self._tape: _Tape | None = None
        form: dict[str, Any] = {
            "source": chunks.name,
            "sites": list(map(str, chunks.sites)),
            "dtype": dtype,
            "shard_tokens": shard_tokens,
        }
        self._goes_on = (folder / MANIFEST).is_file()
        if self._goes_on:
            self._manifest = read_manifest(folder)
            self._refuse_other_form(form)
        else:
            first = self._tape_at((0, 0)).peek()
            self._manifest = Manifest(**form, chunk_tokens=len(first), d_model=first.shape[2], tokens=tokens)
        self._goal = max(tokens, self._manifest.tokens)

    def write(self, progress: bool) -> None:
        """Make every shard that is missing, cut short or, at the end of a shorter writing, not full."""
        goal, size = self._goal, self._manifest.shard_tokens
        lengths = [min(size, goal - start) for start in range(0, goal, size)]
        there = [self._is_there(number, length) for number, length in enumerate(lengths)]
        if not all(there):
            if self._goes_on:
                self._refuse_other_activations()
            self._update(tokens=goal)
        with tqdm(total=goal, unit="tok", unit_scale=True, disable=not progress, mininterval=0.5) as bar:
            for number, length in enumerate(lengths):
                if not there[number]:
                    self._make(number, length)
                bar.update(length)

    def _is_there(self, number: int, length: int) -> bool:
        if self._manifest.counts[number : number + 1] != [length]:
            return False
        try:
            with open_shard(self._folder, self._manifest, number):
                return True
        except FileFormatError:
            return False

    def _make(self, number: int, length: int) -> None:
        """Write one shard, then the manifest that knows it."""
        manifest = self._manifest
        tape = self._tape_at(manifest.begins[number])
        values = tape.take(length).to(DTYPES[manifest.dtype])
        if manifest.dtype == "float16" and not all_finite(values):
            raise TrainingError("Activations are too large for float16.", 'Store them with dtype="bfloat16".')
        write_shard(self._folder, manifest, number, values)
        counts, begins = list(manifest.counts), list(manifest.begins)
        counts[number : number + 1] = [length]
        begins[number + 1 : number + 2] = [tape.place]
        self._update(counts=counts, begins=begins)

    def _tape_at(self, place: tuple[int, int]) -> _Tape:
        if self._tape is None or self._tape.place != place:
            self._tape = _Tape(self._chunks, *place)
        return self._tape

    def _update(self, **changes: Any) -> None:
        self._manifest = self._manifest.model_copy(update=changes)
        write_manifest(self._folder, self._manifest)

    def _refuse_other_form(self, form: Mapping[str, Any]) -> None:
        for what, new in form.items():
            old = getattr(self._manifest, what)
            if old != new:
                raise InputError(
                    f"The store {str(self._folder)!r} was begun with {what} = {old!r}, not {new!r}.",
                    "Call it with the same arguments, or write to another folder.",
                )

    def _refuse_other_activations(self) -> None:
        """A source of the same name may be another model, or another number of rows a batch: compare what a whole
        shard begins with."""
        manifest = self._manifest
        whole = (number for number, count in enumerate(manifest.counts) if self._is_there(number, count))
        if (number := next(whole, None)) is None:
            return
        chunk, skip = manifest.begins[number]
        came = next(self._chunks.read(chunk))
        lengths_fit = chunk > 0 or len(came) == manifest.chunk_tokens
        came = came[skip : skip + manifest.counts[number]].cpu()
        with open_shard(self._folder, manifest, number) as shard:
            held = torch.stack([shard.get_tensor(site)[: len(came)] for site in manifest.sites], 1).float()
        if not (lengths_fit and came.shape == held.shape and (came - held).norm() <= _SAME * held.norm()):
            raise InputError(
                f"The source {self._chunks.name!r} gives other activations than those in {str(self._folder)!r}.",
                "Use the same model, texts and rows a batch, or write to another folder.",
            )


class _Tape:
    """A source as one sequence of tokens, read from a chunk, and a token in it, on."""

    def __init__(self, chunks: Chunks, chunk: int, skip: int) -> None:
        self.place = (chunk, skip)
        self._source = chunks.read(chunk)
        self._chunk: Tensor | None = None

    def peek(self) -> Float[Tensor, "token site d_model"]:
        """The chunk at hand."""
        if self._chunk is None:
            self._chunk = next(self._source)
        return self._chunk

    def take(self, tokens: int) -> Float[Tensor, "token site d_model"]:
        """The next tokens."""
        pieces: list[Tensor] = []
        while tokens:
            chunk, (number, skip) = self.peek(), self.place
            pieces.append(chunk[skip : skip + tokens])
            skip += len(pieces[-1])
            tokens -= len(pieces[-1])
            if skip < len(chunk):
                self.place = (number, skip)
            else:
                self.place, self._chunk = (number + 1, 0), None
        return torch.cat(pieces)
