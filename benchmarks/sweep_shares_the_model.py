"""Claim: twelve dictionaries trained in one pass over the model cost at most 35 % of twelve runs of one each.

The embedded model, its own corpus, sparse autoencoders of the residual stream after the third layer: two widths, three
sparsities, two activation functions. Both sides train on the same tokens in the same order and end with the same
weights; CPU seconds of one thread.
"""

from __future__ import annotations

from itertools import product
from time import process_time

import torch

import saecircuits as sc

TOKENS = 200_000
RUN = sc.TrainingRun(tokens=TOKENS, batch=4096)
PLANS = [
    sc.TrainingPlan.sae(
        "resid_post.2", name=f"{kind}.k{k}.m{width}", n_features=width, activation={"kind": kind, "k": k}
    )
    for kind, k, width in product(("topk", "batchtopk"), (4, 8, 16), (512, 1024))
]


def main() -> None:
    """Print the share."""
    torch.set_num_threads(1)
    model, corpus = sc.load_model("world"), sc.Corpus.world(1)
    sc.train(model, corpus, PLANS[:1], sc.TrainingRun(tokens=8192, batch=4096), progress=False)  # warm up
    started = process_time()
    alone = [sc.train(model, corpus, [plan], RUN, progress=False)[0] for plan in PLANS]
    between = process_time()
    together = sc.train(model, corpus, PLANS, RUN, progress=False)
    one, many = process_time() - between, between - started
    same = all(torch.equal(a.dictionary.W_dec, b.dictionary.W_dec) for a, b in zip(alone, together, strict=True))
    print(
        f"{len(PLANS)} dictionaries, {TOKENS:,} tokens each: one pass {one:.1f} s, separate runs {many:.1f} s of CPU:"
    )
    print(f"one pass costs {one / many:.0%} of separate runs; the same weights: {same}")


if __name__ == "__main__":
    main()
