"""Evidence on disk, as cards, and as labels."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest
import torch

from saecircuits.errors import FileFormatError, InputError
from saecircuits.features import NEVER_FIRES, Evidence, automatic_label, collect_evidence
from saecircuits.replacement import Replacement
from saecircuits.training import Corpus
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    subject = tiny_subject("llama")
    words = torch.randint(0, 56, (50, 20), generator=torch.Generator().manual_seed(0)).tolist()
    corpus = Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])
    dictionary = random_transcoder(2, subject.d_model)
    with torch.no_grad():
        dictionary.b_enc[5] = -1e4  # one that never fires
    return collect_evidence(Replacement(subject, [dictionary]), corpus, progress=False)["transcoder.2"]


def test_files_give_everything_back(evidence, tmp_path):
    named = evidence.with_label(3, "my feature")
    named.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["transcoder.2.json", "transcoder.2.safetensors"]
    again = Evidence.load(tmp_path, "transcoder.2")
    for feature in range(evidence.n_features):
        assert again.card(feature) == named.card(feature)
    for each in fields(Evidence):
        value = getattr(named, each.name)
        if isinstance(value, np.ndarray):
            assert getattr(again, each.name).dtype == value.dtype
            np.testing.assert_array_equal(getattr(again, each.name), value)
    assert (again.model, again.corpus, again.tokens) == (named.model, named.corpus, named.tokens)


def test_a_card_is_plain(evidence):
    plain = evidence.card(int(evidence.firings.argmax())).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert {"dictionary", "feature", "label", "firing_rate", "max", "histogram", "promoted", "suppressed"} <= set(plain)
    assert plain["dictionary"] == "transcoder.2"
    assert set(plain["histogram"]) == {"edges", "counts"}
    assert {frozenset(context) for context in plain["contexts"]} == {frozenset({"tokens", "activations", "peak"})}
    first = plain["contexts"][0]
    assert len(first["tokens"]) == len(first["activations"])
    assert first["activations"][first["peak"]] == max(first["activations"]) == pytest.approx(plain["max"], rel=1e-3)
    assert isinstance(plain["promoted"][0][0], str)
    assert isinstance(plain["promoted"][0][1], float)


def test_a_feature_that_never_fires_has_a_card(evidence):
    card = evidence.card(5)
    assert (card.max, card.firing_rate, card.contexts, card.label) == (0, 0, (), NEVER_FIRES)
    assert sum(card.histogram.counts) == 0
    assert len(card.promoted) == 10
    json.dumps(card.to_dict())


@pytest.mark.parametrize("feature", [-1, 48, 10**9])
@pytest.mark.parametrize("ask", ["card", "label", "maximum", "firing_rate"])
def test_a_feature_that_is_not_there_is_refused_with_the_range(evidence, feature, ask):
    with pytest.raises(InputError, match=f"transcoder.2 has features 0 to 47, not {feature}"):
        getattr(evidence, ask)(feature)


def test_a_persons_label_stands_before_the_automatic_one(evidence):
    automatic = evidence.label(7)
    named = evidence.with_label(7, "  plural nouns ")
    assert named.label(7) == named.card(7).label == "plural nouns"
    assert evidence.label(7) == automatic
    assert named.with_label(7, "").label(7) == automatic
    with pytest.raises(InputError):
        evidence.with_label(99, "x")


SHARP, DULL = [("are", 9.0), ("were", 8.0), ("that", 2.0)], [("oak", 2.0), ("Paris", 1.9), ("a", 1.8)]


@pytest.mark.parametrize(
    ("fired", "breadth", "promoted", "expected"),
    [
        ([], 0, SHARP, NEVER_FIRES),
        ([("girls", 0.5), (" kings", 0.3), ("a", 0.01)], 2.9, DULL, "girls · kings"),
        ([("Nice", 1.0)], 1.0, DULL, "Nice"),
        ([("girls", 0.03), ("kings", 0.03), ("dogs", 0.03), ("boys", 0.03)], 40, DULL, "girls · kings · dogs …"),
        ([("girls", 0.03), ("kings", 0.03)], 40, SHARP, "→ are, were"),
        ([("dogs", 0.9)], 1.2, SHARP, "dogs → are, were"),
        ([("\n", 1.0)], 1.0, DULL, r"'\n'"),
        ([("<img src=x onerror=alert(1)>", 1.0)], 1.0, DULL, "<img src=x onerror=alert(1)>"),
    ],
)
def test_labels(fired, breadth, promoted, expected):
    assert automatic_label(fired, breadth, promoted, spread=1.0) == expected


def test_what_is_not_there_is_named(evidence, tmp_path):
    with pytest.raises(InputError, match=r"transcoder\.9\.json is missing"):
        Evidence.load(tmp_path, "transcoder.9")
    evidence.save(tmp_path)
    (tmp_path / "transcoder.2.safetensors").unlink()
    with pytest.raises(InputError, match="safetensors is missing"):
        Evidence.load(tmp_path, "transcoder.2")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("name", ["transcoder.2.json", "transcoder.2.safetensors"])
def test_files_cut_short_are_refused(evidence, tmp_path, name, share):
    path = evidence.save(tmp_path) / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError, match=r"transcoder\.2"):
        Evidence.load(tmp_path, "transcoder.2")


@pytest.mark.parametrize(
    "changes", [{"n_features": 3}, {"version": 9}, {"format": "x"}, {"tokens": "many"}, {"colour": "red"}], ids=str
)
def test_headers_that_do_not_fit_are_refused(evidence, tmp_path, changes):
    path = evidence.save(tmp_path) / "transcoder.2.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    with pytest.raises(FileFormatError):
        Evidence.load(tmp_path, "transcoder.2")


def test_files_can_be_read_by_everyone_who_may_read_the_folder(evidence, tmp_path):
    evidence.save(tmp_path)
    (tmp_path / "other").touch()
    assert len({path.stat().st_mode for path in tmp_path.iterdir()}) == 1
