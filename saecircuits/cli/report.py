"""How results look in a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from saecircuits.attribution import CheckReport
    from saecircuits.circuit import Circuit
    from saecircuits.interventions import Effect

_NUMBERS = ("#", "value", "influence", "predicted", "frozen", "live")


def scores_line(whole: Circuit, pruned: Circuit) -> str:
    """Target, sizes and scores of a circuit."""
    scores = whole.scores
    return (
        f"target   [bold]{escape(whole.provenance.target)}[/bold] = {whole.target_value:.2f}\n"
        f"circuit  {len(whole)} nodes, {whole.adjacency.nnz} edges; "
        f"pruned to {len(pruned)} and {pruned.adjacency.nnz}\n"
        f"scores   replacement {scores.replacement:.2f}, completeness {scores.completeness:.2f}, "
        f"errors carry {100 * scores.error_share:.1f} % of the target"
    )


def node_table(circuit: Circuit, n: int) -> Table:
    """The strongest features and what they fire on."""
    rows = [
        (
            str(number),
            str(node.feature),
            f"{node.token} ({node.position})",
            f"{node.value:.2f}",
            f"{node.influence:.3f}",
            node.label,
        )
        for number, node in enumerate(circuit.top(n), 1)
    ]
    return _table("strongest features", ("#", "feature", "at", "value", "influence", "fires on"), rows)


def check_table(report: CheckReport) -> Table:
    """Predicted against measured effects of ablating features one by one."""
    rows = [
        (row.node, row.token, *map(_signed, (row.predicted, row.frozen, row.live)), row.label) for row in report.rows
    ]
    title = "ablated one by one: change of the target"
    table = _table(title, ("feature", "at", "predicted", "frozen", "live", "fires on"), rows)
    table.caption = "\n".join(report.summary)
    return table


def _signed(value: float) -> str:
    """With its sign; a dash where nothing was measured."""
    return "–" if math.isnan(value) else f"{value:+.3f}"


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """One line a row; only the last column is cut where the terminal is narrow."""
    table = Table(title=title, title_justify="left", caption_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(columns):
        last = number == len(columns) - 1
        widest = max(len(name), *(len(row[number]) for row in rows)) if rows else len(name)
        right = name in _NUMBERS
        table.add_column(name, justify="right" if right else "left", no_wrap=True, min_width=None if last else widest)
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def effect_line(effect: Effect, count: int) -> str:
    """What the model says before and after all of some edits."""
    before, after = effect.before.top(1)[0], effect.after.top(1)[0]
    return (
        f"ablating these {count} together: [bold]{escape(before[0])}[/bold] {before[1]:.2f} → "
        f"[bold]{escape(after[0])}[/bold] {after[1]:.2f}"
    )
