"""What is left of activations when fewer features may fire: one dictionary cut to k, or a family of dictionaries.

1. Some texts are read, and each dictionary encodes what it reads there.
2. At every token a dictionary's features are ranked by what they write: activation times the norm of the decoder row.
3. A *level* lets the first k of them fire, or all. What it costs is measured with the real decoder: the fraction of
   the variance of the written activations that the reconstruction leaves unexplained (FVU).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import InputError
from saecircuits.progress import report
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject
from saecircuits.training import Corpus, enough, stream

STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Numbers of features to which a dictionary is cut."""
_LATENTS = 2**21
"""Latents that are held at once."""


@dataclass(frozen=True)
class Level:
    """How sparse, and what it costs.

    Attributes:
        member: number of the dictionary.
        k: features that may fire at a token; 0 for all.
        l0: features that fire at a token, on average.
        fvu: fraction of variance unexplained; NaN where nothing varies.
        errors: norm of the residual at each shown token, over the norm of the written activation about its mean.
    """

    member: int
    k: int
    l0: float
    fvu: float
    errors: Float[np.ndarray, " token"]


@dataclass(frozen=True)
class Cells:
    """Where features fire at the shown tokens, in columns, one entry a feature and token.

    Attributes:
        member: number of the dictionary.
        feature, token: which.
        rank: place among those that fire there, 0 for the one that writes most.
        value: activation.
    """

    member: Int[np.ndarray, " cell"]
    feature: Int[np.ndarray, " cell"]
    token: Int[np.ndarray, " cell"]
    rank: Int[np.ndarray, " cell"]
    value: Float[np.ndarray, " cell"]


@dataclass(frozen=True)
class SparsityMap:
    """Features by tokens at several levels of sparsity.

    Attributes:
        texts: of the shown tokens; the first token of a prompt, at which dictionaries do not stand in, is not shown.
        prompts: number of each token's prompt.
        members: names of the dictionaries.
        cells: what fires.
        levels: from few features to many.
        measured_on: what FVU and L0 were measured on.
    """

    texts: tuple[str, ...]
    prompts: Int[np.ndarray, " token"]
    members: tuple[str, ...]
    cells: Cells
    levels: tuple[Level, ...]
    measured_on: str


@dataclass(frozen=True)
class _Sample:
    """What dictionaries read and write at some tokens."""

    sites: dict[Site, Float[Tensor, "token d_model"]]

    def stacked(self, sites: Sequence[Site]) -> Float[Tensor, "token site d_model"]:
        return torch.stack([self.sites[site] for site in sites], 1)


@torch.no_grad()
def sparsity_map(
    subject: Subject,
    dictionaries: Sequence[Dictionary],
    prompts: Sequence[str],
    corpus: Corpus | None = None,
    tokens: int = 2048,
) -> SparsityMap:
    """Features by tokens, and what sparsity costs.

    Args:
        subject: the model.
        dictionaries: one, which is cut to fewer and fewer features; or a family that reads and writes the same sites,
            of which each is taken as it is.
        prompts: the texts that are shown.
        corpus: what FVU and L0 are measured on; by default the shown tokens.
        tokens: of it.

    Raises:
        InputError: for prompts with no token to show, or dictionaries that do not belong together.
    """
    _check(dictionaries)
    shown, texts, owners = _shown(subject, dictionaries[0], prompts)
    wide = shown if corpus is None else _sample(subject, dictionaries[0], corpus, tokens)
    cells, levels = [], []
    for member, dictionary in enumerate(dictionaries):
        report("Measuring dictionaries", member, len(dictionaries))
        ranked = _Ranked(dictionary, shown)
        cells.append(ranked.cells(member))
        steps = _steps(ranked.most) if len(dictionaries) == 1 else [0]
        levels += _levels(member, dictionary, steps, shown, wide)
    size = len(next(iter(wide.sites.values())))
    where = "the shown tokens" if corpus is None else f"{size:,} tokens of {corpus.name}"
    merged = Cells(*(np.concatenate([getattr(each, name) for each in cells]) for name in Cells.__dataclass_fields__))
    levels.sort(key=lambda level: level.l0)
    return SparsityMap(
        tuple(texts), owners, tuple(dictionary.name for dictionary in dictionaries), merged, tuple(levels), where
    )


class _Ranked:
    """What a dictionary's features do at some tokens."""

    def __init__(self, dictionary: Dictionary, sample: _Sample) -> None:
        self._z = dictionary.encode(sample.stacked(dictionary.reads))
        self._rank = _ranks(self._z, dictionary)

    @property
    def most(self) -> int:
        """The most features that fire at one token."""
        return int((self._z > 0).sum(1).max())

    def cells(self, member: int) -> Cells:
        token, feature = (self._z > 0).nonzero(as_tuple=True)
        rank, value = self._rank[token, feature], self._z[token, feature]
        owner = torch.full_like(token, member)
        whole = (each.cpu().numpy().astype(np.int32) for each in (owner, feature, token, rank))
        return Cells(*whole, value=value.float().cpu().numpy())


def _ranks(z: Float[Tensor, "token feature"], dictionary: Dictionary) -> Int[Tensor, "token feature"]:
    """Places by what features write, 0 for the most; equal ones in the order of their numbers."""
    written = z * dictionary.W_dec.flatten(1).norm(dim=1)
    order = written.sort(dim=1, descending=True, stable=True).indices
    places = torch.arange(z.shape[1], device=z.device).expand_as(order)
    return torch.empty_like(order).scatter_(1, order, places)


def _levels(member: int, dictionary: Dictionary, steps: Sequence[int], shown: _Sample, wide: _Sample) -> list[Level]:
    """Every step measured: FVU and L0 on the wide sample, errors at the shown tokens."""
    target, x = wide.stacked(dictionary.writes), wide.stacked(dictionary.reads)
    mean = target.mean(0)
    variance = float((target - mean).double().pow(2).sum())
    residual, fired = np.zeros(len(steps)), np.zeros(len(steps))
    parts = list(zip(x.split(_rows(dictionary)), target.split(_rows(dictionary)), strict=True))
    for number, (read, written) in enumerate(parts):
        report("Measuring sparsity", number, len(parts))
        rest, l0 = _rests(dictionary, steps, read, written)
        residual += rest.double().pow(2).sum(1).numpy()
        fired += l0.numpy()
    fvu = residual / variance if variance > 0 else np.full(len(steps), np.nan)
    rest, _ = _rests(dictionary, steps, shown.stacked(dictionary.reads), shown.stacked(dictionary.writes))
    sizes = (shown.stacked(dictionary.writes) - mean).flatten(1).norm(dim=1).clamp_min(1e-12).cpu()
    errors = (rest / sizes).float().numpy()
    rows = zip(steps, fired / len(target), fvu, errors, strict=True)
    return [Level(member, k, float(l0), float(each), row) for k, l0, each, row in rows]


def _rests(
    dictionary: Dictionary,
    steps: Sequence[int],
    x: Float[Tensor, "token read d_model"],
    y: Float[Tensor, "token write d_model"],
) -> tuple[Float[Tensor, "step token"], Float[Tensor, " step"]]:
    """Norms of the residuals at every step, and how many features fire in all."""
    z = dictionary.encode(x)
    ranks, past = _ranks(z, dictionary), dictionary.skipped(x)
    kept = (z if k == 0 else z * (ranks < k) for k in steps)
    found = [((y - dictionary.decode(each) - past).flatten(1).norm(dim=1), (each > 0).sum()) for each in kept]
    return torch.stack([rest for rest, _ in found]).cpu(), torch.stack([l0 for _, l0 in found]).cpu()


def _steps(most: int) -> list[int]:
    """Numbers of features below the most that fire, and 0 for all of them."""
    return [k for k in STEPS if k < most] + [0]


def _rows(dictionary: Dictionary) -> int:
    return max(1, _LATENTS // dictionary.n_features)


def _shown(
    subject: Subject, dictionary: Dictionary, prompts: Sequence[str]
) -> tuple[_Sample, list[str], Int[np.ndarray, " token"]]:
    """Prompt by prompt: what is at the tokens that a dictionary stands in for."""
    if not prompts or not all(isinstance(prompt, str) and prompt.strip() for prompt in prompts):
        raise InputError("There is an empty prompt, or none at all.", "Give texts of two tokens or more.")
    tokens = subject.tokenize(list(prompts))
    used: Bool[Tensor, "batch position"] = Replacement.replaced(tokens)
    if not bool(used.any()):
        raise InputError("The prompts have no token beside their first.", "Give texts of two tokens or more.")
    read = subject.read(tokens, sorted({*dictionary.reads, *dictionary.writes}))
    owners = used.nonzero()[:, 0].cpu().numpy().astype(np.int32)
    sample = _Sample({site: value[used].float() for site, value in read.items()})
    return sample, subject.token_texts(tokens.ids[used]), owners


def _sample(subject: Subject, dictionary: Dictionary, corpus: Corpus, tokens: int) -> _Sample:
    sites = sorted({*dictionary.reads, *dictionary.writes})
    found = []
    for number, activations in enumerate(enough(stream(subject, corpus, sites), tokens)):
        report("Reading texts", number)
        found.append(activations.chosen(sites))
    together = torch.cat(found)[:tokens]
    return _Sample(dict(zip(sites, together.unbind(1), strict=True)))


def _check(dictionaries: Sequence[Dictionary]) -> None:
    if not dictionaries:
        raise InputError("There is no dictionary.", "Give at least one.")
    first = dictionaries[0]
    for other in dictionaries[1:]:
        if (other.reads, other.writes) != (first.reads, first.writes):
            raise InputError(
                f"{first.name!r} and {other.name!r} do not read and write the same sites.",
                "Give a family over one place, such as a sweep over k.",
            )
    if len({each.name for each in dictionaries}) < len(dictionaries):
        raise InputError("Two dictionaries of the family share a name.", "Give each its own name.")
