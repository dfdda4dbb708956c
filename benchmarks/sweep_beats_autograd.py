"""Claim: the explicit sweep gives the rows of a circuit in less CPU time than batched autograd on the same readings.

Both sides get one captured prompt and the readings of all active features and one target, and contract gradients with
the same sources. Autograd runs the frozen model once with a graph, then asks for the rows of each layer with
`is_grads_batched`, the fastest way that torch has; its forward pass is counted, as the sweep's set-up is.
"""

from __future__ import annotations

import torch

import saecircuits as sc
from benchmarks.timing import compare
from saecircuits.attribution import Difference, Readings, Sweep, read_target
from saecircuits.attribution.targets import encoder_readings
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
    rows = sum(len(reading.position) for reading in readings)
    print(f"{rows} rows, {captured.length} tokens; largest difference of token effects {gap:.1e} of the largest")
    pair = compare(
        lambda: _by_sweep(replacement, captured, readings), lambda: _by_autograd(replacement, captured, readings)
    )
    print(f"sweep against batched autograd: {pair}")


def _readings(replacement: Replacement, captured: Capture) -> list[Readings]:
    target = read_target(replacement, captured, Difference("Mary", "John"))[0]
    readings = [Readings(target.layer, torch.tensor([target.position]), target.vector[None])]
    for layer, active in captured.active.items():
        readings.append(Readings(layer, active.position, encoder_readings(replacement, captured, layer)[0]))
    return readings


def _by_sweep(replacement: Replacement, captured: Capture, readings: list[Readings]) -> list[torch.Tensor]:
    """Effects of the token embeddings on every reading, after all other sources were contracted too."""
    sweep = Sweep(replacement, captured)
    tokens = []
    for reading in readings:
        for effects in sweep.effects(reading):
            last = effects
        full = torch.zeros(len(reading.position), captured.length)
        full[:, : last.tokens.shape[1]] = last.tokens
        tokens.append(full)
    return tokens


def _by_autograd(replacement: Replacement, captured: Capture, readings: list[Readings]) -> list[torch.Tensor]:
    """The same by gradients of the frozen model."""
    mids, outs, embedding = _frozen_graph(replacement, captured)
    tokens = []
    for reading in readings:
        seeds = torch.zeros(len(reading.position), *mids[reading.layer].shape)
        seeds[torch.arange(len(seeds)), 0, reading.position] = reading.vector
        sources = [embedding, *outs[: reading.layer]]
        gradients = torch.autograd.grad(mids[reading.layer], sources, seeds, retain_graph=True, is_grads_batched=True)
        for layer, gradient in enumerate(gradients[1:]):
            _contract(replacement, captured, layer, gradient[:, 0])
        tokens.append((gradients[0][:, 0] * captured.embedding).sum(-1))
    return tokens


def _contract(replacement: Replacement, captured: Capture, layer: int, gradient: torch.Tensor) -> None:
    active = captured.active[layer]
    rows = replacement.by_layer[layer].W_dec[active.index, 0] * active.value[:, None]
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
