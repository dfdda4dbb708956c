"""Names that people give to features: kept on disk, newest first, never mixed up with other weights."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone

import pytest

from saecircuits.atomic import replace_file
from saecircuits.dictionaries import load_dictionary, save_dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.features import LabelBook
from saecircuits.features.label_file import Given, add, digest, newest, user_folder
from tests.tiny_dictionaries import random_transcoder

NAME = "transcoder.1"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def saved(tmp_path):
    save_dictionary(random_transcoder(1, 16), tmp_path / "saved")
    return load_dictionary(tmp_path / "saved")


def given(label: str, minutes: float = 0) -> Given:
    return Given(label=label, at=datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=minutes))


def test_a_name_lies_beside_its_dictionary_and_is_read_again(saved):
    book = LabelBook([saved])
    assert book.get(NAME, 3) is None
    path = book.set(NAME, 3, "  plural\n nouns ")
    assert path == saved.folder / "labels.json" == book.file(NAME)
    assert book.get(NAME, 3) == "plural nouns"
    again = LabelBook([load_dictionary(saved.folder)])
    assert again.named(NAME) == {3: "plural nouns"}
    again.set(NAME, 3, "")
    assert LabelBook([saved]).named(NAME) == {}
    assert LabelBook([saved]).get(NAME, 3) == ""
    assert sorted(each.name for each in saved.folder.glob("[!.]*")) == [
        "README.md",
        "config.json",
        "labels.json",
        "weights.safetensors",
    ]


def test_without_a_folder_names_lie_with_the_user(home):
    dictionary = random_transcoder(1, 16)
    path = LabelBook([dictionary]).set(NAME, 0, "mine")
    assert path.parent == home / "labels" == user_folder()
    assert LabelBook([random_transcoder(1, 16)]).named(NAME) == {0: "mine"}
    assert LabelBook([random_transcoder(2, 16)]).named("transcoder.2") == {}


def test_a_folder_that_cannot_be_written_to_is_left_alone(saved, monkeypatch):
    add(saved.folder / "labels.json", saved, digest(saved), {1: given("theirs"), 2: given("older")})
    before = (saved.folder / "labels.json").read_bytes()
    monkeypatch.setattr("saecircuits.features.label_file.os.access", lambda *_: False)
    book = LabelBook([saved])
    assert book.set(NAME, 2, "newer").parent == user_folder()
    assert LabelBook([saved]).named(NAME) == {1: "theirs", 2: "newer"}
    assert (saved.folder / "labels.json").read_bytes() == before


def test_a_folder_that_refuses_after_all_sends_names_to_the_user(saved, monkeypatch):
    def full(path, write):
        if path.parent == saved.folder:
            raise PermissionError(f"{path} is on a read-only file system")
        return replace_file(path, write)

    monkeypatch.setattr("saecircuits.features.label_file.replace_file", full)
    assert LabelBook([saved]).set(NAME, 2, "two").parent == user_folder()
    assert LabelBook([saved]).named(NAME) == {2: "two"}


def test_the_newest_counts_and_nobodys_names_are_lost(saved):
    mine, theirs = LabelBook([saved]), LabelBook([saved])  # two notebooks
    mine.set(NAME, 1, "one")
    theirs.set(NAME, 2, "two")
    theirs.set(NAME, 1, "uno")
    mine.set(NAME, 3, "three")
    assert mine.named(NAME) == {1: "uno", 2: "two", 3: "three"} == LabelBook([saved]).named(NAME)
    assert newest({1: given("a", 5)}, {1: given("b", 4), 2: given("c")}) == {1: given("a", 5), 2: given("c")}


def test_many_writers_at_once_lose_nothing(saved):
    books = [LabelBook([saved]) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda book=book, n=n: [book.set(NAME, 10 * n + i, f"{n}.{i}") for i in range(5)])
        for n, book in enumerate(books)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert LabelBook([saved]).named(NAME) == {10 * n + i: f"{n}.{i}" for n in range(4) for i in range(5)}


def test_names_of_other_weights_are_left_aside_and_kept(saved):
    LabelBook([saved]).set(NAME, 4, "what it was")
    old = digest(saved)
    other = random_transcoder(7, 16)
    other.name = NAME
    save_dictionary(other, saved.folder)
    trained_anew = load_dictionary(saved.folder)
    with pytest.warns(UserWarning, match="other weights"):
        book = LabelBook([trained_anew])
    assert book.named(NAME) == {}
    book.set(NAME, 4, "what it is")
    assert LabelBook([trained_anew]).named(NAME) == {4: "what it is"}
    assert "what it was" in (saved.folder / f"labels-{old}.json").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file | {"colour": "red"}, "colour"),
        (lambda file: file | {"labels": {"3": {"label": "x", "at": "2026-01-01T00:00:00Z", "by": "me"}}}, "by"),
        (lambda file: file | {"labels": {"3": {"label": "x", "at": "2026-01-01T00:00:00"}}}, "at"),
        (lambda file: file | {"labels": {"48": {"label": "x", "at": "2026-01-01T00:00:00Z"}}}, "feature 48"),
        (lambda file: file | {"version": 2}, "version 2"),
        (lambda file: {"labels": {}}, "dictionary"),
    ],
)
def test_files_with_something_else_are_refused(saved, change, said):
    path = LabelBook([saved]).set(NAME, 1, "one")
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(FileFormatError, match=said):
        LabelBook([saved])


def test_files_cut_short_are_refused_and_stay(saved):
    book = LabelBook([saved])
    path = book.set(NAME, 1, "one")
    path.write_bytes(path.read_bytes()[:40])
    for use in (lambda: LabelBook([saved]), lambda: book.set(NAME, 2, "two")):
        with pytest.raises(FileFormatError, match=r"labels\.json"):
            use()
    assert len(path.read_bytes()) == 40


@pytest.mark.parametrize(
    ("feature", "label", "said"),
    [(48, "x", "features 0 to 47, not 48"), (-1, "x", "not -1"), (1, "x" * 201, "201 characters"), (1, 7, "not int")],
)
def test_what_cannot_be_a_name_is_refused(saved, feature, label, said):
    with pytest.raises(InputError, match=said):
        LabelBook([saved]).set(NAME, feature, label)
    with pytest.raises(InputError, match=r"no dictionary 'other'"):
        LabelBook([saved]).set("other", 0, "x")
    assert not (saved.folder / "labels.json").exists()


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def hear(self, dictionary: str, feature: int) -> None:
        self.heard.append((dictionary, feature))


def test_listeners_are_told_and_not_kept_alive(saved):
    book, listener, gone = LabelBook([saved]), Listener(), Listener()
    book.tell(listener.hear)
    book.tell(gone.hear)
    heard = gone.heard
    del gone
    book.set(NAME, 1, "one")
    assert (listener.heard, heard) == ([(NAME, 1)], [])
