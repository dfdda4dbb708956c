"""How results look in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Column, Table

if TYPE_CHECKING:
    from saecircuits.attribution import CheckReport
    from saecircuits.circuit import Circuit
    from saecircuits.interventions import Effect


def scores_line(whole: Circuit, pruned: Circuit) -> str:
    """Target, sizes and scores of a circuit."""
    scores = whole.scores
    value = whole.weights[whole.target_rows] @ whole.nodes.value[whole.target_rows]
    return (
        f"target   [bold]{escape(whole.provenance.target)}[/bold] = {value:.2f}\n"
        f"circuit  {len(whole)} nodes, {whole.adjacency.nnz} edges; "
        f"pruned to {len(pruned)} and {pruned.adjacency.nnz}\n"
        f"scores   replacement {scores.replacement:.2f}, completeness {scores.completeness:.2f}, "
        f"errors carry {100 * scores.error_share:.1f} % of the target"
    )


def node_table(circuit: Circuit, n: int) -> Table:
    """The strongest features and what they fire on."""
    columns = ("#", _whole("feature"), "layer", "at", "value", "influence", "fires on")
    table = Table(*columns, title="strongest features")
    for number, node in enumerate(circuit.top(n), 1):
        row = (str(number), str(node.feature), str(node.layer), f"{node.token} ({node.position})")
        table.add_row(*map(escape, row), f"{node.value:.2f}", f"{node.influence:.3f}", escape(node.label))
    return table


def check_table(report: CheckReport) -> Table:
    """Predicted against measured effects of ablating features one by one."""
    title = "ablated one by one: change of the target"
    table = Table(_whole("feature"), "at", "predicted", "frozen model", "live model", "fires on", title=title)
    for row in report.rows:
        numbers = (f"{value:+.3f}" for value in (row.predicted, row.frozen, row.live))
        table.add_row(escape(row.node), escape(row.token), *numbers, escape(row.label))
    table.caption = (
        f"frozen: largest gap {report.frozen_error:.1e} of the largest effect; "
        f"live: correlation {report.live_correlation:.2f}"
    )
    return table


def _whole(heading: str) -> Column:
    """A column that is never cut: a name without its end names nothing."""
    return Column(heading, no_wrap=True)


def effect_line(effect: Effect, count: int) -> str:
    """What the model says before and after all of some edits."""
    before, after = effect.before.top(1)[0], effect.after.top(1)[0]
    return (
        f"ablating these {count} together: [bold]{escape(before[0])}[/bold] {before[1]:.2f} → "
        f"[bold]{escape(after[0])}[/bold] {after[1]:.2f}"
    )
