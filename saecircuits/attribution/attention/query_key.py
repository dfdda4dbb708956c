"""The explanation of one attention score: which pairs of sources made it, in a form that never holds all pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.table import Table

from .score_sources import Source

BLOCK = 1 << 22
"""Pairs that are looked at together when the strongest are sought."""


@dataclass(frozen=True)
class Pair:
    """What a source on the query's side and one on the key's side add to a score together.

    Attributes:
        query, key: the sources.
        query_text, key_text: their ids, with labels where they are known.
        value: what the pair adds.
    """

    query: Source
    key: Source
    query_text: str
    key_text: str
    value: float


@dataclass(frozen=True)
class Share:
    """What one source adds to a score, together with all sources of the other side.

    Attributes:
        source: the source.
        text: its id, with its label where that is known.
        value: what it adds.
    """

    source: Source
    text: str
    value: float


@dataclass(frozen=True, eq=False)
class QueryKeyExplanation:
    """Why a head's score of a query with a key is what it is.

    The score is a sum over pairs of a source on the query's side and one on the key's side. What a pair adds is the
    product of two short vectors, which are kept in place of the pairs.

    Attributes:
        layer, head, query, key: which score; positions are counted from 0.
        against: what it is compared with: the score of another key position, `"mean"` for the mean over all keys that
            the query sees, or None.
        traced: whether sources were traced through the attention below; otherwise they all stand at the positions of
            query and key, and what a layer's attention put out there is one source.
        tokens: texts of the prompt's tokens.
        query_nodes, key_nodes: the sources; the last of the query's, and the last of the key's for each position, are
            the biases of this layer's norm and projections.
        query_vectors, key_vectors: what each adds to the query and to the key, norms, rotation and scale included.
        score: the score before cap, mask and softmax, less what it is compared with.
        capped: the same after the soft-cap; equal to `score` where the model has none.
        weight: the attention pattern at query and key.
        labels: what features are about.
    """

    layer: int
    head: int
    query: int
    key: int
    against: int | str | None
    traced: bool
    tokens: tuple[str, ...]
    query_nodes: tuple[Source, ...]
    key_nodes: tuple[Source, ...]
    query_vectors: Float[Tensor, "query_source d_head"]
    key_vectors: Float[Tensor, "key_source d_head"]
    score: float
    capped: float
    weight: float
    labels: Mapping[Feature, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What is explained, in one line."""
        places = f"{self.tokens[self.query]!r}@{self.query} → {self.tokens[self.key]!r}@{self.key}"
        return f"head {self.layer}.{self.head}, {places}{self._compared}: score {self.score:.3f}"

    @property
    def total(self) -> float:
        """The sum over all pairs: equal to `score` up to rounding."""
        return float(self.query_vectors.double().sum(0) @ self.key_vectors.double().sum(0))

    @cached_property
    def query_sources(self) -> Table[Share]:
        """What each source on the query's side adds, whatever the key's side, strongest first; they sum to `total`."""
        return self._shares(self.query_nodes, self.query_vectors @ self.key_vectors.sum(0), "query source")

    @cached_property
    def key_sources(self) -> Table[Share]:
        """What each source on the key's side adds, whatever the query's side, strongest first; they sum to `total`."""
        return self._shares(self.key_nodes, self.key_vectors @ self.query_vectors.sum(0), "key source")

    def pairs(self, n: int = 20) -> Table[Pair]:
        """The `n` strongest pairs, by absolute value; pairs that add nothing are left out."""
        if n < 1:
            raise InputError(f"{n} pairs were asked for.", "Ask for one at least.")
        values, at = self._strongest(n)
        width = len(self.key_nodes)
        rows = [
            self._pair(where // width, where % width, value)
            for value, where in zip(values.tolist(), at.tolist(), strict=True)
            if value
        ]
        return Table(rows, {"query source": "query_text", "key source": "key_text", "adds": "value"}, self.title)

    def matrix(self) -> Float[np.ndarray, "query_source key_source"]:
        """What every pair adds; rows are `query_nodes`, columns `key_nodes`."""
        return (self.query_vectors @ self.key_vectors.T).numpy(force=True)

    def to_dict(self, n: int = 50) -> dict[str, Any]:
        """The explanation as JSON, with the `n` strongest pairs and sources of each side."""
        return {
            "layer": self.layer,
            "head": self.head,
            "query": self.query,
            "key": self.key,
            "against": self.against,
            "traced": self.traced,
            "tokens": list(self.tokens),
            "score": self.score,
            "capped": self.capped,
            "weight": self.weight,
            "pairs": [{"query": p.query.id, "key": p.key.id, "value": p.value} for p in self.pairs(n)],
            "query_sources": [{"source": s.source.id, "value": s.value} for s in self.query_sources[:n]],
            "key_sources": [{"source": s.source.id, "value": s.value} for s in self.key_sources[:n]],
        }

    def __repr__(self) -> str:
        return repr(self.pairs(10))

    def _repr_html_(self) -> str:
        return self.pairs(10)._repr_html_()

    @property
    def _compared(self) -> str:
        if self.against is None:
            return ""
        if isinstance(self.against, str):
            return " against the mean of the keys"
        return f" against {self.tokens[self.against]!r}@{self.against}"

    def _strongest(self, n: int) -> tuple[Tensor, Tensor]:
        """Values and flat places of the strongest pairs, block by block."""
        width = max(1, len(self.key_nodes))
        values, places = [], []
        for start in range(0, len(self.query_nodes), max(1, BLOCK // width)):
            block = (self.query_vectors[start : start + max(1, BLOCK // width)] @ self.key_vectors.T).flatten()
            at = block.abs().topk(min(n, len(block))).indices
            values.append(block[at])
            places.append(at + start * width)
        value, place = torch.cat(values), torch.cat(places)
        order = value.abs().argsort(descending=True, stable=True)[:n]
        return value[order], place[order]

    def _pair(self, query: int, key: int, value: float) -> Pair:
        of_query, of_key = self.query_nodes[query], self.key_nodes[key]
        return Pair(of_query, of_key, self._text(of_query), self._text(of_key), value)

    def _shares(self, nodes: tuple[Source, ...], values: Tensor, heading: str) -> Table[Share]:
        order = values.abs().argsort(descending=True, stable=True).tolist()
        found = values.tolist()
        rows = [Share(nodes[i], self._text(nodes[i]), found[i]) for i in order]
        return Table(rows, {heading: "text", "adds": "value"}, self.title)

    def _text(self, source: Source) -> str:
        label = None if source.feature is None else self.labels.get(source.feature)
        return f"{source.id} {source.token!r}" if label is None else f"{source.id} {source.token!r}, {label}"


@dataclass(frozen=True)
class SeenKey:
    """One key that a query sees.

    Attributes:
        key: its position.
        token: text of the token there.
        score, capped, weight: see `QueryKeyExplanation`.
        query_text, key_text, value: the strongest pair, and what it adds.
    """

    key: int
    token: str
    score: float
    capped: float
    weight: float
    query_text: str
    key_text: str
    value: float


class HeadExplanation(Table[SeenKey]):
    """Why one query looks where it looks: the keys that it sees, strongest first.

    Args:
        explanations: one a key, strongest first.

    Attributes:
        explanations: the same.
    """

    def __init__(self, explanations: tuple[QueryKeyExplanation, ...]) -> None:
        self.explanations = explanations
        columns = {"key": "key", "token": "token", "pattern": "weight", "score": "score"}
        columns |= {"strongest: query source": "query_text", "key source": "key_text", "adds": "value"}
        first = explanations[0]
        title = f"head {first.layer}.{first.head} at {first.tokens[first.query]!r}@{first.query}{first._compared}"
        super().__init__([_seen(explanation) for explanation in explanations], columns, title)

    def at(self, key: int) -> QueryKeyExplanation:
        """The explanation of one key; `InputError` if it is not among them."""
        for explanation in self.explanations:
            if explanation.key == key:
                return explanation
        keys = sorted(explanation.key for explanation in self.explanations)
        raise InputError(f"The key at position {key} was not explained.", f"Explained are {keys}.")


def _seen(explanation: QueryKeyExplanation) -> SeenKey:
    pairs = explanation.pairs(1)
    strongest = (pairs[0].query_text, pairs[0].key_text, pairs[0].value) if len(pairs) else ("", "", 0.0)
    token = explanation.tokens[explanation.key]
    return SeenKey(explanation.key, token, explanation.score, explanation.capped, explanation.weight, *strongest)
