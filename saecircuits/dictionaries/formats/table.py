"""The one table of formats."""

from __future__ import annotations

from .circuit_tracer import CIRCUIT_TRACER
from .circuit_tracer_clt import CIRCUIT_TRACER_CLT
from .ckkissane import CKKISSANE
from .crosscode import CROSSCODE
from .dictionary_learning import DICTIONARY_LEARNING
from .format import Format
from .gemma_scope import GEMMA_SCOPE
from .gemma_scope_2 import GEMMA_SCOPE_2
from .llama_scope import LLAMA_SCOPE
from .llamascopium import LLAMASCOPIUM
from .openai import OPENAI
from .own import OWN
from .sae_lens import SAE_LENS
from .science_of_finetuning import SCIENCE_OF_FINETUNING
from .sparsify import SPARSIFY

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        OWN,
        SAE_LENS,
        DICTIONARY_LEARNING,
        SPARSIFY,
        GEMMA_SCOPE,
        GEMMA_SCOPE_2,
        OPENAI,
        CIRCUIT_TRACER,
        CIRCUIT_TRACER_CLT,
        CKKISSANE,
        SCIENCE_OF_FINETUNING,
        CROSSCODE,
        LLAMASCOPIUM,
        LLAMA_SCOPE,
    )
}
"""By the name that `format=` and `to=` take."""
