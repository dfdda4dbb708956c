"""What fires in one prompt, of every dictionary of a model."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.replacement import Replacement
from saecircuits.subject import Tokens


@torch.no_grad()
def prompt_latents(replacement: Replacement, tokens: Tokens) -> dict[str, Float[Tensor, "position feature"]]:
    """Latents of one prompt by dictionary; zero at the first token, where no dictionary stands in for the model."""
    dictionaries = [replacement.dictionary(name) for name in replacement.names]
    values = replacement.subject.read(tokens, [site.bare for d in dictionaries for site in d.reads])
    found = {}
    for dictionary in dictionaries:
        x = torch.stack([values[site.bare] for site in dictionary.reads], -2)
        found[dictionary.name] = replacement.encode(dictionary, x, tokens)[0]
    return found
