"""Claim: an edit of the embedded model, measured before and after, costs a few plain forward passes.

The browser's target is 150 ms from click to picture; the network round trip takes some 50 ms of it.
"""

from __future__ import annotations

import torch

import saecircuits as sc
from benchmarks.timing import compare

PROMPT = "the capital of the country containing Wroclaw is"


def main() -> None:
    """Print the ratio."""
    torch.set_num_threads(1)
    lab = sc.load("world")
    circuit = lab.attribute(PROMPT, "Warsaw", "Paris").prune()
    edits = [sc.Ablate(node.feature, positions=node.position) for node in circuit.top(3)]
    inputs = lab.subject.tokenize(PROMPT).inputs()

    def forward() -> None:
        with torch.no_grad():
            lab.subject.module(**inputs)

    pair = compare(lambda: lab.intervene(PROMPT, edits), forward, rounds=21)
    print(f"an edit against one plain forward pass: {pair}")


if __name__ == "__main__":
    main()
