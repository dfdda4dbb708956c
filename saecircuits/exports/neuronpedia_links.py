"""The ends of the links of a graph in Neuronpedia's JSON, errors that bear a feature's id included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from saecircuits.circuit import NodeKind
from saecircuits.errors import FileFormatError

from .neuronpedia_nodes import FileRole
from .neuronpedia_schema import AGAIN, Document


class Ends:
    """Finds the nodes that ids stand for.

    Args:
        path: of the file, for errors.
        document: the file.
        roles: what its nodes are.

    Attributes:
        ambiguous: number of links whose source could not be told for sure and was taken to be the feature.

    circuit-tracer numbers features before errors and writes the links of a target by rising number of their sources. So
    where a file's links come in that order, a source lies between those before and behind it; and an error acts on
    later layers only.
    """

    def __init__(self, path: Path, document: Document, roles: Sequence[FileRole]) -> None:
        self._path, self._document, self._roles = path, document, roles
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self.ambiguous = 0
        self._ordered = False
        for number, node in enumerate(document.nodes):
            self._numbers[node.node_id].append(number)
        for name, numbers in self._numbers.items():
            kinds = [roles[number].kind for number in numbers]
            if len(kinds) > 1 and sorted(kinds) != [NodeKind.FEATURE, NodeKind.ERROR]:
                raise FileFormatError(f"{path}: nodes.{numbers[1]}.node_id {name!r} stands twice.", AGAIN)

    def number(self, name: str) -> int | None:
        """The node of an id, the feature where an error has the same; None if there is none."""
        numbers = self._numbers.get(name, [])
        return next((n for n in numbers if self._roles[n].kind is not NodeKind.ERROR), numbers[0] if numbers else None)

    def edges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, targets and sources, as numbers of nodes."""
        links = self._document.links
        targets = [self._end(place, "target", link.target) for place, link in enumerate(links)]
        into: dict[int, list[int]] = defaultdict(list)
        for place, target in enumerate(targets):
            self._end(place, "source", links[place].source)
            into[target].append(place)
        candidates = {t: [self._numbers[links[place].source] for place in places] for t, places in into.items()}
        self._ordered = all(_rises(group) for group in candidates.values())
        sources = np.zeros(len(links), dtype=np.int64)
        for target, places in into.items():
            sources[places] = self._sources(target, candidates[target])
        return np.array([link.weight for link in links]), np.array(targets, dtype=np.int64), sources

    def _end(self, place: int, field: str, name: str) -> int:
        number = self.number(name)
        if number is None:
            raise FileFormatError(f"{self._path}: links.{place}.{field} is {name!r}, and there is no such node.", AGAIN)
        return number

    def _sources(self, target: int, candidates: Sequence[Sequence[int]]) -> list[int]:
        """The sources of one target's links, each one of its candidates."""
        after = _next_sure(candidates)
        chosen: list[int] = []
        for place, either in enumerate(candidates):
            possible = either if len(either) == 1 else [n for n in either if self._acts_on(n, target)] or either
            if len(possible) > 1 and self._ordered:
                possible = [n for n in possible if (chosen[-1:] or [-1])[0] < n < after[place]] or possible
                if either in candidates[place + 1 :]:  # the other one's link is still to come
                    possible = possible[:1]
            if len(possible) > 1:
                self.ambiguous += 1
                possible = [n for n in possible if n not in chosen] or possible
            chosen.append(next((n for n in possible if self._roles[n].kind is NodeKind.FEATURE), possible[0]))
        return chosen

    def _acts_on(self, source: int, target: int) -> bool:
        return self._roles[source].layer < self._roles[target].layer


def _rises(candidates: Sequence[Sequence[int]]) -> bool:
    """Whether the sources of a target's links, as far as they are sure, come in the order of the nodes."""
    sure = [either[0] for either in candidates if len(either) == 1]
    return sure == sorted(sure)


def _next_sure(candidates: Sequence[Sequence[int]]) -> list[float]:
    """For each link of a target, the next source behind it that is sure."""
    after = [float("inf")] * len(candidates)
    for place in reversed(range(len(candidates) - 1)):
        behind = candidates[place + 1]
        after[place] = behind[0] if len(behind) == 1 else after[place + 1]
    return after
