"""Running a model with edited features.

Live: the model runs as it is, and each edited dictionary adds to the sites that it writes what its edit changes,
`(z' − z) · W_dec`; attention, norms and all MLPs respond. A dictionary that reads ahead of what it writes (a crosscoder
over layers) is edited with the latents of the unedited prompt.

Frozen: attention patterns, norm denominators and the set of active features are held at the unedited prompt's; MLPs are
replaced by their dictionaries, errors held. Then the model is linear, and the effect on every node is the one that the
graph predicts. With `direct`, the values of all other features are held too, so that only direct effects remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Tokens, held

from .live import LivePass, part_of, reader_of
from .resolve import Change, Changes

Key = TypeVar("Key")
Shifts = Mapping[tuple[Site, int], Tensor]
"""Vectors to add to a site at a position."""


@dataclass(frozen=True)
class EditedRun:
    """One forward pass.

    Attributes:
        logits: of the last position, `[vocabulary]`.
        scores: the logits of all positions, before a soft cap, `[position, vocabulary]`.
        latents: by dictionary, `[position, feature]`; after the edits, or, in a direct run, what the held features'
            pre-activations became.
        watched: values of the sites that were asked for, `[position, d_model]`.
        logit_cap: the soft cap that makes logits of scores, None where there is none.
    """

    logits: Float[Tensor, " vocabulary"]
    scores: Float[Tensor, "position vocabulary"] = field(repr=False)
    latents: dict[str, Float[Tensor, "position feature"]] = field(repr=False)
    watched: dict[Site, Float[Tensor, "position d_model"]] = field(repr=False)
    logit_cap: float | None = None

    def probabilities(self, position: int) -> Float[Tensor, " vocabulary"]:
        """Of the token after a position."""
        scores = self.scores[position].double()
        capped = scores if self.logit_cap is None else self.logit_cap * torch.tanh(scores / self.logit_cap)
        return capped.softmax(-1)


@torch.no_grad()
def run_live(replacement: Replacement, tokens: Tokens, changes: Changes, watch: Sequence[Site] = ()) -> EditedRun:
    """One prompt through the model, with edits, everything responding; values of the sites in `watch` are kept."""
    subject = replacement.subject
    dictionaries = [replacement.dictionary(name) for name in replacement.names]
    parts = [
        part_of(subject, d, [change.features for change in changes[d.name]]) if d.name in changes else reader_of(d)
        for d in dictionaries
    ]
    known = latents_ahead(replacement, tokens, changes)

    def edit(name: str, z: Tensor) -> Tensor | None:
        return _edited(z, changes[name]) if name in changes else None

    def body() -> tuple[dict[str, Tensor], dict[str, Tensor], dict[Site, Tensor], Tensor, Tensor]:
        live = LivePass(subject, parts, partial(encode, tokens), edit, known, watch).run()
        return live.latents, live.read, live.watched, subject.unembedded()[0], subject.logits()[0, -1]

    changed, read, watched, scores, logits = subject.run(tokens, body)
    for dictionary in dictionaries:
        if dictionary.name in read:
            z = encode(tokens, dictionary, read[dictionary.name])
            changed[dictionary.name] = z if dictionary.name not in changes else _edited(z, changes[dictionary.name])
    latents = {name: changed[name] for name in replacement.names}
    return EditedRun(logits, scores, _first(latents), _first(watched), subject.weights.logit_cap)


def encode(tokens: Tokens, dictionary: Dictionary, x: Tensor) -> Tensor:
    """Latents of what a dictionary reads in some prompts."""
    return Replacement.encode(dictionary, x, tokens)


def _first(values: dict[Key, Tensor]) -> dict[Key, Tensor]:
    return {key: value[0] for key, value in values.items()}


def latents_ahead(replacement: Replacement, tokens: Tokens, changes: Changes) -> dict[str, Tensor]:
    """Latents of the unedited prompt, of edited dictionaries that read ahead of what they write."""
    ahead = [d for d in map(replacement.dictionary, changes) if d.reads_ahead]
    if not ahead:
        return {}
    values = replacement.subject.read(tokens, [site for d in ahead for site in d.reads])
    return {d.name: replacement.encode(d, torch.stack([values[site] for site in d.reads], -2), tokens) for d in ahead}


@torch.no_grad()
def run_frozen(
    replacement: Replacement,
    captured: Capture,
    changes: Changes,
    direct: bool = False,
    shifts: Shifts | None = None,
    watch: Sequence[Site] = (),
) -> EditedRun:
    """A captured prompt through the frozen, linear model, with edits.

    Args:
        replacement: model and dictionaries.
        captured: the unedited prompt, which says what is held.
        changes: by dictionary.
        direct: hold the values of all other features too.
        shifts: vectors to add to embeddings (`resid_pre.0`) or MLP outputs, to move errors and tokens.
        watch: sites whose values are kept.

    Raises:
        InputError: for edits of dictionaries that do not replace MLPs, and, without `direct`, for dictionaries that
            read ahead of what they write.
    """
    _refuse_what_does_not_freeze(replacement, changes, direct)
    subject = replacement.subject
    linear = _LinearPass(replacement, captured, changes, direct)

    def meet(layer: int, kind: str, watched: dict[Site, Tensor]) -> None:
        site = Site(kind, layer)
        if site == Site("resid_pre", 0) and any(where == site for where, _ in shifts or {}):
            subject.set(site, _shifted(subject.get(site), site, shifts or {}))
        if kind == "mlp_in":
            linear.read(layer)
        if kind == "mlp_out":
            subject.set(site, _shifted((captured.mlp_out[layer] + linear.moved(layer))[None], site, shifts or {}))
        if site in watch:
            watched[site] = subject.get(site)

    def body() -> tuple[dict[str, Tensor], dict[Site, Tensor], Tensor, Tensor]:
        watched: dict[Site, Tensor] = {}
        for layer, kind in product(range(subject.n_layers), SITE_KINDS):
            meet(layer, kind, watched)
        return linear.latents, watched, subject.unembedded()[0], subject.logits()[0, -1]

    patterns = [pattern[None] for pattern in captured.patterns]
    with held(subject, patterns, captured.held_norms(subject)):
        latents, watched, scores, logits = subject.run(captured.tokens, body)
    return EditedRun(logits, scores, latents, _first(watched), subject.weights.logit_cap)


class _LinearPass:
    """The dictionaries of a frozen run: what they read moves, and what they write moves with it."""

    def __init__(self, replacement: Replacement, captured: Capture, changes: Changes, direct: bool) -> None:
        self._replacement, self._captured, self._changes, self._direct = replacement, captured, changes, direct
        self._inputs: dict[int, Tensor] = {}
        self._decoded: dict[str, Tensor] = {}
        self.latents: dict[str, Float[Tensor, "position feature"]] = {}
        if direct:  # held values are known before anything is read
            for dictionary in replacement.replacers:
                clean = self._clean(dictionary)
                self._decoded[dictionary.name] = _edited(clean[None], changes.get(dictionary.name, ()))[0] - clean

    def read(self, layer: int) -> None:
        """Take what the MLP of a layer reads, and work out the latents of all dictionaries that have read all."""
        self._inputs[layer] = self._replacement.subject.get(Site("mlp_in", layer))[0]
        for dictionary in self._replacement.replacers:
            if max(site.layer for site in dictionary.reads) == layer:
                self._respond(dictionary)

    def moved(self, layer: int) -> Tensor:
        """How far the output of a layer's MLP moved from the unedited prompt's."""
        total = torch.zeros_like(self._captured.mlp_out[layer])
        for dictionary, write in self._replacement.writers(layer):
            total += dictionary.written(self._decoded[dictionary.name], write)
            if dictionary.W_skip is not None:
                reads = [site.layer for site in dictionary.reads]
                difference = torch.stack([self._inputs[at] - self._captured.mlp_in[at] for at in reads], 1)
                past = torch.einsum("prd,erd->pe", difference.to(total.dtype), dictionary.W_skip[write])
                total += past * self._replacement.replaced(self._captured.tokens)[0, :, None]
        return total

    def _respond(self, dictionary: Dictionary) -> None:
        x = torch.stack([self._inputs[site.layer] for site in dictionary.reads], 1)
        active = self._captured.active[dictionary.name]
        pre, responding = dictionary.preactivations(x), self._zeros(dictionary)
        responding[active.position, active.index] = pre[active.position, active.index]
        if self._direct:
            self.latents[dictionary.name] = responding
            return
        edited = _edited(responding[None], self._changes.get(dictionary.name, ()))[0]
        self.latents[dictionary.name] = edited
        self._decoded[dictionary.name] = edited - self._clean(dictionary)

    def _clean(self, dictionary: Dictionary) -> Tensor:
        active, clean = self._captured.active[dictionary.name], self._zeros(dictionary)
        clean[active.position, active.index] = active.value
        return clean

    def _zeros(self, dictionary: Dictionary) -> Tensor:
        return dictionary.b_enc.new_zeros(self._captured.length, dictionary.n_features)


def _refuse_what_does_not_freeze(replacement: Replacement, changes: Changes, direct: bool) -> None:
    for name in changes:
        if not replacement.dictionary(name).replaces_mlps:
            raise InputError(
                f"{name!r} does not replace an MLP, so its features cannot be edited in the frozen model.",
                "Leave frozen out: the live model takes edits of every dictionary.",
            )
    replacement.check_linear()
    ahead = [d.name for d in replacement.replacers if d.reads_ahead]
    if ahead and not direct:
        raise InputError(
            f"{ahead} read layers beyond those that they write: there is no frozen pass through them.",
            "Hold the other features with direct=True, or leave frozen out.",
        )


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
