"""Checkpoints written by sparsify 1.3.3."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from sparsify import SparseCoder, SparseCoderConfig

from tests.dictionaries.formats.owners.fixture import D, M, keep, randomise, tokens

CASES = {
    "sae": ("layers.2", {}),
    "sae_skip": ("layers.2", {"skip_connection": True}),
    "transcoder": ("layers.2.mlp", {"transcode": True}),
    "transcoder_skip": ("layers.2.mlp", {"transcode": True, "skip_connection": True}),
    "by_expansion": ("gpt_neox.layers.2", {"num_latents": 0, "expansion_factor": M // D}),
    "groupmax": ("layers.2", {"activation": "groupmax", "k": 4}),
}


def main(data: Path) -> None:
    for seed, (case, (hookpoint, more)) in enumerate(CASES.items()):
        coder = SparseCoder(D, SparseCoderConfig(**({"num_latents": M, "k": 3} | more)))
        randomise(coder, 200 + seed)
        folder = data / f"sparsify_{case}" / hookpoint
        coder.save_to_disk(folder)
        loaded = SparseCoder.load_from_disk(folder)
        with torch.no_grad():
            x = tokens()
            encoded = loaded.encode(x)
            latents = torch.zeros(len(x), M).scatter(1, encoded.top_indices, encoded.top_acts)
            keep(data, f"sparsify_{case}", x, latents, loaded(x).sae_out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
