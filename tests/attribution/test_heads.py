"""Head shares against held runs of the model in which only one head, from one key to one query, lets a source pass."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution import (
    Continuation,
    Difference,
    Direction,
    FeatureAt,
    Target,
    attribute_direct,
    readouts,
)
from saecircuits.attribution.attention.heads import HeadShare, HeadShares, edge_heads
from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError
from saecircuits.replacement import capture
from saecircuits.sites import Site
from tests.tiny import TINY_CONFIGS

from .held_run import HeldRun
from .models import CAUSAL, wired
from .plain_sources import plain_sources

PROMPT = "w1 w20 w3 w4 w1 w6"
CASES = [(model, "transcoders") for model in sorted(TINY_CONFIGS)] + [
    (model, wiring) for wiring in ("transcoders, skip", "cross-layer", "crosscoder") for model in ("gpt_neox", "llama")
]
Key = tuple[int | None, int | None, int | None, int | None]


class Truth:
    """Every share of the edges of one circuit, by running the model."""

    def __init__(self, model: str, wiring: str) -> None:
        replacement = wired(model, wiring, torch.float64)
        self.subject = replacement.subject
        self.circuit = attribute_direct(replacement, PROMPT, Difference("w3", "w5"))
        self.run = HeldRun(replacement, self.subject.tokenize(PROMPT).ids[0])
        self.sources = plain_sources(self.run, traced=True)
        self.replacement = replacement

    def shares(self, source: str, target: str, leaving: bool) -> dict[Key, float]:
        """By layer, head, key and query; all None for paths through no head."""
        length, layers = len(self.run.ids), range(self.subject.n_layers)
        heads = self.run.base["pattern", 0].shape[1]
        places = torch.ones(heads, length, length).tril().nonzero()  # head, query, key
        single = torch.zeros(len(places), heads, length, length, dtype=torch.float64)
        single[(torch.arange(len(places)), *places.T)] = 1
        closed, opened = torch.zeros_like(single[:1]), torch.ones_like(single[:1])
        found: dict[Key, float] = {}
        for layer in layers:
            gates = {at: (closed if (at < layer) == leaving else opened) for at in layers if at != layer}
            through = self.moved(source, target, gates | {layer: single})
            through = through - self.moved(source, target, gates | {layer: closed})
            for (head, query, key), value in zip(places.tolist(), through.tolist(), strict=True):
                found[layer, head, key, query] = value
        straight = self.moved(source, target, {layer: closed for layer in layers})
        found[None, None, None, None] = float(straight[0])
        return found

    def moved(self, source: str, target: str, gates: dict[int, Tensor]) -> Tensor:
        """By how much the target moves in each run when the source is added once more."""
        runs, added = max(map(len, gates.values())), {}
        for site, position, vector in self.sources[source]:
            stream = added.setdefault(site, torch.zeros(runs, *self.run.base["resid_pre", 0].shape[1:]).double())
            stream[:, position] += vector
        found = self.run.run(added, gates)
        return self._read(found, target) - self._read(self.run.base, target)

    def _read(self, found: dict[tuple[str, int], Tensor], target: str) -> Tensor:
        if target.startswith("target."):
            readout, table = readouts(self.circuit)[0], self.subject.weights.unembed
            return found["final", 0][:, readout.position] @ (table[readout.token] - table[readout.against])
        name, position = target.split("@")
        feature = Feature.parse(name)
        dictionary = self.replacement.dictionary(feature.dictionary)
        return sum(  # type: ignore[return-value]
            found["mlp_in", site.layer][:, int(position)] @ dictionary.W_enc[feature.index, number]
            for number, site in enumerate(dictionary.reads)
        )


@cache
def truth(model: str, wiring: str) -> Truth:
    return Truth(model, wiring)


def by_place(shares: list[HeadShare]) -> dict[Key, float]:
    return {(share.layer, share.head, share.key, share.query): share.value for share in shares}


def some_edges(circuit: Circuit, seed: int = 0) -> list[tuple[str, str]]:
    """The strongest edge of each kind of source, and one between far positions; none from a target's own bias."""
    edges, ids, nodes = circuit.adjacency.tocoo(), circuit.nodes.ids, circuit.nodes
    own = nodes.layer[edges.row] == nodes.layer[edges.col]
    order = np.argsort(-np.abs(edges.data))
    order = order[~own[order]]
    far = [i for i in order if nodes.position[edges.row[i]] - nodes.position[edges.col[i]] > 2][:1]
    kinds = nodes.kind[edges.col[order]]
    first = [order[np.flatnonzero(kinds == kind)[0]] for kind in np.unique(kinds)]
    return [(ids[edges.col[i]], ids[edges.row[i]]) for i in [*first, *far]]


@pytest.mark.parametrize(("model", "wiring"), CASES)
def test_shares_are_what_runs_through_single_heads_say(model: str, wiring: str) -> None:
    known = truth(model, wiring)
    for source, target in some_edges(known.circuit):
        shares = edge_heads(known.replacement, known.circuit, source, target)
        for leaving, found in ((False, shares.arriving), (True, shares.leaving)):
            wanted = known.shares(source, target, leaving)
            size = max(map(abs, wanted.values()))
            computed = by_place(list(found))
            for place in wanted.keys() | computed.keys():
                assert computed.get(place, 0.0) == pytest.approx(wanted.get(place, 0.0), abs=1e-6 * size)


@pytest.mark.parametrize("wiring", CAUSAL)
@pytest.mark.parametrize("model", ["gemma2", "gpt2", "gpt_neox", "llama"])
def test_shares_add_up_to_the_edge_in_single_precision(model: str, wiring: str) -> None:
    replacement = wired(model, wiring)
    probe = Direction(Site("attn_out", 2), torch.linspace(-1, 1, 32), position=-2)
    for target in (Difference("w3", "w5"), probe, Continuation("w7 w9"), a_feature(model, wiring)):
        circuit = attribute_direct(replacement, PROMPT, target)
        captured = capture(replacement, torch.tensor(circuit.provenance.token_ids))
        edges = circuit.adjacency.tocoo()
        for edge in np.random.default_rng(0).permutation(edges.nnz)[:6]:
            shares = edge_heads(replacement, circuit, int(edges.col[edge]), int(edges.row[edge]), captured)
            for found in (shares.arriving, shares.leaving, shares.layers):
                # what a layer adds may itself be a difference of large shares of heads
                room = 1e-5 * sum(abs(share.value) for share in shares.arriving)
                assert sum(share.value for share in found) == pytest.approx(float(edges.data[edge]), abs=room)


@pytest.mark.parametrize("wiring", ["cross-layer", "crosscoder"])
def test_an_edge_is_split_by_the_layer_that_is_written(wiring: str) -> None:
    """Each share is what the target moves by if the source is added at that layer alone, all heads open."""
    known = truth("llama", wiring)
    circuit = known.circuit
    target = circuit.nodes.ids[int(circuit.target_rows[0])]
    layers, heads, length = known.subject.n_layers, known.run.base["pattern", 0].shape[1], len(known.run.ids)
    opened = {layer: torch.ones(1, heads, length, length).double() for layer in range(layers)}
    writers = [row for row in circuit.target_rows[:1] for row in circuit.adjacency[[row]].tocoo().col]
    several = [circuit.nodes.ids[row] for row in writers if len(known.sources[circuit.nodes.ids[row]]) > 1]
    for source in [each for each in several if "/" in each][:4]:
        shares = edge_heads(known.replacement, circuit, source, target)
        whole = known.sources[source]
        wanted = {}
        for part in whole:
            known.sources[source] = [part]
            wanted[part[0].layer] = float(known.moved(source, target, opened)[0])
        known.sources[source] = whole
        assert len(shares.layers) > 1
        assert {share.layer: share.value for share in shares.layers} == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def a_feature(model: str, wiring: str) -> Target:
    """The last active feature of the dictionary that reads highest."""
    replacement = wired(model, wiring)
    active = capture(replacement, PROMPT).active[replacement.names[-1]]
    return FeatureAt(Feature(replacement.names[-1], int(active.index[-1])), int(active.position[-1]))


@pytest.mark.parametrize("model", sorted(TINY_CONFIGS))
def test_biases_of_the_target_itself_pass_no_head(model: str) -> None:
    replacement = wired(model)
    circuit = attribute_direct(replacement, PROMPT, a_feature(model, "transcoders"))
    nodes, target = circuit.nodes, circuit.target_rows[0]
    own = f"bias.{nodes.layer[target]}@{nodes.position[target]}"
    shares = edge_heads(replacement, circuit, own, int(target))
    assert shares.weight == pytest.approx(circuit.adjacency[target, circuit.row(own)], rel=1e-4)
    assert shares.straight == shares.weight and len(shares.arriving) == len(shares.leaving) == 1


def test_an_edge_that_was_pruned_away_can_be_split() -> None:
    replacement = wired("llama")
    whole = attribute_direct(replacement, PROMPT, Difference("w3", "w5"))
    pruned = whole.prune(0.5, 0.3)
    target = pruned.nodes.ids[pruned.target_rows[0]]
    missing = [i for i in pruned.nodes.ids if not pruned.adjacency[pruned.row(target), pruned.row(i)]]
    weights = {i: whole.adjacency[whole.row(target), whole.row(i)] for i in missing}
    source = max(weights, key=lambda name: abs(weights[name]))
    assert edge_heads(replacement, pruned, source, target).weight == pytest.approx(weights[source], rel=1e-4)


def test_nothing_flows_back_in_time() -> None:
    replacement = wired("llama")
    circuit = attribute_direct(replacement, PROMPT, FeatureAt(Feature("transcoder.1", first_at(3)), 3))
    shares = edge_heads(replacement, circuit, "token@5", int(circuit.target_rows[0]))
    assert shares.weight == 0 and [share.name for share in shares.arriving] == ["no head"]


def first_at(position: int) -> int:
    active = capture(wired("llama"), PROMPT).active["transcoder.1"]
    return int(active.index[active.position == position][0])


def test_shares_by_head_sum_over_positions() -> None:
    shares = strongest("gpt2")
    heads = shares.by_head()
    assert sum(share.value for share in heads) == pytest.approx(shares.weight, rel=1e-4)
    first = heads[0]
    parts = [share.value for share in shares.arriving if (share.layer, share.head) == (first.layer, first.head)]
    assert first.value == pytest.approx(sum(parts), rel=1e-5) and first.key is None
    assert len({share.name for share in shares.by_head(leaving=True)}) == len(shares.by_head(leaving=True))


def test_it_can_be_read_and_sent() -> None:
    shares = strongest("llama")
    assert shares.to_dict(2)["arriving"][0]["value"] == shares.arriving[0].value
    assert "arriving through" in repr(shares) and "leaving through" in repr(shares)
    assert "no head" in repr(shares) and "None" not in repr(shares)
    assert shares._repr_html_().count("<table>") == 2


def strongest(model: str) -> HeadShares:
    """The strongest edge of the target from two positions or more away."""
    replacement = wired(model)
    circuit = attribute_direct(replacement, PROMPT, Difference("w3", "w5"))
    source, target = some_edges(circuit)[-1]
    return edge_heads(replacement, circuit, source, target)


def test_circuits_that_have_no_shares_are_refused() -> None:
    replacement = wired("llama")
    circuit = attribute_direct(replacement, PROMPT, Difference("w3", "w5"))
    target = circuit.nodes.ids[circuit.target_rows[0]]
    with pytest.raises(InputError, match=r"writes nothing.*as source"):
        edge_heads(replacement, circuit, target, target)
    with pytest.raises(InputError, match="token@1 reads nothing"):
        edge_heads(replacement, circuit, "token@0", "token@1")
    with pytest.raises(InputError, match="no node 'w1'"):
        edge_heads(replacement, circuit, "w1", target)
    with pytest.raises(InputError, match="is of tiny llama, the model is tiny gpt2"):
        edge_heads(wired("gpt2"), circuit, "token@1", target)
    other = replace(circuit, provenance=replace(circuit.provenance, method="gradient"))
    with pytest.raises(InputError, match="by the method 'gradient'"):
        edge_heads(replacement, other, "token@1", target)
