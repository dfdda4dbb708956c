"""Activations on disk: the same whatever happens while they are written, and refused where they are damaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import islice
from pathlib import Path

import pytest
import torch

from saecircuits.errors import FileFormatError, InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.training import ActivationStore, Corpus, Stream, TensorChunks
from tests.tiny import tiny_subject

SITES = (Site("mlp_in", 0), Site("mlp_out", 1))
TEXTS = [" ".join(f"w{(7 * i + j) % 50}" for j in range(5 + i % 7)) for i in range(40)]


def _stream(rows: int = 3, seed: int = 0, sites: tuple[Site, ...] = SITES) -> Stream:
    return Stream(tiny_subject("llama", seed), Corpus.texts(TEXTS), sites, rows)


def _tokens(count: int) -> torch.Tensor:
    """What the stream gives, as one sequence."""
    chunks, held = [], 0
    for chunk in _stream().read():
        chunks.append(chunk)
        held += len(chunk)
        if held >= count:
            return torch.cat(chunks)[:count]
    raise AssertionError


def _write(folder: Path, tokens: int = 150, chunks=None, shard_tokens: int = 40, **options) -> ActivationStore:
    options = {"progress": False} | options
    return ActivationStore.write(folder, chunks or _stream(), tokens, shard_tokens=shard_tokens, **options)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _one_pass(store: ActivationStore) -> dict[int, torch.Tensor]:
    """Chunks of the first pass by their number of the shard, found by what they hold."""
    everything = _tokens(store.tokens)
    found = {}
    for chunk in islice(store.read(), len(store)):
        start = int((everything[:, : len(store.sites)] - chunk[0]).flatten(1).norm(dim=1).argmin())
        found[start] = chunk
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A store that was written without interruption."""
    return _write(tmp_path_factory.mktemp("whole") / "store").folder


def test_a_store_holds_what_the_source_gave(whole):
    store = ActivationStore(whole)
    assert (store.sites, store.tokens, len(store), store.d_model) == (SITES, 150, 4, 32)
    assert store.name.endswith("on texts, rows of 64 tokens, 150 tokens on disk")
    assert [*_bytes(whole)] == ["manifest.json", *(f"shard-0000{i}.safetensors" for i in range(4))]
    expected = _tokens(150)
    found = _one_pass(store)
    assert sorted(found) == [0, 40, 80, 120]
    for start, chunk in found.items():
        assert torch.equal(chunk, expected[start : start + 40])


def test_each_pass_has_its_own_order_that_the_seed_gives(whole):
    def order(seed: int) -> list[list[float]]:
        sums = [float(chunk.sum()) for chunk in islice(ActivationStore(whole, seed).read(), 24)]
        return [sums[i : i + 4] for i in range(0, 24, 4)]

    passes = order(0)
    assert all(sorted(each) == sorted(passes[0]) for each in passes)
    assert len({tuple(each) for each in passes}) > 2
    assert order(0) == passes
    assert order(1) != passes


def test_some_sites_can_be_selected(whole):
    store = ActivationStore(whole, seed=3)
    turned = store.select(["mlp_out.1", "mlp_in.0"])
    one = store.select([SITES[1]])
    assert turned.sites == SITES[::-1]
    for every, swapped, single in islice(zip(store.read(), turned.read(), one.read(), strict=True), 6):
        assert torch.equal(every.flip(1), swapped)
        assert torch.equal(every[:, 1:], single)
    with pytest.raises(InputError, match=r"no site mlp_in\.2.*holds mlp_in\.0, mlp_out\.1"):
        store.select(["mlp_in.2"])
    with pytest.raises(InputError, match="No site"):
        store.select([])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 0), ("bfloat16", 2**-8), ("float16", 2**-11)])
def test_precision_is_that_of_the_type(tmp_path, dtype, tolerance):
    store = _write(tmp_path, dtype=dtype)
    expected = _tokens(150)
    for start, chunk in _one_pass(store).items():
        assert chunk.dtype == torch.float32
        # rounding to nearest errs by at most half the spacing of numbers of that size
        torch.testing.assert_close(chunk, expected[start : start + 40], rtol=tolerance, atol=1e-7)
    size = sum(len(data) for name, data in _bytes(tmp_path).items() if name.startswith("shard"))
    assert size < 150 * 2 * 32 * (4 if dtype == "float32" else 2) + 4 * 300


def test_shards_are_files_like_others(whole):
    plain = whole.parent / "plain"
    plain.write_text("")
    assert {path.stat().st_mode for path in whole.iterdir()} == {plain.stat().st_mode}


def test_what_is_there_is_not_made_again(whole, tmp_path):
    folder = _write(tmp_path).folder
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    source = _stream()
    source.read = None  # would fail if it were called
    assert _write(folder, chunks=source).tokens == 150
    assert _write(folder, 100, chunks=source).tokens == 150
    assert stamps == {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}


@pytest.mark.parametrize("first", [1, 39, 40, 41, 80, 149])
def test_a_store_that_is_added_to_equals_one_written_at_once(whole, tmp_path, first):
    _write(tmp_path, first)
    assert _write(tmp_path, 150).tokens == 150
    assert _bytes(tmp_path) == _bytes(whole)


@pytest.mark.parametrize("lost", [[0], [1], [3], [0, 2], [0, 1, 2, 3]])
@pytest.mark.parametrize("how", ["missing", "cut short", "empty"])
def test_lost_shards_are_made_again(whole, tmp_path, lost, how):
    _write(tmp_path)
    for number in lost:
        path = tmp_path / f"shard-0000{number}.safetensors"
        if how == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: -5 if how == "cut short" else 0])
    with pytest.raises(FileFormatError, match=rf"shard-0000[{''.join(map(str, lost))}]\.safetensors.*write again"):
        list(islice(ActivationStore(tmp_path).read(), 4))
    _write(tmp_path)
    assert _bytes(tmp_path) == _bytes(whole)


def test_shards_of_another_store_are_refused(whole, tmp_path):
    _write(tmp_path, shard_tokens=50)
    (tmp_path / "shard-00000.safetensors").write_bytes((whole / "shard-00000.safetensors").read_bytes())
    with pytest.raises(FileFormatError, match=r"shard-00000\.safetensors does not fit manifest\.json"):
        list(islice(ActivationStore(tmp_path).read(), 3))


_KILLED = textwrap.dedent(
    """
    import sys
    import torch
    torch.set_num_threads(1)
    sys.path.insert(0, sys.argv[2])
    from pathlib import Path
    from tests.training.test_store import _stream, _write
    source = _stream()
    print("ready", flush=True)
    _write(Path(sys.argv[1]), 3000, source, shard_tokens=16)
    """
)


def _run_and_kill(folder: Path, after: int) -> int:
    """Write in another process, killed when there are some shards; how many there are then."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", _KILLED, str(folder), root]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": root}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        while len(list(folder.glob("shard-*"))) < after and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    return len(list(folder.glob("shard-*")))


def test_a_writer_that_is_killed_again_and_again_leaves_the_same_files(tmp_path):
    expected = _bytes(_write(tmp_path / "whole", 3000, shard_tokens=16).folder)
    folder = tmp_path / "killed"
    made = [_run_and_kill(folder, after) for after in (0, 25, 100)]
    assert 0 < made[1] < len(expected) - 1, made  # a kill came in the middle
    _write(folder, 3000, shard_tokens=16)
    assert _bytes(folder) == expected


def test_what_a_killed_writer_left_beside_is_swept(whole, tmp_path):
    (tmp_path / ".shard-00001.safetensors.123.part").write_bytes(b"half")
    _write(tmp_path)
    assert _bytes(tmp_path) == _bytes(whole)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("name", ["shard-00002.safetensors", "manifest.json"])
def test_a_full_disk_is_said_and_leaves_nothing_half_written(whole, tmp_path, name):
    class Filling(Stream):
        """While it is read, the disk becomes full for one file: what is written beside it goes to /dev/full."""

        def read(self, start=0):
            for number, chunk in enumerate(super().read(start)):
                if number == 4:
                    (tmp_path / f".{name}.{os.getpid()}.part").symlink_to("/dev/full")
                yield chunk

    before = _stream()
    full = Filling(tiny_subject("llama"), Corpus.texts(TEXTS), SITES, 3)
    with pytest.raises(TrainingError, match=r"disk is full: .* 150 tokens.*Make room and call"):
        _write(tmp_path, chunks=full)
    names = [*_bytes(tmp_path)]
    assert [each for each in names if each.startswith(".")] == []
    assert "manifest.json" in names
    assert "shard-00003.safetensors" not in names
    assert len(list(islice(ActivationStore(tmp_path).read(), 5))) == 5
    _write(tmp_path, chunks=before)
    assert _bytes(tmp_path) == _bytes(whole)


def test_an_interrupted_writing_goes_on(whole, tmp_path):
    class Interrupted(Stream):
        def read(self, start=0):
            yield from islice(super().read(start), 4)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _write(tmp_path, chunks=Interrupted(tiny_subject("llama"), Corpus.texts(TEXTS), SITES, 3))
    assert 0 < ActivationStore(tmp_path).tokens < 150
    _write(tmp_path)
    assert _bytes(tmp_path) == _bytes(whole)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chunks": _stream(sites=SITES[::-1])}, r"begun with sites = \['mlp_in\.0', 'mlp_out\.1'\]"),
        ({"dtype": "bfloat16"}, "begun with dtype = 'float32', not 'bfloat16'"),
        ({"shard_tokens": 41}, "begun with shard_tokens = 40, not 41"),
        (
            {"chunks": Stream(tiny_subject("llama"), Corpus.texts(TEXTS, name="x"), SITES)},
            "source = .*on texts.*, not .*on x",
        ),
        ({"tokens": 200, "chunks": _stream(rows=4)}, "gives other activations .*rows a batch"),
        ({"tokens": 200, "chunks": _stream(seed=1)}, "gives other activations .*same model"),
        ({"tokens": 0}, "positive"),
        ({"shard_tokens": 0}, "positive"),
        ({"dtype": "int8"}, "Use one of float32, bfloat16, float16"),
    ],
)
def test_what_does_not_belong_to_the_store_is_refused(tmp_path, changes, said):
    before = _bytes(_write(tmp_path).folder)
    with pytest.raises(InputError, match=said):
        _write(tmp_path, **changes)
    assert _bytes(tmp_path) == before


def test_folders_without_a_usable_store_are_refused(tmp_path, whole):
    with pytest.raises(InputError, match=r"manifest\.json is missing"):
        ActivationStore(tmp_path)
    text = (whole / "manifest.json").read_text("utf-8")
    for changed, said in (
        (text[:-20], "does not describe activations"),
        (text.replace('"version":1', '"version":7'), "version 7; this reads"),
        (text.replace('"counts":[40,', '"counts":['), "does not describe its shards"),
        (text.replace('"d_model"', '"width"'), "d_model"),
    ):
        assert changed != text
        (tmp_path / "manifest.json").write_text(changed, "utf-8")
        with pytest.raises(FileFormatError, match=said):
            ActivationStore(tmp_path)


def test_float16_says_when_it_overflows(tmp_path):
    chunks = TensorChunks([torch.full((4, 1, 2), 1e6)], ["mlp_in.0"])
    with pytest.raises(TrainingError, match=r"too large for float16.*bfloat16"):
        _write(tmp_path, 4, chunks, dtype="float16")


def test_what_can_be_read_once_can_be_stored(tmp_path):
    values = torch.randn(30, 1, 2)
    store = _write(tmp_path, 30, TensorChunks(iter(values.split(7)), ["mlp_in.0"]))
    assert torch.equal(next(store.read()), values)


def test_the_bar_shows_tokens(tmp_path, capsys):
    _write(tmp_path, progress=True)
    assert "150/150" in capsys.readouterr().err
