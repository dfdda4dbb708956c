"""What real checkpoints set in their configs: rows hold for them too, or they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from saecircuits.errors import InputError, UnsupportedModelError
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject, check_architecture, load_model
from tests.subject.plain import hooked, read
from tests.tiny import tiny_subject, tiny_tokenizer
from tests.tiny_variants import UNLIKE_CONFIGS, VARIANT_CONFIGS, random_model

PROMPT = "w1 w20 w3 w4 w1 w7 w8 w30 w31 w2 w5"
"""Longer than every window, and than what stretched models began with."""


@pytest.fixture(params=sorted(VARIANT_CONFIGS), scope="module")
def subject(request: pytest.FixtureRequest) -> Subject:
    return tiny_subject(request.param, dtype=torch.float64)


def test_the_row_holds(subject: Subject) -> None:
    assert max(check_architecture(subject).values()) < 1e-6  # denominators and tables of angles come in float32


def test_sites_are_read_and_written_as_by_plain_hooks(subject: Subject) -> None:
    ids = subject.tokenize(PROMPT).ids
    sites = [Site(kind, 1) for kind in SITE_KINDS if not (kind == "resid_mid" and subject.parallel)]
    found, logits = read(subject, ids, sites)
    for site, value in subject.read(ids, sites).items():
        torch.testing.assert_close(value, found[site], atol=1e-9, rtol=1e-9)
    for site in sites:
        new = found[site] + torch.linspace(-1, 1, subject.d_model, dtype=torch.float64)
        with torch.no_grad(), hooked(subject, site, lambda _, new=new: new):
            expected = subject.module(input_ids=ids).logits
        out = subject.run(ids, lambda site=site, new=new: (subject.set(site, new), subject.logits())[1])
        torch.testing.assert_close(out, expected, atol=1e-9, rtol=1e-9)
        assert (out - logits).abs().max() > 1e-3


@pytest.mark.parametrize("name", sorted(UNLIKE_CONFIGS))
def test_what_no_row_holds_for_is_refused_by_its_config(name: str, tmp_path: Path) -> None:
    config, reason = UNLIKE_CONFIGS[name]
    with pytest.raises(UnsupportedModelError, match=reason):
        Subject(random_model(config), tiny_tokenizer(), name)
    config.save_pretrained(tmp_path)  # a folder without weights: it is said before they are looked for
    with pytest.raises(UnsupportedModelError, match=reason):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("name", "longest"),
    [("llama dynamic", 32), ("qwen2.5 yarn", 32), ("llama yarn", 32), ("llama linear", 64), ("phi3 128k", 64)],
)
def test_stretched_models_take_longer_prompts(name: str, longest: int) -> None:
    subject = tiny_subject(name)
    assert subject.context == longest
    subject.predict(torch.arange(longest) % 60)
    with pytest.raises(InputError, match=f"the model's context holds {longest}"):
        subject.predict(torch.arange(longest + 1) % 60)
