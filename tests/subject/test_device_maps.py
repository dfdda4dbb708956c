"""Models of which a part lies on disk, through accelerate: everything as in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.attribution import Gradient, RelP, TopTokens, attribute_direct, attribute_gradient
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, generate, intervene
from saecircuits.replacement import Replacement
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject, check_architecture, load_model
from saecircuits.subject.architectures import architecture_of
from tests.attribution.models import with_dictionaries
from tests.tiny import tiny_model, tiny_tokenizer

pytest.importorskip("accelerate", reason="device maps go through accelerate")

PROMPT = "w1 w20 w3 w4 w1 w6"
ON_DISK = {
    "llama": ["model.layers.1", "model.norm", "lm_head"],
    "gemma2": ["model.layers.0", "model.layers.2", "model.norm"],
    "gpt2": ["transformer.h.1", "transformer.ln_f", "transformer.wpe"],
    "gptj": ["transformer.h.1", "transformer.h.2", "lm_head"],
    "opt": ["model.decoder.layers.0", "model.decoder.final_layer_norm"],
}


def device_map(name: str, on_disk: list[str]) -> dict[str, str]:
    """Parts of a model by name: what lies beside its blocks, each block, and the unembedding."""
    model: Any = tiny_model(name)
    blocks, _, _ = (path := architecture_of(name).blocks).rpartition(".")
    parts = [f"{blocks}.{child}" for child, _ in model.get_submodule(blocks).named_children()]
    parts += [f"{path}.{layer}" for layer in range(3)] + ["lm_head"]
    return {part: "disk" if part in on_disk else "cpu" for part in parts if part != path}


@pytest.fixture(scope="module", params=sorted(ON_DISK))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Subject, Subject]:
    """The same model in memory and partly on disk."""
    folder, places = saved(request.param, tmp_path_factory), device_map(request.param, ON_DISK[request.param])
    offloaded = load_model(folder, device_map=places, offload_folder=tmp_path_factory.mktemp("offloaded"))
    return load_model(folder), offloaded


def saved(name: str, folders: pytest.TempPathFactory) -> Path:
    folder = folders.mktemp("model")
    tiny_model(name).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def equal(function: Callable[[Any], torch.Tensor | np.ndarray], pair: tuple[Any, Any]) -> None:
    expected, found = (np.asarray(function(each)) for each in pair)
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=1e-6)
    assert np.abs(expected).max() > 0


def test_a_part_is_empty_between_runs(pair: tuple[Subject, Subject]) -> None:
    assert not any(parameter.is_meta for parameter in pair[0].module.parameters())
    assert any(parameter.is_meta for parameter in pair[1].module.parameters())
    assert pair[1].device == torch.device("cpu")


def test_sites_are_read_and_written_as_in_memory(pair: tuple[Subject, Subject]) -> None:
    for kind in SITE_KINDS:
        site = Site(kind, 1)
        equal(lambda subject, site=site: subject.read(PROMPT, [site])[site], pair)
        if kind == "resid_mid" and pair[0].parallel:
            continue
        new = pair[0].read(PROMPT, [site])[site] + 1
        equal(
            lambda s, site=site, new=new: s.run(PROMPT, lambda: (s.set(site, new), s.logits())[1]),
            pair,
        )


def test_the_row_holds(pair: tuple[Subject, Subject]) -> None:
    assert check_architecture(pair[1]) == pytest.approx(check_architecture(pair[0]), abs=1e-6)


def test_circuits_and_edits_are_those_in_memory(pair: tuple[Subject, Subject]) -> None:
    models = with_dictionaries(pair[0], "transcoders"), with_dictionaries(pair[1], "transcoders")
    equal(lambda model: attribute_direct(model, PROMPT, TopTokens(most=2)).adjacency.toarray(), models)
    feature = attribute_direct(models[0], PROMPT, TopTokens(most=1)).top(1)[0].feature
    assert feature is not None
    for frozen in (False, True):
        equal(lambda m, frozen=frozen: intervene(m, PROMPT, [Ablate(feature)], frozen=frozen).after.logits, models)
    texts = [generate(model, PROMPT, [Add(feature, 30.0)], max_new_tokens=4) for model in models]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("method", [Gradient(), RelP()], ids=["gradient", "relp"])
def test_gradients_are_those_in_memory(pair: tuple[Subject, Subject], method: Gradient | RelP) -> None:
    models: tuple[Replacement, Replacement] = tuple(with_dictionaries(subject, "transcoders") for subject in pair)  # type: ignore[assignment]
    equal(lambda m: attribute_gradient(m, PROMPT, TopTokens(most=2), method).adjacency.toarray(), models)


def test_a_map_found_by_accelerate_is_taken(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = saved("llama", tmp_path_factory)
    equal(lambda subject: subject.predict(PROMPT), (load_model(folder), load_model(folder, device_map="auto")))


def test_embeddings_on_disk_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, places = saved("llama", tmp_path_factory), device_map("llama", ["model.embed_tokens"])
    with pytest.raises(InputError, match=r"puts the token embeddings on disk.*device_map"):
        load_model(folder, device_map=places, offload_folder=tmp_path_factory.mktemp("offloaded"))
