"""From edits to changes of one prompt's latents: positions counted from 0, values of patches read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.replacement import FIRST_REPLACED, Replacement
from saecircuits.subject import Tokens

from .edits import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set

AnyEdit = Ablate | Scale | Set | Add | Patch


@dataclass(frozen=True)
class Change:
    """One edit, ready for the latents of its layer: `z ← keep · z + add`.

    Attributes:
        features: columns of the latents.
        positions: rows; for generated tokens only `everywhere` counts.
        keep, add: broadcast to `[position, feature]`.
        everywhere: also acts on tokens that are generated.
    """

    features: slice
    positions: Int[Tensor, " position"]
    keep: float
    add: Float[Tensor, "..."]
    everywhere: bool

    def apply(self, latents: Float[Tensor, "position feature"]) -> None:
        """Change latents of the whole prompt in place."""
        old = latents[self.positions, self.features]
        latents[self.positions, self.features] = self.keep * old + self.add.to(latents.dtype)

    def apply_to_new_token(self, latents: Float[Tensor, "1 feature"]) -> None:
        """Change latents of a generated token in place; a patch holds the value of the source's last token."""
        if self.everywhere:
            last = self.add if self.add.ndim < 2 else self.add[-1:]
            latents[:, self.features] = self.keep * latents[:, self.features] + last.to(latents.dtype)


Changes = Mapping[str, Sequence[Change]]
"""What is changed of each dictionary's latents, by its name."""


def resolve(replacement: Replacement, tokens: Tokens, edits: Sequence[Edit]) -> dict[str, list[Change]]:
    """The changes of each dictionary, in the order of the edits.

    Raises:
        InputError: for what is no list of edits, or a feature or position that does not exist.
    """
    if isinstance(edits, Edit):
        raise InputError("One edit came where several were expected.", "Give a list: [edit].")
    changes: dict[str, list[Change]] = defaultdict(list)
    for edit in edits:
        if not isinstance(edit, AnyEdit):
            raise InputError(f"{type(edit).__name__} is not an edit.", "Use Ablate, Scale, Set, Add or Patch.")
        changes[replacement.dictionary(edit.feature.dictionary).name].append(_change(replacement, tokens, edit))
    return dict(changes)


def _change(replacement: Replacement, tokens: Tokens, edit: AnyEdit) -> Change:
    features = _columns(replacement, edit)
    length = tokens.ids.shape[1]
    positions = _within(length, edit.positions, "the prompt")
    keep, add = 0.0, torch.zeros((), device=tokens.ids.device)
    match edit:
        case Ablate():
            pass
        case Scale():
            keep = float(edit.factor)
        case Set():
            add = add + edit.value
        case Add():
            keep, add = 1.0, add + edit.amount
        case Patch():
            positions, add = _patched(replacement, edit, features, positions, length)
    return Change(features, positions, keep, add, everywhere=edit.positions is None)


def _columns(replacement: Replacement, edit: Edit) -> slice:
    if isinstance(edit.feature, AllFeatures):
        return slice(0, replacement.dictionary(edit.feature.dictionary).n_features)
    index = replacement.check_feature(edit.feature).index
    return slice(index, index + 1)


def _within(length: int, positions: Any, where: str) -> Tensor:
    """Positions, as an edit keeps them, counted from 0."""
    if positions is None:
        return torch.arange(FIRST_REPLACED, length)
    if not all(-length <= position < length for position in positions):
        raise InputError(f"Positions {list(positions)} are not all in {where}, which has {length} tokens.")
    given = torch.tensor(positions) % length
    if bool((given < FIRST_REPLACED).any()):
        raise InputError(
            "Dictionaries do not replace the first token, so nothing can be edited there.", "Start at position 1."
        )
    return given


def _patched(
    replacement: Replacement, edit: Patch, features: slice, positions: Tensor, length: int
) -> tuple[Tensor, Tensor]:
    """Positions that have a counterpart in the source, and the values to put there, `[position, feature]`."""
    dictionary = replacement.dictionary(edit.feature.dictionary)
    source = replacement.subject.tokenize(edit.source)
    values = replacement.subject.read(source, dictionary.reads)
    x = torch.stack([values[site] for site in dictionary.reads], 2)
    latents = replacement.encode(dictionary, x, source)[0]
    if edit.source_positions is not None:
        taken = _within(len(latents), edit.source_positions, "the source prompt")
        return positions, latents[taken, features]
    if len(latents) <= FIRST_REPLACED:
        raise InputError(
            f"The source prompt has {len(latents)} token, and dictionaries do not replace the first one.",
            "Give a longer source.",
        )
    taken = positions - length + len(latents)
    inside = taken >= FIRST_REPLACED
    if edit.positions is not None and not bool(inside.all()):
        raise InputError(
            f"The source prompt has {len(latents)} tokens; counted from its end it has no counterpart of positions "
            f"{positions[~inside].tolist()}.",
            "Say where to read with source_positions=….",
        )
    return positions[inside], latents[taken[inside], features]
