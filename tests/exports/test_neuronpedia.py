"""Neuronpedia's JSON: the schema, unique ids, links with ends, and what its viewer parses out of the text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from saecircuits.attribution import Difference, FeatureAt, NextTokens, Target, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.exports import to_neuronpedia
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.exports.hostile import TOKENS, hostile_circuit

SCHEMA = json.loads(Path(__file__).with_name("neuronpedia_schema.json").read_text("utf-8"))


def strict(text: str) -> Any:
    """JSON as a browser reads it: without NaN and Infinity."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def document_of(circuit: Circuit) -> dict[str, Any]:
    """The document, with everything checked that has to hold for every circuit."""
    document = strict(to_neuronpedia(circuit))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    ids = [node["node_id"] for node in document["nodes"]]
    assert len(set(ids)) == len(ids) == len(circuit)
    dense = {(link["source"], link["target"]): link["weight"] for link in document["links"]}
    assert len(dense) == len(document["links"]) == circuit.adjacency.nnz
    assert {end for link in dense for end in link} <= set(ids)
    edges = circuit.adjacency.tocoo()
    assert dense == {(ids[s], ids[t]): float(w) for t, s, w in zip(edges.row, edges.col, edges.data, strict=True)}
    assert {member for group in document["qParams"]["supernodes"] for member in group[1:]} <= set(ids)
    return document


def feature_target() -> FeatureAt:
    node = next(n for n in attribute_direct(replacement("gpt2"), PROMPT, TopTokens()).top(99) if n.layer == 2)
    assert node.feature is not None
    return FeatureAt(node.feature, node.position)


@pytest.mark.parametrize("target", ["top", "difference", "feature"])
@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("pruned", [False, True])
def test_circuits_of_models_pass_the_schema(name: str, target: str, pruned: bool) -> None:
    model = replacement(name)
    node = next(n for n in attribute_direct(model, PROMPT, TopTokens()).top(10**6) if n.layer == 2)
    assert node.feature is not None
    targets: dict[str, Target] = {
        "top": TopTokens(),
        "difference": Difference("w3", "w5"),
        "feature": FeatureAt(node.feature, node.position),
    }
    circuit = attribute_direct(model, PROMPT, targets[target])
    document_of(circuit.prune() if pruned else circuit)


@pytest.mark.parametrize("seed", range(5))
def test_random_circuits_pass_the_schema(seed: int) -> None:
    circuit = random_circuit(seed, n_layers=3, n_positions=3, n_targets=3)
    document_of(circuit)
    grouped = replace(circuit, supernodes={"group": tuple(node.id for node in circuit.top(3))})
    assert document_of(grouped)["qParams"]["supernodes"][0][0] == "group"
    document_of(grouped.prune(0.3, 0.9))


def test_the_schema_refuses_what_is_wrong() -> None:
    whole = json.loads(to_neuronpedia(hand_circuit()))
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for part, field in (("nodes", "clerp"), ("nodes", "jsNodeId"), ("links", "weight")):
        broken = json.loads(json.dumps(whole))
        del broken[part][0][field]
        assert not validator.is_valid(broken)
    assert not validator.is_valid({**whole, "metadata": {}})


def test_every_field_by_hand() -> None:
    document = document_of(hand_circuit())
    token, error, feature, target = document["nodes"]
    assert (token["node_id"], token["layer"], token["feature"], token["clerp"]) == ("E_0_0", "E", 0, "t0")
    assert (error["node_id"], error["layer"], error["feature"]) == ("0_error_mlp_0", "0", -1)
    # Cantor's pairing of layer 1 and feature 7: (1 + 7) · (1 + 7 + 1) / 2 + 7
    assert (feature["node_id"], feature["layer"], feature["feature"]) == ("1_7_0", "1", 43)
    assert (feature["clerp"], feature["activation"], feature["jsNodeId"]) == ("seven", 4.0, "1_43-0")
    assert (target["node_id"], target["layer"], target["feature"]) == ("3_5_0", "3", 5)
    assert (target["clerp"], target["token_prob"]) == ('Output "y" (p=0.250)', 0.25)
    assert (target["is_target_logit"], target["influence"]) == (True, None)
    # influences 0.625, 0.5, 0.375 of 1.5: the share held by a node and all stronger ones
    assert [n["influence"] for n in (token, feature, error)] == pytest.approx([0.625 / 1.5, 1.125 / 1.5, 1.0])
    assert [node["feature_type"] for node in document["nodes"]] == [
        "embedding",
        "mlp reconstruction error",
        "cross layer transcoder",
        "logit",
    ]


def unpaired(number: int) -> tuple[int, int]:
    """Cantor's pairing undone."""
    diagonal = int((np.sqrt(8 * number + 1) - 1) // 2)
    index = number - diagonal * (diagonal + 1) // 2
    return diagonal - index, index


def test_feature_numbers_can_be_unpaired() -> None:
    circuit = attribute_direct(replacement("llama"), PROMPT, TopTokens(most=2))
    nodes = document_of(circuit)["nodes"]
    for row in np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE)):
        layer, index = unpaired(nodes[row]["feature"])
        assert (layer, index) == (circuit.nodes.layer[row], circuit.nodes.index[row])
        assert nodes[row]["node_id"] == f"{layer}_{index}_{circuit.nodes.position[row]}"


def test_an_errors_id_is_none_of_a_feature() -> None:
    """In circuit-tracer the error of layer 1 at position 15 and feature 1 of layer 0 there are both `0_1_15`."""
    ids = [node["node_id"] for node in document_of(random_circuit(0))["nodes"]]
    assert all(re.fullmatch(r"\d+_error_mlp_\d+", i) for i in ids if "error" in i)
    assert any("error" in i for i in ids)


VIEWER = re.compile(r'"(.*)" \(p=(.*)\)')
"""What the viewer parses a logit's text with; like its JavaScript original it does not match across lines."""


def test_the_viewer_finds_token_and_probability() -> None:
    model = replacement("gpt2")
    circuit = attribute_direct(model, PROMPT, TopTokens(most=4))
    for row, node in zip(circuit.target_rows, document_of(circuit)["nodes"][-4:], strict=True):
        found = VIEWER.search(node["clerp"])
        assert found is not None
        assert found[1] == circuit.label(int(row))
        assert float(found[2]) == pytest.approx(circuit.nodes.probability[row], abs=5e-4)  # three decimals
        assert node["token_prob"] == pytest.approx(float(circuit.nodes.probability[row]))
        assert node["feature"] == model.subject.token_id(circuit.label(int(row)))


@pytest.mark.parametrize("token", TOKENS)
def test_the_viewer_finds_hostile_tokens_too(token: str) -> None:
    circuit = hostile_circuit(("w1", token, "w2"), NextTokens((token,)))
    (target,) = (node for node in document_of(circuit)["nodes"] if node["is_target_logit"])
    found = VIEWER.search(target["clerp"])
    assert found is not None
    assert not re.search(r"[\n\r\u2028\u2029]", target["clerp"])  # where JavaScript's `.` stops
    assert found[1] == token or not token.isprintable()


def test_hostile_tokens_survive_as_text() -> None:
    document = document_of(hostile_circuit())
    assert document["metadata"]["prompt_tokens"] == ["<bos>", *TOKENS]
    assert document["metadata"]["prompt"] == " ".join(TOKENS)
    embedded = [node["clerp"] for node in document["nodes"] if node["feature_type"] == "embedding"]
    assert embedded == ["<bos>", *TOKENS]


def test_a_prompt_without_letters_has_a_slug() -> None:
    circuit = hostile_circuit(("{", "}}", "日本"))
    assert document_of(circuit)["metadata"]["slug"]
