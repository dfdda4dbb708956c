"""Running a model with edited features.

Live: the model runs as it is, and each edited dictionary adds to the MLP's output what its edit changes, `(z' − z) ·
W_dec`; attention, norms and all MLPs respond.

Frozen: attention patterns, norm denominators and the set of active features are held at the unedited prompt's; MLPs are
replaced by their dictionaries, errors held. Then the model is linear, and the effect on every node is the one that the
graph predicts. With `direct`, the values of all other features are held too, so that only direct effects remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.replacement import Capture, Replacement
from saecircuits.sites import Site
from saecircuits.subject import Tokens, held

from .resolve import Change

Shifts = Mapping[tuple[Site, int], Tensor]
"""Vectors to add to a site at a position."""


@dataclass(frozen=True)
class EditedRun:
    """One forward pass.

    Attributes:
        logits: of the last position, `[vocabulary]`.
        final_input: what the last norm reads at the last position, `[d_model]`.
        latents: by dictionary, `[position, feature]`; after the edits, or, in a direct run, what the held features'
            pre-activations became.
    """

    logits: Float[Tensor, " vocabulary"]
    final_input: Float[Tensor, " d_model"]
    latents: dict[str, Float[Tensor, "position feature"]] = field(repr=False)


@torch.no_grad()
def run_live(replacement: Replacement, tokens: Tokens, changes: Mapping[int, Sequence[Change]]) -> EditedRun:
    """One prompt through the model, with edits, everything responding."""
    subject = replacement.subject

    def body() -> tuple[dict[str, Tensor], Tensor, Tensor]:
        latents = {}
        for layer, dictionary in sorted(replacement.by_layer.items()):
            z = replacement.encode(dictionary, subject.get(Site("mlp_in", layer)), tokens)
            if layer in changes:
                edited = _edited(z, changes[layer])
                shift = ((edited - z) @ dictionary.W_dec[:, 0]).to(z.dtype)
                subject.set(Site("mlp_out", layer), subject.get(Site("mlp_out", layer)) + shift)
                z = edited
            latents[dictionary.name] = z[0]
        return latents, subject.final_input()[0, -1], subject.logits()[0, -1]

    latents, final, logits = subject.run(tokens, body)
    return EditedRun(logits, final, latents)


@torch.no_grad()
def run_frozen(
    replacement: Replacement,
    captured: Capture,
    changes: Mapping[int, Sequence[Change]],
    direct: bool = False,
    shifts: Shifts | None = None,
) -> EditedRun:
    """A captured prompt through the frozen, linear model, with edits.

    Args:
        replacement: model and dictionaries.
        captured: the unedited prompt, which says what is held.
        changes: by layer.
        direct: hold the values of all other features too.
        shifts: vectors to add to embeddings (`resid_pre.0`) or MLP outputs, to move errors and tokens.
    """
    subject, shifts = replacement.subject, shifts or {}

    def body() -> tuple[dict[str, Tensor], Tensor, Tensor]:
        first = Site("resid_pre", 0)
        if any(site == first for site, _ in shifts):
            subject.set(first, _shifted(subject.get(first), first, shifts))
        latents = {}
        for layer in range(subject.n_layers):
            site, out = Site("mlp_out", layer), captured.mlp_out[layer][None]
            if layer in replacement.by_layer:
                z, moved = _linear_latents(replacement, captured, layer, changes, direct)
                latents[replacement.by_layer[layer].name] = z
                out = out + moved @ replacement.by_layer[layer].W_dec[:, 0]
            subject.set(site, _shifted(out, site, shifts))
        return latents, subject.final_input()[0, -1], subject.logits()[0, -1]

    patterns = [pattern[None] for pattern in captured.patterns]
    with held(subject, patterns, captured.held_norms(subject)):
        latents, final, logits = subject.run(captured.tokens, body)
    return EditedRun(logits, final, latents)


def _linear_latents(
    replacement: Replacement,
    captured: Capture,
    layer: int,
    changes: Mapping[int, Sequence[Change]],
    direct: bool,
) -> tuple[Tensor, Tensor]:
    """Latents of the frozen model, and how far those that are decoded moved from the unedited ones."""
    dictionary, active = replacement.by_layer[layer], captured.active[layer]
    pre = dictionary.preactivations(replacement.subject.get(Site("mlp_in", layer))[0, :, None])
    clean, responding = torch.zeros_like(pre), torch.zeros_like(pre)
    clean[active.position, active.index] = active.value
    responding[active.position, active.index] = pre[active.position, active.index]
    decoded = _edited((clean if direct else responding)[None], changes.get(layer, ()))[0]
    return (responding if direct else decoded), decoded - clean


def _edited(latents: Tensor, changes: Sequence[Change]) -> Tensor:
    edited = latents.clone()
    for change in changes:
        change.apply(edited[0])
    return edited


def _shifted(value: Tensor, site: Site, shifts: Shifts) -> Tensor:
    value = value.clone()
    for (where, position), vector in shifts.items():
        if where == site:
            value[0, position] += vector
    return value
