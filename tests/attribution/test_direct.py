"""The direct method: books that balance, and every edge against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.attribution import Difference, Direct, FeatureAt, NextTokens, Target, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, Feature, NodeKind
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.attribution.models import ARCHITECTURES, PROMPT, random_prompt, replacement
from tests.attribution.oracle import Oracle

# What the issue asks for: some hundred float32 terms a sum, each rounded to 6e-8; 1e-4 of the sum of sizes is far above
# rounding and far below any source that could be forgotten.
BALANCED = 1e-4


def gaps(circuit: Circuit) -> np.ndarray:
    """Gap between value and inputs of every feature and target, relative to the size of the inputs."""
    dense = circuit.adjacency.toarray().astype(np.float64)
    receives = circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET)
    size = np.maximum(np.abs(dense).sum(1), np.abs(circuit.nodes.value))
    return (np.abs(dense.sum(1) - circuit.nodes.value) / size)[receives]


@given(
    name=st.sampled_from(ARCHITECTURES),
    seed=st.integers(0, 5),
    layers=st.sets(st.integers(0, 2)).map(lambda chosen: tuple(sorted(chosen))),
    prompt=st.integers(0, 1000),
    length=st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_books_balance(name: str, seed: int, layers: tuple[int, ...], prompt: int, length: int) -> None:
    model = replacement(name, seed, layers=layers)
    circuit = attribute_direct(model, random_prompt(prompt, length), TopTokens(most=4))
    assert gaps(circuit).max() <= BALANCED
    np.testing.assert_array_equal(np.isnan(circuit.books()), ~circuit.nodes.is_kind(NodeKind.FEATURE, NodeKind.TARGET))
    assert np.nanmax(circuit.books()) <= BALANCED
    assert set(circuit.nodes.layer[circuit.nodes.is_kind(NodeKind.FEATURE)].tolist()) <= set(layers)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_books_balance_for_a_single_token(name: str) -> None:
    """Nothing is replaced at the first token, so such a circuit has no features."""
    circuit = attribute_direct(replacement(name), torch.tensor([7]), TopTokens(most=2))  # type: ignore[arg-type]
    assert gaps(circuit).max() <= BALANCED
    assert not circuit.nodes.is_kind(NodeKind.FEATURE).any()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_values_are_the_models_own(name: str) -> None:
    """Features: the dictionary applied to what a plain hook sees the MLP read. Targets: the model's logits."""
    model = replacement(name)
    subject, seen = model.subject, {}
    ids = subject.tokenize(PROMPT).ids
    blocks = subject.module.get_submodule(subject.architecture.blocks)
    hooks = [
        block.mlp.register_forward_pre_hook(lambda _, inputs, layer=layer: seen.update({layer: inputs[0][0]}))
        for layer, block in enumerate(blocks)
    ]
    with torch.no_grad():
        logits = subject.module(input_ids=ids).logits[0, -1].double()
    for hook in hooks:
        hook.remove()
    circuit = attribute_direct(model, PROMPT, NextTokens(("w3", "w5")))
    expected = {
        f"transcoder.{layer}/{index}@{position}": float(z[position, index])
        for layer in range(3)
        for z in [model.dictionary(f"transcoder.{layer}").encode(seen[layer][:, None])]
        for position, index in z.nonzero().tolist()
        if position > 0
    }
    found = {n: circuit.node(n).value for n in circuit.nodes.ids if circuit.node(n).kind is NodeKind.FEATURE}
    # float32, once inside a trace and once outside: the same operations, maybe another order of summing
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)
    values = [float(logits[subject.token_id(word)] - logits.mean()) for word in ("w3", "w5")]
    assert circuit.nodes.value[circuit.target_rows] == pytest.approx(values, rel=1e-4)


def targets(model: Replacement) -> list[Target]:
    features = attribute_direct(model, PROMPT, TopTokens(most=1)).top(10**6)
    high = next(node for node in features if node.layer == 2 and node.feature)
    middle = next(node for node in features if node.layer == 1 and node.position == 3)
    return [
        TopTokens(share=0.9, most=3),
        Difference("w3", "w5"),
        FeatureAt(high.feature, high.position),
        FeatureAt(middle.feature, middle.position),
    ]


@pytest.mark.parametrize("which", range(4), ids=["top", "difference", "feature", "middle feature"])
@pytest.mark.parametrize("layers", [(0, 1, 2), (1, 2)], ids=["all", "two"])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_edge_equals_autograd(name: str, layers: tuple[int, ...], which: int) -> None:
    model = replacement(name, dtype=torch.float64, layers=layers)
    target = targets(model)[which]
    circuit = attribute_direct(model, PROMPT, target)
    oracle = Oracle(model, torch.tensor(circuit.provenance.token_ids))
    dense, ids = circuit.adjacency.toarray(), circuit.nodes.ids
    for row, identifier in enumerate(ids):
        if circuit.nodes.kind[row] not in (NodeKind.FEATURE, NodeKind.TARGET):
            assert not dense[row].any()
            continue
        expected = _expected(model, circuit, oracle, row, target)
        found = dict(zip(ids, dense[row].tolist(), strict=True))
        size = float(np.abs(dense[row]).max())
        # The denominators are taken in float32 even here, as Llama's own norms do: 6e-8 for each norm on a path.
        assert found == pytest.approx({i: expected.get(i, 0.0) for i in ids}, abs=2e-6 * size), identifier
        missing = {i: effect for i, effect in expected.items() if i not in found and abs(effect) > 1e-9}
        assert not missing, identifier


def _expected(model: Replacement, circuit: Circuit, oracle: Oracle, row: int, target: Target) -> dict[str, float]:
    """The row by autograd, the reading's own constant added at its layer's bias node."""
    layer, position = int(circuit.nodes.layer[row]), int(circuit.nodes.position[row])
    feature = circuit.nodes.feature(row)
    if feature is None and isinstance(target, FeatureAt):
        feature = target.feature
    if feature is not None:
        reading, constant = oracle.preactivation(layer, feature.index, position)
    else:
        reading, constant = oracle.logit(_direction(model, circuit, row, target))
    effects = oracle.effects(reading)
    own = f"bias.{layer}@{position}"
    effects[own] = effects.get(own, 0.0) + constant
    return effects


def _direction(model: Replacement, circuit: Circuit, row: int, target: Target) -> torch.Tensor:
    subject = model.subject
    direction = torch.zeros(subject.config.vocab_size, dtype=torch.float64)
    if isinstance(target, Difference):
        direction[subject.token_id(target.token)] += 1
        direction[subject.token_id(target.against)] -= 1
        return direction
    direction -= 1 / len(direction)
    direction[subject.token_id(circuit.label(row))] += 1
    return direction


def test_the_size_of_a_block_changes_nothing() -> None:
    model = replacement("llama", dtype=torch.float64)
    whole = attribute_direct(model, PROMPT, TopTokens(most=3))
    blocks = attribute_direct(model, PROMPT, TopTokens(most=3), Direct(block=7))
    assert whole.nodes.ids == blocks.nodes.ids
    # float64, the same products in blocks of another shape
    np.testing.assert_allclose(whole.adjacency.toarray(), blocks.adjacency.toarray(), atol=1e-10)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_circuit_says_where_it_came_from(name: str) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, NextTokens(("w3", "w5")))
    origin = circuit.provenance
    assert (origin.model, origin.prompt, origin.n_layers, origin.method) == (f"tiny {name}", PROMPT, 3, "direct")
    assert origin.tokens == ("<bos>", *PROMPT.split())
    assert origin.target == "w3, w5"
    assert origin.settings["target"] == "NextTokens"
    edges = circuit.adjacency.tocoo()
    assert (edges.row > edges.col).all()
    assert len(set(circuit.nodes.ids)) == len(circuit)
    has_positions = any(identifier.startswith("position@") for identifier in circuit.nodes.ids)
    assert has_positions == (name == "gpt2")


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_pruned_circuit_survives_its_file(name: str, tmp_path) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, TopTokens()).prune()
    again = Circuit.load(circuit.save(tmp_path / "a.circuit"))
    assert again.nodes.ids == circuit.nodes.ids
    assert (again.adjacency != circuit.adjacency).nnz == 0
    assert again.provenance == circuit.provenance


def test_dictionaries_of_another_wiring_are_refused() -> None:
    model = replacement("gpt2")
    sae = Dictionary("sae", [Site("resid_post", 1)], [Site("resid_post", 1)], 8, 32, TopK(2))
    mixed = Replacement(model.subject, [*model.replacers, sae])
    with pytest.raises(InputError, match=r"\['sae'\] do not.*IntegratedGradients.*or load transcoders"):
        attribute_direct(mixed, PROMPT, TopTokens())


def test_dictionaries_in_half_precision_are_refused() -> None:
    model = replacement("gpt2", dtype=torch.bfloat16)
    with pytest.raises(InputError, match=r"are in half precision.*\.float\(\)"):
        attribute_direct(model, PROMPT, TopTokens())


def test_several_prompts_are_refused() -> None:
    with pytest.raises(InputError, match="2 prompts came, one was expected"):
        attribute_direct(replacement("gpt2"), ["w1 w2", "w3 w4"], TopTokens())  # type: ignore[arg-type]


def test_feature_targets_see_only_what_is_below() -> None:
    model = replacement("llama")
    target = targets(model)[3]
    assert isinstance(target, FeatureAt)
    circuit = attribute_direct(model, PROMPT, target)
    assert circuit.nodes.layer.max() == 1
    assert Feature.parse(circuit.nodes.target_labels[0].split("@")[0]) == target.feature
    assert gaps(circuit).max() <= BALANCED
