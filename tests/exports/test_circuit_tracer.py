"""circuit-tracer's `.pt` files: theirs are read, ours come back, and nothing in a file is ever run."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.attribution import Difference, FeatureAt, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.errors import FileFormatError, InputError
from saecircuits.exports.circuit_tracer import STAND_INS, Config, LogitTarget, _Pickler, write_circuit_tracer
from saecircuits.exports.circuit_tracer_read import read_circuit_tracer
from tests.attribution.models import PROMPT, replacement
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.exports.hostile import hostile_circuit

DATA = Path(__file__).with_name("data")


def fields(path: Path) -> dict[str, Any]:
    """What a file holds, read independently of the reader."""
    with torch.serialization.safe_globals(STAND_INS):
        return torch.load(path, weights_only=True)


def save(found: Any, path: Path) -> Path:
    torch.save(found, path, pickle_module=SimpleNamespace(__name__="pickle", Pickler=_Pickler))
    return path


def by_id(circuit: Circuit) -> dict[tuple[str, str], float]:
    edges = circuit.adjacency.tocoo()
    ids = circuit.nodes.ids
    return {(ids[s], ids[t]): float(w) for t, s, w in zip(edges.row, edges.col, edges.data, strict=True)}


@pytest.mark.parametrize("name", ["whole", "partial"])
def test_their_file_is_read_number_by_number(name: str) -> None:
    """Every entry of their matrix, at the place where their documentation puts it."""
    found, circuit = fields(DATA / f"{name}.pt"), read_circuit_tracer(DATA / f"{name}.pt")
    length, layers = len(found["input_tokens"]), 3
    chosen = found["active_features"][found["selected_features"]].tolist()
    ids = [f"transcoder.{layer}/{index}@{position}" for layer, position, index in chosen]
    ids += [f"error.mlp_out.{layer}@{position}" for layer in range(layers) for position in range(length)]
    ids += [f"token@{position}" for position in range(length)]
    ids += [f"target.{text}" for text, _ in found["logit_targets"]]
    rows = [circuit.nodes.rows[i] for i in ids]
    assert sorted(rows) == list(range(len(circuit)))
    np.testing.assert_array_equal(circuit.adjacency.toarray()[np.ix_(rows, rows)], found["adjacency_matrix"].numpy())
    values = found["activation_values"][found["selected_features"]]
    np.testing.assert_array_equal(circuit.nodes.value[rows[: len(chosen)]], values.numpy())
    assert circuit.provenance.token_ids == tuple(found["input_tokens"].tolist())
    assert circuit.provenance.settings["readouts"][0]["token"] == found["logit_targets"][0][1]
    assert circuit.pruned is (name == "partial")
    shares = found["logit_probabilities"].numpy()
    np.testing.assert_allclose(circuit.weights[circuit.target_rows], shares / shares.sum(), rtol=1e-6)


def test_scores_of_their_file_are_theirs() -> None:
    """Replacement and completeness as their `compute_graph_scores` gives them for `whole.pt`."""
    scores = read_circuit_tracer(DATA / "whole.pt").scores
    assert scores.replacement == pytest.approx(0.49200668931007385, abs=1e-6)
    assert scores.completeness == pytest.approx(0.8309287428855896, abs=1e-6)


@pytest.mark.parametrize("name", ["whole", "partial"])
def test_their_file_written_again_is_the_same(tmp_path: Path, name: str) -> None:
    before = fields(DATA / f"{name}.pt")
    after = fields(write_circuit_tracer(read_circuit_tracer(DATA / f"{name}.pt"), tmp_path / "again.pt"))
    assert set(before) == set(after)
    chosen = before["selected_features"]
    for key in ("adjacency_matrix", "input_tokens", "logit_probabilities"):
        assert torch.equal(before[key], after[key]), key
    assert torch.equal(before["active_features"][chosen], after["active_features"])
    assert torch.equal(before["activation_values"][chosen], after["activation_values"])
    assert torch.equal(after["selected_features"], torch.arange(len(chosen)))
    for key in ("logit_targets", "vocab_size", "input_string", "scan"):
        assert before[key] == after[key], key
    assert (
        vars(after["cfg"]).items() >= {"n_layers": 3, "d_model": 16, "original_architecture": "GPT2LMHeadModel"}.items()
    )


def test_the_pickle_names_their_classes(tmp_path: Path) -> None:
    """What their `Graph.from_pt` unpickles has to find their classes, not ours."""
    path = write_circuit_tracer(hand_circuit(), tmp_path / "a.pt")
    data = path.read_bytes()  # the archive stores its parts uncompressed
    assert b"ccircuit_tracer.attribution.targets\nLogitTarget\n" in data
    assert b"ccircuit_tracer.utils.tl_nnsight_mapping\nUnifiedConfig\n" in data
    assert b"saecircuits" not in data


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("biases", ["drop", "tokens"])
def test_ours_come_back(tmp_path: Path, seed: int, biases: Any) -> None:
    circuit = random_circuit(seed, n_layers=3, n_positions=3, n_targets=2)
    back = read_circuit_tracer(write_circuit_tracer(circuit, tmp_path / "a.pt", biases=biases))
    names = {f"d{layer}/": f"transcoder.{layer}/" for layer in range(3)}
    expected: dict[tuple[str, str], float] = {}
    for (source, target), weight in by_id(circuit).items():
        ends = [source, target]
        for old, new in names.items():
            ends = [end.replace(old, new) for end in ends]
        if source.startswith("bias."):
            ends[0] = f"token@{source.split('@')[1]}"
        if biases == "tokens" or not source.startswith("bias."):
            expected[ends[0], ends[1]] = expected.get((ends[0], ends[1]), 0) + weight
    found = by_id(back)
    assert set(found) == set(expected)
    np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=1e-6)


@pytest.mark.parametrize("architecture", ["gpt2", "llama"])
def test_circuits_of_models_come_back(tmp_path: Path, architecture: str) -> None:
    circuit = attribute_direct(replacement(architecture), PROMPT, TopTokens(most=3))
    back = read_circuit_tracer(write_circuit_tracer(circuit, tmp_path / "a.pt"), tokens=circuit.provenance.tokens)
    kept = {ends: weight for ends, weight in by_id(circuit).items() if not ends[0].startswith(("bias", "position"))}
    assert by_id(back) == kept
    assert back.provenance.tokens == circuit.provenance.tokens
    assert back.nodes.target_labels == circuit.nodes.target_labels
    ours, theirs = ([one["token"] for one in each.provenance.settings["readouts"]] for each in (circuit, back))
    assert ours == theirs
    np.testing.assert_allclose(back.weights[back.target_rows], circuit.weights[circuit.target_rows], rtol=1e-6)
    features = circuit.nodes.is_kind(NodeKind.FEATURE)
    np.testing.assert_array_equal(back.nodes.value[back.nodes.is_kind(NodeKind.FEATURE)], circuit.nodes.value[features])


def test_rows_still_add_up_where_biases_go_to_tokens(tmp_path: Path) -> None:
    circuit = attribute_direct(replacement("gpt2"), PROMPT, TopTokens(most=3))
    whole = read_circuit_tracer(write_circuit_tracer(circuit, tmp_path / "a.pt", biases="tokens"))
    assert np.nanmax(whole.books()) < 1e-4
    dropped = read_circuit_tracer(write_circuit_tracer(circuit, tmp_path / "b.pt"))
    assert np.nanmax(dropped.books()) > 0.1


def test_targets_that_are_no_token_become_custom_targets(tmp_path: Path) -> None:
    model = replacement("gpt2")
    node = next(n for n in attribute_direct(model, PROMPT, TopTokens()).top(99) if n.layer == 2)
    assert node.feature is not None
    for target in (Difference("w3", "w5"), FeatureAt(node.feature, node.position)):
        circuit = attribute_direct(model, PROMPT, target)
        found = fields(write_circuit_tracer(circuit, tmp_path / "a.pt", vocab_size=500))
        assert found["logit_targets"] == [(circuit.nodes.target_labels[0], 500)]
        back = read_circuit_tracer(tmp_path / "a.pt")
        assert back.provenance.settings["readouts"][0]["token"] == -1
        assert back.nodes.target_labels == circuit.nodes.target_labels


def test_pruned_and_hostile_circuits_come_back(tmp_path: Path) -> None:
    circuit = hostile_circuit()
    back = read_circuit_tracer(write_circuit_tracer(circuit, tmp_path / "a.pt"))
    kept = {ends: weight for ends, weight in by_id(circuit).items() if not ends[0].startswith(("bias", "position"))}
    assert by_id(back) == kept


def test_older_files_are_read(tmp_path: Path) -> None:
    """Their older files hold a tensor of ids for targets, and no size of the vocabulary."""
    found = fields(DATA / "whole.pt")
    ids = [number for _, number in found.pop("logit_targets")]
    del found["vocab_size"]
    circuit = read_circuit_tracer(save({**found, "logit_tokens": torch.tensor(ids)}, tmp_path / "old.pt"))
    assert circuit.nodes.target_labels == tuple(f"#{number}" for number in ids)
    assert [one["token"] for one in circuit.provenance.settings["readouts"]] == ids


class Runs:
    """What a hostile file pickles: unpickling it calls a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("place", ["alone", "cfg", "scan", "logit_targets"])
@pytest.mark.parametrize("function", [os.system, os.mkdir, eval])
def test_nothing_in_a_file_is_run(tmp_path: Path, place: str, function: Any) -> None:
    made = tmp_path / "made"
    argument = {os.system: f"mkdir {made}", os.mkdir: str(made), eval: f"__import__('os').mkdir({str(made)!r})"}[
        function
    ]
    bomb = Runs(function, argument)
    hostile = bomb if place == "alone" else {**fields(DATA / "whole.pt"), place: bomb}
    with pytest.raises(FileFormatError, match=r"refused: it asks for \S+, which no graph needs"):
        read_circuit_tracer(save(hostile, tmp_path / "hostile.pt"))
    assert not made.exists()


def test_a_bare_pickle_is_not_run(tmp_path: Path) -> None:
    made = tmp_path / "made"
    path = tmp_path / "hostile.pt"
    path.write_bytes(pickle.dumps(Runs(os.mkdir, str(made))))
    with pytest.raises(FileFormatError):
        read_circuit_tracer(path)
    assert not made.exists()


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    whole, path = (DATA / "whole.pt").read_bytes(), tmp_path / "cut.pt"
    for share in np.linspace(0, 0.99, 12):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(FileFormatError, match="cut short"):
            read_circuit_tracer(path)


def test_flipped_bytes_are_refused_or_harmless(tmp_path: Path) -> None:
    whole, random, path = (DATA / "partial.pt").read_bytes(), np.random.default_rng(0), tmp_path / "flipped.pt"
    for place in random.integers(0, len(whole), 60):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(random.integers(8))
        path.write_bytes(changed)
        with suppress(FileFormatError):
            assert len(read_circuit_tracer(path)) == 64


def nan_in(name: str) -> Callable[[dict[str, Any]], Any]:
    def change(found: dict[str, Any]) -> None:
        found[name] = found[name].clone()
        found[name].view(-1)[0] = torch.nan

    return change


def put(name: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found.update({name: value})


def edge(target: int, source: int) -> Callable[[dict[str, Any]], Any]:
    def change(found: dict[str, Any]) -> None:
        found["adjacency_matrix"] = found["adjacency_matrix"].clone()
        found["adjacency_matrix"][target, source] = 1.0

    return change


WRONG: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("adjacency_matrix holds numbers that are not finite", nan_in("adjacency_matrix")),
    ("activation_values are not all finite", nan_in("activation_values")),
    ("logit_probabilities are not all finite", nan_in("logit_probabilities")),
    ("logit_probabilities are below zero", put("logit_probabilities", -torch.ones(10))),
    (r"adjacency_matrix has shape \(3, 4\), not \(94, 94\)", put("adjacency_matrix", torch.ones(3, 4))),
    ("claims more numbers", put("adjacency_matrix", torch.zeros(1, 1).expand(94, 94))),
    ("is no plain tensor", put("adjacency_matrix", torch.zeros(94, 94).to_sparse())),
    ("is no plain tensor", put("adjacency_matrix", torch.zeros(94, 94, device="meta"))),
    ("adjacency_matrix is list, not Tensor", put("adjacency_matrix", [1])),
    ("active_features has shape", put("active_features", torch.ones(5, 2, dtype=torch.int64))),
    (
        "active_features are torch.float32",
        lambda found: put("active_features", found["active_features"].float())(found),
    ),
    ("active_features lie outside", lambda found: put("active_features", found["active_features"] + 9)(found)),
    (
        "selected_features are not all rows",
        lambda found: put("selected_features", found["selected_features"] + 1)(found),
    ),
    ("has the node .* twice", lambda found: put("selected_features", found["selected_features"] * 0)(found)),
    ("input_tokens is str", put("input_tokens", "w1 w2")),
    ("cfg is dict", put("cfg", {"n_layers": 3})),
    ("None layers", put("cfg", Config())),
    ("logit_targets are no pairs", put("logit_targets", [LogitTarget("a", 1), ("b",)])),
    ("logit_targets are no pairs", put("logit_targets", [])),
    ("logit_targets are no pairs", put("logit_targets", None)),
    ("vocab_size is 'many'", put("vocab_size", "many")),
    ("has an edge from transcoder.2/.* to transcoder.0/", edge(0, 59)),
    ("has an edge from .* to token@", edge(80, 0)),
    ("has an edge from target.* to target", edge(93, 90)),
]


@pytest.mark.parametrize(("reason", "change"), WRONG, ids=[reason for reason, _ in WRONG])
def test_what_is_wrong_is_named(tmp_path: Path, reason: str, change: Callable[[dict[str, Any]], Any]) -> None:
    found = fields(DATA / "whole.pt")
    change(found)
    with pytest.raises(FileFormatError, match=reason):
        read_circuit_tracer(save(found, tmp_path / "wrong.pt"))


@pytest.mark.parametrize("name", ["input_string", "adjacency_matrix", "cfg", "active_features", "input_tokens"])
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    found = fields(DATA / "whole.pt")
    del found[name]
    with pytest.raises(FileFormatError, match=name):
        read_circuit_tracer(save(found, tmp_path / "wrong.pt"))


def test_other_things_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no graph file"):
        read_circuit_tracer(tmp_path / "nowhere.pt")
    with pytest.raises(FileFormatError, match="holds a Tensor"):
        read_circuit_tracer(save(torch.ones(3), tmp_path / "tensor.pt"))
    with pytest.raises(InputError, match="2 texts came for 6 tokens"):
        read_circuit_tracer(DATA / "whole.pt", tokens=["a", "b"])


def test_what_the_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    circuit = hand_circuit()
    with pytest.raises(InputError, match='Use "drop" or "tokens"'):
        write_circuit_tracer(circuit, tmp_path / "a.pt", biases="fold")  # type: ignore[arg-type]
    elsewhere = replace(circuit, nodes=replace(circuit.nodes, site=np.where(circuit.nodes.site == 255, 255, 1)))
    with pytest.raises(InputError, match=r"errors of MLPs only, not error\.attn_out\.0@0"):
        write_circuit_tracer(elsewhere, tmp_path / "a.pt")
    long = replace(circuit, provenance=replace(circuit.provenance, n_layers=60_000))
    with pytest.raises(InputError, match="Prune the circuit first"):
        write_circuit_tracer(long, tmp_path / "a.pt")
    assert not list(tmp_path.iterdir())


def test_two_dictionaries_in_a_layer_are_refused_where_they_share_an_index(tmp_path: Path) -> None:
    circuit = random_circuit(0)
    features = circuit.nodes.is_kind(NodeKind.FEATURE) & (circuit.nodes.layer == 0)
    nodes = replace(
        circuit.nodes,
        index=np.where(features, 7, circuit.nodes.index),
        position=np.where(features, 1, circuit.nodes.position),
    )
    with pytest.raises(InputError, match="Two dictionaries have the feature"):
        write_circuit_tracer(replace(circuit, nodes=nodes), tmp_path / "a.pt")
