"""Does the model do what its circuit says? Features are ablated one by one, and the targets' change is measured.

1. Predict from the graph: with feature s at zero, relative changes r spread along the edges, `r_t = Σ_u A[t, u] r_u /
   value_t`, and a target changes by `Σ_u A[target, u] r_u`.
2. Measure in the frozen model: equal to the prediction of a whole graph, up to rounding.
3. Measure in the live model, where attention, norms and MLPs respond: what the prediction is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from saecircuits.circuit import Circuit, NodeKind, scale_rows
from saecircuits.interventions import Ablate, EditedRun, resolve, run_frozen, run_live
from saecircuits.replacement import Replacement, capture
from saecircuits.table import Table

from .targets import readouts


@dataclass(frozen=True)
class Measured:
    """One ablated feature: change of the weighted targets as the graph predicts it, and as measured.

    Attributes:
        node: id of the node.
        label: what the feature is about.
        token: the token at which it was ablated.
        predicted, frozen, live: change of the targets, in logits.
    """

    node: str
    label: str
    token: str
    predicted: float
    frozen: float
    live: float


@dataclass(frozen=True)
class CheckReport:
    """Predicted against measured effects.

    Attributes:
        rows: one an ablated feature, strongest first.
        whole: whether the graph was whole; a pruned graph predicts only what runs through what it kept.
    """

    rows: Table[Measured]
    whole: bool

    @property
    def frozen_error(self) -> float:
        """Largest gap between prediction and frozen measurement, as a share of the largest measurement.

        NaN if no feature was ablated.
        """
        return self._gap("frozen")

    @property
    def live_error(self) -> float:
        """The same for the live model."""
        return self._gap("live")

    @property
    def live_correlation(self) -> float:
        """Pearson correlation of predictions and live measurements; NaN for fewer than two features."""
        if len(self.rows) < 2:
            return float("nan")
        return float(np.corrcoef(self._column("predicted"), self._column("live"))[0, 1])

    def _gap(self, name: str) -> float:
        measured = self._column(name)
        if len(measured) == 0:
            return float("nan")
        return float(np.abs(self._column("predicted") - measured).max() / max(np.abs(measured).max(), 1e-12))

    def _column(self, name: str) -> Float[np.ndarray, " feature"]:
        return np.array([getattr(row, name) for row in self.rows])

    def __repr__(self) -> str:
        graph = "whole" if self.whole else "pruned"
        return (
            f"{self.rows!r}\n"
            f"frozen: largest gap {self.frozen_error:.1e} of the largest effect ({graph} graph); "
            f"live: correlation {self.live_correlation:.3f}, largest gap {self.live_error:.2f}"
        )

    def _repr_html_(self) -> str:
        return self.rows._repr_html_()


def check(replacement: Replacement, circuit: Circuit, n: int = 10) -> CheckReport:
    """Ablate the `n` most influential features of a circuit, one at a time, and compare with what it predicts."""
    captured = capture(replacement, torch.tensor(circuit.provenance.token_ids))
    nodes = circuit.top(n)
    rows = [circuit.row(node.id) for node in nodes]
    targets = readouts(circuit)
    weights = circuit.weights[circuit.target_rows]
    predicted = weights @ predict(circuit, rows)

    def moved(run: EditedRun, base: EditedRun) -> float:
        after, before = ([t.measure(r.logits, r.latents) for t in targets] for r in (run, base))
        return float(weights @ (np.array(after) - np.array(before)))

    frozen, live = run_frozen(replacement, captured, {}), run_live(replacement, captured.tokens, {})
    measured = []
    for number, node in enumerate(nodes):
        assert node.feature is not None  # `top` gives features
        changes = resolve(replacement, captured.tokens, [Ablate(node.feature, positions=node.position)])
        in_frozen = moved(run_frozen(replacement, captured, changes), frozen)
        in_live = moved(run_live(replacement, captured.tokens, changes), live)
        measured.append(Measured(node.id, node.label, node.token, float(predicted[number]), in_frozen, in_live))
    columns = {"feature": "node", "fires on": "label", "at": "token", "predicted": "predicted"}
    table = Table(measured, columns | {"frozen": "frozen", "live": "live"})
    return CheckReport(table, whole=not circuit.pruned)


def predict(circuit: Circuit, rows: Sequence[int]) -> Float[np.ndarray, "target ablated"]:
    """Change of each target if each of `rows` alone were set to zero, in the linear model of the graph."""
    is_feature = circuit.nodes.is_kind(NodeKind.FEATURE)
    inverse = np.where(is_feature, 1 / np.where(circuit.nodes.value == 0, 1, circuit.nodes.value), 0)
    relative = scale_rows(circuit.adjacency, inverse)
    step = np.zeros((len(circuit), len(rows)))
    step[rows, np.arange(len(rows))] = -1
    total = step.copy()
    while step.any():  # the graph has no cycles: after as many steps as it has levels nothing is left
        step = relative @ step
        total += step
    return circuit.adjacency[circuit.target_rows] @ total
