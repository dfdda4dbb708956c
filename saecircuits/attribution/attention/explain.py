"""Why a head looks where it looks: an attention score as a sum over pairs of sources.

1. The residual stream at the query and at the key is a sum of sources; so are query and key, which are affine in it
   while the denominators of the norms are held (`scores`).
2. The score is their product: every pair of a source on the query's side and one on the key's side adds its part.
3. Biases are sources too, so the parts add up to the score.

A softmax does not see what all keys have in common, so a score can also be compared with another key's, or with the
mean over all keys that the query sees.

Sources: Kamath et al. 2025, "Tracing Attention Computation Through Feature Interactions"; He et al. 2024, "Dictionary
Learning Improves Patch-Free Circuit Discovery in Mechanistic Interpretability" (arXiv 2402.12201).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.sources import Sources
from saecircuits.circuit import NodeKind
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement, capture

from .query_key import HeadExplanation, QueryKeyExplanation
from .score_sides import Scores, Side, local_factors, traced_factors
from .score_sources import Source, name_sources

MEAN = "mean"


def explain_score(  # noqa: PLR0913 - a score has four coordinates
    replacement: Replacement,
    prompt: Any,
    layer: int,
    head: int,
    query: int,
    key: int,
    *,
    against: int | str | None = None,
    traced: bool = False,
) -> QueryKeyExplanation:
    """Which pairs of sources made an attention score.

    Args:
        replacement: model and dictionaries; those that replace MLPs give the features.
        prompt: text, token ids, `Tokens`, or a `Capture` of the prompt.
        layer, head: which head.
        query, key: token positions; negative ones count from the end.
        against: explain the score less that of the key at this position, or less the mean over all keys that the query
            sees (`"mean"`).
        traced: trace sources through the attention of lower layers to where they were written. Otherwise the sources
            are those that wrote the stream at the positions of query and key themselves, and what each lower layer's
            attention put out there is one source.

    Raises:
        InputError: if there is no such layer, head or position, or the query does not see the key.
    """
    return next(_Explainer(replacement, prompt, layer, head, query, traced).explain([key], against))


def explain_head(  # noqa: PLR0913 - the coordinates of a query, and how to look at it
    replacement: Replacement,
    prompt: Any,
    layer: int,
    head: int,
    query: int,
    *,
    against: int | str | None = None,
    traced: bool = False,
    most: int | None = None,
) -> HeadExplanation:
    """The scores of a query with all keys that it sees, or the `most` highest, each explained; highest first.

    The other arguments are those of `explain_score`.
    """
    explainer = _Explainer(replacement, prompt, layer, head, query, traced)
    if most is not None and most < 1:
        raise InputError(f"{most} keys were asked for.", "Ask for one at least.")
    keys = explainer.strongest()[:most]
    return HeadExplanation(tuple(explainer.explain(keys, against)))


class _Explainer:
    """The scores of one query of one head."""

    def __init__(self, replacement: Replacement, prompt: Any, layer: int, head: int, query: int, traced: bool) -> None:
        subject = replacement.subject
        _check("layer", layer, subject.n_layers)
        self._captured = prompt if isinstance(prompt, Capture) else capture(replacement, prompt)
        _check("head", head, len(self._captured.patterns[layer]))
        self._layer, self._head, self._traced = layer, head, traced
        self._query = self._position(query)
        self._tokens = tuple(subject.token_texts(self._captured.tokens.ids[0].tolist()))
        self._linear = HeldModel(Sources(replacement, self._captured, layer))
        self._scores = Scores(replacement, self._captured, layer, head)
        with torch.no_grad():
            self._all = self._scores.scores(self._query)
        self._seen: Bool[Tensor, " position"] = self._scores.weights.mask(self._captured.length)[self._query]

    @torch.no_grad()
    def explain(self, keys: Sequence[int], against: int | str | None) -> Iterator[QueryKeyExplanation]:
        """The scores of some keys; what was written at a position is looked at once for all of them."""
        query = self._named(self._scores.query(self._query))
        against = self._visible(against) if isinstance(against, int) else against
        keys = [self._visible(key) for key in keys]
        shares = torch.stack([self._shares(key, against) for key in keys])
        at = torch.nonzero(shares.any(0)).flatten()
        local = None if self._traced else self._named(self._scores.key(at, torch.ones_like(shares[0, at])))
        for key, share in zip(keys, shares, strict=True):
            here = torch.nonzero(share).flatten()
            of_key = local.shared(share) if local else self._named(self._scores.key(here, share[here]))
            yield QueryKeyExplanation(
                layer=self._layer,
                head=self._head,
                query=self._query,
                key=key,
                against=against,
                traced=self._traced,
                tokens=self._tokens,
                query_nodes=query.nodes,
                key_nodes=of_key.nodes,
                query_vectors=query.vectors,
                key_vectors=of_key.vectors,
                score=float(share @ self._all),
                capped=float(share @ self._scores.weights.capped(self._all)),
                weight=float(self._captured.patterns[self._layer][self._head, self._query, key]),
            )

    def strongest(self) -> list[int]:
        """The keys that the query sees, highest score first."""
        order = self._all.argsort(descending=True, stable=True).tolist()
        return [key for key in order if self._seen[key]]

    def _shares(self, key: int, against: int | str | None) -> Float[Tensor, " position"]:
        """What the score at each position counts."""
        shares = torch.zeros_like(self._all)
        shares[key] = 1
        if against == MEAN:
            shares -= self._seen / self._seen.sum()
        elif isinstance(against, int):
            shares[against] -= 1
        elif against is not None:
            raise InputError(f"against is {against!r}.", 'Give a key position, "mean" or None.')
        if not shares.any():
            raise InputError(f"The score of key {key} is compared with itself.", "Leave out against, or give another.")
        return shares

    def _named(self, side: Side) -> _Named:
        """Sources of a side with what each adds to it; the side's own biases are the last, one a position."""
        sources = self._linear.sources
        vectors = traced_factors(side, self._linear, self._layer) if self._traced else local_factors(side, sources)
        reached = torch.nonzero(vectors.any(1)).flatten()
        own = sources.group(NodeKind.BIAS, self._layer).columns.start + side.position
        nodes = [name_sources(sources, self._tokens, numbers.numpy(force=True)) for numbers in (reached, own)]
        return _Named((*nodes[0], *nodes[1]), torch.cat([vectors[reached], side.constant()]))

    def _position(self, position: int) -> int:
        length = self._captured.length
        if not -length <= position < length:
            raise InputError(
                f"There is no position {position}: the prompt has {length} tokens.",
                f"Use 0 to {length - 1}, or -1 for the last.",
            )
        return position % length

    def _visible(self, key: int) -> int:
        key = self._position(key)
        if not self._seen[key]:
            seen = torch.nonzero(self._seen).flatten()
            raise InputError(
                f"The query at position {self._query} does not see position {key}.",
                f"Choose a key from {int(seen[0])} to {int(seen[-1])}.",
            )
        return key


@dataclass(frozen=True)
class _Named:
    """Sources of a side, with what each adds to it."""

    nodes: tuple[Source, ...]
    vectors: Float[Tensor, "source d_head"]

    def shared(self, shares: Float[Tensor, " position"]) -> _Named:
        """The same with other shares, where each source writes at its own position alone."""
        of_source = shares[[node.position for node in self.nodes]]
        kept = torch.nonzero(of_source).flatten()
        return _Named(tuple(self.nodes[i] for i in kept.tolist()), self.vectors[kept] * of_source[kept, None])


def _check(name: str, value: int, count: int) -> None:
    if not 0 <= value < count:
        raise InputError(f"There is no {name} {value}.", f"The model has {name}s 0 to {count - 1}.")
