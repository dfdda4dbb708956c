"""The report of a check as the Explorer shows it: plain JSON."""

from __future__ import annotations

from typing import Any

from saecircuits.attribution import CheckReport

_FAITHFUL = 0.9


def check_record(report: CheckReport, milliseconds: float) -> dict[str, Any]:
    """The `report` trait: `report.to_dict()`.

    Beside it `milliseconds`, the time it took, and `enough`: the number of nodes from which on the faithfulness stays
    at 90 % or more, None if it never does.
    """
    enough = None if report.curve is None else report.curve.nodes_for(_FAITHFUL)
    return {**report.to_dict(), "enough": enough, "milliseconds": milliseconds}
