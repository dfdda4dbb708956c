"""Rankings of nodes: by circuits, worked out by hand; by gradients, against finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution.trust.examples import Example, metric, read_examples
from saecircuits.attribution.trust.gradient_ranking import rank_by_gradient
from saecircuits.attribution.trust.ranking import Ranking, rank
from saecircuits.circuit import Circuit
from saecircuits.errors import InputError
from saecircuits.interventions.masked import mean_latents_and_errors
from saecircuits.interventions.masked_activations import Spot, mean_activations, neurons
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.circuit.test_merge import small
from tests.interventions.wirings import wired

EXAMPLE = Example("w1 w20 w3 w4 w1 w6", "w5", "w9")
EXAMPLES = [EXAMPLE, Example("w9 w8 w1 w30", "w5", "w9"), Example("w2 w8 w7 w30", "w11", "w3")]


def scores(ranking: Ranking) -> dict[str, float]:
    return dict(zip(ranking.names(len(ranking)), ranking.score.tolist(), strict=True))


def test_aligned_at_the_last_token_by_hand() -> None:
    circuits = [small(("a", "b", "c"), 1, 7, 4.0), small(("x", "c"), 0, 7, 2.0), small(("x", "c"), 1, 8, 9.0)]
    found = rank(circuits, by="effect")  # the effect of a small circuit's feature is twice its weight
    assert scores(found) == pytest.approx({"d/8@-1": 6.0, "d/7@-2": 4.0})
    assert found.aligned and found.n_prompts == 3
    assert found.names(1) == ["d/8@-1"]


def test_summed_over_tokens_effects_cancel_within_a_prompt() -> None:
    circuit = random_circuit(0, per_layer=1)
    feature = circuit.nodes.ids[int(np.flatnonzero(circuit.nodes.kind == 0)[0])].partition("@")[0]
    same = [replace(circuit, effect=np.full(len(circuit), sign)) for sign in (2.0, -2.0)]
    assert scores(rank(same, "effect", "summed"))[feature] == 2.0  # absolute for each prompt, then the mean


def test_influence_and_errors() -> None:
    assert scores(rank([hand_circuit()])) == pytest.approx({"d/7@-1": 0.5})
    assert scores(rank([hand_circuit()], errors=True)) == pytest.approx({"d/7@-1": 0.5, "error.mlp_out.0@-1": 0.375})


def test_predicted_effects() -> None:
    """Without the feature of the hand-made circuit the target loses its effect, 4."""
    assert scores(rank([hand_circuit()], by="predicted")) == pytest.approx({"d/7@-1": 4.0})


def renamed(circuit: Circuit, name: str) -> Circuit:
    return replace(circuit, nodes=replace(circuit.nodes, dictionaries=(name,)), labels={})


def test_circuits_of_neurons_rank_neurons() -> None:
    """Their dictionaries bear the names of the places of neurons."""
    found = rank([renamed(hand_circuit(), "neurons.1")])
    assert found.basis == "neurons"
    assert scores(found) == pytest.approx({"neurons.1/7@-1": 0.5})
    assert rank([hand_circuit()]).basis == "features"
    with pytest.raises(InputError, match="Rank features and neurons apart"):
        rank([hand_circuit(), renamed(hand_circuit(), "neurons.1")])


def test_masks_by_hand() -> None:
    ranking = rank([small(("a", "b", "c"), 1, 2, 4.0), small(("a", "b", "c"), 2, 0, 9.0)], by="effect")
    assert ranking.names(9) == ["d/0@-1", "d/2@-2"]
    sizes, outside = torch.tensor([0, 1, 2, 1]), torch.tensor([False, False, False, True])
    masks = ranking.masks(sizes, outside, positions=2, widths={"d": 3, "other": 1})
    one, two = [[0, 0, 0], [1, 0, 0]], [[0, 0, 1], [1, 0, 0]]
    assert masks["d"].int().tolist() == [[[0] * 3] * 2, one, two, [[1, 1, 1], [0, 1, 1]]]
    assert masks["other"][:, 0, 0].tolist() == [False, False, False, True]
    shorter = ranking.masks(sizes[2:3], outside[2:3], positions=1, widths={"d": 3})
    assert shorter["d"].int().tolist() == [[[1, 0, 0]]]  # what lies before the prompt is nowhere
    anywhere = rank([small(("a", "b"), 1, 2, 4.0)], positions="summed")
    assert anywhere.masks(sizes[1:2], outside[1:2], 5, {"d": 3})["d"].int().tolist() == [[[0, 0, 1]]]


def test_stability() -> None:
    same = [small(("a",), 0, 7, 4.0)] * 3
    assert rank(same).stability([1]) == 1.0
    assert np.isnan(rank(same[:1]).stability([1])).all()
    # two prompts with a feature each: a sample has both (1/2), or one of them twice (1/4 each)
    apart = rank([small(("a",), 0, 7, 4.0), small(("a",), 0, 8, 2.0)], by="effect")
    # the first of a sample is feature 7 unless the sample is the second prompt alone
    np.testing.assert_allclose(apart.stability([1, 2], resamples=4000), [0.75, 1.0], atol=0.02)


@pytest.mark.parametrize("wiring", ["transcoder", "skip", "clt", "sae"])
def test_gradients_of_features_against_finite_differences(wiring: str) -> None:
    """A little of what a latent writes is taken away at every site; the metric's change is the effect."""
    model = wired(wiring)
    subject, (tokens, answers) = model.subject, read_examples(model.subject, [EXAMPLE])
    means = mean_latents_and_errors(model, subject.tokenize([e.prompt for e in EXAMPLES]))
    found = scores(rank_by_gradient(model, [EXAMPLE], means))
    step = 1e-4

    def measured(name: str, position: int, index: int) -> float:
        dictionary = model.dictionaries[name]
        read = subject.read(tokens, dictionary.reads)
        z = dictionary.encode(torch.stack([read[site] for site in dictionary.reads], -2))[0, position, index]
        away = z - means.at(name, tokens.ids.shape[1])[position, index]
        values = []
        for sign in (1, -1):

            def body(sign: int = sign) -> Tensor:
                for w, site in enumerate(dictionary.writes):
                    value = subject.get(site).clone()
                    value[0, position] += sign * step * away * dictionary.W_dec[index, w]
                    subject.set(site, value)
                return subject.logits()[:, -1]

            values.append(float(metric(subject.run(tokens, body), answers)))
        return (values[0] - values[1]) / (2 * step)

    places = [name.rpartition("@") for name in found if "d0/" in name or "d2/" in name][:60:15]
    assert len(places) >= 2
    for node, _, position in places:
        name, _, index = node.partition("/")
        expected = abs(measured(name, 7 + int(position), int(index)))
        # float32 norms inside Llama: 1e-7 of the metric over twice the step
        assert found[f"{node}@{position}"] == pytest.approx(expected, rel=1e-3, abs=2e-3)


def test_gradients_of_neurons_against_finite_differences() -> None:
    model = wired("transcoder")
    subject, (tokens, answers) = model.subject, read_examples(model.subject, [EXAMPLE])
    spots = neurons(subject)
    means = mean_activations(subject, spots, subject.tokenize([e.prompt for e in EXAMPLES]))
    found = scores(rank_by_gradient(model, [EXAMPLE], means, "neurons"))
    step = 1e-4
    for node in list(found)[:400:80]:
        place, _, rest = node.partition("/")
        index, position = int(rest.partition("@")[0]), 7 + int(rest.partition("@")[2])
        spot = next(s for s in spots if s.place == place)
        mean = means.at(place, 7)[position, index]

        def moved(by: float, spot: Spot = spot, at: tuple = (0, position, index), mean: Tensor = mean) -> float:
            def body() -> Tensor:
                value = spot.get().clone()
                value[at] += by * (value[at] - mean)
                spot.set(value)
                return subject.logits()[:, -1]

            return float(metric(subject.run(tokens, body), answers))

        expected = abs(moved(step) - moved(-step)) / (2 * step)
        assert found[node] == pytest.approx(expected, rel=1e-3, abs=2e-3)


def test_the_mean_over_prompts_is_that_of_each_alone() -> None:
    model = wired("transcoder", "gpt2")
    together = scores(rank_by_gradient(model, EXAMPLES))
    alone = [scores(rank_by_gradient(model, [example])) for example in EXAMPLES]
    for name, score in together.items():
        assert score == pytest.approx(sum(one.get(name, 0.0) for one in alone) / 3)


def test_summed_gradients_are_sums_over_tokens() -> None:
    """Signs count within a prompt: the sum is at most that of the sizes, and less for some."""
    model = wired("transcoder")
    summed = scores(rank_by_gradient(model, [EXAMPLE], positions="summed"))
    sizes: dict[str, float] = {}
    for name, score in scores(rank_by_gradient(model, [EXAMPLE])).items():
        node = name.partition("@")[0]
        sizes[node] = sizes.get(node, 0.0) + score
    assert set(sizes) == set(summed)
    assert all(summed[node] <= sizes[node] + 1e-9 for node in sizes)
    assert any(summed[node] < 0.9 * sizes[node] for node in sizes)


def test_what_cannot_be() -> None:
    model = wired("transcoder")
    with pytest.raises(InputError, match="by is 'value'"):
        rank([hand_circuit()], by="value")
    with pytest.raises(InputError, match=r"positions is 'mean'.*aligned, summed"):
        rank([hand_circuit()], positions="mean")
    with pytest.raises(InputError, match="nothing to rank"):
        rank([])
    with pytest.raises(InputError, match="gives no effect of each node"):
        rank([hand_circuit()], by="effect")
    with pytest.raises(InputError, match="basis is 'heads'"):
        rank_by_gradient(model, [EXAMPLE], basis="heads")
