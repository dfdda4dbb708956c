"""Loads with its owner's library what this library wrote in its format, and compares the numbers.

    python -m tests.dictionaries.formats.owners.read_back FORMAT FOLDER EXPECTED

`EXPECTED` holds `x`, `latents` and `out`. Ends with status 0 if they are equal to 1e-5.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

Computed = tuple[Tensor, Tensor]


def sae_lens(folder: Path, x: Tensor) -> Computed:
    sae = importlib.import_module("sae_lens").SAE.load_from_disk(folder)
    return sae.encode(x), sae(x)


def dictionary_learning(folder: Path, x: Tensor) -> Computed:
    kind = json.loads((folder / "config.json").read_text())["trainer"]["dict_class"]
    module = "trainers.top_k" if kind == "AutoEncoderTopK" else "dictionary"
    made: Any = getattr(importlib.import_module(f"dictionary_learning.{module}"), kind)
    sae = made.from_pretrained(str(folder / "ae.pt"))
    return sae.encode(x), sae.decode(sae.encode(x))


def sparsify(folder: Path, x: Tensor) -> Computed:
    coders = importlib.import_module("sparsify").SparseCoder.load_many(str(folder), local=True)
    (coder,) = coders.values()
    encoded = coder.encode(x)
    latents = torch.zeros(len(x), coder.num_latents).scatter(1, encoded.top_indices, encoded.top_acts)
    return latents, coder(x).sae_out


def circuit_tracer(folder: Path, x: Tensor) -> Computed:
    yaml = importlib.import_module("yaml")
    load = importlib.import_module("circuit_tracer.utils.hf_utils").load_transcoders
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["transcoders"] = [str(folder / f"layer_{layer}.safetensors") for layer in range(x.shape[1])]
    made = load(config, torch.device("cpu"), torch.float32, lazy_encoder=False, lazy_decoder=False)
    read = x.transpose(0, 1)
    latents = made.encode(read)
    return latents.transpose(0, 1), made.decode(latents, read).transpose(0, 1)


def circuit_tracer_clt(folder: Path, x: Tensor) -> Computed:
    """With decoders read row by row, as circuit-tracer does by itself."""
    load = importlib.import_module("circuit_tracer.transcoder.cross_layer_transcoder").load_clt
    clt = load(str(folder), dtype=torch.float32, device=torch.device("cpu"), lazy_decoder=True)
    latents = clt.encode(x.transpose(0, 1))
    return latents.transpose(0, 1), clt.decode(latents.to_sparse()).transpose(0, 1)


READERS: dict[str, Callable[[Path, Tensor], Computed]] = {
    each.__name__: each for each in (sae_lens, dictionary_learning, sparsify, circuit_tracer, circuit_tracer_clt)
}


def main(name: str, folder: Path, expected: Path) -> None:
    numbers = load_file(expected)
    with torch.no_grad():
        latents, out = READERS[name](folder, numbers["x"])
    torch.testing.assert_close(latents, numbers["latents"], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(out, numbers["out"], atol=1e-5, rtol=1e-5)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
