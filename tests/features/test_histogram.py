"""Histograms that widen as they go count as if their range had been known."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings, strategies as st

from saecircuits.features.histogram import BINS, Histograms

VALUES = st.floats(min_value=2.0**-20, max_value=2.0**20, width=32)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 2), VALUES), max_size=8), max_size=8))
def test_the_order_and_size_of_batches_do_not_matter(batches):
    histograms = Histograms(3)
    for batch in batches:
        feature = torch.tensor([f for f, _ in batch], dtype=torch.long)
        histograms.update(feature, torch.tensor([v for _, v in batch], dtype=torch.float32))
    for feature in range(3):
        values = np.array([v for batch in batches for f, v in batch if f == feature], dtype=np.float32)
        counts, top = histograms.counts[feature].numpy(), float(histograms.tops()[feature])
        assert counts.sum() == len(values)
        if not len(values):
            assert top == 0
            continue
        assert histograms.maximum[feature] == values.max()
        assert top / 2 <= values.max() < top
        expected = np.bincount((values * np.float32(BINS) / np.float32(top)).astype(int), minlength=BINS)
        np.testing.assert_array_equal(counts, expected)


def test_by_hand():
    histograms = Histograms(2)
    histograms.update(torch.tensor([0, 0]), torch.tensor([0.6, 0.99]))  # a range of 1
    assert float(histograms.tops()[0]) == 1
    histograms.update(torch.tensor([0]), torch.tensor([1.0]))  # on the edge: the range doubles
    assert histograms.tops().tolist() == [2, 0]
    places = {6: 1, 9: 1, 10: 1}
    assert histograms.counts[0].tolist() == [places.get(i, 0) for i in range(BINS)]
