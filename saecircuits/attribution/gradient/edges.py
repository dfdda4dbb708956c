"""Direct effects between chosen nodes of one prompt.

1. Run the prompt with every written place, and the embeddings, cut off from what lies below: the value that goes on is
   a leaf, equal to the model's own. So a gradient at a leaf knows only the paths that pass no other place where nodes
   act. A skip connection stays a path.
2. Read the chosen features' pre-activations from what the model computed before each cut, and the goals.
3. Gradients of many readings at once (one-hot rows), contracted with the sources: directions times distances to the
   baseline, errors, token embeddings.

An edge is `∇_source target · (source − baseline)`, in units of the target's value. Errors and tokens are sources only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.progress import report

from .bases import Basis
from .estimate import measured
from .goals import Goal, measure
from .methods import GradientMethod
from .places import Place, Walked, walk
from .rules import propagation
from .split import FeatureNodes, Split

_READINGS = 64
"""Readings whose gradients are taken at once."""


@dataclass(frozen=True)
class Chosen:
    """The nodes of a circuit but for its targets; a source's number is its place in the order of the fields.

    Attributes:
        features: by basis.
        errors: by place, the positions; `EMBEDDING` for tokens.
    """

    features: Mapping[str, FeatureNodes]
    errors: Mapping[Place, Int[Tensor, " node"]]

    def __len__(self) -> int:
        return sum(map(len, self.features.values())) + sum(map(len, self.errors.values()))


@dataclass(frozen=True)
class Block:
    """Direct effects on some readings.

    Attributes:
        reading: number of each among all nodes: features have their numbers as sources, goals come after all sources.
        effects: `[reading, source]`.
    """

    reading: Int[Tensor, " reading"]
    effects: Float[Tensor, "reading source"]


def direct_effects(parts: Split, goals: Sequence[Goal], chosen: Chosen, method: GradientMethod) -> Iterator[Block]:
    """Direct effects of all chosen nodes on the chosen features that fire, and on the goals.

    Args:
        parts: one prompt.
        goals: its goals.
        chosen: the nodes.
        method: its rules hold for the gradients.
    """
    with propagation(parts.subject, parts.tokens, method):
        for numbers, gradients in _cut(parts, _readings(parts, goals, chosen)):
            with torch.no_grad():
                yield Block(numbers, _contracted(parts, chosen, gradients))


Rows = tuple[Int[Tensor, " reading"], Mapping[Place, Float[Tensor, "reading position width"]]]
"""Numbers of some readings, and their gradients at the leaves that they depend on."""


def _cut(parts: Split, readings: Sequence[_Readings]) -> Iterable[Rows]:
    """Gradients of readings in a run in which every place where nodes act is a leaf."""
    leaves = {place: parts.values[place].detach().clone().requires_grad_() for place in parts.sources}
    past = {place: [(b, write) for b, write in parts.writers(place) if b.goes_past] for place in parts.sources}
    met: dict[Place, Tensor] = {}

    def visit(place: Place, computed: Tensor) -> Tensor:
        met[place] = computed
        if place not in leaves:
            return computed
        value = leaves[place]
        for basis, write in past[place]:
            skipped = basis.skipped(met, write)
            if skipped is not None:
                value = value + _replaced(skipped - skipped.detach())
        return value.to(computed.dtype)

    def gradients(walked: Walked) -> Iterator[Rows]:
        return _gradients(readings, leaves, walked)

    def at_once(walked: Walked) -> list[Rows]:  # no graph leaves a server, and no iterator
        return list(gradients(walked))

    then = at_once if parts.subject.remote else gradients
    return walk(parts.subject, parts.tokens, parts.places, visit, grad=True, then=then)


def _gradients(readings: Sequence[_Readings], leaves: Mapping[Place, Tensor], walked: Walked) -> Iterator[Rows]:
    for reading in readings:
        values = reading.values(walked)
        for start in range(0, len(values), _READINGS):
            report("direct effects", start, len(values))
            block = slice(start, start + _READINGS)
            yield reading.numbers[block], _rows(values, block, leaves)


def _replaced(value: Tensor) -> Tensor:
    """Zero where nothing is replaced."""
    from_first = torch.ones_like(value[..., :1])
    from_first[:, 0] = 0
    return value * from_first


@dataclass(frozen=True)
class _Readings:
    """Some readings of a run.

    Attributes:
        numbers: of each among all nodes.
        values: theirs, differentiable.
    """

    numbers: Int[Tensor, " reading"]
    values: Callable[[Walked], Float[Tensor, " reading"]]


def _readings(parts: Split, goals: Sequence[Goal], chosen: Chosen) -> list[_Readings]:
    """All readings, those of one basis together: their gradients go no higher than they must."""
    found, first = [], 0
    for basis in parts.bases:
        nodes = chosen.features[basis.name]
        firing = nodes.value.nonzero()[:, 0]
        if len(firing):
            own = nodes.take(firing)
            reader = basis.only(own.index) if parts.subject.remote else basis
            found.append(_Readings(first + firing, partial(_preactivations, reader, own)))
        first += len(nodes)
    numbers = len(chosen) + torch.arange(len(goals), device=parts.tokens.ids.device)
    return [*found, _Readings(numbers, partial(_measured, goals, measured(parts, [goals])))]


def _preactivations(basis: Basis, nodes: FeatureNodes, walked: Walked) -> Float[Tensor, " reading"]:
    return basis.preactivation(walked.computed, nodes.spot, nodes.index)


def _measured(goals: Sequence[Goal], bases: Sequence[Basis], walked: Walked) -> Float[Tensor, " reading"]:
    return torch.stack([measure(goal, bases, walked, slice(None))[0] for goal in goals])


def _rows(values: Tensor, block: slice, leaves: Mapping[Place, Tensor]) -> dict[Place, Tensor]:
    """Gradients of a block of readings, `[reading, position, width]`, at the leaves that they depend on."""
    one_hot = torch.eye(len(values), dtype=values.dtype, device=values.device)[block]
    if not values.requires_grad:
        return {}
    found = torch.autograd.grad(
        values, list(leaves.values()), one_hot, is_grads_batched=True, retain_graph=True, allow_unused=True
    )
    return {
        place: gradient[:, 0].to(leaves[place].dtype)
        for place, gradient in zip(leaves, found, strict=True)
        if gradient is not None
    }


def _contracted(parts: Split, chosen: Chosen, gradients: Mapping[Place, Tensor]) -> Float[Tensor, "reading source"]:
    count = len(next(iter(gradients.values()))) if gradients else 1
    columns = []
    for basis in parts.bases:
        nodes = chosen.features[basis.name]
        total = nodes.delta.new_zeros(count, len(nodes))
        for write, place in enumerate(basis.writes):
            if place in gradients and len(nodes):
                total += basis.contract(gradients[place], nodes.spot, nodes.index, write)
        columns.append(total * nodes.delta)
    for place, position in chosen.errors.items():
        delta = parts.error_deltas[place][0, position]
        if place in gradients:
            columns.append((gradients[place][:, position] * delta).sum(-1))
        else:
            columns.append(delta.new_zeros(count, len(position)))
    return torch.cat(columns, 1)
