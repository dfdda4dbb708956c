"""Edges against finite differences, in a model that plain hooks cut at every site where nodes act."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution import Difference
from saecircuits.attribution.gradient import Gradient, attribute_gradient
from saecircuits.circuit import Circuit, NodeKind
from saecircuits.sites import Site
from tests.attribution.gradient.plain import (
    ARCHITECTURES,
    EMBEDDED,
    OTHER,
    PROMPT,
    SETS,
    Known,
    replacement,
    written_sites,
)

TARGET = Difference("w5", "w9")
STEP = 1e-3
# Curvature adds a term of STEP², norms and rotary tables in float32 (Llama, Gemma) one of 1e-7 / STEP.
TOLERANCE = {"gpt2": 1e-5, "gpt_neox": 1e-5, "llama": 2e-3, "gemma2": 2e-3}


class Cut:
    """A prompt whose nodes are given from outside."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.written = {site: known.errors[site].clone() for site in written_sites(known.model)}
        for name, d in known.model.dictionaries.items():
            for number, site in enumerate(d.writes):
                self.written[site] += known.latents[name] @ d.W_dec[:, number]
                self.written[site][1:] += d.b_dec[number]

    @torch.no_grad()
    def run(self, moved: dict[Site, Tensor], embedding: Tensor) -> tuple[dict[str, Tensor], float]:
        """Pre-activations by dictionary `[position, feature]`, and the target, with some written values moved."""
        model, met = self.known.model, {}

        def at(site: Site, x: Tensor) -> Tensor:
            met[site] = x
            if site not in self.written:
                return x
            value = self.written[site] + moved.get(site, torch.zeros(()))
            for d in model.dictionaries.values():
                if d.W_skip is not None and site in d.writes:
                    past = d.skipped(torch.stack([met[read][0] for read in d.reads], 1))
                    assert isinstance(past, Tensor)
                    value[1:] += past[1:, d.writes.index(site)]
            return value[None]

        sites = {site for d in model.dictionaries.values() for site in (*d.reads, *d.writes)}
        seen, scores = self.known.plain.run(sites, at, lambda x: x + embedding)
        pre = {
            name: d.preactivations(torch.stack([seen[site][0] for site in d.reads], 1))
            for name, d in model.dictionaries.items()
        }
        token, against = (model.subject.token_id(text) for text in (TARGET.token, TARGET.against))
        return pre, float(scores[0, -1, token] - scores[0, -1, against])


def vectors(known: Known, circuit: Circuit, row: int, other: Known | None) -> tuple[dict[Site, Tensor], Tensor]:
    """What a node writes, less what it writes in the baseline, by site, and at the embeddings."""
    nodes, position = circuit.nodes, int(circuit.nodes.position[row])
    none = torch.zeros_like(known.embedding)

    def at_position(vector: Tensor) -> Tensor:
        out = none.clone()
        out[position] = vector
        return out

    if nodes.kind[row] == NodeKind.TOKEN:
        delta = known.embedding - (0 if other is None else other.embedding)
        return {}, at_position(delta[position])[None]
    feature = nodes.feature(row)
    if feature is None:
        site = Site.parse(nodes.ids[row].split("error.")[1].split("@")[0])
        delta = known.errors[site] - (0 if other is None else other.errors[site])
        return {site: at_position(delta[position])}, none[None]
    d = known.model.dictionaries[feature.dictionary]
    latents = known.latents[d.name] - (0 if other is None else other.latents[d.name])
    z = latents[position, feature.index]
    return {site: at_position(z * d.W_dec[feature.index, n]) for n, site in enumerate(d.writes)}, none[None]


def difference(cut: Cut, circuit: Circuit, moved: dict[Site, Tensor], embedding: Tensor) -> np.ndarray:
    """Change of every feature that fires and of the target, per unit of a move; zero for other rows."""
    runs = [cut.run({s: sign * STEP * v for s, v in moved.items()}, sign * STEP * embedding) for sign in (1, -1)]
    out = np.zeros(len(circuit))
    for row in range(len(circuit)):
        feature, position = circuit.nodes.feature(row), int(circuit.nodes.position[row])
        if feature is not None and circuit.nodes.value[row] != 0:
            up, down = (float(pre[feature.dictionary][position, feature.index]) for pre, _ in runs)
        elif circuit.nodes.kind[row] == NodeKind.TARGET:
            up, down = (value for _, value in runs)
        else:
            continue
        out[row] = (up - down) / (2 * STEP)
    return out


@pytest.mark.parametrize("baseline", [None, OTHER])
@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_edges_equal_finite_differences(name: str, kind: str, baseline: str | None) -> None:
    model = replacement(name, kind)
    known, other = Known(model, PROMPT), None if baseline is None else Known(model, baseline)
    circuit = attribute_gradient(model, PROMPT, TARGET, Gradient(baseline=baseline))
    cut, adjacency = Cut(known), circuit.adjacency.toarray()
    found, expected = [], []
    for node in (NodeKind.FEATURE, NodeKind.ERROR, NodeKind.TOKEN):
        rows = np.flatnonzero(circuit.nodes.is_kind(node))
        strongest = rows[np.argsort(-np.abs(adjacency[:, rows]).sum(0))]
        for row in (*strongest[:4], *strongest[4::40]):
            found.append(adjacency[:, row])
            expected.append(difference(cut, circuit, *vectors(known, circuit, int(row), other)))
        received = np.abs(np.array(expected[-4:]))
        assert received.max() > 1e-3 or node == NodeKind.TOKEN
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[name], atol=TOLERANCE[name] * scale)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_errors_act_on_features_and_targets(name: str) -> None:
    """A gradient that is cleared before it is read leaves errors without any outputs."""
    circuit = attribute_gradient(replacement(name, "saes"), PROMPT, TARGET, Gradient(max_nodes=None))
    edges, kind = abs(circuit.adjacency).toarray(), circuit.nodes
    errors = kind.is_kind(NodeKind.ERROR)
    assert edges[kind.is_kind(NodeKind.FEATURE)][:, errors].max() > 0.01
    assert edges[circuit.target_rows][:, errors].max() > 0.01
    assert not edges[errors].any()  # they are sources


def test_at_the_last_site_effects_are_edges() -> None:
    """At the last site nothing stands between a node and the target: effect and edge are one."""
    circuit = attribute_gradient(replacement("gpt2", "saes"), PROMPT, TARGET, Gradient(max_nodes=None))
    last = [row for row, name in enumerate(circuit.nodes.ids) if "resid_post.2" in name]
    direct = circuit.adjacency[circuit.target_rows].toarray()[0]
    assert len(last) > 6
    np.testing.assert_allclose(direct[last], circuit.effect[last], rtol=1e-9, atol=1e-12)


def test_a_skip_connection_is_a_path_of_its_own() -> None:
    """The embedding reaches the target through the first transcoder's skip; cut it, and the edges change."""
    model = replacement("llama", "mixed")
    circuit = attribute_gradient(model, PROMPT, TARGET, Gradient())
    skip = model.dictionaries["transcoder.0"].W_skip
    assert skip is not None
    kept = skip.clone()
    with torch.no_grad():
        skip.zero_()
    try:
        without = attribute_gradient(model, PROMPT, TARGET, Gradient())
    finally:
        with torch.no_grad():
            skip.copy_(kept)
    tokens = circuit.nodes.is_kind(NodeKind.TOKEN), without.nodes.is_kind(NodeKind.TOKEN)
    reached = [c.adjacency[c.target_rows][:, t].toarray() for c, t in zip((circuit, without), tokens, strict=True)]
    assert np.abs(reached[0] - reached[1]).max() > 1e-3


def test_a_circuit_can_be_pruned_and_searched() -> None:
    circuit = attribute_gradient(replacement("gpt2", "mixed"), PROMPT, TARGET, Gradient())
    small = circuit.prune(0.6, 0.9)
    assert 0 < len(small) < len(circuit)
    assert circuit.node(f"token@{1}").position == 1
    assert {site.split(".")[1] for site in circuit.nodes.ids if site.startswith("error.")} == {"attn_out", "mlp_out"}
    assert EMBEDDED not in written_sites(replacement("gpt2", "mixed"))
