"""The changes of a text that grows out of a prompt, a token at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jaxtyping import Float
from torch import Tensor

from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.subject import Tokens

from .edits import Edit, Patch
from .resolve import Change, resolve


@dataclass(frozen=True)
class _Acting:
    """A change and where it acts: on the prompt or not, and on new tokens, at some positions or (None) at all."""

    change: Change
    on_prompt: bool
    later: frozenset[int] | None

    def acts_on(self, position: int) -> bool:
        """On a new token at this position."""
        return self.change.everywhere if self.later is None else position in self.later


_Part = tuple[Edit, bool, frozenset[int] | None]


class GrowingEdits:
    """The changes of each dictionary's latents, in the prompt and in the new tokens.

    Args:
        replacement: model and dictionaries.
        prompt: what the text grows out of.
        edits: applied in order; positions from the prompt's length on are those of new tokens.
        max_new_tokens: how far it grows.

    Raises:
        InputError: if that is too far, or for an edit of something that does not exist.
    """

    def __init__(self, replacement: Replacement, prompt: Tokens, edits: Sequence[Edit], max_new_tokens: int) -> None:
        self._length, context = prompt.ids.shape[1], replacement.subject.context
        self._most = self._length + max_new_tokens
        if max_new_tokens < 1 or self._most > context:
            raise InputError(
                f"{max_new_tokens} new tokens after {self._length} do not fit the context of {context}.",
                f"Ask for 1 to {context - self._length}.",
            )
        self._acting: dict[str, list[_Acting]] = defaultdict(list)
        if isinstance(edits, Edit):
            resolve(replacement, prompt, edits)  # raises: one edit is no list
        for part, on_prompt, later in [part for edit in edits for part in self._parts(edit)]:
            for name, changes in resolve(replacement, prompt, [part]).items():
                self._acting[name] += [_Acting(change, on_prompt, later) for change in changes]

    def __contains__(self, name: str) -> bool:
        return name in self._acting

    def __iter__(self) -> Iterator[str]:
        """The names of the dictionaries that are edited."""
        return iter(self._acting)

    def features(self, name: str) -> list[slice]:
        """The columns of a dictionary's latents that are changed."""
        return [acting.change.features for acting in self._acting[name]]

    def edited(
        self, name: str, z: Float[Tensor, "row position feature"], first: int = 0
    ) -> Float[Tensor, "row position feature"]:
        """Edited latents of a dictionary.

        Args:
            name: of the dictionary.
            z: of a text from its beginning, or of its newest tokens alone.
            first: the position at which `z` begins.
        """
        edited = z.clone()
        for row in edited:  # beams, where the model searches with several
            for acting in self._acting[name]:
                if first == 0 and acting.on_prompt:
                    acting.change.apply(row[: self._length])
                for position in range(max(first, self._length), first + len(row)):
                    if acting.acts_on(position):
                        acting.change.apply_to_new_token(row[position - first :][:1])
        return edited

    def _parts(self, edit: Edit) -> Iterator[_Part]:
        """An edit in the prompt, and the same edit at positions of new tokens."""
        positions = edit.positions if isinstance(edit, Edit) and isinstance(edit.positions, tuple) else ()
        beyond = frozenset(position for position in positions if position >= self._length)
        if not beyond:
            yield edit, True, None
            return
        self._check(edit, beyond)
        inside = [position for position in positions if position < self._length]
        if inside:
            yield replace(edit, positions=inside), True, None
        yield replace(edit, positions=None), False, beyond

    def _check(self, edit: Edit, beyond: frozenset[int]) -> None:
        if isinstance(edit, Patch):
            raise InputError(
                f"A patch at positions {sorted(beyond)}: the prompt has {self._length} tokens, and nothing says what "
                "new tokens are to take.",
                "Patch positions of the prompt, or leave positions out.",
            )
        if max(beyond) >= self._most:
            raise InputError(
                f"Positions {sorted(beyond)} are not all in the text, which has at most {self._most} tokens.",
                "Ask for more new tokens.",
            )
