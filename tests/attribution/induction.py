"""A two-layer transformer whose weights are set by hand so that it does induction and nothing else.

The residual stream has four parts: which token stands here, which position this is, which token stood one place
before, and which token is predicted. Each is a one-hot code, written as `(x, -x)` so that the mean of the stream is
zero and a layer norm's centring does nothing; the norms' gains undo their denominators, so every norm hands the stream
on as it is (the last two where a token is predicted).

- Layer 0, head 0 (previous token): the query is the position, shifted by one, the key the position, so position p
  looks at p − 1 (the first at itself); the values copy the token there into "stood before".
- Layer 1, head 1 (induction): the query is the token here, the key the token that stood before (K-composition), so the
  last token looks at what followed it last time; the values copy the token there into "predicted". Where no key
  matches, it looks at the first token, whose value is zero.
- The other heads look at all positions evenly and write nothing; both MLPs write nothing.

After `<bos> a b c a` the last position looks at `b` and predicts it with a logit of `LOGIT`; all other logits are zero.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel

from saecircuits.dictionaries import Dictionary, JumpReLU
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject
from tests.tiny import VOCABULARY, tiny_tokenizer

PREVIOUS = (0, 0)
"""Layer and head of the previous-token head."""
INDUCTION = (1, 1)
"""Layer and head of the induction head."""
POSITIONS = 16
LOGIT = 10.0
SCORE = 300.0
"""Score of a match in both heads: so far above all others that the patterns are exactly one and zero."""
_BOS = 2
_EPSILON = 1e-12
_TOKEN, _POSITION = 0, VOCABULARY
_BEFORE, _PREDICTED = VOCABULARY + POSITIONS, 2 * VOCABULARY + POSITIONS
_HALF = 3 * VOCABULARY + POSITIONS
_D_MODEL = 2 * _HALF
_D_HEAD = _D_MODEL // 2


def induction_subject() -> Subject:
    """The model, opened for study; its words are those of `tests.tiny`."""
    config = GPT2Config(
        n_layer=2,
        n_head=2,
        n_embd=_D_MODEL,
        n_positions=POSITIONS,
        n_inner=4,
        vocab_size=VOCABULARY,
        layer_norm_epsilon=_EPSILON,
        tie_word_embeddings=False,
        pad_token_id=1,
        bos_token_id=_BOS,
        eos_token_id=3,
    )
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        _embed(model)
        _previous_token_head(model.transformer.h[0].attn)
        _induction_head(model.transformer.h[1].attn)
        for parts, block in ((2, model.transformer.h[0]), (3, model.transformer.h[1])):
            block.ln_1.weight.fill_(_denominator(parts))
            block.ln_2.weight.fill_(_denominator(parts + 1))
        model.transformer.ln_f.weight.fill_(_denominator(4))
        words = torch.arange(VOCABULARY)
        model.lm_head.weight.copy_(LOGIT * _reader(_PREDICTED + words))
    return Subject(model.eval(), tiny_tokenizer(), "induction by hand")


def induction_replacement() -> Replacement:
    """The model with two transcoders that say what the heads moved.

    Feature i of `before` (layer 0) fires, with value 1, where the token that stood before has the id i; feature i of
    `predicted` (layer 1) where the token i is predicted. Their decoders are zero, as are the MLPs: no error is left.
    """
    subject = induction_subject()
    parts = (("before", 0, _BEFORE), ("predicted", 1, _PREDICTED))
    return Replacement(subject, [_reading_transcoder(name, layer, part) for name, layer, part in parts])


def _reading_transcoder(name: str, layer: int, part: int) -> Dictionary:
    read, written = [Site("mlp_in", layer)], [Site("mlp_out", layer)]
    dictionary = Dictionary(name, read, written, VOCABULARY, _D_MODEL, JumpReLU(torch.full((VOCABULARY,), 0.5)))
    with torch.no_grad():
        dictionary.W_enc[:, 0] = _reader(part + torch.arange(VOCABULARY))
    return dictionary.requires_grad_(False)


def _writer(dimensions: Tensor) -> Tensor:
    """Rows that write one unit into each dimension, `[dimension, d_model]`."""
    rows = torch.zeros(len(dimensions), _D_MODEL)
    rows[torch.arange(len(dimensions)), dimensions] = 1
    rows[torch.arange(len(dimensions)), _HALF + dimensions] = -1
    return rows


def _reader(dimensions: Tensor) -> Tensor:
    """Rows whose product with the stream is what was written into each dimension, `[dimension, d_model]`."""
    return _writer(dimensions) / 2


def _denominator(parts: int) -> float:
    """The layer norm's denominator where the stream holds so many one-hot codes."""
    return (2 * parts / _D_MODEL + _EPSILON) ** 0.5


def _embed(model: Any) -> None:
    model.transformer.wte.weight.copy_(_writer(_TOKEN + torch.arange(VOCABULARY)))
    model.transformer.wpe.weight.copy_(_writer(_POSITION + torch.arange(POSITIONS)))


def _previous_token_head(attention: Any) -> None:
    query, key, value = _head(attention, PREVIOUS[1])
    places = torch.arange(POSITIONS)
    size = SCORE * _D_HEAD**0.5
    query[:, :POSITIONS] = size * _reader(_POSITION + places).roll(-1, 0).T  # the query of p is the code of p − 1
    query[:, 0] += size * _reader(_POSITION + places[:1])[0]
    query[:, POSITIONS - 1] = 0
    key[:, :POSITIONS] = _reader(_POSITION + places).T
    _copy(attention, PREVIOUS[1], value, _BEFORE, torch.arange(VOCABULARY))


def _induction_head(attention: Any) -> None:
    query, key, value = _head(attention, INDUCTION[1])
    words, size = torch.arange(VOCABULARY), SCORE * _D_HEAD**0.5
    query[:, :VOCABULARY] = size * _reader(_TOKEN + words).T
    key[:, :VOCABULARY] = _reader(_BEFORE + words).T
    query[:, VOCABULARY] = size / 2 * _reader(_TOKEN + words).sum(0)  # one, whatever the token
    key[:, VOCABULARY] = _reader(torch.tensor([_POSITION]))[0]
    _copy(attention, INDUCTION[1], value, _PREDICTED, words[words != _BOS])


def _head(attention: Any, head: int) -> list[Tensor]:
    """Query, key and value weights of one head, `[d_model, d_head]` each, to be written into."""
    block = slice(head * _D_HEAD, (head + 1) * _D_HEAD)
    return [weight[:, block] for weight in attention.c_attn.weight.chunk(3, 1)]


def _copy(attention: Any, head: int, value: Tensor, into: int, words: Tensor) -> None:
    """Values that copy the token at the key into another part of the stream."""
    value[:, words] = _reader(_TOKEN + words).T
    attention.c_proj.weight[head * _D_HEAD + words] = _writer(into + words)
