"""The effect of edits on one prompt: the output before and after, and how every feature moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement, capture
from saecircuits.sites import Site
from saecircuits.table import Table

from .edits import Edit
from .resolve import resolve
from .run import EditedRun, run_frozen, run_live


@dataclass(frozen=True)
class Outcome:
    """What the model says next.

    Attributes:
        logits, probabilities: of the next token, `[vocabulary]`.
        tokenizer: turns ids into texts.
    """

    logits: Float[Tensor, " vocabulary"]
    tokenizer: Any = field(repr=False)

    @property
    def probabilities(self) -> Float[Tensor, " vocabulary"]:
        """Softmax of the logits, in float32."""
        return self.logits.float().softmax(-1)

    @property
    def answer(self) -> str:
        """The likeliest next token."""
        return self.top(1)[0][0]

    def top(self, n: int = 10) -> list[tuple[str, float]]:
        """The `n` likeliest next tokens with their probabilities."""
        values, ids = self.probabilities.topk(min(n, len(self.logits)))
        return [(self.tokenizer.decode([i]), p) for i, p in zip(ids.tolist(), values.tolist(), strict=True)]


@dataclass(frozen=True)
class TokenChange:
    """How one next token moved."""

    token: str
    before: float
    after: float
    logit_change: float


@dataclass(frozen=True)
class Effect:
    """What edits did to one prompt.

    Attributes:
        edits: what was changed.
        before, after: the model's output without and with the edits.
        unedited, edited: the two runs.
        frozen: whether attention and norms were held.
    """

    edits: tuple[Edit, ...]
    before: Outcome
    after: Outcome
    unedited: EditedRun = field(repr=False)
    edited: EditedRun = field(repr=False)
    frozen: bool = False

    def table(self, n: int = 10) -> Table[TokenChange]:
        """The next tokens that were or became likely, by how much their probability moved."""
        before, after = self.before.probabilities, self.after.probabilities
        likely = torch.cat([before.topk(min(n, len(before))).indices, after.topk(min(n, len(after))).indices]).unique()
        moved = (after - before).abs()[likely]
        ids = likely[moved.argsort(descending=True)][:n].tolist()
        logits = (self.after.logits - self.before.logits).float()
        rows = [
            TokenChange(self.before.tokenizer.decode([i]), float(before[i]), float(after[i]), float(logits[i]))
            for i in ids
        ]
        columns = {"token": "token", "before": "before", "after": "after", "Δ logit": "logit_change"}
        return Table(rows, columns, f"{self.before.answer!r} → {self.after.answer!r}")

    def value(self, feature: Feature | str, position: int) -> tuple[float, float]:
        """Activation of a feature at a position before and after."""
        feature = Feature.parse(feature)
        before, after = (run.latents[feature.dictionary] for run in (self.unedited, self.edited))
        return float(before[position, feature.index]), float(after[position, feature.index])

    def __repr__(self) -> str:
        return f"Effect of {len(self.edits)} edits\n{self.table()!r}"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def intervene(
    replacement: Replacement,
    prompt: Any,
    edits: Sequence[Edit],
    frozen: bool = False,
    direct: bool = False,
    watch: Sequence[Site] = (),
) -> Effect:
    """Run one prompt without and with edits.

    Args:
        replacement: model and dictionaries.
        prompt: one prompt.
        edits: applied in order.
        frozen: hold attention patterns, norm denominators and the set of active features; see `run`.
        direct: with `frozen`, hold all other features too.
        watch: sites whose values are kept in the two runs.

    Raises:
        InputError: for more than one prompt, an edit of something that does not exist, or numbers too large.
    """
    if direct and not frozen:
        raise InputError("Direct effects need a frozen model.", "Call with frozen=True, direct=True.")
    tokens = replacement.subject.tokenize_one(prompt)
    changes = resolve(replacement, tokens, edits)
    run = partial(run_live, replacement, tokens, watch=watch)
    if frozen:
        run = partial(run_frozen, replacement, capture(replacement, tokens), direct=direct, watch=watch)
    before = run(changes={})
    if not bool(torch.isfinite(before.logits).all()):
        raise InputError(
            f"The output of {replacement.subject.name} is not finite on this prompt.", "Check its weights."
        )
    after = run(changes=changes) if changes else before
    if not bool(torch.isfinite(after.logits).all()):
        raise InputError("With these edits the model's output is not finite.", "Use smaller numbers.")
    return _effect(replacement, edits, before, after, frozen)


def _effect(
    replacement: Replacement, edits: Sequence[Edit], before: EditedRun, after: EditedRun, frozen: bool
) -> Effect:
    tokenizer = replacement.subject.tokenizer
    return Effect(
        tuple(edits),
        Outcome(before.logits, tokenizer),
        Outcome(after.logits, tokenizer),
        before,
        after,
        frozen,
    )
