"""The check of a row: the rows of the table pass, rows with one thing wrong are told what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from saecircuits.errors import UnsupportedModelError
from saecircuits.subject import Subject, check_architecture
from saecircuits.subject.architectures import architecture_of
from saecircuits.subject.projections import FUSED_BY_HEAD, FUSED_BY_PART
from tests.tiny import TINY_CONFIGS, tiny_subject


def test_every_row_holds(subject: Subject) -> None:
    errors = check_architecture(subject)
    assert len(errors) == (8 if subject.architecture.has_neurons else 7)
    assert max(errors.values()) < 1e-5


@pytest.mark.parametrize("name", sorted(TINY_CONFIGS))
def test_every_row_holds_in_half_precision(name: str) -> None:
    assert 1e-5 < max(check_architecture(tiny_subject(name, dtype=torch.bfloat16)).values()) < 5e-2


@pytest.mark.parametrize(
    ("name", "wrong", "claim"),
    [
        ("gemma2", {"gain_offset": 0.0}, "norm makes mlp_in"),
        ("gemma2", {"embedding_scale": None}, "embeddings make resid_pre"),
        ("gemma2", {"attention_cap": None}, "queries and keys make"),
        ("gemma2", {"logit_cap": None}, "make the logits"),
        ("gemma2", {"window": lambda _: None}, "queries and keys make"),
        ("gemma2", {"attention_post_norm": None}, "resid_pre . attn_out . mlp_out = resid_post"),
        ("gemma2", {"mlp_post_norm": None}, "resid_pre . attn_out . mlp_out = resid_post"),
        ("gpt_neox", {"parallel_field": None}, "resid_pre . attn_out = resid_mid"),
        ("gpt_neox", {"projections": replace(FUSED_BY_HEAD, heads=FUSED_BY_PART.heads)}, "values make attn_out"),
        ("gpt_neox", {"rotary": None}, "queries and keys make"),
        ("gpt_neox", {"norm": "rms"}, "norm makes mlp_in"),
        ("gpt2", {"position_embedding": None}, "embeddings make resid_pre"),
        ("qwen3", {"query_norm": None, "key_norm": None}, "queries and keys make"),
        ("qwen2", {"window": lambda _: None}, "queries and keys make"),
        ("llama", {"mlp_down": "mlp.w2"}, "a path in its row.*leads elsewhere.*w2"),
        ("llama", {"mlp_norm": "input_layernorm"}, "a path in its row.*leads elsewhere.*input_layernorm"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)
def test_a_row_with_one_thing_wrong_is_told_what(name: str, wrong: dict[str, Any], claim: str) -> None:
    right = tiny_subject(name)
    row: Any = replace(architecture_of(name), **wrong)
    subject = Subject(right.module, right.tokenizer, name, row)
    with pytest.raises(UnsupportedModelError, match=claim):
        check_architecture(subject)
