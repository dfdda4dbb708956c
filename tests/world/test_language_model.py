"""The lean Llama is a Llama, and its trainer trains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from saecircuits.remake.language_model import Recipe, Schedule, Sizes, fit, train_language_model
from saecircuits.remake.lean_llama import LeanLlama, Shape, to_hugging_face
from saecircuits.world.tokenizer import token_ids

SMALL = Recipe(
    steps=30,
    batch_rows=8,
    log_every=10,
    sizes=Sizes(layers=2, width=32, head_width=16, mlp_width=48),
    schedule=Schedule(warm_up_steps=5),
)


def test_the_lean_model_is_its_export() -> None:
    torch.manual_seed(0)
    model = LeanLlama(Shape(vocabulary=50, layers=3, width=64, head_width=16, mlp_width=96))
    with torch.no_grad():
        # Norm weights start at one, where a norm in the wrong place would not show.
        for parameter in model.embedding_and_norms()[1:]:
            parameter.copy_(0.5 + torch.rand_like(parameter))
    tokens = torch.randint(0, 50, (4, 40))
    exported = to_hugging_face(model, bos_token_id=1, pad_token_id=0)
    with torch.no_grad():
        # Both sum the same products in float32, in another order; logits are of size one.
        torch.testing.assert_close(exported(tokens).logits, model(tokens), atol=1e-5, rtol=1e-5)


def test_every_parameter_has_one_optimizer() -> None:
    model = LeanLlama(Shape(vocabulary=50))
    trained = model.matrices() + model.embedding_and_norms()
    assert len(trained) == len(list(model.parameters()))
    assert {id(parameter) for parameter in trained} == {id(parameter) for parameter in model.parameters()}


def test_thirty_steps_lower_the_loss() -> None:
    _, log = fit(SMALL, progress=False)
    assert [entry.step for entry in log] == [10, 20, 30]
    # A uniform guess among 804 tokens costs 6.7 nats.
    assert log[0].validation_loss > log[1].validation_loss > log[2].validation_loss
    assert log[-1].validation_loss < 5.5


def test_training_depends_on_the_seed_only() -> None:
    short = replace(SMALL, steps=5)
    models = [fit(replace(short, seed=seed), progress=False)[0] for seed in (1, 1, 2)]
    assert torch.equal(models[0].embedding, models[1].embedding)
    assert not torch.equal(models[0].embedding, models[2].embedding)


def test_a_trained_folder_loads(tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    recipe = replace(SMALL, steps=5, threads=1)
    log = train_language_model(tmp_path, recipe, progress=False)
    model, again = fit(recipe, progress=False)
    assert [entry.loss for entry in log] == [entry.loss for entry in again]
    assert torch.get_num_threads() == threads
    loaded, tokenizer = AutoModelForCausalLM.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    tokens = tokenizer(["the dogs near the cat", "people in Lyon speak"], return_tensors="pt", padding=True)
    with torch.no_grad():
        torch.testing.assert_close(loaded(**tokens).logits[0], model(tokens["input_ids"])[0], atol=1e-5, rtol=1e-5)
    assert tokenizer.get_vocab() == token_ids()
    assert {"model.safetensors", "config.json", "generation_config.json", "tokenizer.json"} <= {
        path.name for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize(
    ("step", "rate", "skew"), [(0, 0.01, 5.0), (349, 1.0, 3.0), (500, 0.998, 1.0), (999, 0.01, 1.0)]
)
def test_the_schedule_at_its_corners(step: int, rate: float, skew: float) -> None:
    schedule = Schedule()
    assert schedule.rate(step, 1000) == pytest.approx(rate, abs=1e-3)
    assert schedule.skew(step, 1000) == pytest.approx(skew, abs=0.02)
