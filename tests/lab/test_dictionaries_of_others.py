"""Dictionaries of other libraries in a replacement model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml

import saecircuits as sc
from tests.dictionaries.formats.test_writers import shaken
from tests.tiny import tiny_subject

PROMPT = "w1 w2 w3 w4"


@pytest.mark.parametrize("family", ["gpt2", "gemma2"])
def test_a_set_that_reads_inside_the_norms_of_its_model(family: str, tmp_path: Path) -> None:
    """Its files read what a norm makes before its gain; the numbers are those of the plain matrices there."""
    subject = tiny_subject(family)
    written = [
        shaken(
            sc.Dictionary(f"t.{i}", [sc.Site("mlp_in", i)], [sc.Site("mlp_out", i)], 12, subject.d_model, sc.ReLU()), i
        )
        for i in range(subject.n_layers)
    ]
    sc.convert(written, tmp_path, to="circuit_tracer")
    config = yaml.safe_load((tmp_path / "config.yaml").read_text("utf-8"))
    (tmp_path / "config.yaml").write_text(
        yaml.safe_dump(config | {"feature_input_hook": "ln2.hook_normalized"}), "utf-8"
    )
    with pytest.raises(sc.InputError, match="model="):
        sc.load_dictionaries(tmp_path)
    for layer, dictionary in enumerate(sc.load_dictionaries(tmp_path, model=subject)):
        norm = subject.weights.mlp_norm(layer)
        inside = torch.randn(4, 1, subject.d_model, generator=torch.Generator().manual_seed(layer))
        read = norm.gain * inside + norm.bias
        torch.testing.assert_close(dictionary.encode(read), written[layer].encode(inside), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(dictionary(read), written[layer](inside), atol=1e-4, rtol=1e-4)


def test_a_set_of_another_library_is_attributed(tmp_path: Path) -> None:
    """Written for circuit-tracer and read again, a set gives the circuit that it gave before."""
    lab = sc.load()
    folder = sc.convert("world/transcoders", tmp_path, to="circuit_tracer", model_name="world")[0]
    other = sc.ReplacementModel(lab.subject, sc.load_dictionaries(folder))
    assert set(other.dictionaries) == set(lab.dictionaries)
    prompt = "the capital of the country containing Gdansk is"
    ours, theirs = (each.attribute(prompt, "Warsaw", "Paris") for each in (lab, other))
    assert {node.id for node in ours.top(30)} == {node.id for node in theirs.top(30)}
    by_id = {node.id: node.influence for node in theirs.top(10**6)}
    for node in ours.top(30):
        assert by_id[node.id] == pytest.approx(node.influence, abs=1e-4)
