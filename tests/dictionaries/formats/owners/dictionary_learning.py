"""Checkpoints written by dictionary_learning 0.1.0, of all seven classes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from dictionary_learning.dictionary import AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder
from dictionary_learning.trainers.batch_top_k import BatchTopKSAE
from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKSAE
from dictionary_learning.trainers.top_k import AutoEncoderTopK
from dictionary_learning.utils import load_dictionary

from tests.dictionaries.formats.owners.fixture import D, M, keep, randn, randomise, tokens

K = 3
CLASSES = {
    "standard": lambda: AutoEncoder(D, M),
    "new": lambda: AutoEncoderNew(D, M),
    "gated": lambda: GatedAutoEncoder(D, M),
    "jumprelu": lambda: JumpReluAutoEncoder(D, M),
    "topk": lambda: AutoEncoderTopK(D, M, K),
    "batchtopk": lambda: BatchTopKSAE(D, M, K),
    "matryoshka": lambda: MatryoshkaBatchTopKSAE(D, M, K, [4, 4, 8]),
    "batchtopk_unset": lambda: BatchTopKSAE(D, M, K),
}


def main(data: Path) -> None:
    for seed, (case, make) in enumerate(CLASSES.items()):
        sae = make()
        randomise(sae, 100 + seed)
        if isinstance(sae, JumpReluAutoEncoder):
            sae.threshold.data.copy_(1.5 * randn(seed, M) + 0.8)
        elif hasattr(sae, "threshold") and not case.endswith("unset"):
            sae.threshold.copy_(torch.tensor(1.3))
        folder = data / f"dictionary_learning_{case}"
        folder.mkdir(exist_ok=True)
        torch.save(sae.state_dict(), folder / "ae.pt")
        trainer = {
            "dict_class": type(sae).__name__,
            "trainer_class": "any",
            "activation_dim": D,
            "dict_size": M,
            "layer": 8,
            "lm_name": "EleutherAI/pythia-160m-deduped",
            "submodule_name": "resid_post_layer_8",
        }
        if hasattr(sae, "k"):
            trainer["k"] = K
        buffer = {"d_submodule": D, "io": "out", "n_ctxs": 1, "ctx_len": 8, "device": "cpu"}
        (folder / "config.json").write_text(json.dumps({"trainer": trainer, "buffer": buffer}, indent=2))
        loaded, _ = load_dictionary(str(folder), "cpu")
        with torch.no_grad():
            x = tokens()
            latents = loaded.encode(x)
            keep(data, f"dictionary_learning_{case}", x, latents, loaded.decode(latents))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
