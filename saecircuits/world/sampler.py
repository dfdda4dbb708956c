"""Seeded choice, with an adjustable preference for the first entries of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Sampler:
    """The random state that the grammar draws from.

    Args:
        random: the only source of randomness.
        skew: 1 picks uniformly; above 1, early entries of a list are preferred (entry `n * u ** skew`, u uniform).
            A model that first meets few entities learns the relations sooner.
    """

    random: Random
    skew: float = 1.0

    def pick(self, items: Sequence[T]) -> T:
        """One entity, early ones preferred when the skew is above 1."""
        return items[int(len(items) * self.random.random() ** self.skew)]

    def pick_distinct(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different entities in random order, early ones preferred when the skew is above 1."""
        picked: list[T] = []
        while len(picked) < count:
            item = self.pick(items)
            if item not in picked:
                picked.append(item)
        return picked

    def choose(self, items: Sequence[T]) -> T:
        """One item, always uniformly."""
        return self.random.choice(items)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability
