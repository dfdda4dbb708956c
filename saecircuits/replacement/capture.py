"""One prompt, run once, with everything that attribution and frozen interventions need to hold."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.sites import Site
from saecircuits.subject import Norm, Subject, Tokens, at_least_single, attention_implementation

from .replacement import Replacement


@dataclass(frozen=True)
class ActiveFeatures:
    """The latents of one dictionary that fire, sorted by position, then index.

    Attributes:
        position, index: where and which.
        value: activations.
    """

    position: Int[Tensor, " active"]
    index: Int[Tensor, " active"]
    value: Float[Tensor, " active"]

    def __len__(self) -> int:
        return len(self.index)

    def where(self, index: int) -> list[int]:
        """Positions at which a feature fires."""
        return self.position[self.index == index].tolist()

    def row(self, index: int, position: int) -> int | None:
        """Which of them is a feature at a position; None if it does not fire there."""
        found = torch.nonzero((self.index == index) & (self.position == position)).flatten()
        return int(found[0]) if len(found) else None


@dataclass(frozen=True)
class Capture:
    """One prompt as the model ran it.

    Attributes:
        tokens: the prompt, a batch of one without padding.
        embedding: `[position, d_model]`, tokens and positions together.
        resid_pre, resid_mid, attn_out, mlp_in, mlp_out: by layer, `[position, d_model]`; `resid_mid` is what the MLP's
            norm reads, in models with parallel blocks the same as `resid_pre`.
        patterns: attention by layer, `[head, query, key]`.
        attention_scale, mlp_scale: `1 / denominator` of the norms by layer, `[position, 1]`.
        post_scale: the same of the norms after attention, None where there is none.
        mlp_post_scale: the same of the norms after the MLP.
        final_input, final_scale: what the last norm reads, and its `1 / denominator`.
        logits: of the last position, `[vocabulary]`.
        active: the features that fire, by name of the dictionary; only of dictionaries that replace MLPs.
        errors: by layer, what dictionaries leave of the MLP's output, `[position, d_model]`.
    """

    tokens: Tokens
    embedding: Float[Tensor, "position d_model"]
    resid_pre: list[Float[Tensor, "position d_model"]]
    resid_mid: list[Float[Tensor, "position d_model"]]
    attn_out: list[Float[Tensor, "position d_model"]]
    mlp_in: list[Float[Tensor, "position d_model"]]
    mlp_out: list[Float[Tensor, "position d_model"]]
    patterns: list[Float[Tensor, "head query key"]]
    attention_scale: list[Float[Tensor, "position 1"]]
    post_scale: list[Float[Tensor, "position 1"] | None]
    mlp_scale: list[Float[Tensor, "position 1"]]
    mlp_post_scale: list[Float[Tensor, "position 1"] | None]
    final_input: Float[Tensor, "position d_model"]
    final_scale: Float[Tensor, "position 1"]
    logits: Float[Tensor, " vocabulary"]
    active: dict[str, ActiveFeatures]
    errors: list[Float[Tensor, "position d_model"]]

    @property
    def length(self) -> int:
        """Number of tokens."""
        return len(self.embedding)

    def at_the_end(self) -> Capture:
        """With no more than the last norm and what comes after it."""
        empty: dict[str, Any] = {
            field.name: [] for field in fields(self) if isinstance(getattr(self, field.name), list)
        }
        return replace(self, **empty, active={})

    def error(self, layer: int) -> Float[Tensor, "position d_model"]:
        """What the dictionaries leave of a layer's MLP output; all of it where there is none."""
        return self.errors[layer]

    def value(self, feature: Feature, position: int) -> float:
        """Activation of one feature at one position."""
        active = self.active[feature.dictionary]
        row = active.row(feature.index, position)
        return 0.0 if row is None else float(active.value[row])

    def firing(self) -> list[tuple[Feature, int, float]]:
        """Every feature that fires, with position and activation."""
        return listed(self.active)

    def held_norms(self, subject: Subject) -> list[tuple[Norm, Tensor]]:
        """Every norm of the model with the factor at which a frozen run holds it."""
        weights = subject.weights
        pairs = [(weights.final_norm, self.final_scale[None])]
        for layer in range(subject.n_layers):
            norms = (weights.attention_norm(layer), weights.attention_post_norm(layer))
            norms += (weights.mlp_norm(layer), weights.mlp_post_norm(layer))
            scales = (self.attention_scale[layer], self.post_scale[layer])
            scales += (self.mlp_scale[layer], self.mlp_post_scale[layer])
            pairs += [(n, s[None]) for n, s in zip(norms, scales, strict=True) if n is not None and s is not None]
        return pairs


def listed(active: dict[str, ActiveFeatures]) -> list[tuple[Feature, int, float]]:
    """Every feature that fires, with position and activation."""
    return [
        (Feature(name, index), position, value)
        for name, found in active.items()
        for position, index, value in zip(
            found.position.tolist(), found.index.tolist(), found.value.tolist(), strict=True
        )
    ]


@torch.no_grad()
def fires(replacement: Replacement, tokens: Tokens) -> list[tuple[Feature, int, float]]:
    """What fires in one prompt, as its capture tells it; nothing is asked for but what the dictionaries read."""
    subject, replacers = replacement.subject, replacement.replacers
    if not replacers:
        return []
    sites = [Site("mlp_in", layer) for layer in sorted({site.layer for each in replacers for site in each.reads})]
    with attention_implementation(subject, "eager"):
        read = {site.layer: at_least_single(value[0]) for site, value in subject.read(tokens, sites).items()}
    return listed({each.name: _firing(each, _met(replacement, each, tokens, read)[1]) for each in replacers})


def capture(replacement: Replacement, prompt: Any) -> Capture:
    """Run one prompt and keep what attribution needs.

    Args:
        replacement: model and dictionaries.
        prompt: text, token ids or `Tokens`; one prompt.

    Raises:
        InputError: for more than one prompt, for what `Subject.tokenize` refuses, and for a model whose activations
            are not finite.
    """
    subject = replacement.subject
    tokens = subject.tokenize_one(prompt)
    row, weights, layers = subject.architecture, subject.weights, range(subject.n_layers)

    def read(layer: int) -> dict[str, Tensor]:
        """In the order of the forward pass."""
        found = {"resid_pre": subject.get(Site("resid_pre", layer))}
        found["pattern"] = subject.attention_pattern(layer)
        if row.attention_post_norm is not None:
            found["attention_raw"] = subject.attention_raw(layer)
        found["attn_out"] = subject.get(Site("attn_out", layer))
        if not subject.parallel:
            found["resid_mid"] = subject.get(Site("resid_mid", layer))
        found["mlp_in"] = subject.get(Site("mlp_in", layer))
        if row.mlp_post_norm is not None:
            found["mlp_raw"] = subject.mlp_raw(layer)
        return found | {"mlp_out": subject.get(Site("mlp_out", layer))}

    def body() -> tuple[list[dict[str, Tensor]], Tensor, Tensor]:
        return [read(layer) for layer in layers], subject.final_input(), subject.logits()[:, -1]

    with attention_implementation(subject, "eager"):
        found, final, logits = subject.run(tokens, body)
    single = [{name: at_least_single(value[0]) for name, value in at.items()} for at in found]
    final = at_least_single(final[0])
    if not bool(torch.isfinite(final).all() and torch.isfinite(logits).all()):
        raise InputError(f"The activations of {subject.name} are not finite on this prompt.", "Check its weights.")
    mid = [at.get("resid_mid", at["resid_pre"]) for at in single]
    active, errors = _replaced(replacement, tokens, [at["mlp_in"] for at in single], [at["mlp_out"] for at in single])
    return Capture(
        tokens=tokens,
        embedding=single[0]["resid_pre"],
        resid_pre=[at["resid_pre"] for at in single],
        resid_mid=mid,
        attn_out=[at["attn_out"] for at in single],
        mlp_in=[at["mlp_in"] for at in single],
        mlp_out=[at["mlp_out"] for at in single],
        patterns=[at["pattern"] for at in single],
        attention_scale=[weights.attention_norm(layer).scale(single[layer]["resid_pre"]) for layer in layers],
        post_scale=[_scale(weights.attention_post_norm(layer), single[layer].get("attention_raw")) for layer in layers],
        mlp_scale=[weights.mlp_norm(layer).scale(mid[layer]) for layer in layers],
        mlp_post_scale=[_scale(weights.mlp_post_norm(layer), single[layer].get("mlp_raw")) for layer in layers],
        final_input=final,
        final_scale=weights.final_norm.scale(final),
        logits=at_least_single(logits[0]),
        active=active,
        errors=errors,
    )


def _scale(norm: Norm | None, x: Tensor | None) -> Tensor | None:
    return None if norm is None or x is None else norm.scale(x)


@torch.no_grad()
def _replaced(
    replacement: Replacement, tokens: Tokens, mlp_in: list[Tensor], mlp_out: list[Tensor]
) -> tuple[dict[str, ActiveFeatures], list[Tensor]]:
    """What fires, and what the dictionaries leave of each MLP's output."""
    active, errors, replaced = {}, list(mlp_out), replacement.replaced(tokens)[0, :, None]
    for dictionary in replacement.replacers:
        x, latents = _met(replacement, dictionary, tokens, dict(enumerate(mlp_in)))
        active[dictionary.name] = _firing(dictionary, latents)
        written = dictionary.decode(latents) + dictionary.skipped(x)
        if not bool(torch.isfinite(written).all()):
            raise InputError(f"What {dictionary.name!r} writes is not finite on this prompt.", "Check its weights.")
        for number, site in enumerate(dictionary.writes):
            errors[site.layer] = errors[site.layer] - written[:, number] * replaced
    return active, errors


def _met(
    replacement: Replacement, dictionary: Dictionary, tokens: Tokens, mlp_in: dict[int, Tensor]
) -> tuple[Tensor, Tensor]:
    """What a dictionary reads, `[position, read, d_model]`, and its latents."""
    x = torch.stack([mlp_in[site.layer] for site in dictionary.reads], 1)
    return x, replacement.encode(dictionary, x[None], tokens)[0]


def _firing(dictionary: Dictionary, latents: Tensor) -> ActiveFeatures:
    if not bool(torch.isfinite(latents).all()):
        raise InputError(f"The latents of {dictionary.name!r} are not finite on this prompt.", "Check its weights.")
    position, index = latents.nonzero(as_tuple=True)
    return ActiveFeatures(position, index, latents[position, index])
