"""The stand-in for Gemma 2 and Gemma Scope, through the doors that the real ones come through."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import saecircuits as sc
from saecircuits.remake.stand_in import FACTS, StandIn, gemma_stand_in


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> StandIn:
    return gemma_stand_in(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def lab(parts: StandIn) -> sc.ReplacementModel:
    model = sc.load_model(parts.model)
    return sc.ReplacementModel(model, sc.load_dictionaries(parts.transcoders, model=model))


def test_it_is_a_gemma_2_that_knows_its_facts(lab: sc.ReplacementModel) -> None:
    assert repr(lab.subject) == "Subject(gemma-2-tiny: Gemma2ForCausalLM, 3 layers of width 64)"
    answers = [lab.predict(fact.rsplit(" ", 1)[0]).answer for fact in FACTS]
    assert [fact for fact, answer in zip(FACTS, answers, strict=True) if fact.rsplit(" ", 1)[1] != answer] == []


def test_its_archives_are_read_as_gemma_scope_means_them(parts: StandIn, lab: sc.ReplacementModel) -> None:
    """The plain arithmetic of an archive on what lies inside the norm, before its gain."""
    for layer in range(3):
        (path,) = parts.transcoders.glob(f"layer_{layer}/width_*/average_l0_*/params.npz")
        (alone,) = sc.load_dictionaries(path, model=lab.subject)
        arrays = {name: torch.from_numpy(value) for name, value in np.load(path).items()}
        inside = torch.randn(5, lab.subject.d_model, generator=torch.Generator().manual_seed(layer))
        pre = inside @ arrays["W_enc"] + arrays["b_enc"]
        latents = pre * (pre > arrays["threshold"]) * (pre > 0)
        assert (latents > 0).any()
        read = (lab.subject.weights.mlp_norm(layer).gain * inside)[:, None]
        for dictionary in (alone, lab.dictionaries[f"transcoder.{layer}"]):
            torch.testing.assert_close(dictionary.encode(read), latents, atol=1e-5, rtol=1e-5)
            expected = latents @ arrays["W_dec"] + arrays["b_dec"]
            torch.testing.assert_close(dictionary(read)[:, 0], expected, atol=1e-5, rtol=1e-5)
    assert repr(alone) == "Dictionary(transcoder.2: mlp_in.2 → mlp_out.2, 256 features of width 64, jumprelu)"


def test_its_dictionaries_are_good_and_its_books_balance(parts: StandIn, lab: sc.ReplacementModel) -> None:
    (sae,) = sc.load_dictionaries(parts.saes)
    assert repr(sae) == "Dictionary(sae.resid_post.1: resid_post.1, 256 features of width 64, jumprelu)"
    corpus = sc.Corpus.texts(FACTS)
    for each in (lab, sc.ReplacementModel(lab.subject, [sae])):
        assert all(scores.fvu < 0.1 for scores in sc.evaluate(each, corpus).dictionaries.values())
    circuit = lab.attribute("the capital of France is", target="Paris", against="Rome")
    assert np.nanmax(circuit.books()) < 1e-4
