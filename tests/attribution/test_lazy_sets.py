"""Circuits, edits and texts through dictionaries whose matrices stay in their files: the same as in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import saecircuits as sc
from saecircuits.attribution import attribute
from saecircuits.dictionaries import Dictionary, TopK, load_dictionaries, save_dictionary
from saecircuits.dictionaries.stored import Extent, Stored
from saecircuits.interventions import Ablate, Scale, intervene
from saecircuits.replacement import Replacement, capture
from saecircuits.sites import Site
from tests.attribution.models import PROMPT, WIRINGS, wired
from tests.tiny import tiny_subject


def lazily(replacement: Replacement, folder: Path) -> Replacement:
    """The same model with its dictionaries saved and left in their files."""
    for name, dictionary in replacement.dictionaries.items():
        save_dictionary(dictionary, folder / name)
    return Replacement(replacement.subject, load_dictionaries(folder, lazy=True))


def saes() -> Replacement:
    """A tiny model with SAEs, and a crosscoder of two sites."""
    subject, made = tiny_subject("gemma2"), []
    for number, sites in enumerate((["resid_post.0"], ["attn_out.1"], ["resid_mid.2", "mlp_out.2"])):
        places = [Site.parse(site) for site in sites]
        dictionary = Dictionary(f"d{number}", places, places, 24, subject.d_model, TopK(5))
        made.append(dictionary.initialise(torch.Generator().manual_seed(number)))
    return Replacement(subject, made)


@pytest.fixture
def whole_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was read as a whole."""
    found: list[str] = []
    whole = Stored.whole
    monkeypatch.setattr(Stored, "whole", lambda self: found.append(self.extent.name) or whole(self))
    yield found


def same(one: sc.Circuit, other: sc.Circuit) -> None:
    assert one.nodes.ids == other.nodes.ids
    np.testing.assert_allclose(one.adjacency.toarray(), other.adjacency.toarray(), rtol=1e-4, atol=1e-5)


EVERY_DAY = ("cross-layer, skip", "crosscoder", "crosscoder ahead")


@pytest.mark.parametrize(
    "wiring", [each if each in EVERY_DAY else pytest.param(each, marks=pytest.mark.slow) for each in WIRINGS]
)
def test_direct_circuits_and_frozen_edits(wiring: str, tmp_path: Path, whole_reads: list[str]) -> None:
    eager = wired("llama", wiring)
    lazy = lazily(eager, tmp_path)
    ahead = wiring == "crosscoder ahead"
    same(attribute(lazy, PROMPT, sc.TopTokens(most=2)), attribute(eager, PROMPT, sc.TopTokens(most=2)))
    feature, position, _ = capture(eager, PROMPT).firing()[0]
    edits = [Scale(feature, 2.0, positions=position)]
    for options in ({}, {"frozen": True, "direct": ahead}):
        after = [intervene(each, PROMPT, edits, **options).after.logits for each in (eager, lazy)]
        torch.testing.assert_close(*after, rtol=1e-4, atol=1e-4)
    assert not whole_reads


@pytest.mark.parametrize("method", [sc.Gradient(), sc.RelP(), sc.IntegratedGradients(steps=2), sc.Ablation()])
def test_circuits_by_other_methods(method: object, tmp_path: Path, whole_reads: list[str]) -> None:
    eager = saes()
    lazy = lazily(eager, tmp_path)
    same(*(attribute(each, PROMPT, sc.Difference("w3", "w5"), method) for each in (eager, lazy)))
    assert not whole_reads


def test_what_a_lab_does(tmp_path: Path, whole_reads: list[str]) -> None:
    eager = wired("gpt2")
    labs = [
        sc.ReplacementModel(each.subject, list(each.dictionaries.values())) for each in (eager, lazily(eager, tmp_path))
    ]
    assert not whole_reads  # labels of features are looked for without weights
    firing = [[(row.feature, row.position) for row in lab.features(PROMPT)] for lab in labs]
    assert firing[0] == firing[1]
    edits = [Ablate(feature) for feature, _ in firing[0][:3]]
    assert labs[0].generate(PROMPT, edits, 4) == labs[1].generate(PROMPT, edits, 4)
    circuits = [lab.attribute(PROMPT, target="w3") for lab in labs]
    checks = [lab.check(circuit, 3, curve=False) for lab, circuit in zip(labs, circuits, strict=True)]
    assert checks[1].frozen_error < 1e-3
    assert [row.node for row in checks[0].rows] == [row.node for row in checks[1].rows]
    ranked = [lab.rank_by_gradient([sc.Example(PROMPT, "w3", "w5")]) for lab in labs]
    assert not whole_reads
    np.testing.assert_allclose(ranked[0].score, ranked[1].score, rtol=1e-4, atol=1e-5)


def test_rows_are_read_of_features_that_fire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    eager = wired("llama")
    lazy = lazily(eager, tmp_path)
    seen: dict[str, int] = {}
    read = Extent.read

    def spy(self: Extent, part: np.ndarray) -> torch.Tensor:
        seen[self.name] = max(seen.get(self.name, 0), part.shape[0])
        return read(self, part)

    firing = {name: len(active.index.unique()) for name, active in capture(eager, PROMPT).active.items()}
    monkeypatch.setattr(Extent, "read", spy)
    captured = capture(lazy, PROMPT)
    assert {name: len(active.index.unique()) for name, active in captured.active.items()} == firing
    assert seen["W_dec"] == max(firing.values()) < 24
