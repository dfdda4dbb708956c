"""Runs of dictionary_learning of before its configs named the class and the place."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from saecircuits.dictionaries import load_dictionaries
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site
from tests.dictionaries.formats.cases import expected
from tests.dictionaries.formats.damage import change_config, copied


def old_run(case: str, to: Path, place: str) -> Path:
    """A checkpoint without its config, in the folders of an old run."""
    folder = to / "pythia-70m-deduped" / place / "10_32768"
    folder.parent.mkdir(parents=True)
    copied(case, to).rename(folder)
    (folder / "config.json").unlink()
    return folder


@pytest.mark.parametrize("kind", ["standard", "new", "gated"])
@pytest.mark.parametrize(
    ("place", "site"),
    [
        ("resid_out_layer3", Site("resid_post", 3)),
        ("mlp_out_layer11", Site("mlp_out", 11)),
        ("attn_out_layer0", Site("attn_out", 0)),
        ("embed", Site("resid_pre", 0)),
    ],
)
def test_the_tensors_tell_the_class_and_the_folders_the_place(
    kind: str, place: str, site: Site, tmp_path: Path
) -> None:
    """The numbers are those that the library itself makes of these tensors."""
    case = f"dictionary_learning_{kind}"
    old_run(case, tmp_path, place)
    (dictionary,) = load_dictionaries(tmp_path / "pythia-70m-deduped")
    assert dictionary.reads == dictionary.writes == (site,)
    numbers = expected(case)
    torch.testing.assert_close(dictionary.encode(numbers["x"][:, None]), numbers["latents"], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(dictionary(numbers["x"][:, None])[:, 0], numbers["out"], atol=1e-5, rtol=1e-5)


def test_what_stands_nowhere_is_asked_for_and_taken(tmp_path: Path) -> None:
    folder = old_run("dictionary_learning_standard", tmp_path, "my-runs")
    with pytest.raises(InputError, match="does not say where") as caught:
        load_dictionaries(folder)
    assert "site=" in caught.value.cure
    (dictionary,) = load_dictionaries(folder, site="resid_post.3")
    assert dictionary.reads == (Site("resid_post", 3),)


def test_a_config_without_the_class_is_enough_too(tmp_path: Path) -> None:
    folder = copied("dictionary_learning_gated", tmp_path)
    change_config(folder, "config.json", trainer={"submodule_name": "resid_post_layer_8"})
    (dictionary,) = load_dictionaries(folder)
    assert dictionary.name == "sae.resid_post.8"


@pytest.mark.parametrize("kind", ["topk", "batchtopk", "jumprelu", "matryoshka"])
def test_classes_that_tensors_do_not_tell_are_not_guessed(kind: str, tmp_path: Path) -> None:
    """TopK and BatchTopK have the same tensors, and a JumpReLU has those of two other libraries."""
    folder = old_run(f"dictionary_learning_{kind}", tmp_path, "resid_out_layer3")
    with pytest.raises((InputError, FileFormatError)):
        load_dictionaries(folder, format="dictionary_learning")
    with pytest.raises(InputError):
        load_dictionaries(folder)
