"""A dictionary whose matrices stay in their file computes what the same one in memory computes, and reads little."""

from __future__ import annotations

import os
import pickle
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from saecircuits.dictionaries import Dictionary, load_dictionaries, load_dictionary, save_dictionary, stored
from saecircuits.dictionaries.sending import encoder_of
from saecircuits.dictionaries.stored import Extent
from saecircuits.errors import FileFormatError, InputError
from tests.dictionaries.test_activations import FEATURES as F
from tests.dictionaries.test_dictionary import WIRINGS, D, inputs, make

KINDS = [(wiring, "topk", False) for wiring in WIRINGS]
KINDS += [("transcoder", "jumprelu", True), ("cross-layer", "batchtopk", True), ("crosscoder", "relu", False)]
CLOSE = {"rtol": 1e-5, "atol": 1e-5}  # float32 sums of a few dozen products, in another order


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(map(str, kind)))
def pair(request, tmp_path) -> tuple[Dictionary, Dictionary]:
    """One in memory and a lazy one."""
    wiring, activation, skip = request.param
    folder = save_dictionary(make(wiring, activation, skip=skip), tmp_path / "one")
    eager, (lazy,) = load_dictionary(folder), load_dictionaries(folder, lazy=True)
    assert lazy.lazy and not eager.lazy
    return eager, lazy


@pytest.fixture
def lazy(tmp_path) -> Dictionary:
    return load_dictionary(save_dictionary(make("cross-layer", "relu"), tmp_path / "clt"), lazy=True)


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """How many numbers were read at a time."""
    found: list[int] = []
    read = Extent.read

    def spy(self, part):
        found.append(part.size)
        return read(self, part)

    monkeypatch.setattr(Extent, "read", spy)
    return found


@pytest.fixture(autouse=True)
def a_few_rows_at_once(monkeypatch):
    monkeypatch.setattr(stored, "_AT_ONCE", 3 * D)


def weights_file(dictionary: Dictionary) -> Path:
    assert dictionary.folder is not None
    return dictionary.folder / "weights.safetensors"


def test_everything_that_is_asked_of_it(pair):
    eager, lazy = pair
    assert "W_enc" not in lazy.state_dict() and "W_dec" not in dict(lazy.named_parameters())
    x, features = inputs(eager, 2, 5), torch.tensor([[3, 0], [7, 3]])
    torch.testing.assert_close(lazy.preactivations(x), eager.preactivations(x), **CLOSE)
    z = eager.encode(x)
    torch.testing.assert_close(lazy.encode(x), z, **CLOSE)
    torch.testing.assert_close(lazy.decode(z), eager.decode(z), **CLOSE)
    torch.testing.assert_close(lazy.decode(z[0, 0]), eager.decode(z[0, 0]), **CLOSE)
    torch.testing.assert_close(lazy(x), eager(x), **CLOSE)
    some = x.flatten(0, 1)[:3]
    index = torch.tensor([1, 0, F - 1])
    torch.testing.assert_close(lazy.preactivations_of(some, index), eager.preactivations_of(some, index), **CLOSE)
    for write in range(len(eager.writes)):
        torch.testing.assert_close(lazy.written(z, write), z @ eager.W_dec[:, write], **CLOSE)
        assert torch.equal(lazy.decoder_rows(features, write), eager.W_dec[features, write])
        assert torch.equal(lazy.decoder_rows(2, write), eager.W_dec[2, write])
    for read in range(len(eager.reads)):
        assert torch.equal(lazy.encoder_rows(features, read), eager.W_enc[features, read])
    assert torch.equal(lazy.encoder_rows(features), eager.W_enc[features])
    assert torch.equal(lazy.W_enc, eager.W_enc) and torch.equal(lazy.W_dec, eager.W_dec)
    along = torch.randn(4, len(eager.writes), D)
    torch.testing.assert_close(lazy.along(along), along.flatten(1) @ eager.W_dec.flatten(1).T, **CLOSE)
    unembed = torch.randn(6, D)
    torch.testing.assert_close(lazy.promoted_logits(unembed, index), eager.promoted_logits(unembed, index), **CLOSE)


def test_gradients_of_what_is_read(pair):
    found = []
    for dictionary in pair:
        x = inputs(dictionary, 5).requires_grad_()
        dictionary(x).pow(2).sum().backward()
        found.append(x.grad)
    torch.testing.assert_close(*found, **CLOSE)


def test_scales_are_folded_and_copies_are_saved(pair, tmp_path):
    eager, lazy = pair
    read, write = torch.arange(1, len(eager.reads) + 1) / 2, torch.arange(1, len(eager.writes) + 1) / 3
    copy = deepcopy(lazy).fold_scales(read, write)
    wanted, x = deepcopy(eager).fold_scales(read, write), inputs(eager, 5)
    torch.testing.assert_close(copy.W_enc, wanted.W_enc)
    for site in range(len(eager.reads)):
        torch.testing.assert_close(copy.encoder_rows(torch.tensor([1]), site), wanted.W_enc[[1], site])
    for site in range(len(eager.writes)):
        torch.testing.assert_close(copy.decoder_rows(2, site), wanted.W_dec[2, site])
    torch.testing.assert_close(copy(x), wanted(x), **CLOSE)
    assert torch.equal(lazy.W_enc, eager.W_enc)  # the copy's scale is its own
    again = load_dictionary(save_dictionary(copy, tmp_path / "again"))
    assert not again.lazy
    torch.testing.assert_close(again.state_dict(), wanted.state_dict())


def test_what_is_sent_elsewhere_is_whole(pair):
    eager, lazy = pair
    sent, x, rows = pickle.dumps(lazy), inputs(eager, 5), torch.tensor([3, 1])
    weights_file(lazy).unlink()
    there = pickle.loads(sent)
    torch.testing.assert_close(there(x), eager(x), **CLOSE)
    assert torch.equal(there.decoder_rows(rows, 0), eager.W_dec[rows, 0])
    assert torch.equal(there.W_enc, eager.W_enc)


def test_of_some_features_only_their_rows_are_sent(lazy, reads):
    some = encoder_of(lazy, torch.tensor([2, 5]))
    assert sum(reads) == 2 * D
    x = inputs(lazy, 4)
    torch.testing.assert_close(some.preactivations(x), lazy.preactivations(x)[..., [2, 5]], **CLOSE)


def test_other_precision(pair):
    eager, lazy = (deepcopy(each).double() for each in pair)
    x = inputs(eager, 5).double()
    assert lazy.encode(x).dtype == lazy.W_dec.dtype == lazy.decoder_rows(0).dtype == torch.float64
    torch.testing.assert_close(lazy(x), eager(x), rtol=1e-12, atol=1e-12)


def test_only_rows_that_are_asked_for_are_read(lazy, reads):
    writes = len(lazy.writes)
    lazy.decoder_rows(torch.tensor([4, 2]), 1)
    assert reads == [2 * D]
    reads.clear()
    z = torch.zeros(6, F)
    z[1, 4], z[3, 4], z[5, 0] = 1.0, 2.0, 3.0
    lazy.decode(z)
    assert sum(reads) == 2 * writes * D
    reads.clear()
    lazy.written(z, 2)
    assert sum(reads) == 2 * D
    reads.clear()
    assert torch.equal(lazy.decode(torch.zeros(2, F)), lazy.b_dec.expand(2, -1, -1))
    assert sum(reads) == 0


def test_an_encoder_is_read_some_rows_at_a_time(lazy, reads):
    lazy.encode(inputs(lazy, 4))
    assert sum(reads) == F * D and max(reads) == 3 * D


def test_nothing_is_read_when_it_is_loaded(tmp_path, reads):
    folder = save_dictionary(make("cross-layer", "relu"), tmp_path / "clt")
    taken = load_dictionary(folder, lazy=True)
    assert not reads and taken.n_features == F and taken.d_model == D


def test_a_file_that_changed_is_refused(lazy, tmp_path):
    path, whole = weights_file(lazy), weights_file(lazy).read_bytes()
    before = path.stat()
    row = lazy.decoder_rows(1)
    path.write_bytes(whole[:-8])
    with pytest.raises(FileFormatError, match=r"weights\.safetensors.*has changed since it was loaded") as caught:
        lazy.decoder_rows(1)
    assert "Load the dictionaries again" in caught.value.cure
    path.write_bytes(whole[:-8] + bytes(8))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    for ask in (lambda: lazy.encode(inputs(lazy, 1)), lambda: lazy.W_dec, lambda: lazy.encoder_rows(0)):
        with pytest.raises(FileFormatError, match="has changed"):
            ask()
    path.write_bytes(whole)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert torch.equal(lazy.decoder_rows(1), row)
    path.unlink()
    with pytest.raises(FileFormatError, match="cannot be read any more: No such file"):
        lazy.decoder_rows(1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused_when_they_are_read(lazy, value):
    path = weights_file(lazy)
    weights = load_file(path)
    weights["W_dec"][5, 1, 2] = weights["W_enc"][6, 0, 0] = value
    save_file(weights, path)
    broken = load_dictionary(path.parent, lazy=True)
    assert torch.equal(broken.decoder_rows(4), weights["W_dec"][4])
    assert torch.equal(broken.decoder_rows(5, 0), weights["W_dec"][5, 0])
    fires = torch.zeros(F)
    fires[5] = 1
    asked = (lambda: broken.decoder_rows(5), lambda: broken.decode(fires), lambda: broken.W_dec)
    for name, ask in (*(("W_dec", each) for each in asked), ("W_enc", lambda: broken.encode(inputs(lazy, 2)))):
        with pytest.raises(FileFormatError, match=rf"{name} in .*weights\.safetensors holds NaN or infinity"):
            ask()


def test_activations_that_are_not_finite_are_not_the_file_s_fault(lazy):
    assert lazy.preactivations(torch.full((1, 1, D), torch.inf)).isfinite().sum() == 0


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_files_cut_short_are_refused(lazy, share):
    path = weights_file(lazy)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError, match=r"weights\.safetensors"):
        load_dictionary(path.parent, lazy=True)


@pytest.mark.parametrize("change", ["shape", "missing", "type", "extra", "bias"])
def test_weights_that_do_not_fit_are_refused(lazy, change):
    path = weights_file(lazy)
    weights = load_file(path)
    match change:
        case "shape":
            weights["W_dec"] = weights["W_dec"][:-1].clone()
        case "missing":
            del weights["W_enc"]
        case "type":
            weights["W_enc"] = weights["W_enc"].to(torch.int32)
        case "extra":
            weights["more"] = torch.zeros(1)
        case _:
            weights["b_enc"] = weights["b_enc"][:-1].clone()
    save_file(weights, path)
    with pytest.raises(FileFormatError, match=rf"{path.parent}"):
        load_dictionary(path.parent, lazy=True)


def test_weights_in_a_file_are_not_drawn_anew(lazy):
    with pytest.raises(InputError, match="stay in a file") as caught:
        lazy.initialise(torch.Generator())
    assert "without lazy" in caught.value.cure
