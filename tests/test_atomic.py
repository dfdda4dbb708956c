"""Writing files whole or not at all."""

from __future__ import annotations

import os

import pytest

from saecircuits.atomic import replace_file, sweep


def test_a_file_is_replaced_and_has_the_mode_of_others(tmp_path):
    path = tmp_path / "a.bin"
    path.write_text("old")
    assert replace_file(path, lambda beside: beside.write_bytes(b"new")) == path
    assert path.read_bytes() == b"new"
    before = os.umask(0o027)
    try:
        replace_file(path, lambda beside: beside.write_bytes(b"newer"))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError()])
def test_what_goes_wrong_leaves_the_old_file_and_nothing_beside_it(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_text("old")

    def write(beside):
        beside.write_bytes(b"half")
        assert path.read_text() == "old"
        raise error

    with pytest.raises(type(error)):
        replace_file(path, write)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


def test_a_disk_that_is_full_only_when_it_is_told_to_keep_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.bin"
    path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, lambda beside: beside.write_bytes(b"new"))
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


def test_what_killed_writers_left_is_swept_and_nothing_else(tmp_path):
    kept = ["a.bin", ".hidden", "a.part"]
    for name in [*kept, ".a.bin.123.part"]:
        (tmp_path / name).write_text("")
    sweep(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(kept)


def test_the_names_of_killed_writers_are_those_that_are_swept(tmp_path):
    class Killed(BaseException):
        pass

    def write(beside):
        beside.write_text("")
        (tmp_path / "name").write_text(beside.name)
        raise Killed

    with pytest.raises(Killed):
        replace_file(tmp_path / "a.bin", write)
    left = tmp_path / (tmp_path / "name").read_text()
    left.write_text("half")
    sweep(tmp_path)
    assert not left.exists()
