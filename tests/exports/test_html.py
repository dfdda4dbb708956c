"""The standalone page: one file, no address, and tokens that stay text."""

from __future__ import annotations

import base64
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import saecircuits.widgets
from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.exports import graph_state, standalone_page, to_html
from saecircuits.exports.page import framed_page
from tests.attribution.models import PROMPT, replacement
from tests.circuit.graphs import hand_circuit
from tests.exports.hostile import TOKENS, hostile_circuit

from .pages import Page


def hostile_cards(circuit: Circuit) -> dict[str, Any]:
    texts = list(TOKENS)
    contexts = [{"tokens": texts, "values": [0.0] * len(texts), "peak": 0}]
    names = {str(node.feature) for node in circuit.top(10**6) if node.feature}
    return {name: {"label": texts[0], "contexts": contexts, "promoted": [[t, 1.0] for t in texts]} for name in names}


def test_hostile_tokens_are_never_markup() -> None:
    """The page has the very elements of a harmless one."""
    circuit = hostile_circuit()
    page, harmless = Page(to_html(circuit, hostile_cards(circuit))), Page(to_html(hand_circuit(), {}))
    count = Counter(tag for tag, _ in page.elements)
    assert count == Counter(tag for tag, _ in harmless.elements)
    assert count["img"] == 0
    assert count["script"] == 2
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]


def test_hostile_tokens_arrive_as_they_are() -> None:
    circuit = hostile_circuit()
    cards = hostile_cards(circuit)
    state = Page(to_html(circuit, cards)).state
    assert state["graph"]["tokens"] == ["<bos>", *TOKENS]
    assert state["graph"]["prompt"] == " ".join(TOKENS)
    assert state["graph"]["nodes"]["label"] == [circuit.label(row) for row in range(len(circuit))]
    assert state["cards"] == cards
    assert [group["name"] for group in state["supernodes"]] == list(circuit.supernodes)


def test_the_title_says_prompt_and_target() -> None:
    texts = Page(to_html(hostile_circuit(("w1", *TOKENS[:6])), {})).texts
    assert texts["title"] == f"w1 {' '.join(TOKENS[:6])} → w1, {TOKENS[0]}, {TOKENS[1]}"


def test_the_page_asks_for_no_address() -> None:
    """Nothing is loaded: no src, no href, and a policy that forbids the rest."""
    page = Page(to_html(hand_circuit(), {}))
    for tag, attributes in page.elements:
        assert not {"src", "href", "srcset", "action", "data"} & set(attributes), tag
    (policy,) = (a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)


def test_the_page_holds_the_widgets_own_files_compressed() -> None:
    text = to_html(hand_circuit(), {})
    content = Page(text).content
    files = Path(saecircuits.widgets.__file__).parent / "static"
    assert content["script"] == (files / "explorer.page.js").read_text("utf-8")
    assert content["style"] == (files / "explorer.page.css").read_text("utf-8")
    assert len(text) < 0.6 * len(content["script"] + content["style"])
    assert to_html(hand_circuit(), {}) == text


def test_a_framed_page_is_one_element_with_the_same_page_in_it() -> None:
    """What encloses it cannot be read or changed from inside: scripts run, but of an origin of their own."""
    page = to_html(hostile_circuit(), hostile_cards(hostile_circuit()))
    outer = Page(framed_page(page, '"><img src=x>', 400))
    ((tag, attributes),) = outer.elements
    assert (tag, attributes["srcdoc"], attributes["title"]) == ("iframe", page, '"><img src=x>')
    assert attributes["sandbox"] == "allow-scripts allow-downloads"
    assert "height: 400px" in (attributes["style"] or "")


def decoded(record: dict[str, str], dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(record["$bytes"]), dtype)


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_the_state_holds_the_circuit(name: str) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, TopTokens(most=3)).prune()
    state = Page(to_html(circuit, {})).state
    assert (state["graph"]["live"], state["graph"]["version"]) == (False, 1)
    nodes, edges = state["graph"]["nodes"], state["graph"]["edges"]
    assert nodes["id"] == list(circuit.nodes.ids)
    np.testing.assert_array_equal(decoded(nodes["kind"], "u1"), circuit.nodes.kind)
    np.testing.assert_array_equal(decoded(nodes["layer"], "<i2"), circuit.nodes.layer)
    np.testing.assert_array_equal(decoded(nodes["position"], "<u2"), circuit.nodes.position)
    np.testing.assert_array_equal(decoded(nodes["dictionary"], "<i2"), circuit.nodes.dictionary)
    np.testing.assert_array_equal(decoded(nodes["feature"], "<i4"), circuit.nodes.index)
    np.testing.assert_array_equal(decoded(nodes["value"], "<f4"), circuit.nodes.value)
    np.testing.assert_array_equal(decoded(nodes["probability"], "<f4"), circuit.nodes.probability)
    mass = (circuit.influence + circuit.weights).astype(np.float32)
    np.testing.assert_array_equal(decoded(nodes["influence"], "<f4"), mass)
    dense = np.zeros(circuit.adjacency.shape)
    dense[decoded(edges["target"], "<u4"), decoded(edges["source"], "<u4")] = decoded(edges["weight"], "<f4")
    np.testing.assert_allclose(dense, circuit.adjacency.toarray(), rtol=1e-6)  # float32


def test_the_targets_value_is_weighted() -> None:
    circuit = attribute_direct(replacement("llama"), PROMPT, TopTokens(most=3))
    weights, values = circuit.weights[circuit.target_rows], circuit.nodes.value[circuit.target_rows]
    target = graph_state(circuit, live=True)["target"]
    assert target["value"] == pytest.approx(float((weights * values).sum() / weights.sum()), rel=1e-5)  # float32
    assert target["label"] == circuit.provenance.target


def test_cards_come_from_the_circuits_model() -> None:
    class Host:
        def cards(self, circuit: Circuit) -> dict[str, Any]:
            return {"d/7": {"label": "seven"}}

    assert Page(to_html(hand_circuit().attach(Host()))).state["cards"] == {"d/7": {"label": "seven"}}  # type: ignore[arg-type]
    assert Page(to_html(hand_circuit())).state["cards"] == {}


def test_a_page_may_open_on_a_view() -> None:
    state = Page(to_html(hand_circuit(), {}, selected="d/7@0", pinned=["token@0"], prune=0.7)).state
    assert (state["selected"], state["pinned"], state["prune"]) == ("d/7@0", ["token@0"], 0.7)
    whole = Page(to_html(hand_circuit(), {})).state
    assert (whole["selected"], whole["pinned"], whole["prune"]) == (None, [], 1.0)


def test_unknown_widgets_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no widget 'nothing'.*explorer"):
        standalone_page("title", "nothing", {})
