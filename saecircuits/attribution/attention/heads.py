"""Through which attention heads an edge of a direct-method circuit flows.

An edge is a sum over paths from its source to its target: each stays in the residual stream (and in the skip
connections of dictionaries) or passes attention heads. The sum is split in two ways, each exactly: by the last head
that a path passes, where it arrives at the target, and by the first, where it leaves the source. Paths that pass no
head are an entry of their own, so either way the shares add up to the edge.

1. What the source writes is carried up, through all heads and through none; so is the target's reading, down.
2. Arriving: what a head reads of the source, through all heads below, times what its output adds to the target
   through none above.
3. Leaving: what a head reads of the source through none below, times what its output adds through all above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, between
from saecircuits.attribution.direct.sources import Sources
from saecircuits.attribution.targets import readouts
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.replacement import Capture, Replacement, capture
from saecircuits.table import Table

from .ends import own_constant, reading_of, written_by
from .paths import Paths, Written, through_heads


@dataclass(frozen=True)
class HeadShare:
    """The part of an edge whose paths arrive at the target, or leave the source, through one head.

    Attributes:
        layer, head: which head; None for paths that pass no head.
        key, query: positions that it carries from and to; None where a share is summed over them.
        key_token, query_token: texts of the tokens there.
        value: the share, in units of the edge.
    """

    layer: int | None
    head: int | None
    key: int | None
    query: int | None
    key_token: str
    query_token: str
    value: float

    @property
    def name(self) -> str:
        """`"3.1"`, or `"no head"`."""
        return "no head" if self.layer is None else f"{self.layer}.{self.head}"

    @property
    def origin(self) -> str:
        """Where it carries from: position and token."""
        return "" if self.key is None else f"{self.key} {self.key_token}"

    @property
    def destination(self) -> str:
        """Where it carries to: position and token."""
        return "" if self.query is None else f"{self.query} {self.query_token}"


@dataclass(frozen=True)
class LayerShare:
    """What of an edge flows from one layer that its source writes; -1 are the embeddings."""

    layer: int
    value: float


@dataclass(frozen=True)
class HeadShares:
    """Through which heads an edge flows.

    Attributes:
        source, target: ids of the edge's nodes.
        weight: the edge: what the source's value adds to the target's.
        straight: the part that passes no head.
        arriving: by the last head of each path, strongest first, `straight` among them; they add up to `weight`.
        leaving: by the first head of each path, likewise.
        layers: by the layer that the source writes, several for cross-layer transcoders and crosscoders, likewise.
    """

    source: str
    target: str
    weight: float
    straight: float
    arriving: Table[HeadShare]
    leaving: Table[HeadShare]
    layers: Table[LayerShare]

    def by_head(self, leaving: bool = False) -> Table[HeadShare]:
        """The shares of each head summed over positions, strongest first."""
        total: dict[tuple[int | None, int | None], HeadShare] = {}
        for share in self.leaving if leaving else self.arriving:
            known = total.get((share.layer, share.head))
            so_far = 0.0 if known is None else known.value
            whole = replace(share, key=None, query=None, key_token="", query_token="", value=so_far + share.value)
            total[share.layer, share.head] = whole
        rows = sorted(total.values(), key=lambda share: -abs(share.value))
        return Table(rows, {"head": "name", "adds": "value"}, self._title("leaving" if leaving else "arriving"))

    def to_dict(self, n: int = 50) -> dict[str, Any]:
        """The shares as JSON, the `n` strongest of each table."""
        return {
            "source": self.source,
            "target": self.target,
            "weight": self.weight,
            "straight": self.straight,
            "arriving": [_as_dict(share) for share in self.arriving[:n]],
            "leaving": [_as_dict(share) for share in self.leaving[:n]],
            "layers": [asdict(share) for share in self.layers],
        }

    def __repr__(self) -> str:
        return f"{self.arriving!r}\n{self.leaving!r}"

    def _repr_html_(self) -> str:
        return self.arriving._repr_html_() + self.leaving._repr_html_()

    def _title(self, way: str) -> str:
        return f"{self.source} → {self.target}: {self.weight:.3f}, {way} through"


def edge_heads(
    replacement: Replacement,
    circuit: Circuit,
    source: str | int,
    target: str | int,
    captured: Capture | None = None,
) -> HeadShares:
    """Split an edge of a circuit by the heads that its paths pass.

    Args:
        replacement: the model and dictionaries that the circuit came from.
        circuit: by the direct method.
        source, target: nodes, by id or row; the edge may have been pruned away.
        captured: the circuit's prompt, if it has been captured before.

    Raises:
        InputError: for a circuit of another method or model, a target that is neither feature nor target node, or a
            source that is a target node.
    """
    if circuit.provenance.method != "direct":
        raise InputError(
            f"This circuit is by the method {circuit.provenance.method!r}, whose edges pass attention that moves too.",
            "Only edges of the direct method are sums over heads.",
        )
    if circuit.provenance.model != replacement.subject.name:
        raise InputError(
            f"This circuit is of {circuit.provenance.model}, the model is {replacement.subject.name}.",
            "Give the model that it came from.",
        )
    readouts(circuit)  # refuses what no single prompt made
    if captured is None:
        captured = capture(replacement, torch.tensor(circuit.provenance.token_ids))
    start, end = circuit.row(source), circuit.row(target)
    with torch.no_grad():
        linear = HeldModel(Sources(replacement, captured, replacement.subject.n_layers))
        edge = _Edge(linear, written_by(linear, circuit.nodes, start), reading_of(linear, circuit, end))
        return edge.split(circuit, start, end)


class _Edge:
    """The paths between one source and one reading."""

    def __init__(self, linear: HeldModel, written: Written, readings: Readings) -> None:
        self._written, self._readings = written, readings
        self._paths = Paths(linear, max(written.position, int(readings.position.max())) + 1)

    def split(self, circuit: Circuit, source: int, target: int) -> HeadShares:
        """Both ways to split the edge."""
        ids, tokens = circuit.nodes.ids, circuit.provenance.tokens
        straight_down = dict(self._paths.descend(self._readings, heads=False))
        own = own_constant(circuit.nodes, source, self._readings)
        straight = own + sum(
            float(vector @ straight_down[place][self._written.position])
            for place, vector in self._written.vectors.items()
            if place in straight_down
        )
        arriving = _table(self._arriving(straight_down), straight, tokens)
        leaving = _table(self._leaving(), straight, tokens)
        weight = sum(share.value for share in arriving)
        layers = self._layers(int(circuit.nodes.layer[source]), own)
        shares = HeadShares(ids[source], ids[target], weight, straight, arriving, leaving, layers)
        arriving.title, leaving.title = shares._title("arriving"), shares._title("leaving")
        return shares

    def _layers(self, home: int, own: float) -> Table[LayerShare]:
        """Shares by the layer that is written; a reading's own biases count for the layer that they belong to."""
        found = {home: own} if own else {}
        for place, g in self._paths.descend(self._readings):
            if place in self._written.vectors:
                layer = (place - 1) // 2  # below the next layer's beginning, or between attention and MLP
                share = float(self._written.vectors[place] @ g[self._written.position])
                found[layer] = found.get(layer, 0.0) + share
        rows = [LayerShare(layer, value) for layer, value in sorted(found.items())]
        return Table(rows, {"layer": "layer", "adds": "value"}, "by the layer that is written")

    def _arriving(self, straight_down: Mapping[int, Tensor]) -> dict[int, tuple[Tensor, Tensor, Tensor]]:
        queries, found = torch.unique(self._readings.position), {}
        for layer, x in self._paths.climb(self._written):
            if between(layer) not in straight_down:
                break
            keys = torch.arange(len(x), device=x.device)
            g = straight_down[between(layer)]
            found[layer] = (through_heads(self._paths.attention(layer), x, g, queries, keys), queries, keys)
        return found

    def _leaving(self) -> dict[int, tuple[Tensor, Tensor, Tensor]]:
        straight_up, found = dict(self._paths.climb(self._written, heads=False)), {}
        keys = torch.tensor([self._written.position], device=self._readings.position.device)
        for place, g in self._paths.descend(self._readings):
            if place % 2:
                layer, queries = place // 2, torch.arange(len(g), device=g.device)
                x = straight_up[layer]
                found[layer] = (through_heads(self._paths.attention(layer), x, g, queries, keys), queries, keys)
        return found


def _table(
    found: Mapping[int, tuple[Float[Tensor, "head query key"], Int[Tensor, " query"], Int[Tensor, " key"]]],
    straight: float,
    tokens: tuple[str, ...],
) -> Table[HeadShare]:
    rows = [HeadShare(None, None, None, None, "", "", straight)]
    for layer, (values, queries, keys) in found.items():
        for head, q, k in values.nonzero().tolist():
            query, key = int(queries[q]), int(keys[k])
            rows.append(HeadShare(layer, head, key, query, tokens[key], tokens[query], float(values[head, q, k])))
    rows.sort(key=lambda share: -abs(share.value))
    return Table(rows, {"head": "name", "from": "origin", "to": "destination", "adds": "value"})


def _as_dict(share: HeadShare) -> dict[str, Any]:
    return {"head": share.name, "from": share.key, "to": share.query, "value": share.value}
