"""How good dictionaries are, on tokens that they were not trained on.

1. Each dictionary alone: how sparse it is and how much of the written activations it gives back.
2. Each written site: how much of it the sum of all dictionaries that write it gives back. For cross-layer transcoders
   this is the score that counts; for all others it says the same as 1.
3. All together: the model runs with every site that they write replaced by the reconstructions, no error kept, and is
   compared with itself and with a model whose same sites are replaced by their means.

Neither the first token of a row nor what is predicted from it counts: it is never replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.replacement import HasDictionaries
from saecircuits.sites import Site
from saecircuits.subject import Subject, Tokens
from saecircuits.table import Table
from saecircuits.training import Activations, Corpus, enough, stream

from .replaced import Replacer, by_dictionaries, by_means, replaced_logits

_Batch = tuple[Tokens, Bool[Tensor, "batch position"]]
"""Tokens, and where dictionaries stand in."""


@dataclass(frozen=True)
class DictionaryScores:
    """One dictionary on fresh tokens.

    Attributes:
        l0: features that fire on a token.
        fvu: fraction of the variance of the written activations that is not explained.
        relative_error: median over tokens of the residual's norm, divided by the norm of the written activation about
            its mean. FVU is ruled by the few tokens with large activations, this is not.
        dead: share of features that fire on no token.
        mean_norm: of the written activations about their mean.
    """

    l0: float
    fvu: float
    relative_error: float
    dead: float
    mean_norm: float

    @property
    def variance_explained(self) -> float:
        """1 - FVU."""
        return 1 - self.fvu


@dataclass(frozen=True)
class ReplacedScores:
    """The model with everything that the dictionaries write replaced at once; cross-entropies in nats a token.

    Attributes:
        loss: of the model itself.
        replaced_loss: with reconstructions in place.
        ablated_loss: with means in place.
        kl: mean divergence of the replaced model's predictions from the model's own.
        agreement: share of tokens at which both find the same next token most probable.
    """

    loss: float
    replaced_loss: float
    ablated_loss: float
    kl: float
    agreement: float

    @property
    def loss_recovered(self) -> float:
        """1 if the reconstructions cost nothing, 0 if they are no better than means."""
        return (self.ablated_loss - self.replaced_loss) / (self.ablated_loss - self.loss)


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Scores of dictionaries, each alone and all together.

    Attributes:
        corpus: what was measured on.
        tokens: how many of its tokens counted.
        dictionaries: by name.
        sites: fraction of variance unexplained of each written site, by all dictionaries that write it.
        replaced: all together.
    """

    corpus: str
    tokens: int
    dictionaries: dict[str, DictionaryScores]
    sites: dict[str, float]
    replaced: ReplacedScores

    def to_dict(self) -> dict[str, Any]:
        """Plain values, derived ones included."""
        alone = {
            name: {**asdict(scores), "variance_explained": scores.variance_explained}
            for name, scores in self.dictionaries.items()
        }
        together = {**asdict(self.replaced), "loss_recovered": self.replaced.loss_recovered}
        return {
            "corpus": self.corpus,
            "tokens": self.tokens,
            "dictionaries": alone,
            "sites": self.sites,
            "replaced": together,
        }

    @property
    def table(self) -> Table[dict[str, Any]]:
        """A row a dictionary."""
        rows = [
            {"name": name, **asdict(scores), "variance_explained": scores.variance_explained}
            for name, scores in self.dictionaries.items()
        ]
        columns = {"dictionary": "name", "L0": "l0", "variance explained": "variance_explained"}
        return Table(rows, columns | {"median error": "relative_error", "dead": "dead"})

    @property
    def summary(self) -> str:
        """All together, in a sentence."""
        together = self.replaced
        return (
            f"{self.tokens} tokens of {self.corpus}. With all in place: loss {together.loss:.3f} → "
            f"{together.replaced_loss:.3f} ({together.ablated_loss:.3f} with means), {together.loss_recovered:.1%} "
            f"recovered; the same token first at {together.agreement:.1%}, KL {together.kl:.4f}"
        )

    def __repr__(self) -> str:
        return f"{self.table!r}\n{self.summary}"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}<p>{escape(self.summary)}</p>"


@torch.no_grad()
def evaluate(model: HasDictionaries, corpus: Corpus, tokens: int = 65_536, rows: int | None = None) -> Evaluation:
    """Measure a model's dictionaries on a corpus.

    Args:
        model: a model with its dictionaries, as they are used at inference.
        corpus: apart from what they were trained on.
        tokens: to count; fewer if the corpus ends before.
        rows: rows of text that the model reads at once; default as many as make some 4,096 tokens.

    Raises:
        InputError: if there is no dictionary, or no token to count.
    """
    subject, dictionaries = model.subject, list(model.dictionaries.values())
    if not dictionaries:
        raise InputError("There is no dictionary to measure.", "Give at least one.")
    means, batches = _means_and_batches(subject, dictionaries, corpus, tokens, rows)
    alone = {each.name: ScoreCollector(each, means) for each in dictionaries}
    summed = {site: SiteCollector(site, dictionaries, mean) for site, mean in means.items()}
    sites = sorted({site for each in dictionaries for site in (*each.reads, *each.writes)})
    for activations in enough(stream(subject, corpus, sites, rows), tokens):
        for collector in (*alone.values(), *summed.values()):
            collector.update(activations)
    together = _compare(subject, batches, by_dictionaries(dictionaries), by_means(means))
    counted = sum(int(used.sum()) for _, used in batches)
    return Evaluation(
        corpus.name,
        counted,
        {name: each.freeze() for name, each in alone.items()},
        {str(site): each.freeze() for site, each in summed.items()},
        together,
    )


class ScoreCollector:
    """Adds up what `DictionaryScores` needs, batch by batch.

    Args:
        dictionary: what is measured.
        means: of the sites that it writes.
    """

    def __init__(self, dictionary: Dictionary, means: Mapping[Site, Float[Tensor, " d_model"]]) -> None:
        self._dictionary = dictionary
        self._mean = torch.stack([means[site] for site in dictionary.writes])
        self._sizes: list[Tensor] = []
        self._residuals: list[Tensor] = []
        self._firings = torch.zeros(dictionary.n_features, dtype=torch.long)

    def update(self, activations: Activations) -> None:
        """Count one batch."""
        target = activations.stacked(self._dictionary.writes)[activations.used]
        x = activations.stacked(self._dictionary.reads)[activations.used]
        latents = self._dictionary.encode(x)
        residual = target - self._dictionary.decode(latents) - self._dictionary.skipped(x)
        self._firings += (latents > 0).sum(0).cpu()
        self._sizes.append((target - self._mean).flatten(1).norm(dim=1).cpu())
        self._residuals.append(residual.flatten(1).norm(dim=1).cpu())

    def freeze(self) -> DictionaryScores:
        """The scores over all batches."""
        size, residual = torch.cat(self._sizes), torch.cat(self._residuals)
        return DictionaryScores(
            l0=float(self._firings.sum()) / len(size),
            fvu=float(residual.double().pow(2).sum() / size.double().pow(2).sum()),
            relative_error=float((residual / size).median()),
            dead=float((self._firings == 0).float().mean()),
            mean_norm=float(size.mean()),
        )


class SiteCollector:
    """Adds up how far the sum of all dictionaries that write a site is from what the site holds.

    Args:
        site: that is written.
        dictionaries: among them those that write it.
        mean: of the site.
    """

    def __init__(self, site: Site, dictionaries: Sequence[Dictionary], mean: Float[Tensor, " d_model"]) -> None:
        self._site, self._mean = site, mean
        self._writers = [each for each in dictionaries if site in each.writes]
        self._error = self._variance = 0.0

    def update(self, activations: Activations) -> None:
        """Count one batch."""
        target = activations.sites[self._site][activations.used]
        rest = target.clone()
        for writer in self._writers:
            x = activations.stacked(writer.reads)[activations.used]
            rest -= writer(x)[:, writer.writes.index(self._site)]
        self._error += float(rest.double().pow(2).sum())
        self._variance += float((target - self._mean).double().pow(2).sum())

    def freeze(self) -> float:
        """Fraction of variance unexplained."""
        return self._error / self._variance


def _means_and_batches(
    subject: Subject, dictionaries: Sequence[Dictionary], corpus: Corpus, tokens: int, rows: int | None
) -> tuple[dict[Site, Tensor], list[_Batch]]:
    """The mean of every site that is written, and the batches that it is taken over."""
    written = sorted({site for each in dictionaries for site in each.writes})
    total = torch.zeros(len(written), subject.d_model, dtype=torch.float64)
    counted = 0
    batches: list[_Batch] = []
    for activations in enough(stream(subject, corpus, written, rows), tokens):
        batches.append((activations.tokens, activations.used))
        values = activations.stacked(written)[activations.used]
        total += values.double().sum(0).cpu()
        counted += len(values)
    if counted == 0:
        raise InputError(f"No row of {corpus.name!r} has more than one token.", "Give longer texts.")
    means = (total / counted).float().to(subject.device)
    return dict(zip(written, means, strict=True)), batches


def _compare(
    subject: Subject, batches: Sequence[_Batch], reconstructed: Sequence[Replacer], ablated: Sequence[Replacer]
) -> ReplacedScores:
    sums = torch.zeros(5, dtype=torch.float64)
    counted = 0
    for tokens, used in batches:
        scored = used[:, :-1]  # a row's last token has nothing to predict
        following = tokens.ids[:, 1:][scored]
        own = _log_probabilities(subject.run(tokens, subject.logits), scored)
        other = _log_probabilities(replaced_logits(subject, tokens, reconstructed, used), scored)
        means = _log_probabilities(replaced_logits(subject, tokens, ablated, used), scored)
        losses = [functional.nll_loss(each, following, reduction="sum") for each in (own, other, means)]
        kl = (own.exp() * (own - other)).sum()
        same = (own.argmax(-1) == other.argmax(-1)).sum()
        sums += torch.stack([*losses, kl, same.to(kl.dtype)]).double().cpu()
        counted += len(following)
    return ReplacedScores(*(sums / max(counted, 1)).tolist())


def _log_probabilities(
    logits: Float[Tensor, "batch position vocabulary"], scored: Bool[Tensor, "batch position_but_last"]
) -> Float[Tensor, "token vocabulary"]:
    return logits[:, :-1][scored].float().log_softmax(-1)
