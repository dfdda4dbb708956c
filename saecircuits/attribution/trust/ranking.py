"""Which nodes come first? Scores of nodes over many prompts, put into one order.

Nodes of prompts of several lengths are brought together by their distance from the last token (*aligned*, for prompts
of one template), or by feature alone, effects added up over the tokens of a prompt (*summed*, for prompts that have
nothing in common). A node's score is the mean over prompts of the absolute effect.

Source: Marks et al. 2025, "Sparse Feature Circuits" (arXiv 2403.19647), aggregation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy import sparse
from torch import Tensor

from saecircuits.circuit import Circuit, NodeKind
from saecircuits.errors import InputError
from saecircuits.interventions.masked import error_place
from saecircuits.interventions.masked_activations import NEURONS
from saecircuits.sites import SITE_KINDS, Site

from .predict import predict

ABLATIONS = ("mean", "zero")
"""What ablated nodes become."""
POSITIONS = ("aligned", "summed")
"""How nodes of several prompts are brought together."""
BASES = ("features", "neurons", "coordinates")
"""What nodes are: latents of dictionaries (and errors), MLP neurons, or coordinates of the sites that they write."""
SCORES = ("influence", "effect", "predicted")
"""What of a circuit ranks its nodes: a column, or the change of the targets that the graph predicts without it."""
EVERYWHERE = 0
"""The position of a node that stands for a feature at every token."""


@dataclass(frozen=True)
class Ranking:
    """Nodes, best first.

    Attributes:
        basis: one of `BASES`.
        places: names of the places in which nodes lie; see `interventions.masked`.
        place: of each node, a row of `places`.
        position: of each node, counted from the last token, which is -1; `EVERYWHERE` for all tokens.
        index: of each node within its place; 0 for errors.
        score: of each node, falling.
        by_prompt: absolute effect of each node in each prompt.
    """

    basis: str
    places: tuple[str, ...]
    place: Int[np.ndarray, " node"]
    position: Int[np.ndarray, " node"]
    index: Int[np.ndarray, " node"]
    score: Float[np.ndarray, " node"]
    by_prompt: sparse.csr_array = field(repr=False)

    def __len__(self) -> int:
        return len(self.score)

    def __repr__(self) -> str:
        where = "aligned at the last token" if self.aligned else "at all tokens"
        return f"Ranking({len(self)} {self.basis}, {where}, from {self.n_prompts} prompts)"

    @property
    def n_prompts(self) -> int:
        """Number of prompts that it was made from."""
        return len(self.by_prompt.indptr) - 1

    @property
    def aligned(self) -> bool:
        """Whether a node is one at one position, not at all of them."""
        return bool((self.position != EVERYWHERE).any())

    def names(self, n: int) -> list[str]:
        """The first `n` nodes: `transcoder.0/12@-3`, `error.mlp_out.1@-1`, without `@` at all tokens."""
        return [self._name(row) for row in range(min(n, len(self)))]

    def masks(
        self, sizes: Int[Tensor, " row"], outside: Bool[Tensor, " row"], positions: int, widths: Mapping[str, int]
    ) -> dict[str, Bool[Tensor, "row #position width"]]:
        """What stays if the first `sizes[row]` nodes do, or, where `outside`, all others.

        Args:
            sizes: number of nodes, a row of the batch each.
            outside: rows that keep everything but those nodes.
            positions: number of tokens.
            widths: number of nodes at a token, by place.
        """
        found = {}
        for place, width in widths.items():
            first = self._order(place, 1 if not self.aligned else positions, width).to(sizes.device)
            found[place] = (first < sizes[:, None, None]) ^ outside[:, None, None]
        return found

    def stability(self, sizes: Sequence[int], resamples: int = 200, seed: int = 0) -> Float[np.ndarray, " size"]:
        """How far the first nodes depend on the prompts: mean Jaccard index of the set of the first nodes with the
        one that a bootstrap sample of the prompts gives; NaN for one prompt."""
        prompts = self.n_prompts
        if prompts < 2:
            return np.full(len(sizes), np.nan)
        random, found = np.random.default_rng(seed), np.zeros(len(sizes))
        for _ in range(resamples):
            counts = np.bincount(random.integers(0, prompts, prompts), minlength=prompts)
            order = np.argsort(-(counts @ self.by_prompt), kind="stable")
            for number, size in enumerate(sizes):
                shared = int((order[:size] < size).sum())  # a node's place in this ranking is its own number
                found[number] += shared / max(2 * min(size, len(self)) - shared, 1)
        return found / resamples

    def _order(self, place: str, positions: int, width: int) -> Int[Tensor, "position width"]:
        """The number of each node of a place in the ranking; past the end for those that are not in it."""
        order = torch.full((positions, width), len(self), dtype=torch.int64)
        if place in self.places:
            rows = np.flatnonzero(self.place == self.places.index(place))
            where = self.position[rows] + (positions if self.aligned else 0)
            inside = where >= 0
            order[where[inside], self.index[rows][inside]] = torch.from_numpy(rows[inside])
        return order

    def _name(self, row: int) -> str:
        place, position = self.places[self.place[row]], self.position[row]
        node = place if place.startswith("error.") else f"{place}/{self.index[row]}"
        return node if position == EVERYWHERE else f"{node}@{position}"


def rank(
    circuits: Sequence[Circuit], by: str = "influence", positions: str = "aligned", errors: bool = False
) -> Ranking:
    """Features of circuits, or neurons where circuits are made of them, by the mean of their influence or effect.

    Args:
        circuits: one a prompt; one alone ranks by itself.
        by: one of `SCORES`.
        positions: one of `POSITIONS`.
        errors: rank errors beside the features.

    Raises:
        InputError: for no circuits, an unknown choice, or circuits that do not know what is asked of them.
    """
    check_choice(by, SCORES, "by")
    kinds = (NodeKind.FEATURE, NodeKind.ERROR) if errors else (NodeKind.FEATURE,)
    entries = []
    for circuit in circuits:
        rows = np.flatnonzero(circuit.nodes.is_kind(*kinds))
        entries.append(Entries.of_circuit(circuit, rows, _scores(circuit, rows, by)))
    return ranked(_basis(circuits), entries, positions)


def _basis(circuits: Sequence[Circuit]) -> str:
    names = {name for circuit in circuits for name in circuit.nodes.dictionaries}
    neurons = [name.startswith(NEURONS) for name in names]
    if any(neurons) and not all(neurons):
        raise InputError(f"Circuits of {', '.join(sorted(names))} came.", "Rank features and neurons apart.")
    return "neurons" if any(neurons) else "features"


def _scores(circuit: Circuit, rows: np.ndarray, by: str) -> np.ndarray:
    if by == "predicted":
        return circuit.weights[circuit.target_rows] @ predict(circuit, rows.tolist())
    scores = np.asarray(getattr(circuit, by))[rows]
    if np.isnan(scores).any():
        raise InputError(f"The method {circuit.provenance.method!r} gives no {by} of each node.", "Rank by influence.")
    return scores


@dataclass(frozen=True)
class Entries:
    """Effects in one prompt: place, position from the end, index and effect of each node."""

    place: Sequence[str] | np.ndarray
    position: np.ndarray
    index: np.ndarray
    effect: np.ndarray

    @classmethod
    def of_circuit(cls, circuit: Circuit, rows: np.ndarray, scores: np.ndarray) -> Entries:
        """Some rows of a circuit with their scores."""
        nodes = circuit.nodes
        names = np.array([*nodes.dictionaries, ""], dtype=object)[nodes.dictionary[rows]]
        for number, row in enumerate(rows):
            if nodes.kind[row] == NodeKind.ERROR:
                names[number] = error_place(Site(SITE_KINDS[nodes.site[row]], int(nodes.layer[row])))
        position = nodes.position[rows].astype(np.int64) - len(circuit.provenance.tokens)
        return cls(names, position, np.maximum(nodes.index[rows], 0).astype(np.int64), scores)

    @classmethod
    def of_dense(cls, effects: Mapping[str, np.ndarray]) -> Entries:
        """Effects of all nodes of each place, `[position, width]`; those without effect are left out."""
        parts = []
        for place, effect in effects.items():
            position, index = effect.nonzero()
            names = np.full(len(index), place, dtype=object)
            parts.append((names, position - len(effect), index, effect[position, index]))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def ranked(basis: str, entries: Sequence[Entries], positions: str) -> Ranking:
    """The ranking of nodes by their effects in each prompt."""
    check_choice(positions, POSITIONS, "positions")
    if not entries or not sum(len(e.effect) for e in entries):
        raise InputError("There is nothing to rank.", "Give at least one prompt in which something fires.")
    names, place = np.unique(np.concatenate([e.place for e in entries]).astype(str), return_inverse=True)
    position = np.concatenate([e.position for e in entries])
    if positions == "summed":
        position = np.full_like(position, EVERYWHERE)
    index = np.concatenate([e.index for e in entries])
    keys, node = np.unique(np.stack([place.reshape(-1), position, index], 1), axis=0, return_inverse=True)
    prompt = np.repeat(np.arange(len(entries)), [len(e.effect) for e in entries])
    effect = np.concatenate([e.effect for e in entries]).astype(np.float64)
    shape = (len(entries), len(keys))
    sizes = abs(sparse.csr_array((effect, (prompt, node.reshape(-1))), shape=shape))  # adds up what shares a place
    score = np.asarray(sizes.mean(axis=0)).reshape(-1)
    order = np.argsort(-score, kind="stable")
    columns = keys[order].T
    return Ranking(basis, tuple(names.tolist()), *columns, score=score[order], by_prompt=sizes[:, order].tocsr())


def check_choice(value: str, known: Sequence[str], name: str) -> None:
    """Refuse a word that is not in the list."""
    if value not in known:
        raise InputError(f"{name} is {value!r}.", f"Use one of {', '.join(known)}.")
