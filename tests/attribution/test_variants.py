"""Near relatives and what real checkpoints set: edges, attention scores and edits against plain hooks.

The prompt is longer than every window, and than what stretched rotary embeddings began with.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from saecircuits.attribution import TopTokens, attribute_direct, readouts
from saecircuits.attribution.attention.explain import explain_score
from saecircuits.circuit import Feature, NodeKind
from saecircuits.interventions import Ablate, Add, generate, intervene
from saecircuits.sites import Site
from tests.attribution.held_run import HeldRun
from tests.attribution.models import replacement, wired
from tests.attribution.test_wirings import BALANCED, compare_edges
from tests.subject.plain import hooked
from tests.tiny import NEAR_CONFIGS
from tests.tiny_variants import VARIANT_CONFIGS

PROMPT = "w1 w20 w3 w4 w1 w7 w8 w30 w31 w2 w5"
WIRING = "cross-layer"
each = pytest.mark.parametrize("name", sorted(NEAR_CONFIGS | VARIANT_CONFIGS))
dearly = pytest.mark.parametrize(
    "name",
    [*sorted(NEAR_CONFIGS), *(pytest.param(name, marks=pytest.mark.slow) for name in sorted(VARIANT_CONFIGS))],
)


@cache
def held_run(name: str) -> HeldRun:
    model = wired(name, WIRING, torch.float64)
    return HeldRun(model, model.subject.tokenize(PROMPT).ids[0])


@dearly
def test_every_edge_equals_plain_hooks(name: str) -> None:
    run = held_run(name)
    circuit = attribute_direct(run.replacement, PROMPT, TopTokens(most=2))
    features = np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE))
    compare_edges(run.replacement, circuit, run, np.concatenate([features[::20], circuit.target_rows]))


@each
def test_books_balance_in_single_precision(name: str) -> None:
    circuit = attribute_direct(wired(name, WIRING), PROMPT, TopTokens(most=4))
    assert np.nanmax(circuit.books()) <= BALANCED


@each
@pytest.mark.parametrize(("query", "key"), [(-1, -2), (5, 4)], ids=["at the end", "before the stretch"])
def test_pairs_add_up_to_the_models_own_score(name: str, query: int, key: int) -> None:
    """A stretched model turns early positions of a long prompt as fast as late ones: not as those of a short one."""
    run = held_run(name)
    for layer, head in ((0, 3), (1, 0), (2, 2)):
        explanation = explain_score(run.replacement, PROMPT, layer, head, query, key)
        room = 1e-6 * np.abs(explanation.matrix()).sum()
        assert explanation.score == pytest.approx(float(run.base["scores", layer][0, head, query, key]), abs=room)
        assert explanation.matrix().sum() == pytest.approx(explanation.score, abs=room)


@dearly
def test_edits_are_those_of_plain_hooks(name: str) -> None:
    """A feature of the last layer: live as a hook says, frozen as its edge says."""
    run = held_run(name)
    model, subject = run.replacement, run.replacement.subject
    circuit = attribute_direct(model, PROMPT, TopTokens(most=1))
    node = next(node for node in circuit.top(10**6) if node.feature and node.layer == subject.n_layers - 1)
    dictionary, edit = model.dictionary(node.feature.dictionary), Ablate(node.feature, positions=node.position)

    def without(value: torch.Tensor) -> torch.Tensor:
        value = value.clone()
        value[0, node.position] -= node.value * dictionary.W_dec[node.feature.index, 0]
        return value

    with torch.no_grad(), hooked(subject, dictionary.writes[0], without):
        expected = subject.module(input_ids=run.ids[None]).logits[0, -1]
    live = intervene(model, PROMPT, [edit])
    torch.testing.assert_close(live.after.logits, expected, atol=1e-6, rtol=1e-6)  # a node's value is in float32
    assert (live.after.logits - live.before.logits).abs().max() > 1e-3
    frozen = intervene(model, PROMPT, [edit], frozen=True)
    change = frozen.after.logits - frozen.before.logits
    moved = float(change[readouts(circuit)[0].token] - change.mean())
    edge = circuit.adjacency.tocsr()[int(circuit.target_rows[0]), circuit.nodes.rows[node.id]]
    assert moved == pytest.approx(-float(edge), abs=1e-5 * float(abs(circuit.nodes.value[circuit.target_rows][0])))


@pytest.mark.parametrize("name", sorted(NEAR_CONFIGS))
def test_text_is_generated_as_by_the_whole_text_anew(name: str) -> None:
    """With an edit at every new token; against plain hooks, one whole run a token."""
    model = replacement(name, dtype=torch.float64)
    feature, ids = Feature("transcoder.1", 3), model.subject.tokenize(PROMPT).ids[0]
    site, dictionary = Site("mlp_out", 1), model.dictionary("transcoder.1")

    def raised(value: torch.Tensor) -> torch.Tensor:
        value = value.clone()
        value[0, 1:] += 30 * dictionary.W_dec[feature.index, 0]
        return value

    expected = []
    for _ in range(4):
        with torch.no_grad(), hooked(model.subject, site, raised):
            expected.append(int(model.subject.module(input_ids=ids[None]).logits[0, -1].argmax()))
        ids = torch.cat([ids, torch.tensor(expected[-1:])])
        if expected[-1] == model.subject.tokenizer.eos_token_id:
            break
    text = model.subject.tokenizer.decode(expected, skip_special_tokens=True)
    assert generate(model, PROMPT, [Add(feature, 30.0)], max_new_tokens=4) == text
    assert generate(model, PROMPT, [], max_new_tokens=4) != text
