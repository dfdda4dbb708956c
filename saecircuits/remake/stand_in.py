"""A stand-in for Gemma 2 with Gemma Scope, for machines without a connection: small, in the layouts of the real ones.

1. A Gemma 2 of three layers learns a few dozen facts of the embedded world by heart, in a second or two.
2. Transcoders of its MLPs and one SAE learn from its activations on those facts.
3. The model is written as a Hugging Face folder; the dictionaries as Gemma Scope's archives, with the config beside
   them by which circuit-tracer names one archive a layer.

Whatever loads the stand-in loads the real ones. What it shows says nothing about Gemma.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import Tensor
from torch.nn import functional
from transformers import Gemma2Config, Gemma2ForCausalLM
from transformers.utils import logging as transformers_logging

from saecircuits.dictionaries import Dictionary, JumpReLU
from saecircuits.subject import Subject
from saecircuits.training import Adam, Corpus, TrainingPlan, TrainingResult, TrainingRun, train
from saecircuits.world.facts import COUNTRIES
from saecircuits.world.tokenizer import make_tokenizer

RELATIONS = ("capital", "language", "currency")
FACTS = tuple(
    f"the {relation} of {country.name} is {country.attribute(relation)}"
    for country in COUNTRIES[:16]
    for relation in RELATIONS
)
"""All that the model knows."""

_LAYERS, _WIDTH, _HEADS = 3, 64, 4
_FEATURES, _K = 256, 5
_STEPS, _RATE = 90, 1e-2
_OTHER_WORDS = 0.2
"""Weight of the words before the answer, beside 1 for the answer itself."""
_RUN = TrainingRun(tokens=25_000, batch=256, rows=240, pool=2048)
_REPEATED = 15


@dataclass(frozen=True)
class StandIn:
    """Where the parts lie.

    Attributes:
        model: a Hugging Face folder, in place of `google/gemma-2-2b`.
        transcoders: of every layer, in place of `google/gemma-scope-2b-pt-transcoders`, with circuit-tracer's config.
        saes: of one site, in place of `google/gemma-scope-2b-pt-res`.
    """

    model: Path
    transcoders: Path
    saes: Path


def gemma_stand_in(folder: str | Path, seed: int = 0) -> StandIn:
    """Make a small Gemma 2 and its Gemma Scope; takes some five seconds on one core.

    Args:
        folder: made if it is not there.
        seed: of all that is random.
    """
    parts = StandIn(*(Path(folder) / name for name in ("gemma-2-tiny", *map(_repository, ("transcoders", "res")))))
    subject = _language_model(parts.model, seed)
    plans = [_plan(TrainingPlan.transcoder(layer)) for layer in range(_LAYERS)]
    corpus = Corpus.texts(FACTS * _REPEATED, name="facts of the embedded world")
    results = train(
        subject, corpus, [*plans, _plan(TrainingPlan.sae(f"resid_post.{_LAYERS - 2}"))], _RUN, progress=False
    )
    names = [_write(result, subject, parts) for result in results]
    config = {
        "model_name": parts.model.name,
        "model_kind": "transcoder_set",
        "feature_input_hook": "ln2.hook_normalized",
        "feature_output_hook": "hook_mlp_out",
        "scan": parts.transcoders.name,
        "transcoders": names[:_LAYERS],
    }
    (parts.transcoders / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return parts


def _repository(kind: str) -> str:
    return f"gemma-scope-tiny-pt-{kind}"


def _plan(plan: TrainingPlan) -> TrainingPlan:
    changes = {"n_features": _FEATURES, "activation": {"kind": "batchtopk", "k": _K}, "optimizer": Adam(_RATE)}
    return TrainingPlan.from_dict({**plan.to_dict(), **changes})


def _language_model(folder: Path, seed: int) -> Subject:
    """A Gemma 2 that ends each fact as it should; written into a folder."""
    tokenizer: Any = make_tokenizer()
    config = Gemma2Config(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        intermediate_size=2 * _WIDTH,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        num_key_value_heads=_HEADS // 2,
        head_dim=_WIDTH // _HEADS,
        query_pre_attn_scalar=_WIDTH // _HEADS,
        max_position_embeddings=128,
        sliding_window=16,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Gemma2ForCausalLM(config)
    _learn(model, torch.tensor(tokenizer(list(FACTS))["input_ids"]))
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if shown:
        transformers_logging.enable_progress_bar()
    return Subject(model.eval().requires_grad_(False), tokenizer, folder.name)


def _learn(model: Gemma2ForCausalLM, ids: Tensor) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), _RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, _STEPS, pct_start=0.1)
    for _ in range(_STEPS):
        logits, following = model(input_ids=ids[:, :-1]).logits, ids[:, 1:]
        everywhere = functional.cross_entropy(logits.flatten(0, 1), following.flatten())
        (_OTHER_WORDS * everywhere + functional.cross_entropy(logits[:, -1], following[:, -1])).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()


def _write(result: TrainingResult, subject: Subject, parts: StandIn) -> str:
    """Write one dictionary as Gemma Scope does; the path of its archive below its repository."""
    dictionary, layer = result.dictionary, result.dictionary.writes[0].layer
    transcodes = dictionary.reads != dictionary.writes
    gain = subject.weights.mlp_norm(layer).gain if transcodes else torch.ones(dictionary.d_model)
    name = f"layer_{layer}/width_{dictionary.n_features}/average_l0_{round(result.log[-1].l0)}/params.npz"
    path = (parts.transcoders if transcodes else parts.saes) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {key: value.numpy() for key, value in _arrays(dictionary, gain).items()}
    np.savez(path, **arrays)
    return name


def _arrays(dictionary: Dictionary, gain: Tensor) -> dict[str, Tensor]:
    """What an archive holds: nothing is subtracted before encoding, and transcoders read before the norm's gain."""
    activation, W_enc = dictionary.activation, dictionary.W_enc[:, 0]
    assert isinstance(activation, JumpReLU)
    return {
        "W_enc": (W_enc * gain).T.contiguous(),
        "b_enc": dictionary.b_enc - W_enc @ dictionary.b_in[0],
        "W_dec": dictionary.W_dec[:, 0],
        "b_dec": dictionary.b_dec[0],
        "threshold": activation.threshold.expand(dictionary.n_features),
    }
