"""The checkpoints of `data/`: what they are, and what has to be said to read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor

DATA = Path(__file__).parent / "data"
POST = "sae.resid_post.3"
MLP = "transcoder.1"
FIRST_THREE = ("transcoder.0", "transcoder.1", "transcoder.2")
CROSS_LAYER = ("clt.0", "clt.1", "clt.2")


@dataclass(frozen=True)
class Case:
    """A checkpoint.

    Attributes:
        format: that it has to be recognised as.
        names: of the dictionaries in it, in order.
        options: what `load_dictionaries` has to be told.
    """

    format: str
    names: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


CASES = {
    **{
        f"sae_lens_{name}": Case("sae_lens", (POST,))
        for name in (
            "standard",
            "standard_plain_input",
            "topk",
            "topk_rescaled",
            "jumprelu",
            "gated",
            "batchtopk_training",
            "batchtopk_inference",
            "batchtopk_rescaled_training",
            "batchtopk_rescaled_inference",
            "matryoshka_training",
            "matryoshka_inference",
            "old_standard",
            "old_topk",
            "old_gated",
            "scaled",
            "scaled_topk_rescaled",
            "scaled_batchtopk_rescaled",
            "whitened",
            "whitened_plain_input",
            "layer_norm_standard",
            "layer_norm_topk",
            "constant_norm_rescale_standard",
            "constant_norm_rescale_topk",
        )
    },
    **{
        f"sae_lens_{name}": Case("sae_lens", (MLP,))
        for name in ("transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder")
    },
    **{
        f"dictionary_learning_{name}": Case("dictionary_learning", ("sae.resid_post.8",))
        for name in ("standard", "new", "gated", "jumprelu", "topk", "batchtopk", "matryoshka")
    },
    "sparsify_sae": Case("sparsify", ("sae.resid_post.2",)),
    "sparsify_sae_skip": Case("sparsify", ("sae.resid_post.2",)),
    "sparsify_by_expansion": Case("sparsify", ("sae.resid_post.2",)),
    "sparsify_transcoder": Case("sparsify", ("transcoder.2",)),
    "sparsify_transcoder_skip": Case("sparsify", ("transcoder.2",)),
    "gemma_scope": Case("gemma_scope", ("sae.mlp_out.3",)),
    "gemma_scope_2_sae": Case("gemma_scope_2", ("sae.resid_post.5",)),
    "gemma_scope_2_transcoder_skip": Case("gemma_scope_2", ("transcoder.5",)),
    "openai": Case("openai", ("sae.mlp_out.8",)),
    "openai_topk": Case("openai", ("sae.resid_post.8",)),
    "circuit_tracer_relu": Case("circuit_tracer", FIRST_THREE),
    "circuit_tracer_jumprelu_skip": Case("circuit_tracer", FIRST_THREE),
    "circuit_tracer_clt_relu": Case("circuit_tracer_clt", CROSS_LAYER),
    "circuit_tracer_clt_jumprelu": Case("circuit_tracer_clt", CROSS_LAYER),
    "ckkissane": Case("ckkissane", ("crosscoder",), {"scale": (0.25, 0.5)}),
    **{
        f"science_of_finetuning_{name}": Case("science_of_finetuning", ("crosscoder",))
        for name in ("relu", "batchtopk_crosscoder", "batchtopk_sae", "batchtopk_mixed", "batchtopk_none", "old")
    },
    "crosscode_relu": Case("crosscode", ("crosscoder",)),
    "crosscode_jumprelu": Case("crosscode", ("crosscoder",)),
    "crosscode_transcoder": Case("crosscode", (MLP,), {"site": ("mlp_in.1", "mlp_out.1")}),
    **{
        f"llamascopium_{name}": Case("llamascopium", ("sae.resid_post.2",))
        for name in (
            "sae_relu",
            "sae_inference",
            "sae_jumprelu",
            "sae_jumprelu_plain",
            "sae_topk",
            "sae_topk_plain",
            "sae_without_bias",
        )
    },
    "llamascopium_transcoder_jumprelu": Case("llamascopium", ("transcoder.2",)),
    "llamascopium_crosscoder": Case("llamascopium", ("crosscoder",)),
    "llamascopium_clt_relu": Case("llamascopium", CROSS_LAYER),
    "llamascopium_clt_jumprelu": Case("llamascopium", CROSS_LAYER),
    "llama_scope": Case("llama_scope", ("sae.resid_post.0",)),
}

UNIT_LATENTS = {"llamascopium_sae_topk"}
"""Cases whose latents are here as large as what they write: decoder rows have one norm."""


def expected(case: str) -> dict[str, Tensor]:
    """Numbers that the owner's code made: `x`, `latents`, `out`."""
    return load_file(DATA / f"{case}.safetensors")
