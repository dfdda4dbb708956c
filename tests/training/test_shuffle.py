"""The order of activations: the contract of all sources, and shuffling that can be gone on with."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import ActivationStore, Corpus, ShuffledTokens, Stream, TensorChunks
from tests.tiny import tiny_subject

SITES = (Site("mlp_in", 0), Site("mlp_out", 1))
D = 3


def _tensors(*lengths: int, d_model: int = D) -> list[torch.Tensor]:
    """Chunks whose first value counts the tokens."""
    counted = torch.arange(float(sum(lengths)))
    values = torch.stack([counted + site / 10 for site in range(2)], 1)[..., None].expand(-1, -1, d_model)
    return list((values + torch.arange(d_model) / 1000).split(lengths))


def _numbers(values: torch.Tensor) -> list[int]:
    """Which tokens these are; refused if the sites of a token are not together."""
    torch.testing.assert_close(values[:, 1] - values[:, 0], torch.full_like(values[:, 0], 0.1), rtol=0, atol=1e-4)
    return values[:, 0, 0].int().tolist()


class _Passes:
    """Can be iterated any number of times, anew."""

    def __iter__(self):
        return iter(_tensors(3, 5, 0, 2))


def _text_stream(tmp_path, pack: bool = False) -> Stream:
    texts = [" ".join(f"w{(3 * i + j) % 50}" for j in range(1 + i % 4)) for i in range(11)]
    return Stream(tiny_subject("llama"), Corpus.texts(texts, row_length=6, pack=pack), SITES, rows=2)


SOURCES = {
    "list": lambda path: TensorChunks(_tensors(4, 1, 6), SITES),
    "one tensor": lambda path: TensorChunks(_tensors(7)[0], SITES),
    "one site": lambda path: TensorChunks([t[:, 0] for t in _tensors(4, 2)], SITES[0]),
    "an iterable": lambda path: TensorChunks(_Passes(), SITES),
    "float16": lambda path: TensorChunks([t.half() for t in _tensors(4, 2)], SITES),
    "stream": _text_stream,
    "packed stream": lambda path: _text_stream(path, pack=True),
    "store": lambda path: ActivationStore.write(
        path, TensorChunks(_tensors(4, 9, 6), SITES), 45, shard_tokens=7, progress=False
    ),
    "two models": lambda path: Stream(
        {name: tiny_subject("llama", seed) for seed, name in enumerate("ab")},
        Corpus.texts(["w1 w2 w3", "w4 w5", "w6"]),
        [Site("mlp_out", 1, "a"), Site("mlp_out", 1, "b")],
        rows=2,
    ),
}
"""One of each kind; a new kind of source is one more row."""


@pytest.fixture(params=SOURCES)
def source(request, tmp_path):
    return SOURCES[request.param](tmp_path / "store")


def test_every_source_can_be_begun_anywhere_and_begins_again(source):
    chunks = list(islice(source.read(0), 25))
    for start in (0, 1, 2, 3, 6, 7, 13, 24):
        for chunk, expected in zip(source.read(start), chunks[start:], strict=False):
            assert torch.equal(chunk, expected)
    assert source.name
    width = chunks[0].shape[2]
    for chunk in chunks:
        assert (chunk.dtype, chunk.shape[1:], chunk.requires_grad) == (torch.float32, (len(source.sites), width), False)
    assert sum(map(len, chunks)) > 0


def test_two_readings_do_not_disturb_each_other(source):
    expected = list(islice(source.read(), 9))
    one, other = source.read(), source.read(2)
    for number in range(7):
        assert torch.equal(next(one), expected[number])
        assert torch.equal(next(other), expected[number + 2])


def _draw(shuffled: ShuffledTokens, count: int) -> list[torch.Tensor]:
    return list(islice(shuffled.batches(), count))


@pytest.mark.parametrize("drawn", [0, 1, 2, 3, 4, 7, 10])
def test_every_source_goes_on_where_it_stopped(source, drawn):
    make = lambda: ShuffledTokens(source, pool=9, batch=4, seed=3)  # noqa: E731
    whole = make()
    expected = _draw(whole, drawn + 6)
    broken = make()
    before = broken.sample()
    _draw(broken, drawn)
    state = {name: value.clone() for name, value in broken.state().items()}
    resumed = make()
    resumed.restore(state)
    assert torch.equal(resumed.sample(), before)
    for one, other in zip(_draw(resumed, 6), expected[drawn:], strict=True):
        assert torch.equal(one, other)
    for one, other in zip(_draw(broken, 6), expected[drawn:], strict=True):  # asking for the state changes nothing
        assert torch.equal(one, other)
    assert all(torch.equal(resumed.state()[name], whole.state()[name]) for name in state)


def test_a_pool_gives_every_token_once_but_for_the_rest():
    source = TensorChunks(_tensors(6, 6, 6, 6, 6), SITES)
    shuffled = ShuffledTokens(source, pool=16, batch=4, seed=0)
    first, second = (_numbers(torch.cat(_draw(shuffled, 4))) for _ in range(2))
    assert len(set(first)) == 16  # of the 18 in three chunks
    assert set(first) < set(range(18))
    assert first != sorted(first)
    assert len(set(second)) == 16
    assert set(second) < {*range(18, 30), *range(6)}  # the next three chunks: the last two, and the first again


def test_the_order_depends_on_the_seed_and_differs_from_pool_to_pool():
    source = TensorChunks(_tensors(20), SITES)
    one, same, other = (ShuffledTokens(source, pool=20, batch=20, seed=seed) for seed in (0, 0, 1))
    first, second = map(_numbers, _draw(one, 2))
    assert first != second
    assert [first, second] == [*map(_numbers, _draw(same, 2))]
    assert first != _numbers(_draw(other, 1)[0])


def test_over_many_pools_every_token_comes_equally_often():
    shuffled = ShuffledTokens(TensorChunks(_tensors(5, 5, 5), SITES), pool=5, batch=2, seed=0)
    counts = torch.bincount(torch.tensor(_numbers(torch.cat(_draw(shuffled, 3_000)))), minlength=15)
    assert counts.min() > 300  # 400 each on average, with a standard deviation of about 9


def test_the_sample_is_the_first_pool_and_takes_nothing_away():
    source = TensorChunks(_tensors(6, 6, 6), SITES)
    looked, not_looked = (ShuffledTokens(source, pool=10, batch=5, seed=1) for _ in range(2))
    assert _numbers(looked.sample()) == list(range(12))
    for one, other in zip(_draw(looked, 9), _draw(not_looked, 9), strict=True):
        assert torch.equal(one, other)
    assert _numbers(looked.sample()) == list(range(12))


def test_a_batch_may_be_larger_than_the_pool_and_a_chunk_larger_than_both():
    shuffled = ShuffledTokens(TensorChunks(_tensors(2, 30), SITES), pool=1, batch=8, seed=0)
    batches = _draw(shuffled, 4)
    assert [len(batch) for batch in batches] == [8] * 4
    assert len(set(_numbers(torch.cat(batches)))) == 32


def test_batches_stay_as_they_are_when_the_stream_goes_on():
    shuffled = ShuffledTokens(TensorChunks(_tensors(8), SITES), pool=8, batch=4, seed=0)
    (batch,) = _draw(shuffled, 1)
    kept = batch.clone()
    _draw(shuffled, 5)
    assert torch.equal(batch, kept)


def test_a_reading_that_was_broken_off_can_be_gone_on_with():
    source = TensorChunks(_tensors(4, 4, 4), SITES)
    expected = _draw(ShuffledTokens(source, pool=4, batch=4, seed=0), 5)
    broken = TensorChunks(_tensors(4, 4, 4), SITES)
    shuffled = ShuffledTokens(broken, pool=4, batch=4, seed=0)
    got = _draw(shuffled, 2)
    checked, broken._checked = broken._checked, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        _draw(shuffled, 1)
    broken._checked = checked
    got += _draw(shuffled, 3)
    assert all(torch.equal(one, other) for one, other in zip(got, expected, strict=True))


def test_a_source_without_a_token_is_refused():
    for source in (TensorChunks([], SITES), TensorChunks([torch.empty(0, 2, D)] * 3, SITES)):
        with pytest.raises(TrainingError, match=r"no activation in 'tensors'"):
            ShuffledTokens(source, pool=4, batch=2, seed=0).sample()


def test_what_can_be_read_once_is_read_once_and_then_refused_with_the_cure():
    once = TensorChunks(iter(_tensors(4, 4)), SITES)
    shuffled = ShuffledTokens(once, pool=4, batch=4, seed=0)
    shuffled.sample()
    assert sorted(_numbers(torch.cat(_draw(shuffled, 2)))) == list(range(8))
    with pytest.raises(TrainingError, match=r"read only once.*after 8 tokens.*list of tensors"):
        _draw(shuffled, 1)
    with pytest.raises(TrainingError, match="read only once"):
        next(once.read())


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ([torch.zeros(4, 3, D)], r"shape \(4, 3, 3\).*\[token, 2, d_model\].*mlp_in\.0, mlp_out\.1"),
        ([torch.zeros(4, D)], r"shape \(4, 3\)"),
        ([torch.zeros(4, 2, D, dtype=torch.long)], r"type torch\.int64"),
        ([[1.0]], r"a list"),
        ([*_tensors(2), *_tensors(2, d_model=D + 1)], r"Chunk 1 .* is 4 wide, the ones before it 3"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(tensors, said):
    with pytest.raises(InputError, match=said):
        list(islice(TensorChunks(tensors, SITES).read(), 3))


def test_values_that_are_not_finite_are_refused():
    for wrong in (float("nan"), float("inf"), -float("inf")):
        tensors = _tensors(3, 3)
        tensors[1] = tensors[1].clone()
        tensors[1][2, 1, 0] = wrong
        with pytest.raises(TrainingError, match=r"Chunk 1 .*not finite"):
            list(islice(TensorChunks(tensors, SITES, name="mine").read(), 3))
    large = torch.full((3, 2, D), 3e38)  # their sum is not finite, but they are
    assert torch.equal(next(TensorChunks(large, SITES).read()), large)


@pytest.mark.parametrize(("pool", "batch"), [(0, 4), (4, 0), (4, -1)])
def test_pools_and_batches_have_tokens(pool, batch):
    with pytest.raises(InputError, match="positive"):
        ShuffledTokens(TensorChunks(_tensors(4), SITES), pool, batch, 0)
