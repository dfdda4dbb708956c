"""Finding checkpoints: one, several, of two formats, none; and what dictionaries are called."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from saecircuits.dictionaries import FORMATS, load_dictionaries
from saecircuits.errors import InputError
from saecircuits.progress import listening
from tests.dictionaries.formats.cases import DATA
from tests.dictionaries.formats.damage import copied


def names(folder: Path, **options: object) -> list[str]:
    return [d.name for d in load_dictionaries(folder, **options)]  # type: ignore[arg-type]


def test_a_folder_that_could_be_of_two_formats(tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    shutil.copy(DATA / "llamascopium_sae_relu" / "config.json", folder)
    with pytest.raises(InputError, match=r"could be sae_lens .* or llamascopium") as caught:
        load_dictionaries(folder)
    assert caught.value.cure == 'Say which it is: format="sae_lens".'
    assert names(folder, format="sae_lens") == ["sae.resid_post.3"]


def test_folders_of_two_formats(tmp_path: Path) -> None:
    copied("sae_lens_standard", tmp_path)
    copied("openai", tmp_path)
    with pytest.raises(InputError, match="several formats: openai, sae_lens") as caught:
        load_dictionaries(tmp_path)
    assert 'format="openai"' in caught.value.cure
    assert names(tmp_path, format="openai") == ["sae.mlp_out.8"]


def test_no_dictionary_says_what_there_is_and_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder or file") as caught:
        load_dictionaries(tmp_path / "nowhere")
    assert "hub:" in caught.value.cure
    with pytest.raises(InputError, match=r"no dictionary in .*, which holds no files"):
        load_dictionaries(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(InputError, match=r"which holds model\.bin") as caught:
        load_dictionaries(tmp_path)
    assert all(f"{name} (" in caught.value.cure for name in FORMATS)
    with pytest.raises(InputError, match="no dictionary"):
        load_dictionaries(tmp_path / "model.bin")
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text("", "utf-8")
    with pytest.raises(InputError, match="and 29 more"):
        load_dictionaries(tmp_path, format="sae_lens")


def test_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no format 'saelens'") as caught:
        load_dictionaries(tmp_path, format="saelens")
    assert "sae_lens" in caught.value.cure


def test_a_file_of_a_checkpoint() -> None:
    assert names(DATA / "sae_lens_topk" / "sae_weights.safetensors") == ["sae.resid_post.3"]
    assert names(DATA / "dictionary_learning_topk" / "ae.pt") == ["sae.resid_post.8"]
    assert names(next((DATA / "openai").rglob("8.pt"))) == ["sae.mlp_out.8"]


def test_one_file_of_several_openai_files(tmp_path: Path) -> None:
    folder = next(copied("openai", tmp_path).rglob("8.pt")).parent
    shutil.copy(folder / "8.pt", folder / "9.pt")
    assert names(folder) == ["sae.mlp_out.8", "sae.mlp_out.9"]
    assert names(folder / "9.pt") == ["sae.mlp_out.9"]


def test_a_sweep_at_one_site_gets_names_from_folders(tmp_path: Path) -> None:
    for k in ("k8", "k16"):
        shutil.copytree(DATA / "dictionary_learning_topk", tmp_path / k / "trainer_0")
    assert names(tmp_path) == ["sae.resid_post.8.k16.trainer_0", "sae.resid_post.8.k8.trainer_0"]


def test_names_that_were_asked_for(tmp_path: Path) -> None:
    assert names(DATA / "sae_lens_topk", name="mine") == ["mine"]
    assert names(DATA / "circuit_tracer_relu", name="plt") == ["plt.0", "plt.1", "plt.2"]
    for k in ("k8", "k16"):
        shutil.copytree(DATA / "dictionary_learning_topk", tmp_path / k)
    assert names(tmp_path, name="sweep") == ["sweep.0", "sweep.1"]
    for wrong in ("a/b", ""):
        with pytest.raises(InputError, match="cannot be a dictionary's name"):
            load_dictionaries(DATA / "sae_lens_topk", name=wrong)


def test_sites_that_were_asked_for() -> None:
    assert names(DATA / "sae_lens_topk", site="mlp_out.4") == ["sae.mlp_out.4"]
    assert names(DATA / "sae_lens_transcoder", site=("mlp_in.2", "mlp_out.2")) == ["transcoder.2"]
    assert names(DATA / "circuit_tracer_clt_relu", site=("resid_mid", "mlp_out")) == ["clt.0", "clt.1", "clt.2"]
    for wrong, why in (
        (("mlp_in.2", "mlp_out.2"), "2 sites were given"),
        ("mlp_outt.3", "no site kind"),
        ("resid_post", "does not say of which layer"),
    ):
        with pytest.raises(InputError, match=why):
            load_dictionaries(DATA / "sae_lens_topk", site=wrong)
    with pytest.raises(InputError, match="1 sites were given"):
        load_dictionaries(DATA / "circuit_tracer_clt_relu", site="mlp_out")


def test_trainers_checkpoints_below_a_run_are_not_read(tmp_path: Path) -> None:
    folder = copied("dictionary_learning_topk", tmp_path)
    (folder / "checkpoints").mkdir()
    shutil.copy(folder / "ae.pt", folder / "checkpoints" / "ae_100.pt")
    assert names(tmp_path) == ["sae.resid_post.8"]


def test_progress_is_reported(tmp_path: Path) -> None:
    heard = []
    for k in ("k8", "k16"):
        shutil.copytree(DATA / "dictionary_learning_topk", tmp_path / k)
    with listening(lambda *what: heard.append(what)):
        load_dictionaries(tmp_path)
    assert heard == [("checkpoints read", 0, 2), ("checkpoints read", 1, 2)]
