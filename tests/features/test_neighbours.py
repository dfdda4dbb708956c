"""Neighbours by direction, features by number or words, contexts by strength."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.circuit import Feature
from saecircuits.features import bands, find_features, neighbours
from saecircuits.training import Corpus, stream
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder


def test_neighbours_are_those_with_the_largest_cosine():
    dictionary = random_transcoder(1, 16)
    with torch.no_grad():
        dictionary.W_dec[9] = 0
    rows = dictionary.W_dec[:, 0].double().numpy()
    for feature in (0, 17, 47):
        slow = {}
        for other in range(48):
            sizes = np.linalg.norm(rows[other]) * np.linalg.norm(rows[feature])
            if other != feature and sizes > 0:
                slow[other] = float(rows[other] @ rows[feature] / sizes)
        expected = sorted(slow, key=lambda other: -slow[other])[:5]
        found = neighbours(dictionary, feature, 5)
        assert [index for index, _ in found] == expected
        assert [cosine for _, cosine in found] == pytest.approx([slow[i] for i in expected], abs=1e-5)
    assert len(neighbours(dictionary, 0, 100)) == 46  # neither itself nor the one that writes nothing


LABELS = {
    Feature("transcoder.0", 1): "is → Warsaw",
    Feature("transcoder.0", 2): "Warsaw",
    Feature("transcoder.1", 1): "Polish cities of Warsaw",
    Feature("transcoder.1", 2): "2 things",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("transcoder.1/2", ["transcoder.1/2"]),
        ("1/2", ["transcoder.1/2"]),
        ("1#2", ["transcoder.1/2"]),
        ("2", ["transcoder.0/2", "transcoder.1/2"]),
        ("warsaw", ["transcoder.0/2", "transcoder.0/1", "transcoder.1/1"]),
        ("warsaw polish", ["transcoder.1/1"]),
        ("9/2", []),
        ("", []),
        ("   ", []),
        ("(", []),
    ],
)
def test_features_are_found_by_number_or_words(text, expected):
    sizes = {"transcoder.0": 3, "transcoder.1": 3}
    found = find_features(sizes, lambda feature: LABELS.get(feature, ""), text)
    assert [str(feature) for feature in found] == expected


def test_bands_hold_every_firing_and_draw_from_each():
    subject = tiny_subject("llama")
    dictionary = random_transcoder(1, subject.d_model)
    words = torch.randint(0, 56, (40, 14), generator=torch.Generator().manual_seed(0)).tolist()
    corpus = Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])
    values = torch.cat(
        [(dictionary.encode(a.stacked(dictionary.reads)) * a.used[..., None]).flatten(0, 1)
         for a in stream(subject, corpus, dictionary.reads)]
    )  # fmt: skip
    feature = int((values > 0).sum(0).argmax())
    own, most = values[:, feature], float(values[:, feature].max())
    found = bands(subject, dictionary, feature, most, corpus, each=3)
    assert [(band.low, band.high) for band in found] == [(0.75, 1.0), (0.5, 0.75), (0.25, 0.5), (0.0, 0.25)]
    assert sum(band.firings for band in found) == int((own > 0).sum())
    for band in found:
        inside = (own > band.low * most) & (own <= band.high * most * (1 + 1e-6))
        assert band.firings == int(inside.sum())
        assert len(band.contexts) == min(3, band.firings)
        for context in band.contexts:
            peak = context.activations[context.peak]
            assert band.low * most <= peak <= band.high * most * (1 + 1e-6)
            assert len(context.tokens) == len(context.activations)
    again = bands(subject, dictionary, feature, most, corpus, each=3)
    assert again == found
