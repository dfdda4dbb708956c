"""References to the Hugging Face Hub, with the hub played by a folder."""

from __future__ import annotations

import shutil
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

from saecircuits.dictionaries import load_dictionaries
from saecircuits.dictionaries.formats import hub
from saecircuits.dictionaries.formats.hub import Reference
from saecircuits.errors import InputError
from tests.dictionaries.formats.cases import DATA, expected


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("hub:google/gemma-scope-2b-pt-res", Reference("google/gemma-scope-2b-pt-res")),
        ("hub:a/b/layer_3/width_16k", Reference("a/b", "layer_3/width_16k")),
        ("hub:a/b/layer_3/@v1.0", Reference("a/b", "layer_3", "v1.0")),
        ("hub:a/b@refs/pr/1", Reference("a/b", "", "refs/pr/1")),
        ("hf://a/b/layer_0.safetensors@abc", Reference("a/b", "layer_0.safetensors", "abc")),
        ("hf://a/b/x.npz?revision=abc", Reference("a/b", "x.npz", "abc")),
    ],
)
def test_references(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference
    assert Reference.parse(str(reference)) == reference


@pytest.mark.parametrize("text", ["hub:", "hub:gpt2", "hub:a/b/../c", "hub:/a/b", "hub:a b/c", "hub:a/b@", "hf://a"])
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(InputError, match="not a place on the Hugging Face Hub"):
        load_dictionaries(text)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A repository that is fetched like one of the hub: only files that were asked for arrive."""
    remote, cache = tmp_path / "remote", tmp_path / "models--google--gemma-scope-2b-pt-mlp" / "snapshots" / "abc"
    shutil.copytree(DATA / "gemma_scope" / "gemma-scope-2b-pt-mlp", remote)
    (remote / "optimizer.bin").write_bytes(b"0" * 100)
    play = SimpleNamespace(asked=[], size=10, cache=cache, remote=remote)

    def snapshot(repo: str, revision: str | None, allow_patterns: list[str]) -> str:
        play.asked.append((repo, revision))
        for path in remote.rglob("*"):
            name = path.relative_to(remote).as_posix()
            if path.is_file() and any(fnmatch(name, pattern) for pattern in allow_patterns):
                (cache / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, cache / name)
        return str(cache)

    def info(self: Any, repo: str, revision: str | None, files_metadata: bool) -> SimpleNamespace:
        files = [path.relative_to(remote).as_posix() for path in remote.rglob("*") if path.is_file()]
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=name, size=play.size) for name in files])

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    monkeypatch.setattr(hub.HfApi, "model_info", info)
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", False)
    return play


def test_a_repository_loads_and_only_what_is_needed_is_fetched(repository: SimpleNamespace) -> None:
    (dictionary,) = load_dictionaries("hub:google/gemma-scope-2b-pt-mlp@abc")
    assert dictionary.name == "sae.mlp_out.3"
    numbers = expected("gemma_scope")
    assert (dictionary(numbers["x"][:, None])[:, 0] - numbers["out"]).abs().max() < 1e-5
    assert repository.asked == [("google/gemma-scope-2b-pt-mlp", "abc")]
    assert {path.name for path in repository.cache.rglob("*") if path.is_file()} == {"params.npz"}


@pytest.mark.parametrize("folder", ["layer_3", "layer_3/width_16k/average_l0_59", "layer_3/width_16k/"])
def test_a_folder_of_a_repository(folder: str, repository: SimpleNamespace) -> None:
    (dictionary,) = load_dictionaries(f"hub:google/gemma-scope-2b-pt-mlp/{folder}", format="gemma_scope")
    assert dictionary.name == "sae.mlp_out.3"


def test_a_file_of_a_repository(repository: SimpleNamespace) -> None:
    place = "layer_3/width_16k/average_l0_59/params.npz"
    (dictionary,) = load_dictionaries(f"hub:google/gemma-scope-2b-pt-mlp/{place}")
    assert dictionary.name == "sae.mlp_out.3"


def test_a_folder_that_is_not_there(repository: SimpleNamespace) -> None:
    with pytest.raises(InputError, match="no files of a known format in 'layer_4'"):
        load_dictionaries("hub:google/gemma-scope-2b-pt-mlp/layer_4")


def test_a_whole_suite_is_not_fetched_by_mistake(repository: SimpleNamespace) -> None:
    repository.size = 2**40
    with pytest.raises(InputError, match=r"has 1,024 GiB in 1 files") as caught:
        load_dictionaries("hub:google/gemma-scope-2b-pt-mlp")
    assert "layer_3/width_16k/average_l0_59" in caught.value.cure
    assert not repository.asked


def test_offline_the_cache_is_used_and_what_is_not_in_it_is_said(
    repository: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)

    def not_asked(*_: Any, **__: Any) -> None:
        raise AssertionError("the hub was asked while offline")

    monkeypatch.setattr(hub.HfApi, "model_info", not_asked)
    assert len(load_dictionaries("hub:google/gemma-scope-2b-pt-mlp")) == 1

    def missing(*_: Any, **__: Any) -> str:
        raise LocalEntryNotFoundError("not in the cache")

    monkeypatch.setattr(hub, "snapshot_download", missing)
    with pytest.raises(InputError, match="HF_HUB_OFFLINE is set") as caught:
        load_dictionaries("hub:google/gemma-scope-2b-pt-mlp")
    assert "local folder" in caught.value.cure


def test_what_the_hub_refuses_is_one_line(repository: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> str:
        response = SimpleNamespace(headers={}, status_code=404, request=None, text="", reason="")
        raise RepositoryNotFoundError("404 Client Error.\nA paragraph\nof advice", response=response)  # type: ignore[arg-type]

    monkeypatch.setattr(hub, "snapshot_download", unknown)
    with pytest.raises(InputError, match=r"does not give hub:a/b: 404 Client Error\.") as caught:
        load_dictionaries("hub:a/b")
    assert "auth login" in caught.value.cure

    def unreachable(*_: Any, **__: Any) -> str:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(hub, "snapshot_download", unreachable)
    with pytest.raises(InputError, match="no route to host"):
        load_dictionaries("hub:a/b")
