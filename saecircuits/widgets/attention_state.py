"""Requests about attention: the heads that an edge passes, and why a head looks where it looks.

Answers hold the strongest parts and what the others add together, so every list adds up to its whole. What was worked
out is kept until another circuit is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float

from saecircuits.attribution import HeadExplanation, HeadShares, QueryKeyExplanation
from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError

from .messages import Answer, text_field
from .possible import why_no_card
from .workbench import Workbench

HEADS, SOURCES, PAIRS = 40, 8, 14
"""Rows of each list that are sent."""
_KEPT = 32
"""Explanations that are kept."""
_NO_HEAD = -1

Made = TypeVar("Made")


class Attention:
    """Answers about one circuit.

    Args:
        model: the circuit's.
        circuit: of one prompt; a whole one.
    """

    def __init__(self, model: Workbench, circuit: Circuit) -> None:
        self._model, self._circuit = model, circuit
        self._known: dict[Hashable, Any] = {}

    def edge_heads(self, message: Mapping[str, Any]) -> Answer:
        """The shares of an edge: `source` and `target` are ids of nodes."""
        source, target = (text_field(message, name) for name in ("source", "target"))
        shares = self._once((source, target), lambda: self._model.edge_heads(self._circuit, source, target))
        return {"edge": edge_record(shares)}, []

    def explain_head(self, message: Mapping[str, Any]) -> Answer:
        """The pairs behind one score; without a `key`, that of the key with the highest."""
        layer, head, query = (_whole(message, name) for name in ("layer", "head", "query"))
        against = "mean" if message.get("against") else None
        traced = bool(message.get("traced"))
        asked = (layer, head, query, against, traced)
        prompt = torch.tensor(self._circuit.provenance.token_ids)
        found = self._once(
            asked,
            lambda: self._model.explain_head(prompt, layer, head, query, against=against, traced=traced),
        )
        key = found.explanations[0].key if message.get("key") is None else _whole(message, "key")
        record, matrix = score_record(found.at(key % len(self._circuit.provenance.tokens)))
        return {"score": record}, [*_over_positions(found), matrix.astype("<f4").tobytes()]

    def card(self, message: Mapping[str, Any]) -> Answer:
        """The card of a `feature`, which need not be in the circuit, and its label."""
        feature = Feature.parse(text_field(message, "feature"))
        unknown = why_no_card(feature.dictionary, self._model.dictionaries)
        if unknown is not None:
            raise unknown
        return {"card": dict(self._model.card(feature))}, []

    def _once(self, asked: Hashable, make: Callable[[], Made]) -> Made:
        if asked not in self._known:
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[asked] = make()
        return self._known[asked]


def edge_record(shares: HeadShares) -> dict[str, Any]:
    """The shares of an edge as JSON: by the last head of each path (`arriving`), and by the first (`leaving`).

    Of each head its whole share, and between which positions it carries most.
    """
    ways = {way: _heads(shares, way == "leaving") for way in ("arriving", "leaving")}
    return {
        "source": shares.source,
        "target": shares.target,
        "weight": shares.weight,
        "straight": shares.straight,
        **{way: rows[:HEADS] for way, rows in ways.items()},
        **{f"{way}_rest": _rest([row["value"] for row in rows[HEADS:]]) for way, rows in ways.items()},
        "layers": [{"layer": share.layer, "value": share.value} for share in shares.layers],
    }


def score_record(explanation: QueryKeyExplanation) -> tuple[dict[str, Any], Float[np.ndarray, "query key"]]:
    """One score as JSON, and the parts of the pairs of its strongest sources.

    The last row and the last column of the parts are those of all other sources together.
    """
    sides = (explanation.query_nodes, explanation.key_nodes)
    vectors = [v.double().numpy(force=True) for v in (explanation.query_vectors, explanation.key_vectors)]
    adds = [mine @ other.sum(0) for mine, other in zip(vectors, reversed(vectors), strict=True)]
    order = [np.argsort(-np.abs(values), kind="stable") for values in adds]
    query, key = (
        np.concatenate([mine[best[:SOURCES]], mine[best[SOURCES:]].sum(0, keepdims=True)])
        for mine, best in zip(vectors, order, strict=True)
    )
    sources = [
        [{**_source(explanation, nodes[row]), "value": float(values[row])} for row in best[:SOURCES]]
        for nodes, values, best in zip(sides, adds, order, strict=True)
    ]
    rest = [_rest(values[best[SOURCES:]]) for values, best in zip(adds, order, strict=True)]
    pairs = [
        {"query": _source(explanation, pair.query), "key": _source(explanation, pair.key), "value": pair.value}
        for pair in explanation.pairs(PAIRS)
    ]
    record = {
        **{name: getattr(explanation, name) for name in ("layer", "head", "query", "key", "against", "traced")},
        **{name: getattr(explanation, name) for name in ("score", "capped", "weight", "total")},
        "pairs": pairs,
        "query_sources": sources[0],
        "query_rest": rest[0],
        "key_sources": sources[1],
        "key_rest": rest[1],
    }
    return record, query @ key.T


def _heads(shares: HeadShares, leaving: bool) -> list[dict[str, Any]]:
    strongest: dict[tuple[int | None, int | None], Any] = {}
    for share in shares.leaving if leaving else shares.arriving:  # strongest first
        strongest.setdefault((share.layer, share.head), share)
    return [
        {
            "layer": _NO_HEAD if share.layer is None else share.layer,
            "head": _NO_HEAD if share.head is None else share.head,
            "value": share.value,
            "key": strongest[share.layer, share.head].key,
            "query": strongest[share.layer, share.head].query,
        }
        for share in shares.by_head(leaving)
    ]


def _rest(values: Sequence[float] | Float[np.ndarray, " other"]) -> dict[str, Any]:
    return {"count": len(values), "value": float(np.sum(values))}


def _source(explanation: QueryKeyExplanation, source: Any) -> dict[str, Any]:
    label = None if source.feature is None else explanation.labels.get(source.feature)
    return {
        "id": source.id,
        "kind": source.kind,
        "layer": source.layer,
        "position": source.position,
        "feature": None if source.feature is None else str(source.feature),
        "label": label or "",
    }


def _over_positions(found: HeadExplanation) -> list[bytes]:
    """Attention pattern and score at every position of the prompt; NaN where the query does not look."""
    values = np.full((2, len(found.explanations[0].tokens)), np.nan, "<f4")
    for each in found.explanations:
        values[:, each.key] = each.weight, each.score
    return [row.tobytes() for row in values]


def _whole(message: Mapping[str, Any], name: str) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"The request has no whole number {name!r}: it is {value!r}.")
    return value
