"""Attention scores against brute force: the model's own queries and keys, one source at a time, in float64."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution.attention.explain import explain_head, explain_score
from saecircuits.attribution.attention.query_key import QueryKeyExplanation
from saecircuits.errors import InputError
from saecircuits.replacement import capture
from saecircuits.sites import Site
from tests.tiny import TINY_CONFIGS

from .held_run import HeldRun
from .models import CAUSAL, wired
from .plain_sources import Written, plain_sources

PROMPT = "w1 w20 w3 w4 w1 w6"
QUERY, KEY = 5, 4
MODELS = sorted(TINY_CONFIGS)
CASES = [(model, "transcoders") for model in MODELS] + [
    ("llama", wiring) for wiring in CAUSAL if wiring != "transcoders"
]


@cache
def held_run(model: str, wiring: str = "transcoders") -> HeldRun:
    replacement = wired(model, wiring, torch.float64)
    return HeldRun(replacement, replacement.subject.tokenize(PROMPT).ids[0])


def differences(run: HeldRun, sources: Written, layer: int, traced: bool) -> dict[str, dict[str, Tensor]]:
    """What each source, added once more, adds to all queries and keys of a layer: `[head, position, d_head]`."""
    out = {}
    for name, entries in sources.items():
        added: dict[Site, Tensor] = {}
        for site, position, vector in entries:
            if (site.kind, site.layer) != ("resid_pre", 0) and site.layer >= layer:
                continue
            site = site if traced else Site("resid_pre", layer)
            stream = added.setdefault(site, torch.zeros_like(run.base["resid_pre", 0]))
            stream[0, position] += vector
        if added:
            found = run.run(added)
            out[name] = {side: (found[side, layer] - run.base[side, layer])[0] for side in ("query", "key")}
    nothing = run.run({Site("resid_pre", layer): -run.base["resid_pre", layer]})
    for position in range(len(run.ids)):  # what is left without any stream is the layer's own bias
        own = {side: torch.zeros_like(run.base[side, layer][0]) for side in ("query", "key")}
        for side, value in own.items():
            value[:, position] = nothing[side, layer][0, :, position]
        out[f"bias.{layer}@{position}"] = own
    return out


def as_pairs(explanation: QueryKeyExplanation) -> dict[tuple[str, str], float]:
    matrix = explanation.matrix()
    return {
        (query.id, key.id): float(matrix[i, j])
        for i, query in enumerate(explanation.query_nodes)
        for j, key in enumerate(explanation.key_nodes)
    }


@pytest.mark.parametrize("traced", [False, True], ids=["local", "traced"])
@pytest.mark.parametrize(("model", "wiring"), CASES)
def test_every_pair_is_what_brute_force_says(model: str, wiring: str, traced: bool) -> None:
    run, layer, head = held_run(model, wiring), 2, 1
    parts = differences(run, plain_sources(run, traced), layer, traced)
    truth = {}
    for query, of_query in parts.items():
        for key, of_key in parts.items():
            value = float(of_query["query"][head, QUERY] @ of_key["key"][head, KEY])
            if value:
                truth[query, key] = value
    explanation = explain_score(run.replacement, PROMPT, layer, head, QUERY, KEY, traced=traced)
    pairs = {names: value for names, value in as_pairs(explanation).items() if value}
    size = max(map(abs, truth.values()))
    assert pairs.keys() >= {names for names, value in truth.items() if abs(value) > 1e-9 * size}
    for names, value in pairs.items():
        assert value == pytest.approx(truth.get(names, 0.0), abs=1e-6 * size)  # norm scales come in float32
    assert len(pairs) > 50
    score = float(run.base["scores", layer][0, head, QUERY, KEY])
    assert explanation.score == pytest.approx(score, abs=1e-6 * size)
    assert sum(truth.values()) == pytest.approx(score, abs=1e-6 * size)


@pytest.mark.parametrize("against", [None, "mean", 4])
@pytest.mark.parametrize("traced", [False, True], ids=["local", "traced"])
@pytest.mark.parametrize("model", MODELS)
def test_pairs_add_up_to_the_score_in_single_precision(model: str, traced: bool, against: int | str | None) -> None:
    replacement = wired(model)
    captured = capture(replacement, PROMPT)
    for layer, head in ((0, 3), (1, 0), (2, 2)):
        explanation = explain_score(replacement, captured, layer, head, -1, -2, against=against, traced=traced)
        matrix = explanation.matrix().astype(np.float64)
        room = 1e-5 * np.abs(matrix).sum()
        assert matrix.sum() == pytest.approx(explanation.score, abs=room)
        assert explanation.total == pytest.approx(explanation.score, abs=room)
        for sources in (explanation.query_sources, explanation.key_sources):
            assert sum(share.value for share in sources) == pytest.approx(explanation.score, abs=room)


@pytest.mark.parametrize("traced", [False, True], ids=["local", "traced"])
@pytest.mark.parametrize("wiring", CAUSAL)
@pytest.mark.parametrize("model", ["gpt2", "gpt_neox"])
def test_pairs_add_up_at_the_first_token_too(model: str, wiring: str, traced: bool) -> None:
    """Dictionaries leave the first token as it is."""
    explanation = explain_score(wired(model, wiring), PROMPT, 2, 1, 3, 0, traced=traced)
    room = 1e-5 * float(np.abs(explanation.matrix()).sum())
    assert explanation.matrix().sum() == pytest.approx(explanation.score, abs=room)


@pytest.mark.parametrize("model", MODELS)
def test_the_softmax_of_the_scores_is_the_pattern(model: str) -> None:
    replacement = wired(model)
    captured = capture(replacement, PROMPT)
    for layer in range(3):
        keys = explain_head(replacement, captured, layer, 1, -1)
        pattern = torch.tensor([row.capped for row in keys]).softmax(0)
        assert pattern.tolist() == pytest.approx([row.weight for row in keys], abs=1e-5)
        assert sum(row.weight for row in keys) == pytest.approx(1)  # no key is missing
        assert [row.score for row in keys] == sorted((row.score for row in keys), reverse=True)


def test_soft_capping_and_windows_are_seen() -> None:
    captured = capture(wired("gemma2"), PROMPT)
    head = explain_head(wired("gemma2"), captured, 0, 1, -1)
    assert sorted(row.key for row in head) == [4, 5, 6]  # a window of three tokens
    assert all(abs(row.capped) < min(2, abs(row.score)) for row in head)
    with pytest.raises(InputError, match=r"does not see position 3.*from 4 to 6"):
        explain_score(wired("gemma2"), captured, 0, 1, -1, 3)
    uncapped = explain_score(wired("llama"), PROMPT, 1, 1, -1, 3)
    assert uncapped.capped == uncapped.score


def test_a_contrast_is_the_difference_of_two_explanations() -> None:
    model = wired("qwen3")
    there, elsewhere = (explain_score(model, PROMPT, 2, 1, QUERY, key) for key in (KEY, 2))
    contrast = explain_score(model, PROMPT, 2, 1, QUERY, KEY, against=2)
    truth = as_pairs(there) | {names: -value for names, value in as_pairs(elsewhere).items()}
    assert as_pairs(contrast) == pytest.approx(truth, abs=1e-5)
    assert contrast.score == pytest.approx(there.score - elsewhere.score, abs=1e-5)
    scores = [row.score for row in explain_head(model, PROMPT, 2, 1, QUERY)]
    mean = explain_score(model, PROMPT, 2, 1, QUERY, KEY, against="mean")
    assert mean.score == pytest.approx(there.score - sum(scores) / len(scores), abs=1e-5)
    with pytest.raises(InputError, match="does not see position 6"):
        explain_score(model, PROMPT, 2, 1, QUERY, KEY, against=6)


def test_the_strongest_pairs_are_found_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation = explain_score(wired("gpt2"), PROMPT, 2, 1, QUERY, KEY)
    matrix = explanation.matrix()
    order = np.argsort(-np.abs(matrix), axis=None, kind="stable")[:30]
    monkeypatch.setattr("saecircuits.attribution.attention.query_key.BLOCK", 50)  # two or three rows at a time
    pairs = explanation.pairs(30)
    assert [pair.value for pair in pairs] == pytest.approx(matrix.flat[order].tolist(), rel=1e-5)
    for pair in pairs:
        row, column = explanation.query_nodes.index(pair.query), explanation.key_nodes.index(pair.key)
        assert pair.value == pytest.approx(matrix[row, column], rel=1e-5)
    assert len(explanation.pairs(10**6)) <= matrix.size


def test_it_can_be_read_and_sent() -> None:
    explanation = explain_score(wired("llama"), PROMPT, 2, 1, -1, 3, against="mean")
    sent = explanation.to_dict(5)
    assert len(sent["pairs"]) == 5 and sent["pairs"][0]["query"] == explanation.pairs(1)[0].query.id
    assert sent["against"] == "mean" and sent["key"] == 3
    assert "head 2.1, 'w6'@6 → 'w3'@3 against the mean of the keys" in repr(explanation)
    assert "<table>" in explanation._repr_html_()
    head = explain_head(wired("llama"), PROMPT, 2, 1, -1, most=2)
    assert len(head) == 2 and head.at(head[1].key).key == head[1].key
    with pytest.raises(InputError, match="was not explained"):
        head.at(next(key for key in range(7) if key not in (head[0].key, head[1].key)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 0, 5, 4), "no layer 3.*0 to 2"),
        ((0, 4, 5, 4), "no head 4.*0 to 3"),
        ((0, 0, 7, 4), "no position 7.*0 to 6"),
        ((0, 0, 4, 5), "does not see position 5.*from 0 to 4"),
    ],
)
def test_places_that_do_not_exist_are_refused(arguments: tuple[int, int, int, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        explain_score(wired("llama"), PROMPT, *arguments)


def test_other_wrong_wishes_are_refused() -> None:
    with pytest.raises(InputError, match="against is 'median'"):
        explain_score(wired("llama"), PROMPT, 1, 0, 5, 4, against="median")
    with pytest.raises(InputError, match="0 pairs"):
        explain_score(wired("llama"), PROMPT, 1, 0, 5, 4).pairs(0)
    with pytest.raises(InputError, match="0 keys"):
        explain_head(wired("llama"), PROMPT, 1, 0, 5, most=0)
