"""Whether features are chosen by pre-activations in bfloat16."""

from __future__ import annotations

import torch

from saecircuits.dictionaries import Dictionary

_WIDE = 256
"""Width from which the encoder's product is long enough for bfloat16 to pay on a CPU."""


def chooses_in_bfloat16(dictionary: Dictionary, precision: str) -> bool:
    """Whether to, for a dictionary on its device; `"auto"` asks the machine."""
    if precision != "auto":
        return precision == "bfloat16"
    device, width = dictionary.W_enc.device, dictionary.W_enc[0].numel()
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    ask = getattr(torch.cpu, "get_capabilities", dict)  # torch before 2.12 cannot tell
    known = ask() if device.type == "cpu" else {}
    return width >= _WIDE and bool(known.get("avx512_bf16") or known.get("amx_bf16"))
