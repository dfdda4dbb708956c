"""GraphML: networkx reads back the very graph."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import networkx as nx
import pytest

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.exports import to_graphml
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.circuit.graphs import random_circuit
from tests.exports.hostile import TOKENS, hostile_circuit


def read(text: str) -> nx.DiGraph:
    graph = nx.read_graphml(BytesIO(text.encode("utf-8")))
    assert isinstance(graph, nx.DiGraph)
    return graph


def readable(value: Any) -> Any:
    """XML 1.0 has no way to write most control characters, and reads `\\r\\n` as `\\n`: they become `\\u0000`."""
    if not isinstance(value, str):
        return value
    return re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda found: f"\\u{ord(found.group()):04x}", value)


def assert_same(graph: nx.DiGraph, circuit: Circuit) -> None:
    expected = circuit.to_networkx()
    assert list(graph.nodes) == [readable(node) for node in expected.nodes]
    for node, attributes in expected.nodes.items():
        found = graph.nodes[readable(node)]
        assert found == {name: readable(value) for name, value in attributes.items()}
        assert {name: type(value) for name, value in found.items()} == {n: type(v) for n, v in attributes.items()}
    weights = {(readable(s), readable(t)): w for s, t, w in expected.edges(data="weight")}
    assert {(s, t): w for s, t, w in graph.edges(data="weight")} == weights
    assert graph.graph == {**{n: readable(v) for n, v in expected.graph.items()}, **_defaults(graph)}


def _defaults(graph: nx.DiGraph) -> dict[str, Any]:
    return {name: graph.graph[name] for name in ("node_default", "edge_default") if name in graph.graph}


@pytest.mark.parametrize("seed", range(4))
def test_random_circuits(seed: int) -> None:
    circuit = random_circuit(seed, n_layers=3)
    assert_same(read(to_graphml(circuit)), circuit)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_circuits_of_models(name: str) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, TopTokens(most=3)).prune()
    assert_same(read(to_graphml(circuit)), circuit)


def test_hostile_tokens_stay_text() -> None:
    circuit = hostile_circuit()
    text = to_graphml(circuit)
    assert "<img" not in text
    assert "<script" not in text
    graph = read(text)
    assert_same(graph, circuit)
    tokens = {attributes["token"] for attributes in graph.nodes.values()}
    assert {readable(token) for token in TOKENS} <= tokens
