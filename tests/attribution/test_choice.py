"""What is left out when not everything is explained, and that nothing else depends on order or blocks."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.attribution import Direct, Direction, NextTokens, TopTokens, attribute_direct, read_target
from saecircuits.attribution.direct import held_model
from saecircuits.attribution.direct.held_model import HeldModel
from saecircuits.attribution.direct.readings import Readings, feature_readings
from saecircuits.attribution.direct.sources import Sources
from saecircuits.attribution.direct.sweep import sweep
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.errors import InputError
from saecircuits.replacement import capture
from saecircuits.sites import SITE_KINDS, Site
from tests.attribution.models import PROMPT, wired

MODELS = (("llama", "cross-layer"), ("gpt_neox", "transcoders, skip"), ("gemma2", "crosscoder"))
TARGET = TopTokens(most=2)
each_model = pytest.mark.parametrize(("name", "wiring"), MODELS)


@cache
def circuit_of(name: str, wiring: str, method: Direct | None = None) -> Circuit:
    return attribute_direct(wired(name, wiring, torch.float64), PROMPT, TARGET, method)


def features(circuit: Circuit) -> list[str]:
    return [circuit.nodes.ids[row] for row in np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE))]


def within(whole: Circuit, ids: tuple[str, ...]) -> np.ndarray:
    """The rows and columns of some nodes."""
    rows = [whole.nodes.rows[name] for name in ids]
    return whole.adjacency.toarray()[np.ix_(rows, rows)]


@each_model
@pytest.mark.parametrize("budget", [1, 10, 50])
def test_a_budget_leaves_the_rows_of_the_chosen_as_they_are(name: str, wiring: str, budget: int) -> None:
    whole, some = circuit_of(name, wiring), circuit_of(name, wiring, Direct(max_features=budget, block=8))
    assert len(features(some)) == budget < len(features(whole))
    # float32 edges of float64 products in blocks of another shape
    np.testing.assert_allclose(some.adjacency.toarray(), within(whole, some.nodes.ids), rtol=1e-5, atol=1e-6)
    assert some.pruned
    assert not whole.pruned
    others = set(whole.nodes.ids) - set(features(whole))
    assert others <= set(some.nodes.ids)  # every error, token and bias stays
    value = {name: whole.node(name).value for name in some.nodes.ids}
    assert {name: some.node(name).value for name in some.nodes.ids} == pytest.approx(value)


@each_model
@pytest.mark.parametrize("block", [1, 8])
def test_the_chosen_are_nearly_those_of_the_most_influence(name: str, wiring: str, block: int) -> None:
    whole = circuit_of(name, wiring)
    ordered = [node.id for node in whole.top(10**6)]
    influence = dict(zip(whole.nodes.ids, whole.influence, strict=True))
    for budget in (8, 16, 40):
        chosen = features(circuit_of(name, wiring, Direct(max_features=budget, block=block)))
        best = sum(influence[node] for node in ordered[:budget])
        # influence grows while more is explained, so the order is not quite the final one
        assert sum(influence[node] for node in chosen) >= 0.9 * best
        assert len(set(chosen) & set(ordered[:budget])) >= 0.6 * budget
    worst = sum(influence[node] for node in ordered[-40:])
    assert worst < 0.5 * best  # any choice would not do


def left_over(whole: Circuit, explained: set[str]) -> float:
    """Influence that arrives at features without rows, densely."""
    dense = np.abs(whole.adjacency.toarray().astype(float))
    known = np.array([node in explained for node in whole.nodes.ids])
    known[whole.target_rows] = True
    shares = np.where(known[:, None], dense / np.maximum(dense.sum(1, keepdims=True), 1e-30), 0)
    through = whole.weights @ np.linalg.inv(np.eye(len(dense)) - shares)
    return float(through[whole.nodes.is_kind(NodeKind.FEATURE) & ~known].sum())


@each_model
@pytest.mark.parametrize("part", [0.1, 0.5])
def test_it_stops_when_little_is_unexplained(name: str, wiring: str, part: float) -> None:
    whole = circuit_of(name, wiring)
    share = part * left_over(whole, set())
    some = circuit_of(name, wiring, Direct(unexplained=share, block=1))
    found, said = features(some), some.provenance.settings["left_out"]
    assert said <= share
    assert said == pytest.approx(left_over(whole, set(found)), rel=1e-4)
    steps = [0]
    while steps[-1] < len(found):  # steps of one feature, later of a quarter of those explained
        steps.append(steps[-1] + max(1, steps[-1] // 4))
    assert steps[-1] == len(found)
    before = features(circuit_of(name, wiring, Direct(max_features=max(1, steps[-2]), block=1)))
    assert set(before) <= set(found)
    assert left_over(whole, set(before) if steps[-2] else set()) > share  # a step less would not have done
    both = circuit_of(name, wiring, Direct(unexplained=share, max_features=1, block=1))
    assert len(features(both)) == 1  # whichever comes first


@each_model
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_the_largest_edges_of_each_row_are_kept(name: str, wiring: str, share: float) -> None:
    whole, some = circuit_of(name, wiring), circuit_of(name, wiring, Direct(edge_share=share))
    assert some.nodes.ids == whole.nodes.ids
    assert some.pruned
    for kept, every in zip(some.adjacency.toarray(), whole.adjacency.toarray(), strict=True):
        order = np.argsort(-np.abs(every), kind="stable")
        reached = np.cumsum(np.abs(every[order]).astype(float))
        count = int(np.searchsorted(reached, share * reached[-1])) + 1 if every.any() else 0
        expected = np.zeros_like(every)
        expected[order[:count]] = every[order[:count]]
        np.testing.assert_allclose(kept, expected, rtol=1e-6)


@each_model
@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_the_size_of_a_block_changes_nothing(name: str, wiring: str, block: int) -> None:
    whole, blocks = circuit_of(name, wiring), circuit_of(name, wiring, Direct(block=block))
    assert blocks.nodes.ids == whole.nodes.ids
    np.testing.assert_allclose(blocks.adjacency.toarray(), whole.adjacency.toarray(), rtol=1e-5, atol=1e-6)
    assert blocks.scores.replacement == pytest.approx(whole.scores.replacement, rel=1e-5)


@cache
def rows_of(name: str, wiring: str) -> tuple[Sources, list[Readings], torch.Tensor]:
    """Readings of every kind, one row each, and their effects when each is swept alone."""
    model = wired(name, wiring, torch.float64)
    captured = capture(model, PROMPT)
    readings = [one.readings for one in read_target(model, captured, NextTokens(("w3", "w5")))]
    generator = torch.Generator().manual_seed(0)
    for number, site in enumerate(Site(kind, layer) for layer in range(3) for kind in SITE_KINDS):
        direction = Direction(site, torch.randn(model.subject.d_model, generator=generator), position=number % 7)
        readings.append(read_target(model, captured, direction)[0].readings)
    for dictionary in model.replacers:
        active = range(0, len(captured.active[dictionary.name]), 4)
        readings += [feature_readings(model, captured, dictionary, torch.tensor([row])) for row in active]
    sources = Sources(model, captured, 3)
    return sources, readings, torch.cat([sweep(HeldModel(sources), one) for one in readings])


@pytest.mark.parametrize(("name", "wiring"), [*MODELS, ("gpt2", "crosscoder ahead")])
@pytest.mark.parametrize(("kept", "pushed"), [(2**27, 2**24), (0, 2**24), (2**27, 0)], ids=["all", "little", "late"])
@given(data=st.data())
@settings(max_examples=6, deadline=None, derandomize=True)
def test_any_order_in_any_blocks_gives_the_same_rows(
    name: str, wiring: str, kept: int, pushed: int, data: st.DataObject
) -> None:
    """Mixed layers and positions, with the model's linear parts kept or worked out anew."""
    sources, readings, alone = rows_of(name, wiring)
    order = data.draw(st.permutations(range(len(readings))))
    cuts = data.draw(st.lists(st.integers(1, len(readings) - 1), unique=True, max_size=4).map(sorted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_model, "KEPT_VALUES", kept)
        patch.setattr(held_model, "PUSHED_VALUES", pushed)
        linear = HeldModel(sources)
        for start, stop in pairwise([0, *cuts, len(readings)]):
            rows = order[start:stop]
            together = sweep(linear, Readings.stack([readings[row] for row in rows]))
            # float64: the same products, summed in another order
            torch.testing.assert_close(together, alone[rows], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"max_features": 0}, "max_features is 0.*Give positive"),
        ({"block": 0}, "block is 0.*Give positive"),
        ({"unexplained": 1.0}, "unexplained is 1.0.*Give shares"),
        ({"unexplained": -0.1}, "unexplained is -0.1"),
        ({"unexplained": float("nan")}, "unexplained is nan"),
        ({"edge_share": 0.0}, "edge_share is 0.0.*above 0"),
        ({"edge_share": float("nan")}, "edge_share is nan"),
    ],
    ids=str,
)
def test_budgets_that_mean_nothing_are_refused(settings: dict[str, float], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Direct(**settings)  # type: ignore[arg-type]
