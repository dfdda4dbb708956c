"""Does the model do what its circuit says? Features are ablated one by one, and the targets' change is measured.

1. Predict. By the direct method: with feature s at zero, relative changes r spread along the edges,
   `r_t = Σ_u A[t, u] r_u / value_t`, and a target changes by `Σ_u A[target, u] r_u`. By a gradient: the node's effect
   is taken away.
2. Measure in the frozen model: equal to the prediction of a whole graph by the direct method, up to rounding.
3. Measure in the live model, where attention, norms and MLPs respond: what the prediction is worth.
4. Ablate everything but the strongest nodes, for rising numbers of them: what the circuit as a whole is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.figure import Figure

from saecircuits.attribution.direct import Direct
from saecircuits.attribution.targets import Readout, explains_next_token, readouts, watched
from saecircuits.circuit import Circuit, Scores
from saecircuits.interventions import Ablate, Change, EditedRun, resolve, run_frozen, run_live
from saecircuits.progress import report
from saecircuits.replacement import Replacement, capture
from saecircuits.table import Table

from .curve import FaithfulnessCurve, plain
from .examples import example_of
from .measure import faithfulness
from .predict import predict
from .ranking import rank

_Changes = Mapping[str, Sequence[Change]]
FAITHFUL = 0.9
"""Share of the model's metric at which a circuit counts as faithful."""


@dataclass(frozen=True)
class Measured:
    """One ablated feature: change of the weighted targets as the graph predicts it, and as measured.

    Attributes:
        node: id of the node.
        label: what the feature is about.
        token: the token at which it was ablated.
        predicted, frozen, live: change of the targets, in logits; frozen is NaN where no frozen model can be run.
    """

    node: str
    label: str
    token: str
    predicted: float
    frozen: float
    live: float


@dataclass(frozen=True)
class CheckReport:
    """How far to trust a circuit.

    Attributes:
        rows: one an ablated feature, strongest first.
        whole: whether the graph was whole; a pruned graph predicts only what runs through what it kept.
        scores: of the whole graph: how much runs over features rather than errors.
        curve: faithfulness over the number of nodes kept; None if the target is not a next token.
    """

    rows: Table[Measured]
    whole: bool
    scores: Scores
    curve: FaithfulnessCurve | None = None

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

    @property
    def worst(self) -> Table[Measured]:
        """The features whose prediction lies furthest from the live measurement, the worst first."""
        order = np.argsort(-np.abs(self._column("predicted") - self._column("live")), kind="stable")
        return Table([self.rows[int(row)] for row in order], self.rows.columns)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain JSON; NaN becomes None."""
        return plain(
            {
                "rows": [asdict(row) for row in self.rows],
                "whole": self.whole,
                "scores": asdict(self.scores),
                "frozen_error": self.frozen_error,
                "live_error": self.live_error,
                "live_correlation": self.live_correlation,
                "curve": None if self.curve is None else self.curve.to_dict(),
            }
        )

    def plot(self) -> Figure:
        """Predicted against measured effects; see `curve.plot()` for the circuit as a whole."""
        figure = Figure(figsize=(4, 3.4), layout="constrained")
        axes = figure.add_subplot()
        for name, marker in (("frozen", "o"), ("live", "x")):
            axes.plot(self._column("predicted"), self._column(name), marker, label=name, ms=5)
        axes.axline((0, 0), slope=1, color="0.7", lw=0.8, zorder=0)
        axes.set(xlabel="predicted change of the target", ylabel="measured")
        axes.legend(frameon=False)
        return figure

    def _gap(self, name: str) -> float:
        measured = self._column(name)
        if len(measured) == 0 or np.isnan(measured).any():
            return float("nan")
        return float(np.abs(self._column("predicted") - measured).max() / max(np.abs(measured).max(), 1e-12))

    def _column(self, name: str) -> Float[np.ndarray, " feature"]:
        return np.array([getattr(row, name) for row in self.rows])

    def __repr__(self) -> str:
        return "\n".join([repr(self.rows), *self.summary])

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.summary)
        return f"{self.rows._repr_html_()}{lines}{self.curve._repr_html_() if self.curve else ''}"

    @property
    def summary(self) -> list[str]:
        """The report in a few lines."""
        graph = "whole" if self.whole else "pruned"
        frozen = f"frozen: largest gap {self.frozen_error:.1e} of the largest effect ({graph} graph); "
        lines = [
            ("" if np.isnan(self.frozen_error) else frozen)
            + f"live: correlation {self.live_correlation:.3f}, largest gap {self.live_error:.2f}",
            f"replacement {self.scores.replacement:.2f}, completeness {self.scores.completeness:.2f}, "
            f"errors carry {self.scores.error_share:.1%} of the target directly",
        ]
        if self.curve is not None:
            enough = self.curve.nodes_for(FAITHFUL) or "no number of"
            lines.append(
                f"everything else at zero, errors kept: {enough} nodes reach {FAITHFUL:.0%} of the target; "
                f"CMD {self.curve.cmd}, over log k {self.curve.cmd_log}"
            )
        return lines


def check(replacement: Replacement, circuit: Circuit, n: int = 10, curve: bool = True) -> CheckReport:
    """Compare a circuit's predictions with what the model does.

    Args:
        replacement: the model that the circuit came from.
        circuit: of one prompt.
        n: the `n` most influential features are ablated, one at a time.
        curve: measure faithfulness too, if the target is a next token.
    """
    targets = readouts(circuit)
    tokens = replacement.subject.tokenize_one(torch.tensor(circuit.provenance.token_ids))
    nodes = circuit.top(n)
    rows = [circuit.row(node.id) for node in nodes]
    weights = circuit.weights[circuit.target_rows]
    direct = circuit.provenance.method == Direct.name
    predicted = weights @ predict(circuit, rows) if direct else -circuit.effect[rows]
    changes = [
        resolve(replacement, tokens, [Ablate(node.feature, positions=node.position)])
        for node in nodes
        if node.feature is not None  # `top` gives features
    ]
    runs = [run_live(replacement, tokens, change, watched(circuit)) for change in _none_and_each(changes, "live")]
    live = _measured(circuit, targets, runs)
    frozen = np.full(len(rows), np.nan)
    if direct and not any(dictionary.reads_ahead for dictionary in replacement.replacers):
        captured = capture(replacement, tokens)
        runs = [
            run_frozen(replacement, captured, change, watch=watched(circuit))
            for change in _none_and_each(changes, "attention held")
        ]
        frozen = _measured(circuit, targets, runs)
    measured = [
        Measured(node.id, node.label, node.token, *map(float, values))
        for node, *values in zip(nodes, predicted, frozen, live, strict=True)
    ]
    columns = {"feature": "node", "fires on": "label", "at": "token", "predicted": "predicted"}
    table = Table(measured, columns | {"frozen": "frozen", "live": "live"})
    with_curve = curve and explains_next_token(circuit) and bool(nodes)
    found = faithfulness(replacement, [example_of(circuit)], rank([circuit]), ablation="zero") if with_curve else None
    return CheckReport(table, not circuit.pruned, circuit.scores, found)


def _none_and_each(changes: Sequence[_Changes], how: str) -> Iterator[_Changes]:
    """No change, then each."""
    for number, change in enumerate([{}, *changes]):
        report(f"ablating one by one, {how}", number, len(changes) + 1)
        yield change


def _measured(circuit: Circuit, targets: Sequence[Readout], runs: Sequence[EditedRun]) -> Float[np.ndarray, " changed"]:
    """How the weighted targets of each run but the first differ from those of the first."""
    values = np.array([[target.measure(run, runs[0]) for target in targets] for run in runs])
    return (values[1:] - values[0]) @ circuit.weights[circuit.target_rows]
