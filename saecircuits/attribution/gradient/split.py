"""Prompts split into nodes: features that fire, what they leave of each place, and tokens.

Every value at a written place is `Σ latents · directions + biases and skip + error`. At the first token nothing is
replaced, so there the whole value is error. The embeddings are a place of their own without directions: all of their
value is what enters as tokens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.replacement import FIRST_REPLACED, Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens, at_least_single

from .bases import Basis
from .places import EMBEDDING, Place, Walked, order, walk


@dataclass(frozen=True)
class FeatureNodes:
    """Features of one basis that fire in a batch or in its baseline, sorted by prompt, position and index.

    Attributes:
        spot: prompt times the number of positions, plus position.
        index: of the feature.
        value: in the prompt.
        delta: `value` minus the value in the baseline.
    """

    spot: Int[Tensor, " node"]
    index: Int[Tensor, " node"]
    value: Float[Tensor, " node"]
    delta: Float[Tensor, " node"]

    def __len__(self) -> int:
        return len(self.index)

    def take(self, rows: Tensor) -> FeatureNodes:
        """Some of them."""
        return FeatureNodes(self.spot[rows], self.index[rows], self.value[rows], self.delta[rows])


@dataclass(frozen=True)
class Split:
    """A batch of prompts of one length, split into nodes.

    Attributes:
        subject: the model.
        bases: in the order in which a forward pass meets them.
        tokens: the prompts.
        values: by place, `[prompt, position, width]`.
        scores, logits: before and after a soft cap, `[prompt, position, vocabulary]`.
        features: by basis.
        errors: by written place, and the embeddings by `EMBEDDING`.
        error_deltas: `errors` minus those of the baseline.
        from_zero: whether the baseline is zero, not a prompt.
    """

    subject: Subject
    bases: Sequence[Basis]
    tokens: Tokens
    values: Mapping[Place, Float[Tensor, "prompt position width"]]
    scores: Float[Tensor, "prompt position vocabulary"]
    logits: Float[Tensor, "prompt position vocabulary"]
    features: Mapping[str, FeatureNodes]
    errors: Mapping[Place, Float[Tensor, "prompt position width"]]
    error_deltas: Mapping[Place, Float[Tensor, "prompt position width"]]
    from_zero: bool

    @property
    def length(self) -> int:
        """Number of tokens of each prompt."""
        return self.tokens.ids.shape[1]

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place that is read or written, and the embeddings."""
        return tuple(self.values)

    @property
    def sources(self) -> tuple[Place, ...]:
        """The places where nodes act: written ones and the embeddings."""
        return tuple(self.errors)

    def writers(self, place: Place) -> Iterator[tuple[Basis, int]]:
        """The bases that write a place, each with the number of its write there."""
        return ((b, number) for b in self.bases for number, written in enumerate(b.writes) if written == place)

    @cached_property
    def paths(self) -> Mapping[Place, Float[Tensor, "prompt position width"]]:
        """By place, the way from the baseline to the prompt: all nodes together.

        Where the baseline is zero the first token stays as it is. Its whole value would vanish, which bends norms
        sharply near zero, and takes from every head the token that it rests on.
        """
        found = {place: self._delta(place) for place in self.sources}
        if self.from_zero:
            for delta in found.values():
                delta[:, :FIRST_REPLACED] = 0
        return found

    def _delta(self, place: Place) -> Tensor:
        delta = self.error_deltas[place].flatten(0, 1).clone()
        for basis, write in self.writers(place):
            nodes = self.features[basis.name]
            basis.spread(delta, nodes.spot, nodes.index, nodes.delta, write)
        return delta.view_as(self.error_deltas[place])


@torch.no_grad()
def split(
    subject: Subject,
    bases: Sequence[Basis],
    tokens: Tokens,
    baseline: Tokens | None = None,
    watched: Collection[Site] = (),
) -> Split:
    """Run prompts, and their baselines if there are any, and split them into nodes.

    Args:
        subject: the model.
        bases: dictionaries or neurons.
        tokens: prompts of one length.
        baseline: as many, of the same length; None for zero.
        watched: other sites to keep the values of, for targets that read them.

    Raises:
        InputError: for a baseline of another length, and for a model whose activations are not finite.
    """
    subject.check_sites(watched)
    if baseline is not None and baseline.ids.shape != tokens.ids.shape:
        raise InputError(
            f"The prompt has {tokens.ids.shape[1]} tokens, the baseline {baseline.ids.shape[1]}.",
            "Give a baseline of the same length: nodes are compared position by position.",
        )
    values, walked, latents, errors = _run(subject, bases, tokens, watched)
    if baseline is None:
        others: dict[str, Tensor] = {}
        deltas = errors
    else:
        _, _, others, from_errors = _run(subject, bases, baseline, watched)
        deltas = {place: error - from_errors[place] for place, error in errors.items()}
    features = {name: _nodes(z, others.get(name)) for name, z in latents.items()}
    scores, logits = at_least_single(walked.scores), at_least_single(walked.logits)
    return Split(subject, bases, tokens, values, scores, logits, features, errors, deltas, baseline is None)


Run = tuple[dict[Place, Tensor], Walked, dict[str, Tensor], dict[Place, Tensor]]


def _run(subject: Subject, bases: Sequence[Basis], tokens: Tokens, watched: Collection[Site]) -> Run:
    """Values by place, the pass, sparse latents by basis, errors by place."""
    written = {place for basis in bases for place in basis.writes}
    read = {place for basis in bases for place in basis.reads}
    places = sorted({EMBEDDING, *written, *read, *watched}, key=order)
    walked = walk(subject, tokens, places)
    values = {place: at_least_single(walked.computed[place]) for place in places}
    if not bool(torch.isfinite(walked.logits).all()):
        raise InputError(f"The activations of {subject.name} are not finite on this prompt.", "Check its weights.")
    replaced = Replacement.replaced(tokens)[..., None]
    latents, errors = {}, {place: values[place] for place in places if place in written or place == EMBEDDING}
    for basis in bases:
        z = basis.latents(values) * replaced
        for place, part in zip(basis.writes, basis.written(z, values), strict=True):
            errors[place] = errors[place] - part * replaced
        latents[basis.name] = z.to_sparse()
    return values, walked, latents, errors


def _nodes(latents: Tensor, baseline: Tensor | None) -> FeatureNodes:
    """The union of what fires in either; sparse latents `[prompt, position, feature]`."""
    both = [(latents, (1.0, 1.0))] + ([] if baseline is None else [(baseline, (0.0, -1.0))])
    indices = torch.cat([z.indices() for z, _ in both], 1)
    values = torch.cat([z.values()[:, None] * z.values().new_tensor(factors) for z, factors in both])
    merged = torch.sparse_coo_tensor(indices, values, (*latents.shape, 2), check_invariants=True).coalesce()
    prompt, position, index = merged.indices()
    value, delta = merged.values().unbind(1)
    return FeatureNodes(prompt * latents.shape[1] + position, index, value, delta)
