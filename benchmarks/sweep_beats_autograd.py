"""Claim: the explicit sweep gives the rows of a circuit in less CPU time than batched autograd on the same readings.

Both sides get one captured prompt and the readings of all active features and one target, and contract gradients with
the same sources. Autograd runs the frozen model once with a graph, then asks for the rows of each layer with
`is_grads_batched`, the fastest way that torch has; its forward pass is counted, as the sweep's set-up is.
"""

from __future__ import annotations

import torch

import saecircuits as sc
from benchmarks.timing import compare
from saecircuits.attribution import Difference, read_target
from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, feature_readings
from saecircuits.attribution.direct.sources import Sources
from saecircuits.attribution.direct.sweep import sweep
from saecircuits.replacement import Capture, Replacement, capture
from saecircuits.sites import Site
from saecircuits.subject import held

PROMPT = "when Mary and John went to the store , John gave a drink to"


def main() -> None:
    """Print the ratio."""
    torch.set_num_threads(1)
    replacement = sc.load("world").replacement
    captured = capture(replacement, PROMPT)
    readings = _readings(replacement, captured)
    ours, theirs = _by_sweep(replacement, captured, readings), _by_autograd(replacement, captured, readings)
    gap = max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(ours, theirs, strict=True))
    rows = sum(len(reading) for reading in readings)
    print(f"{rows} rows, {captured.length} tokens; largest difference of token effects {gap:.1e} of the largest")
    pair = compare(
        lambda: _by_sweep(replacement, captured, readings), lambda: _by_autograd(replacement, captured, readings)
    )
    print(f"sweep against batched autograd: {pair}")


def _readings(replacement: Replacement, captured: Capture) -> list[Readings]:
    """Of the target and of all features of each layer: each at one place."""
    readings = [read_target(replacement, captured, Difference("Mary", "John"))[0].readings]
    for dictionary in replacement.replacers:
        which = torch.arange(len(captured.active[dictionary.name]))
        readings.append(feature_readings(replacement, captured, dictionary, which))
    return readings


def _by_sweep(replacement: Replacement, captured: Capture, readings: list[Readings]) -> list[torch.Tensor]:
    """Effects of the token embeddings on every reading, the first of all sources that the sweep works out."""
    linear = HeldModel(Sources(replacement, captured, replacement.subject.n_layers))
    return [sweep(linear, reading)[:, : captured.length] for reading in readings]


def _by_autograd(replacement: Replacement, captured: Capture, readings: list[Readings]) -> list[torch.Tensor]:
    """The same by gradients of the frozen model."""
    mids, outs, embedding = _frozen_graph(replacement, captured)
    tokens = []
    for reading in readings:
        layer = int(reading.place[0]) // 2
        seeds = torch.zeros(len(reading), *mids[layer].shape)
        seeds[torch.arange(len(seeds)), 0, reading.position] = reading.vector
        sources = [embedding, *outs[:layer]]
        gradients = torch.autograd.grad(mids[layer], sources, seeds, retain_graph=True, is_grads_batched=True)
        for below, gradient in enumerate(gradients[1:]):
            _contract(replacement, captured, below, gradient[:, 0])
        tokens.append((gradients[0][:, 0] * captured.embedding).sum(-1))
    return tokens


def _contract(replacement: Replacement, captured: Capture, layer: int, gradient: torch.Tensor) -> None:
    for dictionary, write in replacement.writers(layer):
        active = captured.active[dictionary.name]
        rows = dictionary.W_dec[active.index, write] * active.value[:, None]
        torch.einsum("rad,ad->ra", gradient[:, active.position], rows)
    torch.einsum("rpd,pd->rp", gradient, captured.error(layer))


def _frozen_graph(
    replacement: Replacement, captured: Capture
) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]:
    subject = replacement.subject

    def body() -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]:
        first = Site("resid_pre", 0)
        embedding = subject.get(first).detach().requires_grad_(True)
        subject.set(first, embedding)
        mids, outs = [], []
        for layer in range(subject.n_layers):
            mids.append(subject.get(Site("resid_mid", layer)))
            outs.append(captured.mlp_out[layer][None].detach().clone().requires_grad_(True))
            subject.set(Site("mlp_out", layer), outs[-1])
        return [*mids, subject.final_input()], outs, embedding

    patterns = [pattern[None] for pattern in captured.patterns]
    with held(subject, patterns, captured.held_norms(subject)):
        return subject.run(captured.tokens, body, grad=True)


if __name__ == "__main__":
    main()
