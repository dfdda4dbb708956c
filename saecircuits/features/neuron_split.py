"""One neuron of a model, and the features that it is mixed from.

1. Texts are read; at every token the neurons of one MLP and the latents of a dictionary that reads its input are kept.
2. A neuron's activation is rebuilt from features by non-negative matching pursuit: the feature that explains most of
   what is left is taken, and all weights are fitted anew (least squares, none below 0).
3. Neuron and features are told by the tokens at which they are strong, weighted by the square of the activation, and,
   where kinds of tokens are known, by the mean square over the tokens of each kind, so that rare kinds count like
   frequent ones: purity is the favourite kind's share of the sum over kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import nnls

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.subject import Subject, at_least_single
from saecircuits.training import Corpus

FEWEST = 10
"""Tokens at which a unit has to fire to be looked at."""
_SHOWN_TOKENS = 8
_TOLD = 0.2
"""Share of a unit's squared activation that has to fall on tokens of known kinds: else they say nothing of it."""


@dataclass(frozen=True)
class Unit:
    """A neuron or a feature, by the tokens at which it is strong.

    Attributes:
        index: its number.
        share: of the neuron's squared activation that is explained once this unit is among the explaining ones.
        breadth: how many tokens its squared activation is spread over, `1 / Σ share²`.
        purity: share of the kind that it is strongest at; NaN where kinds are not known, or say nothing of it.
        tokens: the strongest, with their shares of the squared activation.
        kinds: the strongest, with their shares.
    """

    index: int
    share: float
    breadth: float
    purity: float
    tokens: tuple[tuple[str, float], ...]
    kinds: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Split:
    """A neuron and the features that it is mixed from.

    Attributes:
        layer: of the MLP.
        neuron: positive activations only.
        features: in the order in which they were taken.
        explained: share of the neuron's squared activation that they explain together.
    """

    layer: int
    neuron: Unit
    features: tuple[Unit, ...]
    explained: float


class NeuronSplitter:
    """Neurons and features of one place, on some texts.

    Args:
        subject: the model.
        dictionary: it has to read `mlp_in` of one layer.
        corpus: read from its start.
        tokens: to look at.
        kinds: tokens by kind; tokens of two kinds count for none.

    Raises:
        InputError: if the dictionary reads something else.
    """

    def __init__(
        self,
        subject: Subject,
        dictionary: Dictionary,
        corpus: Corpus,
        tokens: int = 4000,
        kinds: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        site = dictionary.reads[0]
        if len(dictionary.reads) != 1 or site.kind != "mlp_in":
            raise InputError(
                f"{dictionary.name!r} reads {', '.join(map(str, dictionary.reads))}, not the input of one MLP.",
                "Take a transcoder.",
            )
        self.layer, self.dictionary = site.layer, dictionary
        self.neurons, self.latents, self.texts = _read(subject, dictionary, corpus, tokens)
        self._kinds, self._kind = _kinds(self.texts, kinds or {})
        words, self._which = np.unique(np.array(self.texts), return_inverse=True)
        self._words: list[str] = words.tolist()
        self._firing = np.flatnonzero((self.latents > 0).sum(0) >= FEWEST)

    @property
    def has_kinds(self) -> bool:
        """Whether purity can be told."""
        return len(self._kinds) > 0

    def purities(self) -> tuple[float, float]:
        """Median purity of all neurons (both signs are units of their own) and of all features that fire often."""
        both = np.concatenate([self.neurons, -self.neurons], 1)
        found = []
        for units in (both, self.latents):
            units = np.maximum(units, 0)
            shares = self._by_kind(np.square(units[:, (units > 0).sum(0) >= FEWEST]))
            found.append(float(np.nanmedian(shares.max(0))) if shares.size else float("nan"))
        return found[0], found[1]

    def most_mixed(self, looked_at: int = 48) -> int:
        """A neuron that teaches: spread over many tokens, and well explained by few features that are purer.

        Args:
            looked_at: the broadest neurons, of which the best is taken.
        """
        squares = np.square(np.maximum(self.neurons, 0))
        shares = self._by_token(squares) / np.maximum(squares.sum(0), 1e-12)
        often = (self.neurons > 0).sum(0) >= FEWEST
        breadth = np.where(often, 1 / np.maximum(np.square(shares).sum(0), 1e-12), 0)
        broadest = np.argsort(-breadth, kind="stable")[:looked_at]
        scores = []
        for number, index in enumerate(broadest.tolist()):
            report("Looking at neurons", number, len(broadest))
            scores.append(_teaches(self.split(index, 4)))
        return int(broadest[int(np.argmax(scores))])

    def split(self, neuron: int, most: int = 6) -> Split:
        """Split one neuron.

        Args:
            neuron: its number.
            most: features.

        Raises:
            InputError: if there is no such neuron, or it is hardly ever positive.
        """
        if not 0 <= neuron < self.neurons.shape[1]:
            raise InputError(f"The MLP has neurons 0 to {self.neurons.shape[1] - 1}, not {neuron}.")
        target = np.maximum(self.neurons[:, neuron], 0).astype(np.float64)
        if (target > 0).sum() < FEWEST:
            raise InputError(f"Neuron {neuron} is positive at fewer than {FEWEST} of the tokens.", "Take another one.")
        chosen, shares = self._pursue(target, most)
        found = [
            self._unit(int(self._firing[column]), self.latents[:, self._firing[column]], share)
            for column, share in zip(chosen, shares, strict=True)
        ]
        return Split(self.layer, self._unit(neuron, target, 1.0), tuple(found), shares[-1] if shares else 0.0)

    def _pursue(self, target: Float[np.ndarray, " token"], most: int) -> tuple[list[int], list[float]]:
        """Columns of the firing features, and what is explained with each more of them."""
        latents = self.latents[:, self._firing].astype(np.float64)
        sizes = np.linalg.norm(latents, axis=0)
        chosen: list[int] = []
        shares: list[float] = []
        rest = target
        for _ in range(min(most, latents.shape[1])):
            gain = latents.T @ rest / sizes
            gain[chosen] = -np.inf
            best = int(gain.argmax())
            if gain[best] <= 0:
                break
            chosen.append(best)
            weights, _ = nnls(latents[:, chosen], target)
            rest = target - latents[:, chosen] @ weights
            shares.append(float(1 - rest @ rest / (target @ target)))
        return chosen, shares

    def _unit(self, index: int, activation: Float[np.ndarray, " token"], share: float) -> Unit:
        square = np.square(activation.astype(np.float64))[:, None]
        by_token = self._by_token(square)[:, 0] / max(float(square.sum()), 1e-12)
        by_kind = self._by_kind(square)[:, 0]
        order = np.argsort(-by_token, kind="stable")[:_SHOWN_TOKENS]
        ranked = [i for i in np.argsort(-by_kind, kind="stable").tolist() if by_kind[i] > 0]
        return Unit(
            index,
            share,
            float(1 / np.square(by_token).sum()) if by_token.any() else 0.0,
            float(by_kind.max()) if self.has_kinds else float("nan"),  # NaN stays NaN
            tuple((self._words[i], float(by_token[i])) for i in order.tolist() if by_token[i] > 0),
            tuple((self._kinds[i], float(by_kind[i])) for i in ranked),
        )

    def _by_token(self, squares: Float[np.ndarray, "token unit"]) -> Float[np.ndarray, "word unit"]:
        """Sums over the tokens that are the same word."""
        sums = np.zeros((len(self._words), squares.shape[1]))
        np.add.at(sums, self._which, squares)
        return sums

    def _by_kind(self, squares: Float[np.ndarray, "token unit"]) -> Float[np.ndarray, "kind unit"]:
        """Each kind's mean, as a share of the sum over kinds; NaN for a unit that is elsewhere most of the time."""
        sums = self._kind.T @ squares
        means = sums / np.maximum(self._kind.sum(0), 1)[:, None]
        told = sums.sum(0) >= np.maximum(_TOLD * squares.sum(0), 1e-12)
        return np.divide(means, means.sum(0), out=np.full_like(means, np.nan), where=told & (sums.sum(0) > 0))


def _teaches(split: Split) -> float:
    """How much of the neuron is explained, less for features that are no purer than itself."""
    gains = np.diff([0.0, *(unit.share for unit in split.features)])
    if np.isnan(split.neuron.purity):
        return split.explained
    purer = [np.nan_to_num(unit.purity) - split.neuron.purity for unit in split.features]
    return float(gains @ np.maximum(purer, 0)) if purer else 0.0


def _read(
    subject: Subject, dictionary: Dictionary, corpus: Corpus, tokens: int
) -> tuple[Float[np.ndarray, "token neuron"], Float[np.ndarray, "token feature"], list[str]]:
    site, neurons, latents, texts, seen = dictionary.reads[0], [], [], [], 0
    for batch in corpus.batches(subject, corpus.rows_at_once):
        report("Reading texts", min(seen, tokens), tokens)
        used = corpus.used(batch, subject.tokenizer)

        def body() -> tuple[torch.Tensor, torch.Tensor]:
            return subject.get(site), subject.mlp_hidden(site.layer)

        read, hidden = subject.run(batch, body, stop=True)
        neurons.append(at_least_single(hidden[used]).cpu())
        latents.append(dictionary.encode(read[used][:, None]).float().cpu())
        texts += [text.strip() or text for text in subject.token_texts(batch.ids[used])]
        seen += int(used.sum())
        if seen >= tokens:
            break
    if seen == 0:
        raise InputError(f"No row of {corpus.name!r} has more than one token.", "Give longer texts.")
    return torch.cat(neurons)[:tokens].numpy(), torch.cat(latents)[:tokens].numpy(), texts[:tokens]


def _kinds(
    texts: Sequence[str], kinds: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], Float[np.ndarray, "token kind"]]:
    """Names of the kinds, and which one each token is of, if any."""
    homes: dict[str, set[int]] = {}
    for number, words in enumerate(kinds.values()):
        for word in words:
            homes.setdefault(word, set()).add(number)
    known = {word: next(iter(home)) for word, home in homes.items() if len(home) == 1}
    table = np.zeros((len(texts), len(kinds)))
    for token, text in enumerate(texts):
        if text in known:
            table[token, known[text]] = 1
    return tuple(kinds), table
