"""Graphs in the files of other tools, put back to the model that they came from."""

from __future__ import annotations

from pathlib import Path

import pytest

import saecircuits as sc
from tests.lab.labs import PROMPT, bare_lab


@pytest.mark.parametrize("name", ["graph.pt", "graph.neuronpedia.json"])
def test_a_graph_of_the_likeliest_tokens_is_checked_against_the_model(name: str, tmp_path: Path) -> None:
    """Neither file says how a target is measured but for its token; in the held run the graph is right to rounding."""
    lab = bare_lab("llama")
    theirs = sc.read_graph(sc.export(lab.attribute(PROMPT), tmp_path / name)).attach(lab)
    ours, report = lab.attribute(PROMPT).check(n=5, curve=False), theirs.check(n=5, curve=False)
    largest = max(abs(row.frozen) for row in ours.rows)
    assert largest > 0.01
    measured = {row.node: row.frozen for row in ours.rows}
    assert len({row.node for row in report.rows} & set(measured)) >= 3
    for row in report.rows:
        assert row.predicted == pytest.approx(row.frozen, abs=1e-4 * largest)
        assert row.frozen == pytest.approx(measured.get(row.node, row.frozen), abs=1e-4 * largest)


def test_a_target_that_a_file_does_not_name_is_said(tmp_path: Path) -> None:
    lab = bare_lab("llama")
    circuit = lab.attribute(PROMPT, target="w7", against="w8")
    theirs = sc.read_graph(sc.export(circuit, tmp_path / "graph.pt")).attach(lab)
    with pytest.raises(sc.InputError, match="does not say what it is"):
        theirs.check(n=3, curve=False)
