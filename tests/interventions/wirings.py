"""Dictionaries of every wiring on tiny models, and masked runs by plain torch hooks: the slow, obvious way."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from saecircuits.dictionaries import Dictionary, ReLU, TopK
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.tiny import tiny_subject

N_FEATURES = 24
SITES = {
    "transcoder": [(["mlp_in.0"], ["mlp_out.0"]), (["mlp_in.1"], ["mlp_out.1"]), (["mlp_in.2"], ["mlp_out.2"])],
    "skip": [(["mlp_in.0"], ["mlp_out.0"]), (["mlp_in.2"], ["mlp_out.2"])],
    "clt": [
        (["mlp_in.0"], ["mlp_out.0", "mlp_out.1", "mlp_out.2"]),
        (["mlp_in.1"], ["mlp_out.1", "mlp_out.2"]),
        (["mlp_in.2"], ["mlp_out.2"]),
    ],
    "sae": [(["resid_post.0"],) * 2, (["attn_out.1"],) * 2, (["mlp_out.1"],) * 2, (["resid_post.2"],) * 2],
    "crosscoder": [(["resid_post.0", "resid_post.1"],) * 2, (["mlp_in.2"], ["mlp_out.2"])],
    "mlp crosscoder": [(["mlp_in.0", "mlp_in.2"], ["mlp_out.0", "mlp_out.1", "mlp_out.2"])],
}
"""Reads and writes of each dictionary, by wiring."""


@cache
def wired(wiring: str, name: str = "llama") -> Replacement:
    """A tiny model in float64 with random dictionaries of a wiring."""
    subject = tiny_subject(name, dtype=torch.float64)
    return Replacement(subject, [_random(wiring, n, *sites) for n, sites in enumerate(SITES[wiring])])


def _random(wiring: str, number: int, reads: list[str], writes: list[str]) -> Dictionary:
    generator = torch.Generator().manual_seed(number)
    activation = (TopK(5), ReLU())[number % 2]
    sites = [[Site.parse(site) for site in given] for given in (reads, writes)]
    dictionary = Dictionary(f"d{number}", *sites, N_FEATURES, 32, activation, skip=wiring == "skip")
    with torch.no_grad():
        for parameter in dictionary.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return dictionary.double().requires_grad_(False)


def hooked_run(
    model: Replacement,
    ids: Tensor,
    masks: Mapping[str, Tensor],
    rest: Mapping[str, Tensor],
    errors: str,
) -> Tensor:
    """Logits of one prompt's next token with latents and errors masked.

    Args:
        model: with its dictionaries.
        ids: the prompt, `[position]`.
        masks: what stays, `[position, width]` for every place.
        rest: what stands in for the others, `[position, width]`.
        errors: as in `run_masked`.
    """
    dictionaries = [model.dictionaries[name] for name in model.names]
    held = {w for d in dictionaries if min(d.writes) < max(d.reads) for w in d.writes}
    clean: dict[Site, Tensor] = {}
    _hooked(model, ids, lambda site, value: clean.setdefault(site, value))
    met: dict[Site, Tensor] = {}

    def change(site: Site, value: Tensor) -> Tensor:
        source = clean if site in held else met
        met[site] = value
        writers = [(d, d.writes.index(site)) for d in dictionaries if site in d.writes]
        if not writers:
            return value
        own = clean[site] if site in held else value
        new, error = torch.zeros_like(own), own.clone()
        for d, w in writers:
            x = torch.stack([source[read] for read in d.reads], -2)
            z = d.activation(torch.einsum("prd,frd->pf", x - d.b_in, d.W_enc) + d.b_enc)
            fixed = d.b_dec[w]
            if d.W_skip is not None:
                fixed = fixed + torch.einsum("prd,erd->pe", x - d.b_in, d.W_skip[w])
            error -= z @ d.W_dec[:, w] + fixed
            new += torch.where(masks[d.name], z, rest[d.name]) @ d.W_dec[:, w] + fixed
        place = f"error.{site}"
        stays = {
            "kept": torch.ones(len(ids), 1, dtype=torch.bool),
            "removed": torch.zeros(len(ids), 1, dtype=torch.bool),
            "chosen": masks[place],
        }[errors]
        new += torch.where(stays, error, rest[place])
        new[0] = value[0]
        met[site] = new
        return new

    return _hooked(model, ids, change)


def modules(model: Replacement, layer: int) -> dict[str, nn.Module]:
    """Block, attention and MLP of a layer, and the projection that the MLP's neurons feed."""
    hugging_face: Any = model.subject.module
    if hasattr(hugging_face, "transformer"):
        block = hugging_face.transformer.h[layer]
        return {"resid_post": block, "attn_out": block.attn, "mlp": block.mlp, "down": block.mlp.c_proj}
    block = hugging_face.model.layers[layer]
    return {"resid_post": block, "attn_out": block.self_attn, "mlp": block.mlp, "down": block.mlp.down_proj}


def _hooked(model: Replacement, ids: Tensor, change: Any) -> Tensor:
    """Run the bare model; `change(site, value)` may give another value of a site that is met."""

    def after(kind: str, layer: int) -> Any:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...], out: Any) -> Any:
            if kind == "mlp":
                change(Site("mlp_in", layer), inputs[0][0])
            value = out if isinstance(out, Tensor) else out[0]
            new = change(Site("mlp_out" if kind == "mlp" else kind, layer), value[0])[None]
            return new if isinstance(out, Tensor) else (new, *out[1:])

        return hook

    with ExitStack() as stack, torch.no_grad():
        for layer in range(model.subject.n_layers):
            for kind in ("resid_post", "attn_out", "mlp"):
                handle = modules(model, layer)[kind].register_forward_hook(after(kind, layer))
                stack.callback(handle.remove)
        return model.subject.module(input_ids=ids[None]).logits[0, -1]
