"""The explicit sweep: direct effects of all sources on many linear readings of the residual stream.

With attention patterns and norm denominators held at their values the model is linear between MLPs, so no autograd is
needed. The cotangents of all readings are carried from the top of the model to the bottom together:

1. a reading enters at its place and position;
2. below an MLP: contract the cotangents with each feature's decoder row times its activation, with the error and with
   the dictionaries' biases, at each position; skip connections carry them to what their MLP read;
3. through attention: `g[key] += norm'( Σ_heads pattern[query, key] · W_V W_Oᵀ g[query] )`, plus what its biases add;
4. at the bottom, contract with token and position embeddings.

There is no copy of the prompt a reading, only positions at or before the last reading are touched, and a reading that
has just entered is carried through its first attention at the cost of its one position.

Source: the mathematics of Ameisen et al. 2025, "Circuit Tracing".
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.circuit import NodeKind
from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import FIRST_REPLACED

from .held_attention import HeldAttention
from .held_model import HeldModel
from .readings import Readings, mlp_reads


@torch.no_grad()
def sweep(linear: HeldModel, readings: Readings) -> Float[Tensor, "row source"]:
    """Direct effect of every source on every reading; the readings' own constants are left out.

    Args:
        linear: the model with its nonlinear parts held, and the columns.
        readings: the rows, in any order; those of one layer and of near positions go together best.
    """
    return _Sweep(linear, readings).run()


class _Sweep:
    """One sweep. Rows are sorted by the place at which they enter, so that those on their way are the first ones."""

    def __init__(self, linear: HeldModel, readings: Readings) -> None:
        self._linear, self._sources = linear, linear.sources
        self._replacement, self._captured = linear.sources.replacement, linear.sources.captured
        top, position = readings.entrance()
        order = position.argsort(stable=True)
        order = order[top[order].argsort(descending=True, stable=True)]
        self._top = top[order]
        self._back = order.argsort()
        self._readings, self._row = readings, self._back[readings.row]
        self._length = int(readings.position.max()) + 1
        rows, d_model = len(order), readings.vector.shape[1]
        self._g = readings.vector.new_zeros(self._length, rows, d_model)  # position first: slices are whole
        self._waiting: dict[int, Tensor] = {}
        self._effects = readings.vector.new_zeros(linear.sources.size, rows)

    def run(self) -> Float[Tensor, "row source"]:
        """From the highest reading to the embeddings."""
        pushed = self._linear.pushes_embeddings and self._enters_above_attention()
        last = int(pushed)
        for place in reversed(range(last + 1, int(self._top[0]) + 1)):
            if place % 2:
                self._attend(place)
            else:
                self._replace_mlp(place)
        self._enter(last, self._entries(last))
        if pushed:
            self._add_bias(0, slice(0, None), self._linear.attention(0).bias_effects(self._g))
        for group, vectors in self._linear.embedded(pushed):
            self._effects[group.columns][: self._length] += self._from_bottom(vectors)
        return self._effects.T[self._back]

    def _enters_above_attention(self) -> bool:
        """Whether nothing reads what enters the first attention, or what that adds alone."""
        below = self._entries(0) | (self._entries(1) & ~self._readings.passes)
        # Where blocks are parallel, skip connections of the first layer lead there too.
        return not self._replacement.subject.parallel and not bool(below.any())

    def _from_bottom(self, vectors: Tensor) -> Float[Tensor, "position row"]:
        """Effects of what enters at the bottom: vectors at each position, or what each becomes at later ones."""
        length = self._length
        if vectors.ndim == 2:
            return torch.einsum("prd,pd->pr", self._g, vectors[:length])
        return torch.einsum("qrd,qkd->kr", self._g, vectors[:length, :length])

    def _rows_before(self, place: int) -> int:
        """How many rows entered above a place."""
        return int((self._top > place).sum())

    def _entries(self, place: int) -> Bool[Tensor, " entry"]:
        return self._readings.place == place

    def _enter(self, place: int, entries: Bool[Tensor, " entry"], sign: float = 1.0) -> None:
        """Put entries, and what skip connections carried here, into the stream."""
        where = (self._readings.position[entries], self._row[entries])
        self._g.index_put_(where, sign * self._readings.vector[entries], accumulate=True)
        carried = self._waiting.pop(place, None)
        if carried is not None:
            self._g[:, : carried.shape[1]] += carried

    def _replace_mlp(self, place: int) -> None:
        """Contract with what stands in for the MLP below a place, at each position."""
        layer, entries = place // 2 - 1, self._entries(place)
        self._enter(place, entries)
        active = int((self._top >= place).sum())
        g = self._g[:, :active].transpose(1, 2)  # [position, d_model, row]
        groups, constants = self._linear.constants(layer)
        for group, effects in zip(groups, (constants[: self._length] @ g).unbind(1), strict=True):
            self._effects[group.columns][: self._length, :active] += effects
        for dictionary, write in self._replacement.writers(layer):
            self._contract(dictionary, write, g)
            if dictionary.W_skip is not None:
                self._skip(dictionary, write, active)
        self._enter(place, entries & ~self._readings.passes, sign=-1)

    def _contract(self, dictionary: Dictionary, write: int, g: Float[Tensor, "position d_model row"]) -> None:
        """Effects of a dictionary's features through one site that it writes."""
        decoded = self._linear.decoded(dictionary, write)
        if decoded is None:
            return
        effects = self._effects[decoded.group.columns, : g.shape[2]]
        for position in range(self._length):
            here = slice(decoded.starts[position], decoded.starts[position + 1])
            effects[here].addmm_(decoded.rows[here], g[position])

    def _skip(self, dictionary: Dictionary, write: int, active: int) -> None:
        """Carry the cotangents from what a dictionary writes to what it reads, past its features."""
        assert dictionary.W_skip is not None
        g = self._g[FIRST_REPLACED:, :active]
        for number, site in enumerate(dictionary.reads):
            norm = self._replacement.subject.weights.mlp_norm(site.layer)
            scale = self._captured.mlp_scale[site.layer][FIRST_REPLACED : self._length, None]
            place = mlp_reads(self._replacement, site.layer)
            if place not in self._waiting:
                self._waiting[place] = torch.zeros_like(self._g)
            self._waiting[place][FIRST_REPLACED:, :active] += (
                norm.pull_back(g @ dictionary.W_skip[write, :, number]) * scale
            )

    def _attend(self, place: int) -> None:
        """Move the stream from between attention and MLP to before attention."""
        layer = place // 2
        attention = self._linear.attention(layer)
        older = self._rows_before(place)
        here = self._entries(place)
        self._enter(place, here & (self._row < older))
        if older:
            self._add_bias(layer, slice(0, older), attention.bias_effects(self._g[:, :older]))
            attention.carry(self._g, older)
        fresh = here & (self._row >= older)
        if bool(fresh.any()):
            self._attend_fresh(layer, attention, fresh)

    def _attend_fresh(self, layer: int, attention: HeldAttention, fresh: Bool[Tensor, " entry"]) -> None:
        """Rows that enter here stand at one position: the cost of attention is that of one position."""
        row, order = self._row[fresh].sort()  # by position
        position, vector = self._readings.position[fresh][order], self._readings.vector[fresh][order]
        biases = attention.bias_effects(vector, position)
        columns = self._sources.group(NodeKind.BIAS, layer).columns.start + position
        self._effects.index_put_((columns, row), biases, accumulate=True)
        attention.carry_single(self._g, int(row[0]), position, vector)
        stays = self._readings.passes[fresh][order]
        self._g.index_put_((position[stays], row[stays]), vector[stays], accumulate=True)

    def _add_bias(self, layer: int, rows: slice, effects: Float[Tensor, "position row"]) -> None:
        columns = self._sources.group(NodeKind.BIAS, layer).columns
        self._effects[columns][: self._length, rows] += effects
