"""The Explorer's Python half, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, settings, strategies as st

from saecircuits.attribution import TopTokens
from saecircuits.circuit import Circuit, Feature, Node, NodeKind
from saecircuits.errors import InputError, NotAttachedError
from saecircuits.exports import TEXT_FORMATS, to_html
from saecircuits.interventions import Ablate, AllFeatures, Edit, Patch, Scale
from saecircuits.widgets import Explorer
from saecircuits.widgets.edit_records import records_of_edits
from tests.exports.pages import Page
from tests.lab.labs import PROMPT, lab

from .browser import Browser


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return lab().attribute(PROMPT, TopTokens(most=3))


@pytest.fixture
def explorer(circuit: Circuit) -> Explorer:
    return Explorer(circuit)


@pytest.fixture
def browser(explorer: Explorer) -> Browser:
    return Browser(explorer)


def firing(explorer: Explorer) -> Node:
    return explorer.circuit.top(1)[0]


def ablation(node: Node) -> dict[str, Any]:
    assert node.feature is not None
    return records_of_edits([Ablate(node.feature, positions=node.position)])[0]


def floats(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<f4")


def test_traits_hold_the_pruned_circuit(explorer: Explorer, circuit: Circuit) -> None:
    shown, graph = explorer.circuit, explorer.graph
    assert len(shown) < len(circuit)
    assert graph["nodes"]["id"] == list(shown.nodes.ids)
    np.testing.assert_array_equal(np.frombuffer(graph["nodes"]["kind"], "u1"), shown.nodes.kind)
    np.testing.assert_array_equal(np.frombuffer(graph["nodes"]["layer"], "<i2"), shown.nodes.layer)
    np.testing.assert_array_equal(np.frombuffer(graph["nodes"]["position"], "<u2"), shown.nodes.position)
    np.testing.assert_array_equal(np.frombuffer(graph["nodes"]["feature"], "<i4"), shown.nodes.index)
    np.testing.assert_array_equal(floats(graph["nodes"]["value"]), shown.nodes.value)
    dense = np.zeros(shown.adjacency.shape)
    sources, targets = (np.frombuffer(graph["edges"][end], "<u4") for end in ("source", "target"))
    dense[targets, sources] = floats(graph["edges"]["weight"])
    np.testing.assert_allclose(dense, shown.adjacency.toarray(), rtol=1e-6)  # float32
    assert graph["live"] is True
    assert graph["tokens"] == list(circuit.provenance.tokens)
    assert (explorer.edits, explorer.selected, explorer.pinned, explorer.error) == ([], None, [], None)


def test_what_is_sent_is_json_and_bytes(explorer: Explorer) -> None:
    """No NaN: JavaScript could not read it."""
    state = explorer.get_state(["graph", "effect", "supernodes", "edits", "cards"])

    def without_bytes(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without_bytes(v) for k, v in value.items() if not isinstance(v, bytes)}
        return [without_bytes(v) for v in value] if isinstance(value, list) else value

    json.dumps(without_bytes(state), allow_nan=False)


def test_a_pruned_circuit_is_shown_as_it_is(circuit: Circuit) -> None:
    small = circuit.prune(0.5, 0.5)
    assert Explorer(small).circuit is small


def test_the_output_is_there_before_any_edit(explorer: Explorer) -> None:
    effect = explorer.effect
    assert effect is not None
    assert (effect["edits"], effect["top_before"]) == ([], effect["top_after"])
    np.testing.assert_array_equal(floats(effect["before"]), floats(effect["after"]))
    assert effect["target_before"] == effect["target_after"]
    assert effect["target_before"] == pytest.approx(explorer.graph["target"]["value"], rel=1e-4)  # float32 logits


def test_an_edit_is_answered_with_what_moved(browser: Browser) -> None:
    explorer, node = browser.explorer, firing(browser.explorer)
    reply, (before, after, values, _) = browser.ask({"id": "e1", "type": "edit", "edits": [ablation(node)]})
    assert reply["id"] == "e1"
    assert node.feature is not None
    effect = lab().intervene(PROMPT, [Ablate(node.feature, positions=node.position)])
    tokens = reply["effect"]["tokens"]
    ids = [lab().subject.token_id(token) for token in tokens]
    np.testing.assert_allclose(floats(before), effect.before.probabilities[ids], atol=1e-6)  # the same run again
    np.testing.assert_allclose(floats(after), effect.after.probabilities[ids], atol=1e-6)
    likeliest = np.maximum(floats(before), floats(after))
    assert (np.diff(likeliest) <= 0).all()
    assert {effect.before.answer, effect.after.answer} <= set(tokens)
    assert reply["effect"]["edits"] == explorer.edits == [ablation(node)]
    assert reply["effect"]["milliseconds"] > 0
    moved = floats(values)
    for row, identifier in enumerate(explorer.circuit.nodes.ids):
        known = explorer.circuit.node(identifier)
        if known.feature is not None:
            assert moved[row] == pytest.approx(effect.value(known.feature, known.position)[1], abs=1e-5)
        elif known.kind is not NodeKind.TARGET:
            assert np.isnan(moved[row])
    assert moved[explorer.circuit.row(node.id)] == 0
    assert explorer.effect is not None
    assert explorer.effect["node_value"] == values
    weights, targets = explorer.circuit.weights, explorer.circuit.target_rows
    expected = weights[targets] @ moved[targets] / weights.sum()
    assert reply["effect"]["target_after"] == pytest.approx(expected, rel=1e-5)  # float32 against float64


def test_frozen_edits_are_frozen(browser: Browser) -> None:
    node = firing(browser.explorer)
    assert node.feature is not None
    reply, _ = browser.ask({"id": 1, "type": "edit", "edits": [ablation(node)], "frozen": True})
    assert browser.explorer.frozen is True
    frozen = lab().intervene(PROMPT, [Ablate(node.feature, positions=node.position)], frozen=True)
    assert reply["effect"]["top_after"] == frozen.after.answer
    browser.ask({"id": 2, "type": "edit", "edits": [ablation(node)]})
    assert browser.explorer.frozen is False


def test_taking_all_edits_back(browser: Browser) -> None:
    browser.ask({"id": 1, "type": "edit", "edits": [ablation(firing(browser.explorer))]})
    reply, (before, after, _, _) = browser.ask({"id": 2, "type": "edit", "edits": []})
    assert reply["effect"]["edits"] == browser.explorer.edits == []
    assert before == after


def test_a_refused_edit_changes_nothing(browser: Browser) -> None:
    node, explorer = firing(browser.explorer), browser.explorer
    browser.ask({"id": 1, "type": "edit", "edits": [ablation(node)]})
    effect = explorer.effect
    for wrong in ({"positions": [0]}, {"positions": [99]}, {"dictionary": "nobody"}, {"feature": 10**30}):
        reply, _ = browser.ask({"id": 2, "type": "edit", "edits": [{**ablation(node), **wrong}]})
        assert reply["id"] == 2
        assert set(reply) == {"id", "error"}
        assert reply["error"]["message"]
    assert explorer.effect is effect
    assert explorer.edits == [ablation(node)]


def test_numbers_too_large_are_answered_with_their_cure(browser: Browser) -> None:
    record = {**ablation(firing(browser.explorer)), "op": "set", "value": 1e300}
    reply, _ = browser.ask({"id": 1, "type": "edit", "edits": [record]})
    assert "not finite" in reply["error"]["message"]
    assert reply["error"]["cure"] == "Use smaller numbers."


def test_cards(browser: Browser) -> None:
    explorer = browser.explorer
    node = next(n for n in explorer.circuit.top(99) if n.layer == 1)
    reply, _ = browser.ask({"id": "c", "type": "card", "node": node.id})
    assert node.feature is not None
    assert reply == {"id": "c", "card": lab().card(node.feature)}
    unknown = next(n for n in explorer.circuit.top(99) if n.layer == 2)
    for name, reason in (
        (unknown.id, "no evidence of 'transcoder.2'"),
        ("token@1", "token@1 is not a feature"),
        ("stale@7", "no node 'stale@7'"),
        (None, "no text 'node'"),
    ):
        reply, _ = browser.ask({"id": 3, "type": "card", "node": name})
        assert reason in reply["error"]["message"]
    reply, _ = browser.ask({"id": 3, "type": "card", "node": unknown.id})
    assert "collect_evidence" in reply["error"]["cure"]


@pytest.mark.parametrize("name", [name for name in TEXT_FORMATS if name != "html"])
def test_exports_are_the_files(browser: Browser, name: str) -> None:
    reply, (data,) = browser.ask({"id": 1, "type": "export", "format": name})
    ending, media_type, write = TEXT_FORMATS[name]
    assert reply == {"id": 1, "filename": f"circuit{ending}", "mime": media_type}
    assert data.decode("utf-8") == write(browser.explorer.circuit)


def test_an_exported_page_opens_with_what_is_looked_at(browser: Browser) -> None:
    explorer = browser.explorer
    selected, pinned = (node.id for node in explorer.circuit.top(2))
    explorer.check()
    explorer.apply([Ablate(firing(explorer).feature)])  # type: ignore[arg-type]
    explorer.set_state({"selected": selected, "pinned": [pinned], "prune": 0.6})
    explorer.supernodes = [{"name": "both", "members": [selected, pinned]}]
    reply, (data,) = browser.ask({"id": 1, "type": "export", "format": "html"})
    assert reply == {"id": 1, "filename": "circuit.html", "mime": "text/html"}
    page = Page(data.decode("utf-8"))
    state, known = page.state, Page(to_html(explorer.circuit)).state
    assert page.texts["title"] == f"{PROMPT} → {explorer.circuit.provenance.target}"
    state["graph"]["nodes"].pop("density")
    assert (state["graph"], state["cards"]) == (known["graph"], known["cards"])
    assert (state["selected"], state["pinned"], state["prune"]) == (selected, [pinned], 0.6)
    assert (state["supernodes"], state["report"]) == (explorer.supernodes, explorer.report)
    assert (state["edits"], state["busy"], state["error"]) == (explorer.edits, "", None)
    assert explorer.effect is not None
    assert state["effect"]["top_after"] == explorer.effect["top_after"]
    assert set(known) - {"version"} <= set(state)


@pytest.mark.parametrize("name", ["circuit", "circuit-tracer"])
def test_files_that_are_no_text(browser: Browser, tmp_path: Path, name: str) -> None:
    """A circuit loads back as it is shown, with the supernodes that were made by hand."""
    explorer = browser.explorer
    one, other = (node.id for node in explorer.circuit.top(2))
    explorer.supernodes = [{"name": "both", "members": [one, other, "stale@7"]}]
    reply, (data,) = browser.ask({"id": 1, "type": "export", "format": name})
    assert reply["mime"] == "application/octet-stream"
    path = tmp_path / reply["filename"]
    path.write_bytes(data)
    if name == "circuit":
        loaded = Circuit.load(path)
        assert loaded.nodes.ids == explorer.circuit.nodes.ids
        assert (loaded.adjacency != explorer.circuit.adjacency).nnz == 0
        assert loaded.supernodes == {"both": (one, other)}
    else:
        assert path.suffix == ".pt"


def test_unknown_formats_name_the_known_ones(browser: Browser) -> None:
    reply, _ = browser.ask({"id": 1, "type": "export", "format": "docx"})
    assert reply["error"] == {
        "message": "There is no format 'docx'.",
        "cure": "Known are html, json, graphml, neuronpedia, circuit, circuit-tracer.",
    }


def test_another_prompt_is_attributed(browser: Browser) -> None:
    explorer = browser.explorer
    explorer.selected = firing(explorer).id
    explorer.pinned = [explorer.selected]
    browser.ask({"id": 1, "type": "edit", "edits": [ablation(firing(explorer))]})
    busy: list[str] = []
    explorer.observe(lambda change: busy.append(change["new"]), "busy")
    reply, _ = browser.ask({"id": 2, "type": "attribute", "prompt": "w9 w8", "target": "w3", "against": "w5"})
    assert reply == {"id": 2}
    assert explorer.circuit.prompt == explorer.graph["prompt"] == "w9 w8"
    assert explorer.graph["target"]["label"] == "w3 − w5"
    assert (explorer.selected, explorer.pinned, explorer.edits) == (None, [], [])
    assert (busy[0], busy[-1]) == ("finding the circuit", "")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prompt": ""}, "Prompt 0 is empty"),
        ({"prompt": None}, "no text 'prompt'"),
        ({"prompt": "w1 Warsaw"}, "does not know 'Warsaw'"),
        ({"prompt": "w1 " * 99}, "context holds 64"),
        ({"prompt": "w1", "target": "Warsaw"}, "'Warsaw' is not one token"),
        ({"prompt": "w1", "target": 5}, "target 5"),
        ({"prompt": "w1", "against": "w5"}, "target None against 'w5'"),
        ({"prompt": "w1", "target": "w5", "against": ["w5"]}, "is not one token"),
    ],
    ids=str,
)
def test_a_prompt_that_cannot_be_attributed_leaves_the_circuit(
    browser: Browser, fields: dict[str, Any], reason: str
) -> None:
    before = browser.explorer.circuit
    reply, _ = browser.ask({"id": 1, "type": "attribute", **fields})
    assert reason in reply["error"]["message"]
    assert browser.explorer.circuit is before
    assert browser.explorer.busy == ""


def test_selection_and_pins_are_read_back(explorer: Explorer) -> None:
    one, other = explorer.circuit.top(2)
    explorer.set_state({"selected": one.id, "pinned": [other.id, one.id], "prune": 0.5})  # as the browser does it
    assert explorer.selected_node == one
    assert explorer.pinned_nodes == [other, one]
    assert explorer.prune == 0.5
    explorer.selected = None
    assert explorer.selected_node is None
    explorer.selected = "stale@7"
    with pytest.raises(InputError, match="no node 'stale@7'"):
        _ = explorer.selected_node


def test_apply_does_what_a_click_does(browser: Browser) -> None:
    explorer, node = browser.explorer, firing(browser.explorer)
    assert node.feature is not None
    effect = explorer.apply([Ablate(node.feature, positions=node.position)])
    by_python = explorer.effect
    browser.ask({"id": 1, "type": "edit", "edits": [ablation(node)]})
    assert by_python is not None
    assert explorer.effect is not None
    for name in ("tokens", "before", "after", "edits", "target_after"):
        assert explorer.effect[name] == by_python[name]
    assert effect.after.answer == by_python["top_after"]
    with pytest.raises(InputError, match="first token"):
        explorer.apply([Ablate(node.feature, positions=0)])
    with pytest.raises(InputError, match="all features cannot be shown"):
        explorer.apply([Ablate(AllFeatures("transcoder.0"))])
    assert explorer.edits == [ablation(node)]


class Counter:
    """A laboratory that counts what it is asked."""

    dictionaries = lab().dictionaries

    def __init__(self) -> None:
        self.edits: list[list[Edit]] = []
        self.dictionaries, self.evidence = lab().dictionaries, {}

    def intervene(self, prompt: Any, edits: list[Edit], **options: Any) -> Any:
        self.edits.append(list(edits))
        return lab().intervene(prompt, edits, **options)

    def tell_of_labels(self, listener: Any) -> None:
        """Nobody is named here."""


def test_every_edit_is_run_once(circuit: Circuit) -> None:
    """Observers see the new edits, and do not set off another run."""
    counter = Counter()
    explorer = Explorer(circuit, counter)  # type: ignore[arg-type]
    assert counter.edits == [[]]
    node = firing(explorer)
    assert node.feature is not None
    ablate, scale = Ablate(node.feature, positions=node.position), Scale(node.feature, 2.0)
    explorer.edits = records_of_edits([ablate])
    assert counter.edits[1:] == [[ablate]]
    assert explorer.effect is not None
    assert explorer.effect["edits"] == explorer.edits == records_of_edits([ablate])
    explorer.apply([scale])
    Browser(explorer).ask({"id": 1, "type": "edit", "edits": records_of_edits([scale, ablate])})
    explorer.set_state({"edits": explorer.edits})  # what the browser has anyway
    assert counter.edits[2:] == [[scale], [scale, ablate]]
    explorer.edits = []
    assert counter.edits[4:] == [[]]


def test_edits_set_from_python_that_cannot_be_made_are_shown_and_taken_back(explorer: Explorer) -> None:
    good = [ablation(firing(explorer))]
    explorer.edits = good
    assert explorer.error is None
    explorer.edits = [{**good[0], "positions": [99]}]
    assert explorer.error is not None
    assert "not all in the prompt" in explorer.error["message"]
    assert explorer.edits == good
    explorer.edits = []
    assert explorer.error is None


def test_traits_can_be_given_from_the_start(circuit: Circuit) -> None:
    one, other = Explorer(circuit).circuit.top(2)
    edits = [ablation(one)]
    made = Explorer(circuit, prune=0.5, frozen=True, selected=one.id, pinned=[other.id], edits=edits)
    assert (made.prune, made.frozen, made.selected_node, made.pinned_nodes) == (0.5, True, one, [other])
    assert made.edits == edits
    assert made.effect is not None
    assert made.effect["edits"] == edits
    assert lab().explore(circuit, selected=one.id).selected == one.id


def test_without_a_model_nothing_is_edited(circuit: Circuit) -> None:
    loose = Explorer(Circuit(**{**vars(circuit.prune()), "host": None}))
    assert loose.graph["live"] is False
    assert loose.effect is None
    node = firing(loose)
    assert node.feature is not None
    with pytest.raises(NotAttachedError, match=r"no model behind this circuit.*Explorer\(circuit, lab\)"):
        loose.apply([Ablate(node.feature)])
    browser = Browser(loose)
    for message in (
        {"type": "edit", "edits": [ablation(node)]},
        {"type": "card", "node": node.id},
        {"type": "attribute", "prompt": "w1"},
        {"type": "check"},
    ):
        reply, _ = browser.ask({"id": 5, **message})
        assert "no model behind this circuit" in reply["error"]["message"]
        assert reply["error"]["cure"] == "Open it with Explorer(circuit, lab)."
    reply, (data,) = browser.ask({"id": 6, "type": "export", "format": "json"})
    assert json.loads(data)["format"] == "saecircuits.circuit.json"
    loose.edits = [ablation(node)]
    assert loose.error is not None
    assert "no model behind" in loose.error["message"]
    assert loose.edits == []


def test_a_patch_from_another_prompt(browser: Browser) -> None:
    node = firing(browser.explorer)
    record = {**ablation(node), "op": "patch", "source": "w9 w8 w7 w6 w5 w4 w3", "source_position": 2}
    reply, _ = browser.ask({"id": 1, "type": "edit", "edits": [record]})
    assert node.feature is not None
    patch = Patch(node.feature, record["source"], positions=node.position, source_positions=2)
    assert reply["effect"]["top_after"] == lab().intervene(PROMPT, [patch]).after.answer


FEATURE = {"dictionary": "transcoder.1", "feature": 3, "positions": [2, -1]}
SOUND: list[dict[str, Any]] = [
    {"type": "edit", "edits": [{"op": "ablate", **FEATURE}], "frozen": False},
    {"type": "edit", "edits": [{"op": "set", "value": 3.5, **FEATURE}, {"op": "scale", "value": 2, **FEATURE}]},
    {"type": "edit", "edits": [{"op": "patch", "source": "w9 w8 w7", **FEATURE}], "frozen": True},
    {"type": "edit", "edits": [{"op": "patch", "source": "w9 w8", "source_position": 2, **FEATURE}]},
    {"type": "card", "node": "transcoder.1/3@2"},
    {"type": "check"},
    {"type": "export", "format": "json"},
    {"type": "attribute", "prompt": "w1 w2", "target": "w3", "against": "w5"},
    {"type": "attribute", "prompt": "w1 w2", "target": ["w3", "w7"]},
    {"type": "cancel", "of": "r1"},
    {"type": "ping"},
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 60),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["card", "edit", "export", "attribute", "set", "add", "patch", "transcoder.0", "w1 w2", "html"]),
    st.lists(st.integers(-9, 9) | st.floats() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """A sound request in which up to three fields are replaced, taken away or added; now and then no request at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ODD)
    message = json.loads(json.dumps(draw(st.sampled_from(SOUND))))
    for _ in range(draw(st.integers(0, 3))):
        inner = message.get("edits")
        record = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], dict) else message
        place = draw(st.sampled_from([message, record]))
        name = draw(st.sampled_from([*place, "value", "surprise"]))
        place[name] = draw(ODD)
        if draw(st.booleans()) and draw(st.booleans()):
            del place[name]
    return {**message, "id": draw(st.integers() | st.text(max_size=4) | st.none())}


@pytest.fixture(scope="module")
def fuzzed() -> Browser:
    return Browser(lab().explore(PROMPT, "w3", "w5"))


@given(message=messages())
@settings(max_examples=250, deadline=None)
def test_whatever_arrives_is_answered(fuzzed: Browser, message: Any) -> None:
    """Always one answer with the request's id, never an exception, and a sound state afterwards."""
    reply, _ = fuzzed.ask(message)
    assert reply["id"] == (message.get("id") if isinstance(message, dict) else None)
    event("refused" if "error" in reply else f"done: {message['type']}")
    if "error" in reply:
        assert set(reply) == {"id", "error"}
        assert set(reply["error"]) == {"message", "cure"}
        assert reply["error"]["message"]
        assert "not foreseen" not in reply["error"]["cure"], reply["error"]["message"]
    assert fuzzed.explorer.busy == ""
    assert fuzzed.explorer.effect is not None
    assert fuzzed.explorer.effect["edits"] == fuzzed.explorer.edits


def test_a_circuit_shows_itself_as_an_explorer(circuit: Circuit) -> None:
    bundle = circuit._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data


def test_bundles_are_in_the_package() -> None:
    assert "render" in Explorer._files["script"] and ".saec" in Explorer._files["sheet"]


def test_a_feature_that_is_the_target_can_be_asked_for_again(circuit: Circuit) -> None:
    node = circuit.top(1)[0]
    asked = lab().attribute(PROMPT, node.feature, position=node.position)
    target = Explorer(asked).graph["target"]
    again = lab().attribute(PROMPT, Feature.parse(target["feature"]), position=target["position"])
    assert (again.adjacency != asked.adjacency).nnz == 0
    assert "feature" not in Explorer(circuit).graph["target"]
