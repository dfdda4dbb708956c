"""The folder of an activation store: its manifest and its shards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from saecircuits.atomic import replace_file
from saecircuits.errors import FileFormatError, InputError

FORMAT = "saecircuits.activations"
VERSION = 1
MANIFEST = "manifest.json"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
"""How activations can be stored."""

_AGAIN = "Delete it and call ActivationStore.write again with the same arguments: it makes what is missing."


class Manifest(BaseModel):
    """What `manifest.json` holds.

    Attributes:
        source: name of the chunks that were stored.
        chunk_tokens: in the first of them.
        tokens: that the store shall hold.
        counts: tokens in each shard.
        begins: the chunk, and the token in it, that each shard begins with, and so would the next one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = FORMAT
    version: int = VERSION
    source: str
    sites: Annotated[list[str], Field(min_length=1)]
    d_model: Annotated[int, Field(gt=0)]
    dtype: Literal["float32", "bfloat16", "float16"]
    shard_tokens: Annotated[int, Field(gt=0)]
    chunk_tokens: int
    tokens: Annotated[int, Field(gt=0)]
    counts: list[int] = []
    begins: list[tuple[int, int]] = [(0, 0)]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, whole or not at all."""
    text = manifest.model_dump_json() + "\n"
    replace_file(folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))


def write_shard(folder: Path, manifest: Manifest, number: int, values: Float[Tensor, "token site d_model"]) -> None:
    """Write a shard, whole or not at all."""
    contents = {site: values[:, index].contiguous().cpu() for index, site in enumerate(manifest.sites)}
    replace_file(_shard_path(folder, number), lambda path: path.write_bytes(save(contents)))


@contextmanager
def open_shard(folder: Path, manifest: Manifest, number: int) -> Iterator[Any]:
    """A shard, memory-mapped; `get_tensor` gives a site `[token, d_model]`.

    Raises:
        FileFormatError: if it is missing, damaged, cut short, or does not fit the manifest.
    """
    path, shape = _shard_path(folder, number), [manifest.counts[number], manifest.d_model]
    if not path.is_file():
        raise FileFormatError(f"The shard {path} is missing.", _AGAIN.removeprefix("Delete it and "))
    try:
        with safe_open(path, framework="pt") as file:
            found = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
            if found != dict.fromkeys(manifest.sites, shape):
                raise FileFormatError(f"The shard {path} does not fit {MANIFEST}: it holds {found}.", _AGAIN)
            yield file
    except (SafetensorError, OSError) as error:
        raise FileFormatError(f"The shard {path} cannot be read: {error}.", _AGAIN) from error


def read_manifest(folder: Path) -> Manifest:
    """The manifest.

    Raises:
        InputError: if there is none.
        FileFormatError: if it is damaged or of another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(
            f"There are no activations in {str(folder)!r}: {MANIFEST} is missing.",
            "Write them with ActivationStore.write, or give another folder.",
        )
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise FileFormatError(
            f"{path} does not describe activations: {where}: {first['msg']}.", "Write them to another folder."
        ) from error
    if manifest.format != FORMAT or manifest.version != VERSION:
        raise FileFormatError(
            f"{path} is {manifest.format!r} version {manifest.version}; this reads {FORMAT!r} version {VERSION}.",
            "Update saecircuits, or write the activations again.",
        )
    if len(manifest.begins) != len(manifest.counts) + 1 or min(manifest.counts, default=1) < 1:
        raise FileFormatError(f"{path} does not describe its shards.", "Write them to another folder.")
    return manifest


def _shard_path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.safetensors"
