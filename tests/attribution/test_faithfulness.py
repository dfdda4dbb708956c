"""Faithfulness against one masked run at a time by plain torch hooks, and its summary numbers by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution import Difference, FeatureAt, NextTokens, attribute_direct
from saecircuits.attribution.trust.curve import FaithfulnessCurve
from saecircuits.attribution.trust.examples import Example, example_of, metric, read_examples
from saecircuits.attribution.trust.gradient_ranking import rank_by_gradient
from saecircuits.attribution.trust.measure import faithfulness
from saecircuits.attribution.trust.ranking import Ranking, rank
from saecircuits.circuit.merge import merge
from saecircuits.errors import InputError
from saecircuits.interventions.masked import mean_latents_and_errors, places
from saecircuits.replacement import Replacement
from tests.attribution.models import PROMPT, replacement
from tests.interventions.wirings import hooked_run, wired

EXAMPLES = [
    Example("w1 w20 w3 w4 w1 w6", "w5", "w9"),
    Example("w9 w8 w1 w30", "w5", "w9"),
    Example("w2 w8 w7 w30", "w11", "w3"),
]


def by_hand(
    model: Replacement, examples: list[Example], names: list[str], rest: dict[str, Tensor] | None, errors: str
) -> np.ndarray:
    """The metric with only the named nodes in place, one prompt at a time; `rest` by position, aligned at the end."""
    found = []
    for example in examples:
        ids = model.subject.tokenize(example.prompt).ids[0]
        masks = {place: torch.zeros(len(ids), width, dtype=torch.bool) for place, width in places(model).items()}
        for name in names:
            place, _, position = name.partition("@")
            place, _, index = place.partition("/")
            where = slice(None) if not position else len(ids) + int(position)
            if not isinstance(where, int) or where >= 0:
                masks[place][where, int(index or 0)] = True
        means = {
            place: torch.zeros(len(ids), 32 if place.startswith("error") else width, dtype=torch.float64)
            for place, width in places(model).items()
        }
        for place, value in (rest or {}).items():
            means[place] = value[-len(ids) :] if len(value) > 1 else value.expand(len(ids), -1)
            if len(means[place]) < len(ids):  # the first token is not replaced, so what stands there is never used
                means[place] = torch.cat([means[place][:1], means[place]])
        logits = hooked_run(model, ids, masks, means, errors)
        tokens = [model.subject.token_id(text) for text in (example.answer, example.against)]
        found.append(float(logits[tokens[0]] - logits[tokens[1]]))
    return np.array(found)


def own_metric(model: Replacement, examples: list[Example]) -> np.ndarray:
    whole = [f"{place}/{i}" for place, width in places(model).items() for i in range(width)]
    return by_hand(model, examples, whole, None, "kept")


@pytest.mark.parametrize("ablation", ["mean", "zero"])
@pytest.mark.parametrize("positions", ["aligned", "summed"])
@pytest.mark.parametrize("errors", ["kept", "removed"])
@pytest.mark.parametrize("wiring", ["transcoder", "sae"])
def test_every_point_against_one_run_at_a_time(wiring: str, errors: str, positions: str, ablation: str) -> None:
    model = wired(wiring)
    ranking = rank_by_gradient(model, EXAMPLES, positions=positions)
    sizes = (0, 3, 20, len(ranking))
    curve = faithfulness(model, EXAMPLES, ranking, sizes, ablation, errors)
    rest = None
    if ablation == "mean":
        tokens = model.subject.tokenize([example.prompt for example in EXAMPLES])
        means = mean_latents_and_errors(model, tokens, aligned=positions == "aligned")
        rest = dict(means.aligned) or {place: value[None] for place, value in means.overall.items()}
    full, empty = own_metric(model, EXAMPLES), by_hand(model, EXAMPLES, [], rest, errors)
    np.testing.assert_allclose(curve.full, full, atol=1e-5)  # the metric is read in float32
    np.testing.assert_allclose(curve.empty, empty, atol=1e-5)
    names = ranking.names(len(ranking))
    everything = [f"{place}/{i}" for place, width in places(model).items() for i in range(width)]
    for number, size in enumerate(sizes):
        inside = by_hand(model, EXAMPLES, names[:size], rest, errors)
        np.testing.assert_allclose(curve.circuit[number], inside, atol=1e-5)
        share = (inside.mean() - empty.mean()) / (full.mean() - empty.mean())
        assert curve.faithfulness[number] == pytest.approx(share, abs=1e-4)
        if positions == "summed":
            outside = by_hand(model, EXAMPLES, [n for n in everything if n not in names[:size]], rest, errors)
            np.testing.assert_allclose(curve.complement[number], outside, atol=1e-5)
    assert curve.faithfulness[0] == pytest.approx(0, abs=1e-5)


def test_all_nodes_with_their_errors_are_the_model() -> None:
    model = wired("transcoder")
    curve = faithfulness(model, EXAMPLES, rank_by_gradient(model, EXAMPLES), ablation="zero")
    assert curve.sizes[0] == 1
    assert curve.sizes[-1] == curve.total == len(rank_by_gradient(model, EXAMPLES))
    assert curve.faithfulness[-1] == pytest.approx(1, abs=1e-5)


def test_errors_that_are_chosen_count_as_nodes() -> None:
    model = wired("transcoder")
    tables = {place: 0.0 for place in places(model)}
    names = list(tables)
    ranking = Ranking(
        "features",
        tuple(names),
        place=np.array([names.index("error.mlp_out.0"), names.index("d1"), names.index("error.mlp_out.2")]),
        position=np.array([-1, -2, -1]),
        index=np.array([0, 5, 0]),
        score=np.array([3.0, 2.0, 1.0]),
        by_prompt=rank_by_gradient(model, EXAMPLES).by_prompt[:, :3],
    )
    assert ranking.names(3) == ["error.mlp_out.0@-1", "d1/5@-2", "error.mlp_out.2@-1"]
    curve = faithfulness(model, EXAMPLES, ranking, (1, 3), "zero", "chosen")
    for number, size in enumerate((1, 3)):
        expected = by_hand(model, EXAMPLES, ranking.names(size), None, "chosen")
        np.testing.assert_allclose(curve.circuit[number], expected, atol=1e-5)


@pytest.mark.parametrize("basis", ["neurons", "coordinates"])
def test_the_controls_reach_the_model_too(basis: str) -> None:
    model = wired("transcoder")
    ranking = rank_by_gradient(model, EXAMPLES, basis=basis)
    curve = faithfulness(model, EXAMPLES, ranking, (0, 5, len(ranking)))
    assert curve.basis == basis
    assert curve.faithfulness[-1] == pytest.approx(1, abs=1e-4)
    assert curve.completeness[0] == pytest.approx(1, abs=1e-4)
    assert curve.faithfulness[0] == pytest.approx(0, abs=1e-4)


def test_a_reference_of_its_own() -> None:
    model = wired("transcoder")
    ranking = rank_by_gradient(model, EXAMPLES)
    own = faithfulness(model, EXAMPLES, ranking, (5,))
    same = faithfulness(model, EXAMPLES, ranking, (5,), reference=[example.prompt for example in EXAMPLES])
    other = faithfulness(model, EXAMPLES, ranking, (5,), reference=["w1 w2 w3 w4 w5 w6 w7"])
    np.testing.assert_allclose(own.circuit, same.circuit)
    assert np.abs(own.circuit - other.circuit).max() > 1e-3


@pytest.mark.parametrize("cells", [1, 10**9], ids=["a row at a time", "all at once"])
def test_batches_do_not_matter(monkeypatch, cells: int) -> None:
    model = wired("clt")
    ranking = rank_by_gradient(model, EXAMPLES)
    expected = faithfulness(model, EXAMPLES, ranking, (2, 30))
    monkeypatch.setattr("saecircuits.attribution.trust.measure.CELLS", cells)
    found = faithfulness(model, EXAMPLES, ranking, (2, 30))
    np.testing.assert_allclose(found.circuit, expected.circuit, atol=1e-6)
    np.testing.assert_allclose(found.complement, expected.complement, atol=1e-6)


def curve_of(
    circuit: Any, sizes: tuple[int, ...], full: Any = 1.0, empty: Any = 0.0, total: int = 100
) -> FaithfulnessCurve:
    """A curve with given metrics, `[size, example]`."""
    circuit = np.asarray(circuit, dtype=float)
    n = circuit.shape[1]
    return FaithfulnessCurve(
        "features", "mean", "kept", total, sizes, circuit, 1 - circuit,
        np.broadcast_to(full, n).astype(float), np.broadcast_to(empty, n).astype(float), np.full(len(sizes), np.nan),
    )  # fmt: skip


def test_a_perfect_curve() -> None:
    curve = curve_of(np.full((4, 3), 5.0), (0, 1, 10, 100), full=5, empty=-1)
    for summary, value in ((curve.cmd, 0), (curve.cmd_log, 0), (curve.cpr, 1), (curve.cpr_log, 1)):
        assert (summary.value, summary.low, summary.high) == (value, value, value)
    assert curve.nodes_for(0.9) == 0


def test_summaries_by_hand() -> None:
    """f is 0 at 1 node, .5 at 10, 1.5 at 100 of 100 nodes."""
    curve = curve_of([[2.0, 2.0], [3.0, 3.0], [5.0, 5.0]], (1, 10, 100), full=4, empty=2)
    np.testing.assert_allclose(curve.faithfulness, [0, 0.5, 1.5])
    # |1 − f| is 1, .5, .5; linear k is .01, .1, 1; log k is 0, 1, 2 decades
    assert curve.cmd.value == pytest.approx((0.09 * 0.75 + 0.9 * 0.5) / 0.99)
    assert curve.cmd_log.value == pytest.approx((0.75 + 0.5) / 2)
    assert curve.cpr.value == pytest.approx((0.09 * 0.25 + 0.9 * 1.0) / 0.99)
    assert curve.cpr_log.value == pytest.approx((0.25 + 1.0) / 2)
    assert curve.nodes_for(0.5) == 10
    assert curve.nodes_for(2.0) is None
    assert curve.at(10).faithfulness == pytest.approx(0.5)
    assert curve.at(10).share == pytest.approx(0.1)


def test_faithfulness_is_a_share_of_means_not_a_mean_of_shares() -> None:
    curve = curve_of([[1.0, 1.0]], (1,), full=[1.0, 3.0], empty=[0.0, 0.0])
    assert curve.faithfulness[0] == pytest.approx(0.5)


def test_a_dip_does_not_count_as_reached() -> None:
    assert curve_of([[0.95], [0.2], [0.97]], (1, 10, 100)).nodes_for(0.9) == 100


def test_identical_examples_leave_no_doubt() -> None:
    curve = curve_of([[0.25] * 5, [0.75] * 5], (1, 10))
    for point in curve.table:
        assert point.low == point.high == point.faithfulness
    assert curve.cmd.low == curve.cmd.high == curve.cmd.value


def test_the_interval_is_the_bootstraps() -> None:
    """Of a mean of normal numbers: 1.96 standard errors each way."""
    metric = np.random.default_rng(0).normal(0.5, 0.2, (1, 400))
    (point,) = curve_of(metric, (10,)).table
    half = 1.96 * metric.std() / 20
    assert point.high - point.faithfulness == pytest.approx(half, rel=0.15)
    assert point.faithfulness - point.low == pytest.approx(half, rel=0.15)


def test_one_example_gives_no_interval() -> None:
    curve = curve_of([[0.25], [0.75]], (1, 10))
    assert np.isnan([curve.table[0].low, curve.cmd.low, curve.cpr_log.high]).all()
    assert "to" not in repr(curve.cmd)


def test_one_prompt_is_a_circuit_of_its_own() -> None:
    model = wired("transcoder")
    curve = faithfulness(model, EXAMPLES[:1], rank_by_gradient(model, EXAMPLES[:1]), ablation="zero")
    assert curve.n_examples == 1
    assert curve.faithfulness[-1] == pytest.approx(1, abs=1e-5)
    assert np.isnan(curve.stability).all()


def test_a_circuit_measured_by_itself() -> None:
    """Its own prompt and target; without a wrong answer the logit counts against the mean."""
    model = replacement("llama", dtype=torch.float64)
    for target, example in (
        (Difference("w5", "w9"), Example(PROMPT, "w5", "w9")),
        (NextTokens(("w5",)), Example(PROMPT, "w5")),
    ):
        circuit = attribute_direct(model, PROMPT, target)
        tokens, answers = read_examples(model.subject, [example_of(circuit)])
        same, named = read_examples(model.subject, [example])
        assert torch.equal(tokens.ids, same.ids) and torch.equal(answers, named)
        logits = model.subject.predict(PROMPT)
        assert float(metric(logits, answers)[0]) == pytest.approx(circuit.target_value, abs=1e-5)
        curve = faithfulness(model, [example_of(circuit)], rank([circuit]), ablation="zero")
        assert curve.full[0] == pytest.approx(circuit.target_value, abs=1e-5)
    with pytest.raises(InputError, match="not that of one prompt"):
        example_of(merge([circuit, attribute_direct(model, "w1 w2", NextTokens(("w5",)))]))
    with pytest.raises(InputError, match="explains no next token"):
        feature = next(node.feature for node in circuit.top(50) if node.layer == 1)
        position = next(node.position for node in circuit.top(50) if node.feature == feature)
        example_of(attribute_direct(model, PROMPT, FeatureAt(feature, position)))


def test_the_report_can_be_looked_at_and_kept() -> None:
    curve = curve_of([[0.1, 0.3], [0.7, 0.9]], (1, 10))
    text = repr(curve)
    assert "CMD" in text and "0.800" in text
    html = curve._repr_html_()
    assert "<table>" in html and "data:image/svg+xml;base64," in html
    plain = json.loads(json.dumps(curve.to_dict(), allow_nan=False))
    assert [point["nodes"] for point in plain["points"]] == [1, 10]
    assert plain["points"][1]["faithfulness"] == pytest.approx(0.8)
    assert plain["points"][1]["stability"] is None
    assert plain["cmd"]["value"] == pytest.approx(curve.cmd.value)
    assert plain["examples"] == 2
    (axes,) = curve.plot({"others": curve_of([[0.1], [0.2]], (1, 10))}).axes
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()][1] == "others"


@pytest.mark.parametrize("basis", ["features", "neurons", "coordinates"])
def test_a_model_in_half_precision(basis: str) -> None:
    model = replacement("llama", dtype=torch.bfloat16)
    curve = faithfulness(model, EXAMPLES, rank_by_gradient(model, EXAMPLES, basis=basis), (0, 10))
    assert np.isfinite(curve.circuit).all()


def test_what_cannot_be() -> None:
    model = wired("transcoder")
    ranking = rank_by_gradient(model, EXAMPLES)
    with pytest.raises(InputError, match=r"ablation is 'some'.*mean, zero"):
        faithfulness(model, EXAMPLES, ranking, ablation="some")
    with pytest.raises(InputError, match="errors is 'some'"):
        faithfulness(model, EXAMPLES, ranking, errors="some")
    with pytest.raises(InputError, match="no examples"):
        faithfulness(model, [], ranking)
    for sizes in ([], [-1], [len(ranking) + 1]):
        with pytest.raises(InputError, match="nodes are ranked"):
            faithfulness(model, EXAMPLES, ranking, sizes)
    with pytest.raises(InputError, match="not one token"):
        faithfulness(model, [Example("w1 w2", "w1 w2", "w3")], ranking)
    with pytest.raises(InputError, match="leaves the metric as it is"):
        curve_of([[1.0]], (1,), full=2.0, empty=2.0)
    with pytest.raises(InputError, match="No circuit of 7 nodes"):
        curve_of([[1.0]], (1,)).at(7)
