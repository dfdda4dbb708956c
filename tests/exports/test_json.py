"""Our own JSON: everything a circuit holds, and nothing that JSON lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saecircuits.attribution import FeatureAt, TopTokens, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.exports import to_json
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.exports.hostile import TOKENS, hostile_circuit
from tests.exports.test_neuronpedia import strict


def assert_holds_everything(text: str, circuit: Circuit) -> None:
    document = strict(text)
    assert (document["format"], document["version"]) == ("saecircuits.circuit.json", 1)
    origin = document["provenance"]
    assert tuple(origin["tokens"]) == circuit.provenance.tokens
    assert tuple(origin["token_ids"]) == circuit.provenance.token_ids
    for name in ("model", "prompt", "n_layers", "method", "target", "version", "settings"):
        assert origin[name] == getattr(circuit.provenance, name)
    assert document["scores"] == {
        "replacement": circuit.scores.replacement,
        "completeness": circuit.scores.completeness,
        "error_share": circuit.scores.error_share,
    }
    assert document["supernodes"] == {name: list(members) for name, members in circuit.supernodes.items()}
    for row, node in enumerate(document["nodes"]):
        expected = circuit.node(row)
        for name in ("id", "layer", "position", "token", "value", "influence", "label"):
            assert node[name] == getattr(expected, name)
        assert node["kind"] == expected.kind.name.lower()
        assert node["feature"] == (None if expected.feature is None else str(expected.feature))
        assert node["weight"] == circuit.weights[row]
        probability = circuit.nodes.probability[row]
        assert node["probability"] == (None if np.isnan(probability) else probability)
    dense = np.zeros(circuit.adjacency.shape)
    edges = document["edges"]
    dense[edges["target"], edges["source"]] = edges["weight"]
    np.testing.assert_array_equal(dense, circuit.adjacency.toarray())
    assert len(edges["weight"]) == circuit.adjacency.nnz


@pytest.mark.parametrize("seed", range(4))
def test_random_circuits(seed: int) -> None:
    circuit = random_circuit(seed, n_layers=3)
    circuit = replace(circuit, supernodes={"two": circuit.nodes.ids[:2]})
    assert_holds_everything(to_json(circuit), circuit)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_circuits_of_models(name: str) -> None:
    model = replacement(name)
    circuit = attribute_direct(model, PROMPT, TopTokens(most=3)).prune()
    assert_holds_everything(to_json(circuit), circuit)
    node = circuit.top(1)[0]
    assert node.feature is not None
    circuit = attribute_direct(model, PROMPT, FeatureAt(node.feature, node.position))
    assert_holds_everything(to_json(circuit), circuit)


def test_hostile_tokens_survive() -> None:
    circuit = hostile_circuit()
    assert_holds_everything(to_json(circuit), circuit)
    assert strict(to_json(circuit))["provenance"]["tokens"] == ["<bos>", *TOKENS]


def test_numbers_that_json_lacks_are_refused() -> None:
    circuit = hand_circuit()
    circuit.nodes.value[0] = np.nan
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(circuit)
