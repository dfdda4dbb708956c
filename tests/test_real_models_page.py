"""Every line of Python on the page on real models runs, on small models and a small hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

import saecircuits as sc
from saecircuits.remake.stand_in import FACTS, StandIn, gemma_stand_in
from saecircuits.subject.architectures import registered
from tests.hub_server import CLIENT_WARNS, Hub
from tests.tiny import TINY_CONFIGS, tiny_model, tiny_tokenizer

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "real_models.md").read_text("utf-8")
SECTIONS = {
    title: re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
WORDS = {
    "The capital of the state containing Dallas is": "the capital of France is",
    '"Austin"': '"Paris"',
    "{0: 76, 1: 65, 25: 41}": "{0: 5, 1: 5}",
    "resid_out_layer3": "resid_out_layer2",
    "resid_post.6": "resid_post.1",
    "n_features=16_384": "n_features=32",
    "tokens=50_000_000": "tokens=1_000",
    "transcoder.7": "transcoder.1",
}
"""What is large, or of a large model, and what stands for it here."""


class MyLlamaConfig(LlamaConfig):
    model_type = "my_llama"


def near(tiny: StandIn, folder: Path) -> dict[str, str]:
    """What is far away, and what stands for it here."""
    scope, size = f"{tiny.transcoders}/layer_{{}}", "width_256/average_l0_{}"
    places = {
        "hub:google/gemma-scope-2b-pt-transcoders/layer_{}/width_16k/average_l0_{}": f"{scope}/{size}",
        "hub:google/gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82": tiny.saes / "layer_1",
        "hub:mwhanna/gemma-scope-transcoders": tiny.transcoders,
        "google/gemma-2-2b": tiny.model,
        "hub:mntss/transcoder-Llama-3.2-1B": transcoders(folder / "plt"),
        "meta-llama/Llama-3.2-1B": saved("llama", folder),
        "EleutherAI/pythia-70m-deduped": saved("gpt_neox", folder),
    }
    return {far: str(place) for far, place in places.items()} | WORDS


def saved(name: str, folder: Path) -> Path:
    tiny_model(name).save_pretrained(folder / name)
    tiny_tokenizer().save_pretrained(folder / name)
    return folder / name


def transcoders(folder: Path) -> Path:
    made = []
    for layer in range(3):
        sites = [sc.Site("mlp_in", layer)], [sc.Site("mlp_out", layer)]
        made.append(
            sc.Dictionary(f"transcoder.{layer}", *sites, 24, 32, sc.ReLU()).initialise(
                torch.Generator().manual_seed(layer)
            )
        )
    return sc.convert(made, folder, to="circuit_tracer", model_name="llama")[0]


def old_run(folder: Path) -> None:
    """What dictionary_learning saved, without a config."""
    folder.mkdir(parents=True)
    shapes = {"bias": (32,), "encoder.weight": (48, 32), "encoder.bias": (48,), "decoder.weight": (32, 48)}
    torch.save({name: torch.randn(shape) for name, shape in shapes.items()}, folder / "ae.pt")


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a reader of the page has: models, files, and names for them."""
    folder = tmp_path_factory.mktemp("reader")
    tiny = gemma_stand_in(folder)
    model = sc.load_model(tiny.model)
    dictionaries = sc.load_dictionaries(tiny.transcoders, model=model)
    lab = sc.ReplacementModel(model, dictionaries)
    sc.export(lab.attribute("the capital of France is"), folder / "dallas-austin.pt")
    (folder / "texts").mkdir()
    (folder / "texts" / "facts.txt").write_text("\n".join(FACTS))
    for dictionary in dictionaries:
        sc.save_dictionary(dictionary, folder / "runs" / "first" / "dictionaries" / dictionary.name)
    model.module.save_pretrained(folder / "runs" / "my-finetune")
    model.tokenizer.save_pretrained(folder / "runs" / "my-finetune")
    old_run(folder / "dictionaries" / "pythia-70m-deduped" / "resid_out_layer2" / "10_32768")
    old_run(folder / "my-old-run")
    names = {"sc": sc, "model": model, "dictionaries": dictionaries, "lab": lab, "corpus": sc.Corpus.texts(FACTS)}
    names |= {"hf_model": model.module, "tokenizer": model.tokenizer}
    return {"folder": folder, "names": names, "near": near(tiny, folder)}


@CLIENT_WARNS
@pytest.mark.slow
@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_runs(title: str, at_hand: dict[str, Any], hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict(at_hand["names"])
    monkeypatch.chdir(at_hand["folder"])
    monkeypatch.setenv("HF_TOKEN", "hf_reader")
    if title.startswith("Publish"):
        monkeypatch.setattr(names["model"].config, "_name_or_path", "google/gemma-2-2b")
        monkeypatch.setattr("saecircuits.lab.loading.load_model", {"google/gemma-2-2b": names["model"]}.__getitem__)
    if title.startswith("An architecture"):
        config = MyLlamaConfig(**{k: v for k, v in TINY_CONFIGS["llama"].to_dict().items() if k != "model_type"})
        names |= {"hf_model": LlamaForCausalLM(config).eval(), "tokenizer": tiny_tokenizer()}
    assert SECTIONS[title]
    try:
        for block in SECTIONS[title]:
            for far, here in at_hand["near"].items():
                block = block.replace(far, here)
            exec(compile(block, title, "exec"), names)
    finally:
        registered.clear()


def test_every_stand_in_stands_for_something() -> None:
    """A line that changed on the page would otherwise be fetched, or run at full size."""
    lines = "".join(block for blocks in SECTIONS.values() for block in blocks)
    assert [far for far in WORDS if far not in lines] == []
    assert len(SECTIONS) >= 9
