"""What every source writes, worked out one by one from the definition of dictionaries and from held runs."""

from __future__ import annotations

import torch
from torch import Tensor

from saecircuits.sites import Site

from .held_run import HeldRun

Written = dict[str, list[tuple[Site, int, Tensor]]]
"""By id of a node: site, position and vector of all that it writes."""


@torch.no_grad()
def plain_sources(run: HeldRun, traced: bool) -> Written:
    """All sources of a model, embeddings first.

    Args:
        run: of the prompt.
        traced: biases of attention as they are, skip connections by their biases alone; otherwise what attention and
            skip connections put out.
    """
    found: Written = {}
    _embeddings(run, found)
    for layer in range(run.subject.n_layers):
        for position in range(len(run.ids)):
            _attention(run, layer, position, traced, found)
            _mlp(run, layer, position, traced, found)
    return {name: [entry for entry in entries if entry[2].any()] for name, entries in found.items()}


def _add(found: Written, name: str, site: Site, position: int, vector: Tensor) -> None:
    found.setdefault(name, []).append((site, position, vector))


def _embeddings(run: HeldRun, found: Written) -> None:
    stream = run.base["resid_pre", 0][0]
    table = run.subject.weights.position_embedding
    for position, embedded in enumerate(stream):
        place = torch.zeros_like(embedded) if table is None else table[position]
        _add(found, f"token@{position}", Site("resid_pre", 0), position, embedded - place)
        if table is not None:
            _add(found, f"position@{position}", Site("resid_pre", 0), position, place)


def _attention(run: HeldRun, layer: int, position: int, traced: bool, found: Written) -> None:
    site = Site("attn_out", layer)
    if traced:
        nothing = run.run({Site("resid_pre", layer): -run.base["resid_pre", layer]})
        _add(found, f"bias.{layer}@{position}", site, position, nothing["attn_out", layer][0, position])
    else:
        _add(found, f"attention.{layer}@{position}", site, position, run.base["attn_out", layer][0, position])


def _mlp(run: HeldRun, layer: int, position: int, traced: bool, found: Written) -> None:
    site, rest = Site("mlp_out", layer), run.base["mlp_out", layer][0, position].clone()
    for dictionary, write in run.replacement.writers(layer) if position else ():
        read = torch.stack([run.base["mlp_in", s.layer][0, position] for s in dictionary.reads])
        latents = dictionary.encode(read)
        for index in latents.nonzero().flatten().tolist():
            vector = latents[index] * dictionary.W_dec[index, write]
            _add(found, f"{dictionary.name}/{index}@{position}", site, position, vector)
            rest -= vector
        _add(found, f"bias.{layer}@{position}", site, position, dictionary.b_dec[write])
        rest -= dictionary.b_dec[write]
        if dictionary.W_skip is not None:
            norms = [run.subject.weights.mlp_norm(s.layer).bias for s in dictionary.reads]
            for number, bias in enumerate(norms):
                constant = dictionary.W_skip[write, :, number] @ (bias - dictionary.b_in[number])
                moving = dictionary.W_skip[write, :, number] @ (read[number] - bias)
                _add(found, f"bias.{layer}@{position}", site, position, constant)
                rest -= constant + moving
                if not traced:
                    _add(found, f"skip.{layer}@{position}", site, position, moving)
    _add(found, f"error.mlp_out.{layer}@{position}", site, position, rest)
