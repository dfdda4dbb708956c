"""Merging circuits by hand, and what merging must not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from saecircuits.circuit import Circuit, Feature, NodeKind, NodeTableBuilder
from saecircuits.circuit.compare import compare
from saecircuits.circuit.merge import ANY_TOKEN, NO_TOKEN, merge, threshold
from saecircuits.errors import InputError
from tests.circuit.graphs import MLP_OUT, hand_circuit, provenance, random_circuit


def small(tokens: tuple[str, ...], position: int, index: int, weight: float, label: str = "y") -> Circuit:
    """Token → feature → target, all at one position; the target is at the last."""
    builder = NodeTableBuilder(("d",))
    builder.add(NodeKind.TOKEN, -1, np.array([position]))
    builder.add(NodeKind.FEATURE, 0, np.array([position]), dictionary=0, index=index, value=weight)
    builder.add_target(label, 2, len(tokens) - 1, value=2 * weight, probability=0.5)
    nodes, _ = builder.build()
    adjacency = np.zeros((3, 3), dtype=np.float32)
    adjacency[1, 0], adjacency[2, 1] = weight, 2 * weight
    origin = provenance(len(tokens), 2, tokens)
    effect = np.array([weight, 2 * weight, np.nan])
    labels = {Feature("d", index): f"number {index}"}
    return Circuit.build(
        nodes, sparse.csr_array(adjacency), np.array([0, 0, 1.0]), origin, labels=labels, effect=effect
    )


def edges(circuit: Circuit) -> dict[tuple[str, str], float]:
    matrix, ids = circuit.adjacency.tocoo(), circuit.nodes.ids
    return {(ids[s], ids[t]): float(w) for t, s, w in zip(matrix.row, matrix.col, matrix.data, strict=True)}


def values(circuit: Circuit) -> dict[str, float]:
    return dict(zip(circuit.nodes.ids, circuit.nodes.value.tolist(), strict=True))


def test_aligned_at_the_last_token_by_hand() -> None:
    long = small(("a", "b", "c"), position=1, index=7, weight=4.0)
    short = small(("x", "c"), position=0, index=7, weight=2.0)
    merged = merge([long, short])
    assert values(merged) == {"token@1": 1.0, "d/7@1": 3.0, "target.y": 6.0}
    assert edges(merged) == {("token@1", "d/7@1"): 3.0, ("d/7@1", "target.y"): 6.0}
    assert merged.provenance.tokens == ("a", ANY_TOKEN, "c")
    assert merged.provenance.token_ids == (0, NO_TOKEN, NO_TOKEN)  # the hand-made ids count from 0 in each prompt
    assert merged.provenance.settings["merged"] == 2
    assert merged.provenance.settings["prompts"] == ["a b c", "x c"]
    assert merged.prompt == "2 prompts"
    np.testing.assert_allclose(merged.effect[:2], [3.0, 6.0])
    np.testing.assert_allclose(merged.influence, (long.influence + short.influence) / 2)
    assert merged.labels == {Feature("d", 7): "number 7"}


def test_what_occurs_in_one_prompt_counts_nothing_in_the_other() -> None:
    merged = merge([small(("a", "b"), 0, 7, 4.0), small(("a", "b"), 1, 7, 2.0), small(("a", "b"), 1, 8, 6.0)])
    assert values(merged) == pytest.approx(
        {"token@0": 1 / 3, "token@1": 2 / 3, "d/7@0": 4 / 3, "d/7@1": 2 / 3, "d/8@1": 2.0, "target.y": 8.0}
    )
    assert edges(merged)["d/7@0", "target.y"] == pytest.approx(8 / 3)
    assert merged.provenance.tokens == ("a", "b")
    assert merged.provenance.token_ids == (0, 1)


def test_summed_over_positions_by_hand() -> None:
    merged = merge([small(("a", "b"), 0, 7, 4.0), small(("a", "b", "c"), 1, 7, 2.0)], "summed")
    assert values(merged) == {"token@0": 1.0, "d/7@0": 3.0, "target.y": 6.0}
    assert edges(merged) == {("token@0", "d/7@0"): 3.0, ("d/7@0", "target.y"): 6.0}
    assert merged.provenance.tokens == (ANY_TOKEN,)


def test_a_feature_at_two_tokens_is_added_up() -> None:
    twice = compare(small(("a", "b"), 0, 7, -4.0), small(("a", "b"), 1, 7, 2.0)).difference  # both, effects 4 and 2
    twice = replace(twice, influence=np.arange(1.0, 6.0))
    merged = merge([twice], "summed")
    assert values(merged)["d/7@0"] == values(twice)["d/7@0"] + values(twice)["d/7@1"] == 6.0
    assert edges(merged)["d/7@0", "target.y"] == 12.0
    both = [twice.row("d/7@0"), twice.row("d/7@1")]
    assert merged.influence[merged.row("d/7@0")] == twice.influence[both].sum()
    assert merged.effect[merged.row("d/7@0")] == twice.effect[both].sum()


@pytest.mark.parametrize("mode", ["aligned", "summed"])
@pytest.mark.parametrize("seed", range(3))
def test_books_still_balance(seed: int, mode: str) -> None:
    """A random graph is given the values that its inputs add up to; then the mean's values are its inputs' sums."""
    balanced = []
    for number in range(3):
        circuit = random_circuit(10 * seed + number, n_positions=2 + number)
        receives = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
        value = np.where(receives, circuit.adjacency.sum(axis=1), circuit.nodes.value).astype(np.float32)
        balanced.append(replace(circuit, nodes=replace(circuit.nodes, value=value)))
    merged = merge(balanced, mode)
    assert np.nanmax(merged.books()) < 1e-5  # float32
    assert merged.weights.sum() == pytest.approx(np.mean([circuit.weights.sum() for circuit in balanced]))
    assert merged.target_value == pytest.approx(float(merged.weights @ merged.nodes.value), rel=1e-5)
    sources, targets = merged.adjacency.tocoo().col, merged.adjacency.tocoo().row
    assert (sources < targets).all()


def test_copies_of_one_circuit_are_that_circuit() -> None:
    circuit = random_circuit(3)
    merged = merge([circuit] * 4)
    assert merged.nodes.ids == circuit.nodes.ids
    np.testing.assert_allclose(merged.adjacency.toarray(), circuit.adjacency.toarray(), rtol=1e-6)
    np.testing.assert_allclose(merged.influence, circuit.influence)
    np.testing.assert_allclose(merged.weights, circuit.weights)
    assert merged.scores.replacement == pytest.approx(circuit.scores.replacement)
    assert merged.provenance.tokens == circuit.provenance.tokens
    assert merged.provenance.settings["readouts"] == circuit.provenance.settings["readouts"]


def test_a_merged_circuit_can_be_kept(tmp_path) -> None:
    merged = merge([random_circuit(1), random_circuit(2, n_positions=3)])
    loaded = Circuit.load(merged.save(tmp_path / "merged.circuit"))
    assert loaded.nodes.ids == merged.nodes.ids
    assert loaded.provenance.settings["merged"] == 2


def test_targets_are_brought_together_by_label_or_by_order() -> None:
    same = merge([small(("a",), 0, 1, 1.0, "is − are"), small(("a",), 0, 1, 3.0, "was − were")])
    assert same.nodes.target_labels == ("is − are | was − were",)
    assert values(same)["target.is − are | was − were"] == 4.0
    with pytest.raises(InputError, match=r"\[1, 2\] targets"):
        merge([small(("a", "b"), 0, 1, 1.0, "other"), random_circuit(0)])


def test_groups_go_along() -> None:
    first, second = small(("a", "b"), 0, 7, 4.0), small(("a",), 0, 7, 2.0)
    named = [replace(first, supernodes={"one": ("d/7@0",)}), replace(second, supernodes={"two": ("d/7@0",)})]
    assert merge(named).supernodes == {"one": ("d/7@0",), "two": ("d/7@1",)}


def test_threshold_by_hand() -> None:
    circuit = hand_circuit()
    assert dict(zip(circuit.nodes.ids, circuit.influence.round(3).tolist(), strict=True)) == {
        "token@0": 0.625, "error.mlp_out.0@0": 0.375, "d/7@0": 0.5, "target.y": 0.0,
    }  # fmt: skip
    cut = threshold(circuit, node=0.4, edge=2.5)
    assert cut.nodes.ids == ("token@0", "d/7@0", "target.y")
    assert edges(cut) == {("token@0", "d/7@0"): 3.0, ("d/7@0", "target.y"): 4.0}
    assert cut.pruned
    assert edges(circuit)["token@0", "target.y"] == 2.0  # the circuit itself is as it was
    assert edges(threshold(circuit)) == edges(circuit)
    by_effect = threshold(replace(circuit, effect=np.array([5, -2, 4.0, np.nan])), node=3, by="effect")
    assert by_effect.nodes.ids == ("token@0", "d/7@0", "target.y")


def test_what_cannot_be() -> None:
    circuit = hand_circuit()
    with pytest.raises(InputError, match="no circuits"):
        merge([])
    with pytest.raises(InputError, match=r"mode is 'mean'.*aligned, summed"):
        merge([circuit], "mean")
    with pytest.raises(InputError, match="differ in their model"):
        merge([circuit, replace(circuit, provenance=replace(circuit.provenance, model="another"))])
    with pytest.raises(InputError, match="estimates no effects"):
        threshold(circuit, by="effect")
    with pytest.raises(InputError, match="by is 'value'"):
        threshold(circuit, by="value")


def test_errors_of_two_sites_stay_apart() -> None:
    builder = NodeTableBuilder(())
    builder.add(NodeKind.ERROR, 0, np.array([0]), site=MLP_OUT, value=1.0)
    builder.add(NodeKind.ERROR, 0, np.array([0]), site=0, value=2.0)
    builder.add_target("y", 1, 0, value=0.0)
    nodes, _ = builder.build()
    circuit = Circuit.build(nodes, sparse.csr_array((3, 3)), np.array([0, 0, 1.0]), provenance(1, 1))
    assert values(merge([circuit, circuit])) == values(circuit)
