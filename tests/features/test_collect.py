"""Evidence against a plain computation that holds everything in memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saecircuits.errors import InputError
from saecircuits.features import collect_evidence
from saecircuits.features.contexts import BEFORE, WINDOW
from saecircuits.features.histogram import BINS
from saecircuits.replacement import Replacement
from saecircuits.training import Corpus
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder

N_CONTEXTS = 12


def _texts() -> list[str]:
    """Rows shorter and longer than a window, many of them twice."""
    generator = torch.Generator().manual_seed(3)
    texts = []
    for length in (1, 2, 5, 9, 15, 16, 17, 30, 45):
        for _ in range(6):
            texts.append(" ".join(f"w{i}" for i in torch.randint(0, 56, (length,), generator=generator).tolist()))
    return texts + texts[::3]


CORPUS = Corpus.texts(_texts(), name="random words")


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def case(request):
    """Model, dictionary, evidence, and for each row its ids and latents."""
    subject = tiny_subject(request.param)
    dictionary = random_transcoder(1, subject.d_model)
    evidence = collect_evidence(Replacement(subject, [dictionary]), CORPUS, rows=7, progress=False)["transcoder.1"]
    rows = []
    for ids in CORPUS.token_rows(subject):
        x = subject.read(torch.tensor(ids), dictionary.reads)[dictionary.reads[0]][0]
        latents = dictionary.encode(x[:, None])
        latents[0] = 0  # the first token does not count
        rows.append((ids, latents.double().numpy()))
    return subject, dictionary, evidence, rows


def _activations(rows, feature: int) -> np.ndarray:
    return np.concatenate([latents[1:, feature] for _, latents in rows])


def test_rates_and_maxima(case):
    _, dictionary, evidence, rows = case
    assert evidence.n_features == dictionary.n_features
    assert evidence.tokens == sum(len(ids) - 1 for ids, _ in rows)
    for feature in range(evidence.n_features):
        values = _activations(rows, feature)
        assert evidence.firing_rate(feature) == pytest.approx((values > 0).mean(), abs=1.5 / len(values))
        assert evidence.maximum(feature) == pytest.approx(values.max(), rel=1e-3, abs=1e-5)


def test_histograms(case):
    _, _, evidence, rows = case
    for feature in range(evidence.n_features):
        values = _activations(rows, feature)
        histogram = evidence.card(feature).histogram
        assert len(histogram.edges) == len(histogram.counts) + 1 == BINS + 1
        if values.max() == 0:
            assert sum(histogram.counts) == 0
            continue
        assert histogram.edges[0] == 0
        assert histogram.edges[-1] / 2 <= values.max() < histogram.edges[-1]
        expected, _ = np.histogram(values[values > 0], histogram.edges)
        # the batched and the row-by-row run differ by rounding, which may carry a value over an edge
        assert np.abs(expected - histogram.counts).sum() <= 2


def test_top_contexts(case):
    subject, _, evidence, rows = case
    for feature in range(evidence.n_features):
        expected = _plain_contexts(rows, feature)
        found = evidence.card(feature).contexts
        assert len(found) == len(expected)
        for context, (value, ids, activations, peak) in zip(found, expected, strict=True):
            assert context.activations[context.peak] == pytest.approx(value, rel=2e-3)
            if list(context.tokens) == subject.token_texts(ids):  # two of almost equal strength may change places
                assert context.peak == peak
                assert context.activations == pytest.approx(activations, rel=2e-3, abs=1e-3 * value)
        texts = {tuple(context.tokens) for context in found}
        assert len(texts) == len(found)
        assert texts <= {tuple(subject.token_texts(ids)) for _, ids, _, _ in _plain_contexts(rows, feature, 99)}


def _plain_contexts(rows, feature: int, n: int = N_CONTEXTS):
    """All rows sorted by their highest activation, of equal windows the first; the best `n`."""
    found, seen = [], set()
    for ids, latents in rows:
        peak = int(latents[:, feature].argmax())
        start = min(max(peak - BEFORE, 0), max(len(ids) - WINDOW, 0))
        window = slice(start, start + WINDOW)
        found.append((latents[peak, feature], ids[window], latents[window, feature].tolist(), peak - start))
    kept = []
    for value, ids, activations, peak in sorted(found, key=lambda each: -each[0]):
        if value > 0 and tuple(ids) not in seen:
            seen.add(tuple(ids))
            kept.append((value, ids, activations, peak))
    return kept[:n]


def test_tokens_at_which_features_fire(case):
    subject, _, evidence, rows = case
    for feature in range(evidence.n_features):
        sums: dict[int, float] = {}
        for ids, latents in rows:
            for token, value in zip(ids, latents[:, feature], strict=True):
                sums[token] = sums.get(token, 0) + value**2
        total = sum(sums.values())
        fired = dict(evidence.card(feature).fired)
        for text, share in fired.items():
            assert share == pytest.approx(sums[subject.token_id(text)] / total, rel=1e-3)
        assert list(fired.values()) == sorted(fired.values(), reverse=True)
        if fired:
            assert max(fired.values()) == pytest.approx(max(sums.values()) / total, rel=1e-3)


def test_promoted_and_suppressed_tokens(case):
    subject, dictionary, evidence, _ = case
    gain, unembed = subject.weights.final_norm.gain.double(), subject.weights.unembed.double()
    for feature in range(0, evidence.n_features, 5):
        direction = dictionary.W_dec[feature, 0].double()
        if subject.weights.final_norm.kind == "layer":
            direction = direction - direction.mean()
        logits = unembed @ (gain * direction)
        logits = logits - logits.mean()
        card = evidence.card(feature)
        order = torch.tensor([token for token in logits.argsort(descending=True).tolist() if token not in (0, 1)])
        for shown, best in ((card.promoted, order[:10]), (card.suppressed, order.flip(0)[:10])):
            assert [text for text, _ in shown] == subject.token_texts(best)
            assert [logit for _, logit in shown] == pytest.approx(logits[best].tolist(), rel=1e-3, abs=1e-4)


def test_batches_of_any_size_give_the_same(case):
    subject, dictionary, evidence, _ = case
    other = collect_evidence(Replacement(subject, [dictionary]), CORPUS, rows=64, progress=False)["transcoder.1"]
    assert np.abs(other.firings.astype(int) - evidence.firings).max() <= 1
    np.testing.assert_allclose(other.maxima, evidence.maxima, rtol=1e-3, atol=1e-5)
    for feature in range(evidence.n_features):
        one, two = evidence.card(feature).contexts, other.card(feature).contexts
        strengths = [[context.activations[context.peak] for context in each] for each in (one, two)]
        assert strengths[0] == pytest.approx(strengths[1], rel=2e-3)


def test_large_batches_are_encoded_in_parts(case, monkeypatch):
    subject, dictionary, evidence, _ = case
    monkeypatch.setattr("saecircuits.features.collect._MOST_LATENTS", 1)
    parts = collect_evidence(Replacement(subject, [dictionary]), CORPUS, rows=7, progress=False)["transcoder.1"]
    np.testing.assert_array_equal(parts.bin_counts, evidence.bin_counts)
    np.testing.assert_array_equal(parts.contexts.starts, evidence.contexts.starts)
    peaks = [each.contexts.relative.max(1) for each in (parts, evidence)]
    np.testing.assert_allclose(*peaks, rtol=2e-3)


def test_tokens_limit_what_is_read(case):
    subject, dictionary, _, _ = case
    found = collect_evidence(Replacement(subject, [dictionary]), CORPUS, tokens=10, rows=4, progress=False)
    assert 10 <= found["transcoder.1"].tokens < 30


def test_progress_is_shown(case, capsys):
    subject, dictionary, _, _ = case
    collect_evidence(Replacement(subject, [dictionary]), CORPUS, tokens=10)
    assert "tok" in capsys.readouterr().err


def test_nothing_to_look_at_is_refused(case, monkeypatch):
    subject, dictionary, _, _ = case
    with pytest.raises(InputError, match="no dictionary"):
        collect_evidence(Replacement(subject, []), CORPUS, progress=False)
    monkeypatch.setattr(Corpus, "token_rows", lambda self, subject: iter([[2]]))
    with pytest.raises(InputError, match="more than one token"):
        collect_evidence(Replacement(subject, [dictionary]), CORPUS, progress=False)
