"""Whether a row of the table of architectures says the truth about a model: one prompt, every claim."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from nnsight.intervention.interleaver import OutOfOrderError
from torch import Tensor

from saecircuits.errors import UnsupportedModelError
from saecircuits.sites import SITE_KINDS, Site

from .freezing import attention_implementation
from .norms import Norm
from .stored import at_least_single, quantised
from .subject import Subject

_TOKENS = 12
_TOLERANCE = {torch.float64: 1e-4, torch.float32: 1e-4}
_HALF = 5e-2

Claim = tuple[str, Tensor, Tensor]
"""A sentence, what the row says, what the model says."""


@torch.no_grad()
def check_architecture(subject: Subject) -> dict[str, float]:
    """Hold what the table says of a model's weights and sites against what the model does.

    Returns:
        By claim, the largest difference over layers, relative to the largest value.

    Raises:
        UnsupportedModelError: for claims that do not hold, and for paths that lead elsewhere.
    """
    worst: dict[str, float] = {}
    try:
        for sentence, said, done in _claims(subject):
            error = float((said - done).abs().max() / done.abs().max().clamp_min(1e-6))
            worst[sentence] = max(worst.get(sentence, 0.0), error)
    except (AttributeError, OutOfOrderError) as error:
        raise UnsupportedModelError(
            f"For {subject.name}, a path in its row of the table of architectures leads elsewhere: {error}.",
            "Correct the row.",
        ) from error
    tolerance = _HALF if quantised(subject.module) else _TOLERANCE.get(subject.weights.dtype, _HALF)
    broken = [s for s, error in worst.items() if not error < tolerance]
    if broken:
        raise UnsupportedModelError(
            f"For {subject.name}, its row in the table of architectures does not hold: {'; '.join(broken)}.",
            "Correct the row.",
        )
    return worst


def _claims(subject: Subject) -> Iterator[Claim]:
    weights, ids = subject.weights, torch.arange(_TOKENS, device=subject.device) % len(subject.tokenizer)

    def body() -> tuple[list[dict[str, Tensor]], Tensor, Tensor]:
        layers = [_read_block(subject, layer) for layer in range(subject.n_layers)]
        return layers, subject.final_input(), subject.logits()

    with attention_implementation(subject, "eager"):
        blocks, final, logits = subject.run(ids, body)
    embedded = weights.embedded(ids)
    if weights.position_embedding is not None:
        embedded = embedded + weights.position_embedding[: len(ids)]
    yield "embeddings make resid_pre.0", embedded, at_least_single(blocks[0]["resid_pre"][0])
    for layer, block in enumerate(blocks):
        yield from _block_claims(subject, layer, {name: at_least_single(value[0]) for name, value in block.items()})
    unembedded = weights.unembedded(weights.final_norm.apply(at_least_single(final[0])))
    cap = weights.logit_cap
    capped = unembedded if cap is None else cap * torch.tanh(unembedded / cap)
    yield "final norm, unembedding and cap make the logits", capped, at_least_single(logits[0])


def _read_block(subject: Subject, layer: int) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for kind in SITE_KINDS:  # in the order of the forward pass
        if kind == "attn_out":
            found["pattern"] = subject.attention_pattern(layer)
        if kind == "mlp_out" and subject.architecture.has_neurons:
            found["hidden"] = subject.mlp_hidden(layer)
        found[kind] = subject.get(Site(kind, layer))
    return found


def _block_claims(subject: Subject, layer: int, at: dict[str, Tensor]) -> Iterator[Claim]:
    weights, pre = subject.weights, at["resid_pre"]
    yield "resid_pre + attn_out = resid_mid", pre + at["attn_out"], at["resid_mid"]
    yield "resid_pre + attn_out + mlp_out = resid_post", pre + at["attn_out"] + at["mlp_out"], at["resid_post"]
    read, query_key = weights.attention_norm(layer).apply(pre), weights.query_key(layer)
    scores = query_key.scores(read)
    pattern = scores.masked_fill(~query_key.mask(len(pre)), -torch.inf).softmax(-1)
    yield "queries and keys make the attention pattern", pattern, at["pattern"]
    attended = weights.attention(layer).out(read, at["pattern"])
    yield "values make attn_out", _through(weights.attention_post_norm(layer), attended), at["attn_out"]
    mlp_reads = pre if subject.parallel else at["resid_mid"]
    yield "the MLP's norm makes mlp_in", weights.mlp_norm(layer).apply(mlp_reads), at["mlp_in"]
    if "hidden" not in at:
        return
    made = at["hidden"] @ weights.mlp_down(layer) + weights.mlp_down_bias(layer)
    yield "neurons make mlp_out", _through(weights.mlp_post_norm(layer), made), at["mlp_out"]


def _through(norm: Norm | None, x: Tensor) -> Tensor:
    return x if norm is None else norm.apply(x)
