"""Groups of the Explorer, firing rates, and the scores of the browser against those of Python."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import saecircuits as sc
from saecircuits.circuit import Circuit, NodeKind, normalise, scores
from saecircuits.circuit.influence import influence
from saecircuits.errors import InputError
from saecircuits.exports import graph_state
from saecircuits.widgets import Explorer
from saecircuits.widgets.grouping import firing_rates, propose_groups, with_groups

from .browser import Browser

WIDGETS = Path(__file__).resolve().parents[2] / "widgets"
PROMPT = ("the farmers near the king", "are", "is")


@pytest.fixture(scope="module")
def world() -> Any:
    return sc.load("world")


@pytest.fixture(scope="module")
def circuit(world: Any) -> Circuit:
    return world.attribute(*PROMPT)


@pytest.fixture
def explorer(circuit: Circuit) -> Explorer:
    return Explorer(circuit)


@pytest.fixture
def ids(explorer: Explorer) -> list[str]:
    """Of features, the strongest first."""
    return [node.id for node in explorer.circuit.top(12)]


def test_groups_of_the_browser_are_read_as_a_circuit(explorer: Explorer, ids: list[str]) -> None:
    explorer.supernodes = [{"name": "one", "members": ids[:3]}, {"name": "two", "members": ids[3:5]}]
    assert explorer.grouped.supernodes == {"one": tuple(ids[:3]), "two": tuple(ids[3:5])}
    assert explorer.circuit.supernodes == {}
    assert explorer.grouped.nodes is explorer.circuit.nodes


def test_python_groups_as_a_person_would(explorer: Explorer, ids: list[str]) -> None:
    explorer.group("one", ids[:3])
    explorer.group("two", ids[2:4])
    assert explorer.supernodes == [{"name": "one", "members": ids[:2]}, {"name": "two", "members": ids[2:4]}]
    assert (
        explorer.grouped.supernodes == sc.group(sc.group(explorer.circuit, "one", ids[:3]), "two", ids[2:4]).supernodes
    )
    explorer.ungroup("one")
    assert [group["name"] for group in explorer.supernodes] == ["two"]
    with pytest.raises(InputError, match="no group 'one'"):
        explorer.ungroup("one")
    with pytest.raises(InputError, match="no node"):
        explorer.group("odd", ["nothing"])


def test_members_that_the_circuit_lacks_are_passed_over_and_what_is_no_group_is_refused(
    explorer: Explorer, ids: list[str]
) -> None:
    records = [{"name": "one", "members": [ids[0], "gone"]}, {"name": "empty", "members": ["gone"]}]
    assert with_groups(explorer.circuit, records).supernodes == {"one": (ids[0],)}
    for odd in ({}, {"name": 3, "members": []}, {"name": "x", "members": "ab"}):
        explorer.supernodes = [odd]
        with pytest.raises(InputError, match="is no group"):
            _ = explorer.grouped


def test_a_group_of_the_circuit_is_shown_and_survives_a_file(
    circuit: Circuit, explorer: Explorer, ids: list[str], tmp_path: Path
) -> None:
    shown = Explorer(sc.group(circuit, "kings", ids[:2]))
    assert shown.supernodes == [{"name": "kings", "members": ids[:2]}]
    explorer.group("kings", ids[:2])
    explorer.grouped.save(tmp_path / "kings.circuit")
    assert Circuit.load(tmp_path / "kings.circuit").supernodes == {"kings": tuple(ids[:2])}


def test_a_new_circuit_starts_without_places_and_filter(explorer: Explorer, circuit: Circuit, ids: list[str]) -> None:
    explorer.places, explorer.filter, explorer.flow = {ids[0]: [1, 2]}, {"layers": [0, 1]}, "up"
    explorer.show(circuit)
    assert (explorer.places, explorer.filter, explorer.flow, explorer.supernodes) == ({}, {}, "up", [])
    kept = Explorer(circuit, places={ids[0]: [1, 2]}, filter={"token": 1}, supernodes=[{"name": "a", "members": ids}])
    assert (kept.places, kept.filter) == ({ids[0]: [1, 2]}, {"token": 1})
    assert kept.grouped.supernodes == {"a": tuple(ids)}


def test_proposals_group_what_is_asked_for_and_leave_groups_alone(explorer: Explorer, ids: list[str]) -> None:
    explorer.group("mine", ids[:2])
    explorer.group_automatically(3, ids)
    found = explorer.grouped.supernodes
    assert found["mine"] == tuple(ids[:2])
    assert len(found) > 1
    assert all(len(members) > 1 for members in found.values())
    members = [member for own in found.values() for member in own]
    assert len(members) == len(set(members))
    assert set(members) <= set(ids)
    again = Explorer(explorer.circuit)
    again.group("mine", ids[:2])
    again.group_automatically(3, ids)
    assert again.supernodes == explorer.supernodes


def test_nothing_to_group_is_said(explorer: Explorer, ids: list[str]) -> None:
    explorer.group("mine", ids)
    with pytest.raises(InputError, match="No feature is left"):
        propose_groups(explorer.grouped, 2, ids)
    tokens = [node.id for node in explorer.circuit.top(3, (NodeKind.TOKEN,))]
    with pytest.raises(InputError, match="No feature is left"):
        propose_groups(explorer.circuit, 1, tokens)


def test_the_request_answers_with_groups_and_sets_nothing(explorer: Explorer, ids: list[str]) -> None:
    browser = Browser(explorer)
    reply, _ = browser.ask({"id": "1", "type": "group", "count": 3, "nodes": ids})
    expected = propose_groups(explorer.circuit, 3, ids).supernodes
    assert {group["name"]: tuple(group["members"]) for group in reply["supernodes"]} == expected
    assert explorer.supernodes == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "no number 'count'"),
        ({"count": True, "nodes": []}, "no number 'count'"),
        ({"count": 1.5, "nodes": []}, "no number 'count'"),
        ({"count": 2, "nodes": "abc"}, "no list of ids"),
        ({"count": 2, "nodes": [1]}, "no list of ids"),
        ({"count": 2, "nodes": ["gone"]}, "no node 'gone'"),
        ({"count": 2, "nodes": []}, "No feature is left"),
        ({"count": 10**9, "nodes": None}, "no list of ids"),
    ],
)
def test_odd_requests_get_an_error(explorer: Explorer, fields: dict[str, Any], said: str) -> None:
    reply, _ = Browser(explorer).ask({"id": "1", "type": "group", **fields})
    assert said in reply["error"]["message"]


def test_too_many_groups_are_refused(explorer: Explorer, ids: list[str]) -> None:
    reply, _ = Browser(explorer).ask({"id": "1", "type": "group", "count": 99, "nodes": ids})
    assert "cannot be in 99 groups" in reply["error"]["message"]


def test_exports_hold_the_groups(explorer: Explorer, ids: list[str]) -> None:
    explorer.group("kings", ids[:2])
    _, [file] = Browser(explorer).ask({"id": "1", "type": "export", "format": "json"})
    assert json.loads(file)["supernodes"] == {"kings": ids[:2]}


def test_pins_and_groups_go_to_other_viewers_and_come_back(explorer: Explorer, ids: list[str], tmp_path: Path) -> None:
    explorer.pinned = ids[:4]
    explorer.group("kings", ids[:2])
    _, [file] = Browser(explorer).ask({"id": "1", "type": "export", "format": "neuronpedia"})
    sent = json.loads(file)["qParams"]
    assert (len(sent["pinnedIds"]), len(sent["supernodes"][0])) == (4, 3)
    (tmp_path / "graph.json").write_bytes(file)
    back = Explorer(sc.read_graph(tmp_path / "graph.json"))
    assert [node.label for node in back.pinned_nodes] == [node.label for node in explorer.pinned_nodes]
    assert [group["name"] for group in back.supernodes] == ["kings"]
    assert explorer.grouped.provenance.settings["pins"] == ids[:4]
    assert Explorer(explorer.grouped).pinned == ids[:4]


def test_rates_are_those_of_the_evidence(world: Any, explorer: Explorer) -> None:
    shown = explorer.circuit
    sent = np.frombuffer(explorer.graph["nodes"]["density"], "<f4")
    assert len(sent) == len(shown)
    for row, rate in enumerate(sent):
        feature = shown.nodes.feature(row)
        if feature is None or feature.dictionary not in world.evidence:
            assert np.isnan(rate)
        else:
            assert rate == pytest.approx(world.evidence[feature.dictionary].firing_rate(feature.index))
    assert np.isfinite(sent).any()
    assert np.isnan(firing_rates(shown, {})).all()
    assert "density" not in graph_state(shown, live=False, density=firing_rates(shown, {}))["nodes"]


def merged_scores(circuit: Circuit, kept: np.ndarray) -> tuple[float, float]:
    """Scores of a circuit whose features that are not kept have joined the error of their layer and token."""
    nodes, matrix = circuit.nodes, circuit.adjacency.toarray().astype(np.float64)
    out = nodes.is_kind(NodeKind.FEATURE) & ~kept
    errors = {
        (nodes.layer[row], nodes.position[row]): row for row in np.flatnonzero(nodes.is_kind(NodeKind.ERROR))[::-1]
    }
    made: dict[tuple[int, int], int] = {}
    column = np.arange(len(nodes))
    for row in np.flatnonzero(out):
        place = (nodes.layer[row], nodes.position[row])
        column[row] = errors[place] if place in errors else made.setdefault(place, len(nodes) + len(made))
    size = len(nodes) + len(made)
    whole = np.zeros((size, size))
    np.add.at(whole[: len(nodes)].T, column, np.where(out[:, None], 0, matrix).T)
    # New errors come first: rows have to be below those that they act on.
    order = np.concatenate([np.arange(len(nodes), size), np.arange(len(nodes))])
    is_error = np.concatenate([np.ones(len(made), bool), nodes.is_kind(NodeKind.ERROR)])
    is_token = np.concatenate([np.zeros(len(made), bool), nodes.is_kind(NodeKind.TOKEN)])
    weights = np.concatenate([np.zeros(len(made)), circuit.weights])
    adjacency = sparse.csr_array(whole[order][:, order])
    hat = normalise(adjacency)
    value = np.ones(size)
    found = scores(adjacency, hat, influence(hat, weights), weights, value, is_token, is_error)
    return found.replacement, found.completeness


RUN = """
import { decodeGraph } from "./src/model/decode.ts";
import { scores } from "./src/model/scores.ts";
const { graph, parts } = JSON.parse(await new Promise((done) => {
  let text = "";
  process.stdin.on("data", (piece) => (text += piece)).on("end", () => done(text));
}));
const bytes = (text) => { const all = Uint8Array.from(Buffer.from(text, "base64")); return new DataView(all.buffer); };
for (const part of [graph.nodes, graph.edges])
  for (const [name, value] of Object.entries(part)) if (typeof value === "string") part[name] = bytes(value);
const decoded = decodeGraph(graph);
console.log(JSON.stringify(parts.map((part) => scores(decoded, part && Uint8Array.from(part)))));
"""


@pytest.mark.node
@pytest.mark.skipif(
    shutil.which("node") is None or not (WIDGETS / "node_modules" / "esbuild").is_dir(),
    reason="no Node, or its packages are not installed",
)
def test_the_scores_of_the_browser_are_those_of_python(circuit: Circuit, tmp_path: Path) -> None:
    shown = circuit.prune(0.95, 0.98)
    random = np.random.default_rng(0)
    parts = [random.random(len(shown)) < share for share in (0.1, 0.3, 0.6, 0.9)]
    parts += [np.zeros(len(shown), bool), np.ones(len(shown), bool)]
    found = in_the_browser(shown, [None, *parts], tmp_path)
    plain = normalise(shown.adjacency)
    whole = scores(
        shown.adjacency,
        plain,
        influence(plain, shown.weights),
        shown.weights,
        shown.nodes.value,
        shown.nodes.is_kind(NodeKind.TOKEN),
        shown.nodes.is_kind(NodeKind.ERROR),
    )
    expected = [(whole.replacement, whole.completeness), *(merged_scores(shown, part) for part in parts)]
    assert expected[0] == pytest.approx(expected[-1], abs=1e-9)
    assert len(set(expected)) == len(parts)
    np.testing.assert_allclose(found, expected, atol=1e-5)  # the browser has float32


def in_the_browser(circuit: Circuit, parts: list[np.ndarray | None], folder: Path) -> list[tuple[float, float]]:
    """What the TypeScript half makes of it."""
    graph = graph_state(circuit, live=False)
    for name in ("nodes", "edges"):
        graph[name] = {
            key: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for key, value in graph[name].items()
        }
    sent = {"graph": graph, "parts": [None if part is None else part.astype(int).tolist() for part in parts]}
    (folder / "run.ts").write_text(RUN.replace("./src", (WIDGETS / "src").as_posix()))
    bundle = folder / "run.mjs"
    options = {"entryPoints": [str(folder / "run.ts")], "bundle": True, "format": "esm", "outfile": str(bundle)}
    build = f"import esbuild from 'esbuild'; await esbuild.build({json.dumps(options | {'platform': 'node'})})"
    subprocess.run(["node", "--input-type=module", "-e", build], check=True, cwd=WIDGETS)
    done = subprocess.run(["node", bundle], input=json.dumps(sent), text=True, check=True, capture_output=True)
    return [(each["replacement"], each["completeness"]) for each in json.loads(done.stdout)]
