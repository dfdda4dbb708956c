"""What a graph says that edits do to every node, to be held beside what they did.

1. An edited feature moves by what was measured: its value after the edits less its value before.
2. Relative changes spread along the edges, `r_t = Σ_s A[t, s] r_s / value_t`; those of edited features are held.
3. A feature changes by `r_t value_t`, a target by `Σ_s A[t, s] r_s`.

With attention and norms held this is what the model does. By a method that estimates total effects on the target, the
target alone is predicted: each edited feature takes its share of its effect along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from saecircuits.attribution import Direct
from saecircuits.circuit import Circuit, Feature, NodeKind, scale_rows, spread
from saecircuits.errors import InputError
from saecircuits.interventions import Edit, Effect


@dataclass(frozen=True)
class Prediction:
    """What a graph says that edits do.

    Attributes:
        change: of the value of each node on show; NaN where the graph does not say, `[node]`.
        target: of the weighted targets; NaN where the graph does not say.
        refusal: why it does not say it; None where it says everything that it can.
    """

    change: Float[np.ndarray, " node"]
    target: float
    refusal: InputError | None


class Predictor:
    """Predictions of one circuit.

    Args:
        whole: what predicts.
        shown: the part of it on show.
    """

    def __init__(self, whole: Circuit, shown: Circuit) -> None:
        self._whole = whole
        self._rows = np.array([whole.row(identifier) for identifier in shown.nodes.ids])
        nodes = whole.nodes
        self._is_feature = nodes.is_kind(NodeKind.FEATURE) & (nodes.value != 0)
        inverse = np.where(self._is_feature, 1 / np.where(self._is_feature, nodes.value, 1), 0)
        self._relative = scale_rows(whole.adjacency, inverse)

    def predict(self, effect: Effect) -> Prediction:
        """What the graph says of measured edits."""
        try:
            rows, moved = self._edited(effect)
            if self._whole.provenance.method != Direct.name:
                return self._by_effects(rows, moved)
        except InputError as refusal:
            return Prediction(np.full(len(self._rows), np.nan), np.nan, refusal)
        change = self._spread(rows, moved)
        return Prediction(change[self._rows], float(self._whole.weights @ np.nan_to_num(change)), None)

    def _spread(
        self, rows: Int[np.ndarray, " edited"], moved: Float[np.ndarray, " edited"]
    ) -> Float[np.ndarray, " node"]:
        value, targets = self._whole.nodes.value, self._whole.target_rows
        start, free = np.zeros(len(self._whole)), np.ones(len(self._whole))
        start[rows], free[rows] = moved / value[rows], 0
        relative = spread(scale_rows(self._relative, free), start)
        change = np.where(self._is_feature, relative * value, np.nan)
        change[targets] = self._whole.adjacency[targets] @ relative
        return change

    def _by_effects(self, rows: Int[np.ndarray, " edited"], moved: Float[np.ndarray, " edited"]) -> Prediction:
        """An effect is what the target loses if a feature goes to zero; less of a change takes less along."""
        if self._whole.provenance.settings.get("baseline") is not None:
            raise InputError(
                "The effects of this circuit are those of going to another prompt, not to zero: they say nothing of "
                "this edit.",
                "Find the circuit without a baseline.",
            )
        change = np.full(len(self._whole), np.nan)
        change[rows] = moved
        target = float(self._whole.effect[rows] @ (moved / self._whole.nodes.value[rows]))
        refusal = InputError(
            "By this method the effect of every node on the target is known, not that on other nodes.",
            "Find the circuit with transcoders, by the direct method.",
        )
        return Prediction(change[self._rows], target, refusal)

    def _edited(self, effect: Effect) -> tuple[Int[np.ndarray, " edited"], Float[np.ndarray, " edited"]]:
        """Rows of the edited features, and by how much each moved.

        Raises:
            InputError: if a feature moved where the graph has no node.
        """
        found: dict[int, float] = {}
        for feature, position, moved in _moved(effect):
            row = self._whole.nodes.rows.get(f"{feature}@{position}")
            if row is not None and self._is_feature[row]:
                found[row] = moved
            elif moved != 0:
                pruned = "It may have been pruned away: open the whole circuit." if self._whole.pruned else ""
                raise InputError(
                    f"The edits move {feature} at position {position}, where the graph has no node: it cannot say "
                    "what follows.",
                    pruned or "Only features that fire in the prompt have nodes: edit one of these, where it fires.",
                )
        return np.array([*found], dtype=np.int64), np.array([*found.values()])


def _moved(effect: Effect) -> Iterator[tuple[Feature, int, float]]:
    """Every feature and position that an edit names, and by how much the feature moved there."""
    for edit in effect.edits:
        feature = edit.feature
        if not isinstance(feature, Feature):
            raise InputError("All features of a dictionary are edited: the graph cannot say what follows.")
        before, after = (run.latents[feature.dictionary][:, feature.index] for run in (effect.unedited, effect.edited))
        change = (after.double() - before.double()).numpy(force=True)
        for position in _positions(edit, len(change)):
            yield feature, position, float(change[position])


def _positions(edit: Edit, length: int) -> list[int]:
    if edit.positions is None:
        return [*range(length)]
    return [position % length for position in edit.positions]  # type: ignore[union-attr]
