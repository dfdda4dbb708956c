"""Activations as a stream: nothing is stored on disk, and no more is held in memory than one batch.

1. The model, or each of several, runs on one batch of a corpus after the other, up to the last site asked for.
2. Padding, the first token of each row and what separates packed texts, which dictionaries do not stand in for, are
   left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens

from .corpus import Corpus
from .shuffle import all_finite


@dataclass(frozen=True)
class Activations:
    """What one pass over the model gives.

    Attributes:
        tokens: the batch.
        used: where dictionaries stand in for the model (`Corpus.used`).
        sites: float32, by site.
    """

    tokens: Tokens
    used: Bool[Tensor, "batch position"]
    sites: dict[Site, Float[Tensor, "batch position d_model"]]

    def stacked(self, sites: Sequence[Site]) -> Float[Tensor, "batch position site d_model"]:
        """The values at some sites, beside each other."""
        return torch.stack([self.sites[site] for site in sites], -2)

    def chosen(self, sites: Sequence[Site]) -> Float[Tensor, "token site d_model"]:
        """The values at some sites at the used tokens only."""
        places = self.used.flatten().nonzero()[:, 0]
        first = self.sites[sites[0]]
        out = first.new_empty(len(places), len(sites), first.shape[-1])
        for index, site in enumerate(sites):
            out[:, index] = self.sites[site].flatten(0, 1)[places.to(self.sites[site].device)]
        return out


class Stream:
    """Activations of one model, or of several beside each other, on a corpus. These are `Chunks`, one a batch.

    Args:
        subjects: the model, or models by the names that stand in the sites: `"tuned:mlp_out.3"`.
        corpus: texts; begun again at its end.
        sites: the order of the site axis.
        rows: rows of text that a model reads at once; default `Corpus.rows_at_once`.

    Raises:
        InputError: for a site that a model does not have, or models whose tokens or widths differ.
    """

    def __init__(
        self,
        subjects: Subject | Mapping[str, Subject],
        corpus: Corpus,
        sites: Sequence[Site | str],
        rows: int | None = None,
    ) -> None:
        if rows is not None and rows < 1:
            raise InputError(f"A model cannot read {rows} rows at once.", "Give a positive number.")
        self.sites = tuple(Site.parse(site) for site in sites)
        by_name = subjects if isinstance(subjects, Mapping) else {"": subjects}
        self._subjects = {name: _subject(by_name, name) for name in dict.fromkeys(site.model for site in self.sites)}
        for site in self.sites:
            self._subjects[site.model].check_sites([site.bare])
        used = list(self._subjects.values())
        if not used:
            raise InputError("The stream came with no site.", 'Name at least one, such as "mlp_out.0".')
        _check_alike(used)
        self._first = used[0]
        self._corpus = replace(corpus, row_length=min(corpus.row_length, *(subject.context for subject in used)))
        self._rows = rows or self._corpus.rows_at_once
        models = " and ".join(subject.name for subject in used)
        packed = ", packed" if corpus.pack else ""
        self.name = f"{models} on {corpus.name}, rows of {self._corpus.row_length} tokens{packed}"

    def read(self, start: int = 0) -> Iterator[Float[Tensor, "token site d_model"]]:
        """Chunks from number `start` on, for ever; no model runs for those before it. See `Chunks`."""
        skip = start
        while True:
            count = used = 0
            for tokens in self._corpus.batches(self._first, self._rows):
                count += 1
                chosen = self._corpus.used(tokens, self._first.tokenizer)
                used += int(chosen.sum())
                if count > skip:
                    yield self._run(tokens, chosen, count - 1).chosen(self.sites)
            if used == 0:
                raise TrainingError(
                    f"No row of {self.name!r} has more than one token, and first tokens are not trained on.",
                    "Give longer texts.",
                )
            skip = max(skip - count, 0) % count

    def _run(self, tokens: Tokens, used: Bool[Tensor, "batch position"], number: int) -> Activations:
        values: dict[Site, Tensor] = {}
        for name, subject in self._subjects.items():
            sites = [site for site in self.sites if site.model == name]
            where = f"batch {number} of {self._corpus.name!r}"
            values |= _read(subject, tokens, used, {site: site.bare for site in sites}, where)
        return Activations(tokens, used, values)


def stream(subject: Subject, corpus: Corpus, sites: Sequence[Site], rows: int | None = None) -> Iterator[Activations]:
    """One pass over a corpus, `rows` rows at a time (default `Corpus.rows_at_once`), with all tokens.

    Raises:
        InputError: for a site that the model does not have.
        TrainingError: if an activation is not finite.
    """
    subject.check_sites(sites)
    for number, tokens in enumerate(corpus.batches(subject, rows or corpus.rows_at_once)):
        used = corpus.used(tokens, subject.tokenizer)
        values = _read(subject, tokens, used, {site: site for site in sites}, f"batch {number} of {corpus.name!r}")
        yield Activations(tokens, used, values)


def enough(batches: Iterator[Activations], tokens: int) -> Iterator[Activations]:
    """Batches until `tokens` usable tokens have come, or there are no more."""
    counted = 0
    for activations in batches:
        yield activations
        counted += int(activations.used.sum())
        if counted >= tokens:
            return


def _read(
    subject: Subject, tokens: Tokens, used: Tensor, sites: Mapping[Site, Site], where: str
) -> dict[Site, Float[Tensor, "batch position d_model"]]:
    """Values by the names of `sites`, each at the site of the subject that it stands for; refused if not finite."""
    read = subject.read(tokens, list(sites.values()))
    values = {name: read[site].float() for name, site in sites.items()}
    for name, value in values.items():
        if not all_finite(value) and not torch.isfinite(value[used.to(value.device)]).all():
            raise TrainingError(
                f"{subject.name} gives values at {name} that are not finite, in {where}.",
                "Load the model in float32 or bfloat16: float16 overflows easily.",
            )
    return values


def _subject(subjects: Mapping[str, Subject], name: str) -> Subject:
    if name not in subjects:
        known = ", ".join(map(repr, subjects)) or "none"
        raise InputError(
            f"A site names the model {name!r}; the models are {known}.",
            'Write a model before the site, "tuned:mlp_out.3", where several are given as a mapping from names.',
        )
    return subjects[name]


def _check_alike(subjects: Sequence[Subject]) -> None:
    """Refuse models that do not read the same ids for the same text, or whose activations cannot be stacked."""
    first = subjects[0]
    for other in subjects[1:]:
        if _vocabulary(first) != _vocabulary(other):
            raise InputError(
                f"{first.name} and {other.name} have different vocabularies: their activations do not belong together.",
                "Give models that share one tokenizer, such as a base model and one tuned from it.",
            )
        if first.d_model != other.d_model:
            raise InputError(
                f"{first.name} is {first.d_model} wide, {other.name} {other.d_model}.", "Give models of one width."
            )


def _vocabulary(subject: Subject) -> tuple[dict[str, int], int | None, list[int]]:
    """Ids by token, the id that begins texts, and what the tokenizer makes of a text.

    What ends a text is left out: a base model and a chat model tuned from it often differ in it alone.
    """
    tokenizer = subject.tokenizer
    return tokenizer.get_vocab(), tokenizer.bos_token_id, tokenizer("A text to try, with 12 numbers.\n w1")["input_ids"]
