"""Neuronpedia's JSON read again: ours, circuit-tracer's with its colliding ids, and files that are wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from saecircuits.attribution import Difference, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, Feature, NodeKind
from saecircuits.errors import FileFormatError, InputError
from saecircuits.exports import to_json, to_neuronpedia
from saecircuits.exports.circuit_tracer_read import read_circuit_tracer
from saecircuits.exports.neuronpedia_read import read_neuronpedia
from saecircuits.exports.neuronpedia_schema import paired, unpaired
from saecircuits.exports.state import graph_state
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.exports.hostile import hostile_circuit
from tests.exports.test_circuit_tracer import by_id
from tests.exports.test_neuronpedia import document_of

DATA = Path(__file__).with_name("data")


def read(document: dict[str, Any], folder: Path) -> Circuit:
    path = folder / "graph.json"
    path.write_text(json.dumps(document), "utf-8")
    return read_neuronpedia(path)


def again(circuit: Circuit, folder: Path) -> Circuit:
    return read(json.loads(to_neuronpedia(circuit)), folder)


def theirs() -> dict[str, Any]:
    return json.loads((DATA / "viewer.json").read_text("utf-8"))


def marked(circuit: Circuit) -> Circuit:
    """With pins, supernodes and labels."""
    features = circuit.top(3)
    labels = {node.feature: f"label “{n}”" for n, node in enumerate(features) if node.feature}
    groups = {"a group": tuple(node.id for node in features[:2]), "tokens": ("token@0",)}
    pins = [features[0].id, circuit.nodes.ids[-1]]
    view = {"linkType": "input", "clickedId": features[0].id, "sg_pos": "1 2 3 4"}
    settings = {**circuit.provenance.settings, "pins": pins, "viewer": view}
    origin = replace(circuit.provenance, settings=settings)
    return replace(circuit, labels=labels, supernodes=groups, provenance=origin)


def assert_same(circuit: Circuit, back: Circuit) -> None:
    """All that the format holds."""
    assert back.nodes.ids == circuit.nodes.ids
    assert by_id(back) == by_id(circuit)
    features = circuit.nodes.is_kind(NodeKind.FEATURE)
    np.testing.assert_array_equal(back.nodes.value[features], circuit.nodes.value[features])
    for name in ("kind", "layer", "position", "index", "site"):
        np.testing.assert_array_equal(getattr(back.nodes, name), getattr(circuit.nodes, name), err_msg=name)
    for name in ("model", "prompt", "tokens", "n_layers"):
        assert getattr(back.provenance, name) == getattr(circuit.provenance, name)
    assert back.supernodes == circuit.supernodes
    assert back.scores.replacement == circuit.scores.replacement
    assert back.scores.completeness == circuit.scores.completeness


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("pruned", [False, True])
def test_circuits_of_models_come_back(tmp_path: Path, name: str, pruned: bool) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, TopTokens(most=3))
    circuit = marked(circuit.prune() if pruned else circuit)
    document_of(circuit)
    back = again(circuit, tmp_path)
    assert_same(circuit, back)
    assert back.labels == circuit.labels
    assert back.provenance.settings["pins"] == circuit.provenance.settings["pins"]
    assert back.provenance.settings["viewer"] == circuit.provenance.settings["viewer"]
    assert back.provenance.token_ids == circuit.provenance.token_ids
    np.testing.assert_allclose(back.weights, circuit.weights, rtol=1e-6)
    tokens = [[one["token"] for one in each.provenance.settings["readouts"]] for each in (circuit, back)]
    assert tokens[0] == tokens[1]
    assert_same(back, again(back, tmp_path))


@pytest.mark.parametrize("seed", range(4))
def test_random_circuits_come_back(tmp_path: Path, seed: int) -> None:
    circuit = random_circuit(seed, n_layers=3, n_positions=3)
    assert_same(circuit, again(circuit, tmp_path))


def test_a_dictionary_without_a_number_keeps_its_name(tmp_path: Path) -> None:
    back = again(hand_circuit(), tmp_path)
    assert back.labels == {Feature("d", 7): "seven"}
    assert back.nodes.ids == hand_circuit().nodes.ids


def test_two_dictionaries_in_a_layer_keep_their_features_apart(tmp_path: Path) -> None:
    circuit = random_circuit(1)
    rows = np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE) & (circuit.nodes.layer == 0))[:2]
    dictionary, index, position = (
        circuit.nodes.dictionary.copy(),
        circuit.nodes.index.copy(),
        circuit.nodes.position.copy(),
    )
    dictionary[rows], index[rows], position[rows] = (0, 1), 7, 1
    two = replace(
        circuit, nodes=replace(circuit.nodes, dictionary=dictionary, index=index, position=position), labels={}
    )
    document = json.loads(to_neuronpedia(two))
    assert {"0_7_1", "0_d1_7_1"} <= {node["node_id"] for node in document["nodes"]}
    back = read(document, tmp_path)
    assert {"d0/7@1", "d1/7@1"} <= set(back.nodes.ids)


def test_a_target_that_is_no_token_is_none_when_read(tmp_path: Path) -> None:
    circuit = attribute_direct(replacement("gpt2"), PROMPT, Difference("w3", "w5"))
    (node,) = (n for n in document_of(circuit)["nodes"] if n["feature_type"] == "logit")
    assert node["feature"] is None
    back = again(circuit, tmp_path)
    assert back.provenance.settings["readouts"][0]["token"] == -1
    assert_same(circuit, back)


def test_hostile_texts_come_back_as_text(tmp_path: Path) -> None:
    circuit = hostile_circuit()
    back = again(circuit, tmp_path)
    assert back.provenance.tokens == circuit.provenance.tokens
    assert by_id(back).keys() == {
        tuple(back.nodes.ids[circuit.nodes.rows[end]] for end in ends) for ends in by_id(circuit)
    }
    assert list(back.supernodes) == list(circuit.supernodes)


def test_circuit_tracers_file_has_the_edges_of_its_graph() -> None:
    """Six errors bear the id of a feature; each link still finds its end, as the matrix of the same graph shows."""
    names = Counter(node["node_id"] for node in theirs()["nodes"])
    assert sum(count > 1 for count in names.values()) == 6
    circuit, graph = read_neuronpedia(DATA / "viewer.json"), by_id(read_circuit_tracer(DATA / "whole.pt"))
    edges = by_id(circuit)
    assert len(edges) == len(theirs()["links"]) == 1298
    assert {ends: graph[ends] for ends in edges} == edges
    assert circuit.provenance.settings["ambiguous_links"] == 0
    assert circuit.provenance.n_layers == 3
    assert circuit.provenance.tokens == ("<bos>", "w15", "w18", "w13", "w25", "w18")


def test_two_links_from_one_id_are_the_features_and_the_errors(tmp_path: Path) -> None:
    """Nothing stands between them: the feature's comes first, as its number is lower."""
    document = theirs()
    feature, error = (node for node in document["nodes"] if node["node_id"] == "0_2_5")
    target = document["nodes"][-1]
    document["nodes"] = [feature, error, target]
    ends = {"source": "0_2_5", "target": target["node_id"]}
    document["links"] = [{**ends, "weight": 1.5}, {**ends, "weight": -2.5}]
    circuit = read(document, tmp_path)
    to_target = {source: weight for (source, _), weight in by_id(circuit).items()}
    assert to_target == {"transcoder.0/2@5": 1.5, "error.mlp_out.2@5": -2.5}
    assert circuit.provenance.settings["ambiguous_links"] == 0
    document["links"] = document["links"][:1]  # alone it could be either
    assert read(document, tmp_path).provenance.settings["ambiguous_links"] == 1


def test_without_the_order_of_links_layers_still_tell_some(tmp_path: Path) -> None:
    """An error acts on later layers only; where both ends are possible the feature is taken, and counted."""
    document = theirs()
    document["links"] = sorted(document["links"], key=lambda link: (link["weight"], link["source"]))
    graph = by_id(read_circuit_tracer(DATA / "whole.pt"))
    try:
        circuit = read(document, tmp_path)
    except FileFormatError as error:
        assert "twice" in str(error)
        return
    wrong = sum(graph.get(ends) != weight for ends, weight in by_id(circuit).items())
    assert wrong <= circuit.provenance.settings["ambiguous_links"]


def test_edited_labels_win_over_the_nodes_own(tmp_path: Path) -> None:
    document = theirs()
    first = document["nodes"][0]
    first["clerp"] = "as generated"
    assert read(document, tmp_path).labels == {Feature("transcoder.0", 0): "as generated"}
    for clerps in ([[str(first["feature"]), "edited"]], json.dumps([[first["feature"], "edited"], ["99999", "gone"]])):
        document["qParams"]["clerps"] = clerps
        assert read(document, tmp_path).labels == {Feature("transcoder.0", 0): "edited"}


def test_a_viewers_state_is_kept_as_far_as_its_nodes_are_there(tmp_path: Path) -> None:
    document = theirs()
    ids = [node["node_id"] for node in document["nodes"]]
    document["qParams"] = {
        "pinnedIds": [ids[20], "9_9_9", ids[20], ids[-1]],
        "supernodes": [["one", ids[20], "9_9_9"], ["one", ids[21]], ["gone", "9_9_9"], ["empty"]],
        "clickedId": "9_9_9",
    }
    circuit = read(document, tmp_path)
    assert len(circuit.provenance.settings["pins"]) == 2
    assert [len(members) for members in circuit.supernodes.values()] == [1, 1]
    assert list(circuit.supernodes) == ["one", "one 2"]
    document_of(circuit)


def test_other_layouts_of_ids(tmp_path: Path) -> None:
    """Features named by number alone, targets one above the last layer, layers as numbers, attention's features."""
    document = json.loads(to_neuronpedia(hand_circuit()))
    _, error, feature, target = document["nodes"]
    for old, new in (("1_7_0", "a"), ("3_5_0", "b")):
        document["links"] = json.loads(json.dumps(document["links"]).replace(f'"{old}"', f'"{new}"'))
    document["metadata"]["transcoder_list"] = []
    feature.update(node_id="a", layer=1)
    target.update(node_id="b", layer=2, clerp="no pattern")
    error.update(node_id="0_error_attn_0", feature_type="lorsa error")
    document["links"] = [link for link in document["links"] if "error" not in link["source"]]
    circuit = read(document, tmp_path)
    assert circuit.nodes.ids == ("token@0", "error.attn_out.0@0", "transcoder.1/7@0", "target.no pattern")
    assert circuit.provenance.n_layers == 2
    del document["metadata"]["schema_version"]  # then numbers are not paired
    assert "transcoder.1/43@0" in read(document, tmp_path).nodes.ids
    feature["feature_type"] = "lorsa"
    assert "lorsa.1/43@0" in read(document, tmp_path).nodes.ids


def test_a_missing_activation_is_the_sum_of_its_inputs(tmp_path: Path) -> None:
    document = json.loads(to_neuronpedia(hand_circuit()))
    document["nodes"][2]["activation"] = None
    circuit = read(document, tmp_path)
    assert circuit.node("d/7@0").value == 4
    assert circuit.node("target.y").value == 4


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def put(document: dict[str, Any]) -> None:
        *way, last = (int(part) if part.lstrip("-").isdecimal() else part for part in path.split("."))
        found: Any = document
        for part in way:
            found = found[part]
        if value is ...:
            del found[last]
        else:
            found[last] = value

    return put


WRONG = [
    ("nodes", ..., r"nodes: Field required"),
    ("links", ..., r"links: Field required"),
    ("nodes", [], r"nodes: List should have at least 1 item"),
    ("metadata.prompt_tokens", [], r"metadata\.prompt_tokens"),
    ("metadata.prompt_tokens", ["a", 3], r"metadata\.prompt_tokens\.1"),
    ("metadata.prompt_tokens", ["a"], r"nodes\.0\.ctx_idx is 1; the prompt has 1 tokens"),
    ("nodes.3.ctx_idx", -1, r"nodes\.3\.ctx_idx"),
    ("nodes.3.ctx_idx", "x", r"nodes\.3\.ctx_idx"),
    ("nodes.3.ctx_idx", 10**30, r"nodes\.3\.ctx_idx"),
    ("nodes.3.layer", "x", r"nodes\.3\.layer is 'x'"),
    ("nodes.3.layer", -4, r"nodes\.3\.layer is -4"),
    ("nodes.3.layer", "40000", r"layer of 40000; 32767 is the largest"),
    ("nodes.3.layer", None, r"nodes\.3\.layer"),
    ("nodes.3.feature_type", "neuron", r"nodes\.3\.feature_type is 'neuron'"),
    ("nodes.3.node_id", ..., r"nodes\.3\.node_id: Field required"),
    ("nodes.3.node_id", "0_99999999999_3", r"there is no such node|feature index of 99999999999"),
    ("nodes.3.activation", "much", r"nodes\.3\.activation"),
    ("nodes.-1.token_prob", -1.0, r"nodes\.\d+\.token_prob"),
    ("nodes.-1.token_prob", float("nan"), r"nodes\.\d+\.token_prob"),
    ("links.5.source", "nobody", r"links\.5\.source is 'nobody', and there is no such node"),
    ("links.5.target", "nobody", r"links\.5\.target is 'nobody'"),
    ("links.5.weight", float("inf"), r"links\.5\.weight"),
    ("links.5.weight", None, r"links\.5\.weight"),
    ("links.5.target", "E_2_0", r"has an edge from .* to token@0"),
    ("qParams.supernodes", [[1]], r"qParams\.supernodes\.0\.0"),
    ("qParams.pinnedIds", "abc", r"qParams\.pinnedIds"),
    ("qParams.clerps", "[[1]]", r"qParams\.clerps is no list"),
    ("qParams.clerps", "{", r"qParams\.clerps is no list"),
    ("qParams.clerps", "[" * 100_000, r"qParams\.clerps is no list"),
]


@pytest.mark.parametrize(
    ("path", "value", "reason"), WRONG, ids=[f"{path} {str(value)[:9]}" for path, value, _ in WRONG]
)
def test_the_wrong_field_is_named(tmp_path: Path, path: str, value: Any, reason: str) -> None:
    document = theirs()
    change(path, value)(document)
    with pytest.raises(FileFormatError, match=reason):
        read(document, tmp_path)


def test_nodes_that_stand_twice_are_refused(tmp_path: Path) -> None:
    document = theirs()
    document["nodes"].append(document["nodes"][40])
    with pytest.raises(FileFormatError, match=r"nodes\.\d+\.node_id .* stands twice"):
        read(document, tmp_path)
    document = theirs()
    document["links"].append(document["links"][-1])
    with pytest.raises(FileFormatError, match="has an edge twice"):
        read(document, tmp_path)


def test_a_graph_without_targets_is_refused(tmp_path: Path) -> None:
    document = theirs()
    document["nodes"] = [node for node in document["nodes"] if node["feature_type"] != "logit"]
    with pytest.raises(FileFormatError, match="nothing is explained"):
        read(document, tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"nodes": 3}', "[" * 100_000, "\x00", '{"a": 1}'])
def test_other_text_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(FileFormatError, match="is no graph for Neuronpedia's viewer"):
        read_neuronpedia(path)
    path.write_bytes((DATA / "viewer.json").read_bytes()[:5000])
    with pytest.raises(FileFormatError, match="is no graph"):
        read_neuronpedia(path)
    with pytest.raises(InputError, match="no graph file"):
        read_neuronpedia(tmp_path / "nowhere.json")


@given(st.integers(0, 10**4), st.integers(0, 10**9))
def test_pairing_can_be_undone(layer: int, index: int) -> None:
    assert unpaired(paired(layer, index)) == (layer, index)


def test_a_part_of_a_graph_has_no_scores_of_the_whole(tmp_path: Path) -> None:
    """What circuit-tracer prunes away are errors first of all; what is left would seem to explain everything."""
    whole, part = (read_neuronpedia(DATA / f"{name}.json") for name in ("viewer", "pruned"))
    assert whole.scores.replacement == pytest.approx(0.49200668931007385, abs=1e-6)
    assert part.scores.known() == {}
    assert set(part.nodes.ids) < set(whole.nodes.ids)
    edges = whole.adjacency[[whole.nodes.rows[i] for i in part.nodes.ids]]
    edges = edges[:, [whole.nodes.rows[i] for i in part.nodes.ids]].toarray()
    kept = part.adjacency.toarray()
    np.testing.assert_array_equal(kept[kept != 0], edges[kept != 0])
    assert graph_state(part, live=False)["scores"] == {}
    assert Circuit.load(part.save(tmp_path / "a.circuit")).scores.known() == {}
    assert json.loads(to_json(part))["scores"] == {}
    assert again(part, tmp_path).scores.known() == {}
    document = json.loads((DATA / "viewer.json").read_text("utf-8"))
    for settings, count in (({"node_threshold": 0.8}, 0), ({"node_threshold": 1}, 3), ("some", 3), ({}, 3)):
        document["metadata"]["pruning_settings"] = settings  # where Neuronpedia keeps it
        assert len(read(document, tmp_path).scores.known()) == count
