"""Dictionaries are published and load again; the hub's own client speaks to a small hub on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from huggingface_hub import HfApi, constants

import saecircuits as sc
from saecircuits.dictionaries.files import recorded
from tests.dictionaries.formats.test_writers import shaken
from tests.hub_server import Hub
from tests.lab.labs import lab as lab_with_evidence
from tests.tiny import tiny_subject

pytestmark = pytest.mark.filterwarnings(
    "ignore:Use 'content=:DeprecationWarning"
)  # of how the client itself puts files


def a_set(n: int = 2, seed: int = 0) -> list[sc.Dictionary]:
    """Small transcoders with skip paths and thresholds, no weight of them zero."""
    made = []
    for layer in range(n):
        sites = [sc.Site("mlp_in", layer)], [sc.Site("mlp_out", layer)]
        activation = sc.JumpReLU(torch.rand(12, generator=torch.Generator().manual_seed(seed)))
        made.append(shaken(sc.Dictionary(f"transcoder.{layer}", *sites, 12, 32, activation, skip=True), seed + layer))
    return made


def assert_equal(one: sc.Dictionary, other: sc.Dictionary) -> None:
    """The same name, sites and bits."""
    assert (one.name, one.reads, one.writes) == (other.name, other.reads, other.writes)
    weights, others = one.state_dict(), other.state_dict()
    assert weights.keys() == others.keys()
    assert all(torch.equal(weights[name], others[name]) for name in weights)


def test_what_is_pushed_loads_again(hub: Hub) -> None:
    """All of it, at its commit and at its branch, and one folder of it; the weights went up by LFS."""
    ours = a_set(3)
    place = sc.push_to_hub(ours, "me/set", model="google/gemma-2-2b", license="mit", message="first")
    assert place == f"hub:me/set@{hub.repositories['me/set'].branches['main']}"
    assert hub.repositories["me/set"].messages == ["first"]
    assert sum(each.startswith("PUT /lfs/") for each in hub.asked) == len(hub.stored) == 3
    for reference in (place, "hub:me/set", "hub:me/set@main"):
        again = sc.load_dictionaries(reference)
        assert len(again) == 3
        for one, other in zip(ours, again, strict=True):
            assert_equal(one, other)
    (alone,) = sc.load_dictionaries("hub:me/set/transcoder.1@main")
    assert_equal(ours[1], alone)


def test_a_folder_is_published_as_it_lies_there(hub: Hub, tmp_path: Path) -> None:
    """With recipe, scores and labels; other files of the folder stay at home."""
    folder = tmp_path / "run" / "dictionaries"
    for dictionary in a_set():
        scores = {"l0": 3.25, "fvu": 0.25}
        sc.save_dictionary(dictionary, folder / dictionary.name, "texts of mine", {"steps": 7}, scores, "others")
    (folder / "notes.txt").write_text("private")
    lab = sc.ReplacementModel(tiny_subject("gpt2"), sc.load_dictionaries(folder))
    lab.set_label("transcoder.1/5", "months")
    sc.push_to_hub(folder, "me/set", model="me/model")
    files = hub.files("me/set")
    for path in folder.glob("*/*.*"):
        if not path.name.startswith(".") and path.name != "labels.json":
            assert files[path.relative_to(folder).as_posix()] == path.read_bytes()
    assert "notes.txt" not in files
    again = sc.load_dictionaries("hub:me/set")
    assert recorded(again[0]).scores == {"l0": 3.25, "fvu": 0.25}
    assert sc.ReplacementModel(lab.subject, again).label("transcoder.1/5") == "months"
    card = files["README.md"].decode()
    assert (
        "| [transcoder.0](transcoder.0/README.md) | `mlp_in.0` | `mlp_out.0` | 12 | 32 | jumprelu | 3.2 | 75.0% |"
        in card
    )
    assert "texts of mine" in card
    assert "25% of the variance is not explained" in card


def test_a_model_with_all_that_is_known_of_it_opens_again(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence and labels come along; a new label of what was fetched does not go into the cache."""
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path / "mine"))
    shared = lab_with_evidence("llama")
    ours = sc.ReplacementModel(shared.subject, list(shared.dictionaries.values()), shared.evidence)
    ours.set_label("transcoder.0/3", "first words")
    place = sc.push_to_hub(ours, "me/set", private=True)
    assert hub.repositories["me/set"].private
    monkeypatch.setenv("SAECIRCUITS_HOME", str(tmp_path / "theirs"))
    again = sc.load(place, ours.subject)
    for name, dictionary in ours.dictionaries.items():
        assert_equal(dictionary, again.dictionaries[name])
    assert set(again.evidence) == set(ours.evidence) == {"transcoder.0", "transcoder.1"}
    for feature in ("transcoder.0/3", "transcoder.1/7"):
        assert again.feature_card(feature).card == ours.feature_card(feature).card
    assert again.label("transcoder.0/3") == "first words"
    written = again.set_label("transcoder.1/7", "later words")
    assert Path(constants.HF_HUB_CACHE) not in written.parents
    card = hub.files("me/set")["README.md"].decode()
    assert "evidence of what features fire on and labels" in card
    assert "base_model" not in card  # "tiny llama" is no name on the hub


def test_the_card_names_the_model_and_a_set_opens_with_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    sc.push_to_hub(a_set(), "me/set", model="me/tiny", license="apache-2.0")
    fields = yaml.safe_load(hub.files("me/set")["README.md"].decode().split("---")[1])
    assert fields == {
        "library_name": "saecircuits",
        "tags": ["interpretability", "sparse-dictionary", "skip-transcoder"],
        "base_model": "me/tiny",
        "license": "apache-2.0",
    }
    subject = tiny_subject("gpt2")
    monkeypatch.setattr("saecircuits.lab.loading.load_model", {"me/tiny": subject}.__getitem__)
    assert sc.load("hub:me/set").subject is subject


def test_a_model_that_came_from_the_hub_is_called_as_it_is_there(hub: Hub) -> None:
    subject = tiny_subject("gpt2")
    subject.config._name_or_path = "openai-community/gpt2"
    sc.push_to_hub(sc.ReplacementModel(subject, a_set()), "me/set")
    assert "base_model: openai-community/gpt2\n" in hub.files("me/set")["README.md"].decode()


def test_what_is_published_again_replaces_what_was_there(hub: Hub) -> None:
    """One commit more; an older commit still loads, and nothing is sent a second time."""
    first = sc.push_to_hub(a_set(seed=0), "me/set")
    assert sc.push_to_hub(a_set(seed=0), "me/set") == first
    second = sc.push_to_hub(a_set(seed=5), "me/set")
    assert len(hub.repositories["me/set"].messages) == 2
    for place, seed in ((first, 0), (second, 5), ("hub:me/set", 5)):
        for one, other in zip(a_set(seed=seed), sc.load_dictionaries(place), strict=True):
            assert_equal(one, other)


def test_other_content_stays_unless_it_is_told_to_go(hub: Hub) -> None:
    """Figures and texts always stay; dictionaries of before, and somebody's model, do not go by accident."""
    hub.create("me/set", {"config.json": b"{}", "model.safetensors": b"0", "figures/a.png": b"1", "LICENSE": b"2"})
    before = hub.files("me/set")
    with pytest.raises(sc.InputError, match=r"holds 2 files .*: config\.json, model\.safetensors") as caught:
        sc.push_to_hub(a_set(), "me/set")
    assert "replace=True" in caught.value.cure
    assert hub.files("me/set") == before
    sc.push_to_hub(a_set(3), "me/set", replace=True)
    assert {"figures/a.png", "LICENSE", ".gitattributes"} < set(hub.files("me/set"))
    with pytest.raises(sc.InputError, match=r"transcoder\.2/config\.json"):
        sc.push_to_hub(a_set(2), "me/set")
    sc.push_to_hub(a_set(2), "me/set", replace=True)
    assert [each.name for each in sc.load_dictionaries("hub:me/set")] == ["transcoder.0", "transcoder.1"]


def test_a_set_that_stays_in_its_files_is_published_whole(hub: Hub) -> None:
    """Lazy dictionaries lose nothing on the way, and what was published loads lazily."""
    first = sc.push_to_hub(a_set(), "me/set")
    lazy = sc.load_dictionaries(first, lazy=True)
    assert all(dictionary.lazy for dictionary in lazy)
    for one, other in zip(a_set(), sc.load_dictionaries(sc.push_to_hub(lazy, "me/again")), strict=True):
        assert_equal(one, other)


def test_a_branch_is_made_and_main_stays_as_it_is(hub: Hub) -> None:
    sc.push_to_hub(a_set(seed=0), "me/set")
    sc.push_to_hub(a_set(seed=5), "me/set@wider")
    for branch, seed in (("main", 0), ("wider", 5)):
        assert_equal(a_set(seed=seed)[0], sc.load_dictionaries(f"hub:me/set@{branch}")[0])


def test_a_dictionary_that_was_renamed_keeps_its_new_name(hub: Hub, tmp_path: Path) -> None:
    folder = sc.save_dictionary(a_set()[0], tmp_path / "d", scores={"l0": 2.0})
    (mine,) = sc.load_dictionaries(folder, name="mine")
    sc.push_to_hub(mine, "me/set")
    (again,) = sc.load_dictionaries("hub:me/set")
    assert_equal(mine, again)
    assert recorded(again).scores == {"l0": 2.0}


def test_runs_of_one_name_get_the_names_that_they_loaded_with(hub: Hub, tmp_path: Path) -> None:
    for run in (0, 1):
        sc.save_dictionary(a_set(seed=run)[0], tmp_path / f"run{run}" / "transcoder.0")
    ours = sc.load_dictionaries(tmp_path)
    sc.push_to_hub(tmp_path, "me/set")
    for one, other in zip(ours, sc.load_dictionaries("hub:me/set"), strict=True):
        assert_equal(one, other)


@pytest.mark.parametrize(
    ("token", "repo", "message", "cure"),
    [
        (None, "me/set", "nobody is logged in", "hf auth login"),
        ("hf_wrong", "me/set", "Invalid credentials", "token that may write for 'me'"),
        ("hf_me", "other/set", "don't have the rights", "token that may write for 'other'"),
        ("hf_me", "other/public", "required permissions", "a name of your own"),
        ("hf_me", "other/private", "don't have the rights", "a name of your own"),
        ("hf_me", "set", "not a place", "hub:owner/name"),
        ("hf_me", "me/a--b", "cannot be a repository's name", "owner/name"),
        ("hf_me", "me/set/folder", "names a folder", '"me/set"'),
    ],
)
def test_who_may_not_write_is_told_why(
    token: str | None, repo: str, message: str, cure: str, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.create("other/public")
    hub.create("other/private", private=True)
    monkeypatch.delenv("HF_TOKEN") if token is None else monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(sc.InputError, match=message) as caught:
        sc.push_to_hub(a_set(), repo)
    assert cure in caught.value.cure
    assert set(hub.repositories) == {"other/public", "other/private"}
    assert not hub.stored


@pytest.mark.parametrize("status", [400, 403, 412])
@pytest.mark.parametrize("step", ["POST /api/repos/create", "PUT /lfs", "POST /lfs/verify", "/commit/main"])
def test_what_fails_on_the_way_leaves_nothing_to_be_seen(step: str, status: int, hub: Hub) -> None:
    """And the next attempt goes through."""
    hub.broken[step] = status
    with pytest.raises(sc.InputError, match="broken on purpose"):
        sc.push_to_hub(a_set(), "me/set")
    assert all(set(hub.files(name)) == {".gitattributes"} for name in hub.repositories)
    hub.broken.clear()
    assert len(sc.load_dictionaries(sc.push_to_hub(a_set(), "me/set"))) == 2


def test_two_who_push_at_once_do_not_mix(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second is refused: the repository is no longer what was looked at."""
    sc.push_to_hub(a_set(seed=0), "me/set")
    listed, came = HfApi.list_repo_files, []

    def meanwhile(self: HfApi, *arguments: Any, **options: Any) -> list[str]:
        found = listed(self, *arguments, **options)
        if not came:
            came.append(True)
            sc.push_to_hub(a_set(seed=5), "me/set")
        return found

    monkeypatch.setattr(HfApi, "list_repo_files", meanwhile)
    with pytest.raises(sc.InputError, match="changed by somebody else"):
        sc.push_to_hub(a_set(seed=7), "me/set")
    assert_equal(a_set(seed=5)[1], sc.load_dictionaries("hub:me/set")[1])


def test_without_a_connection(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing says so; what was fetched before is used, and what was not is named."""
    sc.push_to_hub(a_set(), "me/set")
    assert len(sc.load_dictionaries("hub:me/set")) == 2
    for offline in (False, True):
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
        monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # where nobody listens
        with pytest.raises(
            sc.InputError, match="HF_HUB_OFFLINE is set" if offline else "cannot be written to: .*refused"
        ):
            sc.push_to_hub(a_set(), "me/set")
        assert_equal(a_set()[1], sc.load_dictionaries("hub:me/set")[1])
        with pytest.raises(sc.InputError, match="HF_HUB_OFFLINE is set" if offline else "cannot be asked: .*refused"):
            sc.load_dictionaries("hub:me/other")


@pytest.mark.parametrize("nothing", [[], ()])
def test_nothing_to_publish(nothing: list[sc.Dictionary], hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(sc.InputError, match="no dictionary to publish"):
        sc.push_to_hub(nothing, "me/set")
    with pytest.raises(sc.InputError, match="no dictionary in"):
        sc.push_to_hub(tmp_path, "me/set")
    with pytest.raises(sc.InputError, match="one name"):
        sc.push_to_hub([*a_set(), *a_set()], "me/set")
    assert not hub.asked
